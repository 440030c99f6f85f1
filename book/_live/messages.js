// What a kernel says, in the words of a cell: pairs of kind and content.
// https://jupyter-client.readthedocs.io/en/stable/messaging.html

const KINDS = [
  ["image/svg+xml", "svg"],
  ["image/png", "png"],
  ["text/html", "html"],
  ["text/plain", "text"],
];
const TOO_FAST = "… cut: more came than the page can take.\n";
const COLOURS = /\x1b\[[0-9;]*m/g;
const PLACE = /^\s*Cell In\[(\d+)\], line (\d+)(?:, in ([^\s(]+))?/;

// Returns [kind, content] of what a message shows, or null.
export function shown({ msg_type: type, content }) {
  if (type === "stream") {
    if (/^IOPub \w+ rate exceeded/.test(content.text)) return ["warning", TOO_FAST]; // the server's
    return [content.name === "stderr" ? "warning" : "text", content.text];
  }
  if (type === "clear_output") return ["clear", content.wait];
  if (!content.data) return null;
  const [mime, kind] = KINDS.find(([name]) => name in content.data) ?? [];
  return kind ? [kind, content.data[mime] + (kind === "text" ? "\n" : "")] : null;
}

// Returns {text, line} of an error, with the reader's own lines of it and no others.
// names: the cells by the numbers that the kernel gave them; number: that of this cell.
export function explained({ ename, evalue, traceback }, names, number) {
  const frames = traceback.map((text) => text.replace(COLOURS, "")).filter((text) => PLACE.test(text));
  const own = frames.map((text) => [...text.match(PLACE), text.match(/^-+> \d+ ?(.*)$/m)?.[1] ?? ""]);
  const lines = own.map(([, cell, line, place, code]) => {
    const where = place && place !== "<module>" ? `, in ${place}` : "";
    return `${names.get(Number(cell)) ?? "a cell"}, line ${line}${where}\n    ${code.trim()}`.trimEnd();
  });
  const here = own.filter(([, cell]) => Number(cell) === number).at(-1);
  const said = evalue.replace(/ \([^()]*, line \d+\)$/, ""); // of a syntax error: told already
  const message = said ? `${ename}: ${said}` : ename;
  return { text: [...lines, message].join("\n"), line: Number(here?.[2] ?? 0) };
}

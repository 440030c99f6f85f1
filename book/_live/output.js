// What a cell shows: text, tables, pictures, errors. Looks like the book's own output.

const MOST_TEXT = 100_000; // characters of one run; more makes a page slow
const MOST_MARKUP = 8_000_000; // characters of one picture or table
const MOST_PARTS = 200;

export class Output {
  constructor() {
    this.box = document.createElement("div");
    this.box.className = "live-output";
    this.box.setAttribute("role", "log");
    this.clear();
  }

  get used() {
    return !this.box.hidden;
  }

  clear() {
    this.box.replaceChildren();
    this.box.hidden = true;
    Object.assign(this, { lengths: {}, full: new Set(), cleared: false });
  }

  add(kind, content) {
    if (kind === "clear") {
      this.cleared = true; // when something else comes
      return;
    }
    if (this.cleared) this.clear();
    this.box.hidden = false;
    if (this.box.childElementCount > MOST_PARTS) return;
    if (this.box.childElementCount === MOST_PARTS) this.write("warning", "… More is not shown.");
    else if (kind === "html" || kind === "svg" || kind === "png") this.draw(kind, content);
    else this.write(kind, content);
  }

  draw(kind, content) {
    if (content.length > MOST_MARKUP) {
      return this.write("warning", `Not shown: it takes ${content.length.toLocaleString("en")} characters.`);
    }
    const part = this.part("div", kind);
    // Markup of the reader's own code; the page's Content-Security-Policy runs no script in it.
    if (kind === "png") part.append(picture(content));
    else part.innerHTML = content;
  }

  write(kind, text) {
    if (this.full.has(kind)) return;
    const last = this.box.lastElementChild;
    const part = last?.dataset.kind === kind ? last : this.part("pre", kind);
    const whole = typed((part.open ?? "") + text);
    const room = MOST_TEXT - (this.lengths[kind] ?? 0);
    const fits = whole.slice(0, room);
    const end = fits.lastIndexOf("\n") + 1;
    this.lengths[kind] = MOST_TEXT - room + end;
    part.open = fits.slice(end); // this line may go on
    part.lastChild?.remove();
    part.append(fits.slice(0, end), part.open);
    if (whole.length > room) {
      this.full.add(kind);
      this.write("warning", "\n… cut after 100,000 characters.");
    }
  }

  part(name, kind) {
    const part = document.createElement(name);
    part.dataset.kind = kind;
    part.className = `live-${kind}`;
    if (name === "pre") part.tabIndex = 0; // it may scroll
    this.box.append(part);
    return part;
  }
}

// The course's figures suit light and dark pages; the class keeps the theme from mending them.
function picture(content) {
  const src = `data:image/png;base64,${content}`;
  return Object.assign(new Image(), { src, alt: "Figure", className: "dark-light" });
}

// Text as a terminal shows it: no colours, and "\r" begins the line again. Keras draws its
// bars with both, and with backspaces that "\r" makes superfluous.
function typed(text) {
  const plain = text.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x08/g, "");
  if (!plain.includes("\r")) return plain;
  return plain.split("\n").map(overwritten).join("\n");
}

function overwritten(line) {
  const begunAgain = line.endsWith("\r") ? "\r" : "";
  return line.split("\r").reduce((under, over) => over + under.slice(over.length)) + begunAgain;
}

// Live cells: makes every code cell tagged `live` an editor over the page's own Python.
//
// A cell runs together with those above it that it needs: `live` and `live-setup` cells
// of its group that have not run yet. The chapter is one group, its exercise another.

import { createEditor } from "./editor.js";
import { Python } from "./python.js";
import { Output } from "./output.js";
import { forget, keep, kept } from "./keep.js";

const here = new URL(".", document.currentScript.src).href;
const base = `${here}${RUNTIME.name}/`;

const python = new Python(base, exercisesOfThePage());
const cells = [];
let queue = Promise.resolve();

const STARTING = "Starting Python (9 MB the first time) …";

// End what runs, and what waits for it.
function stopAll() {
  for (const cell of cells) cell.cancelled = true;
  python.stop();
}

// The exercise that a cell belongs to, or "chapter".
function groupOf(box) {
  const found = [...box.classList].find((name) => name.startsWith("live-of-"));
  return found?.replace("live-of-", "") ?? "chapter";
}

function exercisesOfThePage() {
  const groups = new Set([...document.querySelectorAll("[class*=live-of-]")].map(groupOf));
  return [...groups].map((slug) => ({ slug, url: `${here}cases/${slug}.json` }));
}

// What keeps every cell of this page from running, or "".
function obstacle() {
  if (location.protocol === "file:") {
    return "To run this cell, the page must come from a web server. In the folder of the site: python3 -m http.server, then open http://localhost:8000/.";
  }
  if (typeof WebAssembly !== "object") {
    return "This cell cannot run: WebAssembly is switched off in this browser. Its output below was computed when the book was built.";
  }
  if (typeof DecompressionStream !== "function") {
    return "This cell cannot run: the browser is older than 2023. Its output below was computed when the book was built.";
  }
  return "";
}

class Cell {
  constructor(box) {
    const input = box.querySelector(".cell_input");
    this.box = box;
    this.group = groupOf(box);
    this.live = box.classList.contains("tag_live");
    const number = cells.filter(({ live }) => live === this.live).length + 1;
    this.name = `${this.live ? "cell" : "set-up"} ${number}`;
    this.original = input.querySelector("pre").textContent.trimEnd();
    this.ran = false;
    if (this.live) this.equip(input);
  }

  get source() {
    return this.live ? this.editor.text() : this.original;
  }

  get edited() {
    return this.source !== this.original;
  }

  get key() {
    return `live:${location.pathname}:${this.name}`;
  }

  // Put the editor in the place of the code, and the buttons below it.
  equip(input) {
    this.built = this.box.querySelector(".cell_output");
    this.bar = element("div", "live-bar");
    this.runButton = this.button("Run", "Run (Shift+Enter)", () => this.run());
    this.stopButton = this.button("Stop", "Stop (Ctrl+.)", () => stopAll());
    this.resetButton = this.button("Reset", "Back to the book's code", () => this.reset());
    this.status = element("span", "live-status");
    this.status.setAttribute("role", "status");
    this.bar.append(this.status, element("span", "live-name", this.name));
    this.output = new Output();
    input.replaceChildren();
    this.editor = createEditor(input, {
      text: kept(this.key, this.original) ?? this.original,
      label: `Python ${this.name}, editable`,
      onRun: () => this.run(),
      onStop: () => stopAll(),
      onChange: () => this.changed(),
    });
    input.after(this.bar, this.output.box);
    this.box.addEventListener("focusin", () => obstacle() || python.start(), { once: true });
    if (this.edited) this.say("Your version from last time.");
    this.showState();
  }

  button(text, title, onClick) {
    const button = element("button", "live-button", text);
    Object.assign(button, { type: "button", title });
    button.setAttribute("aria-label", `${text} ${this.name}`);
    button.addEventListener("click", onClick);
    this.bar.append(button);
    return button;
  }

  say(text) {
    this.status.textContent = text;
  }

  showState() {
    this.stopButton.disabled = !this.busy;
    this.resetButton.disabled = !this.edited && !this.output.used;
  }

  changed() {
    this.ran = false;
    this.editor.mark(0);
    const stored = this.edited ? keep(this.key, this.source, this.original) : forget(this.key);
    if (!stored) this.say("Not kept: this browser's storage is full or blocked.");
    this.showState();
  }

  reset() {
    forget(this.key);
    this.editor.replace(this.original);
    this.output.clear();
    if (this.built) this.built.hidden = false;
    this.ran = false;
    this.say("");
    this.showState();
  }

  // What must run before this cell: in a chapter all above that has not; in an exercise
  // its set-up, and the answers that the reader has begun.
  needed() {
    const above = cells.slice(0, cells.indexOf(this));
    const wanted = (cell) => cell.group === "chapter" || !cell.live || cell.edited;
    return above.filter((cell) => cell.group === this.group && !cell.ran && wanted(cell));
  }

  run() {
    const stop = obstacle();
    if (stop) return this.say(stop);
    Object.assign(this, { busy: true, cancelled: false });
    this.say(python.ready ? "Waiting …" : STARTING);
    this.showState();
    queue = queue.then(() => this.runWithNeeded());
    return queue;
  }

  async runWithNeeded() {
    if (this.cancelled) return this.finish({ stopped: true });
    for (const cell of this.needed()) {
      this.say(python.ready ? `Running ${cell.name} first …` : STARTING);
      const found = await cell.execute();
      // An answer that is not right yet does not keep the next question from being tried.
      const isAnswer = cell.live && cell.group !== "chapter";
      if (found && !(found.text && isAnswer)) {
        return this.finish(found.text ? { above: cell.name } : found);
      }
    }
    this.say(python.ready ? "Running …" : STARTING);
    const started = performance.now();
    const found = await this.execute();
    this.finish(found, (performance.now() - started) / 1000);
  }

  async execute() {
    this.output?.clear();
    if (this.built) this.built.hidden = true;
    this.editor?.mark(0);
    const { source, name, group } = this;
    const found = await python.run({ source, name, group }, (kind, content) => this.show(kind, content));
    this.ran = !found;
    if (found?.text && !found.quiet) this.show("error", found.text);
    if (found?.line) this.editor?.mark(found.line);
    if (this.live) this.showState();
    return found;
  }

  show(kind, content) {
    // Set-up cells stay as the book shows them; only their errors are of interest.
    if (this.live) this.output.add(kind, content);
  }

  finish(found, seconds) {
    this.busy = false;
    this.say(verdict(found, seconds));
    this.showState();
  }
}

function verdict(found, seconds) {
  if (!found) return `Done in ${seconds.toFixed(1)} s.${offlineRemark()}`;
  if (found.above) return `Not run: ${found.above}, above, ended in an error.`;
  if (found.stopped) return "Stopped. All variables are gone; Run begins with the cells above.";
  if (found.failed && found.started) {
    return `Python has died (${found.failed}), and all variables with it. Run starts it again.`;
  }
  if (found.failed) return `Python could not be loaded (${found.failed}). Is the network there? Run tries again.`;
  if (found.quiet) return "Not right yet.";
  return found.line ? `An error in line ${found.line}.` : "An error.";
}

function offlineRemark() {
  const blocked = document.documentElement.dataset.offline === "blocked";
  return blocked ? " Not kept for use without a network: this browser blocks it." : "";
}

function element(name, classes, text = "") {
  const made = document.createElement(name);
  made.className = classes;
  made.textContent = text;
  return made;
}

python.onEnd = () => {
  for (const cell of cells) cell.ran = false;
};

const boxes = document.querySelectorAll("div.cell.tag_live, div.cell.tag_live-setup");
for (const box of boxes) cells.push(new Cell(box));

// The service worker fetches Python when the page is there, so that it is there when the
// network is not; readers who save data fetch it with their first run.
const saves = navigator.connection?.saveData || navigator.connection?.type === "cellular";
if (!saves && !obstacle()) {
  const files = RUNTIME.files.map((name) => base + name);
  window.keepForOffline = [...files, ...python.cases.map(({ url }) => url)];
}

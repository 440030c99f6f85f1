// Live cells: makes code cells editors over a Python: those tagged `live` over the page's
// own, and where the reader has a kernel, every cell of the chapter over that.
//
// A cell runs together with those above it that it needs: cells of its group that have
// not run yet. The chapter is one group, each exercise another, always over the page's own.

import { createEditor } from "./editor.js";
import { findKernel } from "./kernel.js";
import { Python } from "./python.js";
import { Output } from "./output.js";
import { forget, keep, kept } from "./keep.js";

const here = new URL(".", document.currentScript.src).href;
const base = `${here}${RUNTIME.name}/`;

const python = new Python(base, exercisesOfThePage());
const cells = [];
let queue = Promise.resolve();

// The exercise that a cell belongs to, or "chapter".
function groupOf(box) {
  const found = [...box.classList].find((name) => name.startsWith("live-of-"));
  return found?.replace("live-of-", "") ?? "chapter";
}

function exercisesOfThePage() {
  const groups = new Set([...document.querySelectorAll("[class*=live-of-]")].map(groupOf));
  return [...groups].map((slug) => ({ slug, url: `${here}cases/${slug}.json` }));
}

class Cell {
  // place: its place among all code cells of the page, live or not.
  constructor(box, place, runner) {
    const input = box.querySelector(".cell_input");
    Object.assign(this, { box, runner, group: groupOf(box) });
    this.key = `live:${location.pathname}:${place}`;
    this.live = box.classList.contains("tag_live");
    const number = cells.filter(({ live }) => live === this.live).length + 1;
    this.name = `${this.live ? "cell" : "set-up"} ${number}`;
    this.original = input.querySelector("pre").textContent.trimEnd();
    this.ran = false;
    if (this.live) this.equip(input, runner);
  }

  get source() {
    return this.live ? this.editor.text() : this.original;
  }

  get edited() {
    return this.source !== this.original;
  }

  // Put the editor in the place of the code, and the buttons below it.
  equip(input, runner) {
    this.built = this.box.querySelector(".cell_output");
    this.bar = element("div", "live-bar");
    this.runButton = this.button("Run", "Run (Shift+Enter)", () => this.run());
    this.stopButton = this.button("Stop", "Stop (Ctrl+.)", () => this.stop());
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
      onStop: () => this.stop(),
      onChange: () => this.changed(),
    });
    (input.closest("details") ?? input).after(this.bar, this.output.box); // folded, or not
    this.box.addEventListener("focusin", () => runner.obstacle() || runner.start(), { once: true });
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
    const obstacle = this.runner.obstacle();
    if (obstacle) return this.say(obstacle);
    Object.assign(this, { busy: true, cancelled: false });
    this.say(this.runner.ready ? "Waiting …" : this.runner.greeting);
    this.showState();
    queue = queue.then(() => this.runWithNeeded());
    return queue;
  }

  // End what runs, and what waits for it.
  stop() {
    const busy = cells.filter((cell) => cell.busy && cell.runner === this.runner);
    for (const cell of busy) cell.cancelled = true;
    const meanwhile = this.runner.stop();
    if (meanwhile) busy.forEach((cell) => cell.say(meanwhile));
  }

  async runWithNeeded() {
    if (this.cancelled) return this.finish(this.runner.stopped);
    for (const cell of this.needed()) {
      this.say(this.runner.ready ? `Running ${cell.name} first …` : this.runner.greeting);
      const found = await cell.execute();
      // An answer that is not right yet does not keep the next question from being tried.
      const isAnswer = cell.live && cell.group !== "chapter";
      if (found && !(found.text && isAnswer)) {
        return this.finish(found.text ? { above: cell.name } : found);
      }
    }
    this.say(this.runner.ready ? "Running …" : this.runner.greeting);
    const started = performance.now();
    const found = await this.execute();
    this.finish(found, (performance.now() - started) / 1000);
  }

  async execute() {
    this.output?.clear();
    if (this.built) this.built.hidden = true;
    this.editor?.mark(0);
    const { source, name, group } = this;
    const found = await this.runner.run({ source, name, group }, (kind, content) => this.show(kind, content));
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
  if (found.stopped && found.kept) return "Stopped. The variables are as they were then.";
  if (found.stopped) return "Stopped. All variables are gone; Run begins with the cells above.";
  if (found.lost) return "`rnncourse serve` has ended, or does not answer. Start it again, and open the address that it prints.";
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

// Make cells of the page: all of the chapter where there is a kernel, else the live ones.
function equip(kernel) {
  if (kernel) document.querySelectorAll(".launch > p").forEach((line) => (line.hidden = !line.hidden));
  const runners = new Set();
  const boxes = [...document.querySelectorAll("div.cell")].filter((box) => box.querySelector(".cell_input"));
  boxes.forEach((box, place) => {
    const runner = kernel && groupOf(box) === "chapter" ? kernel : python;
    if (runner === kernel) box.classList.add("tag_live");
    if (!box.matches(".tag_live, .tag_live-setup")) return;
    runners.add(runner);
    cells.push(new Cell(box, place, runner));
  });
  for (const runner of runners) {
    runner.onEnd = () => cells.filter((cell) => cell.runner === runner).forEach((cell) => (cell.ran = false));
  }
  return runners;
}

// The service worker fetches Python when the page is there, so that it is there when the
// network is not; readers who save data fetch it with their first run.
function keepPython() {
  const saves = navigator.connection?.saveData || navigator.connection?.type === "cellular";
  if (saves || python.obstacle()) return;
  const files = RUNTIME.files.map((name) => base + name);
  window.keepForOffline = [...files, ...python.cases.map(({ url }) => `${url}.bin`)];
}

findKernel().then((kernel) => {
  if (equip(kernel).has(python)) keepPython();
});

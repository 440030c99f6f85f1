// The page's Python: starts its worker when it is first needed, and ends it.
//
// Cells ask no more of a Python than this: greeting, obstacle(), start(), ready,
// run(cell, onOutput), stop(), stopped, onEnd. The other one is in kernel.js.

import { unpack } from "./unpack.js";

// The worker is started from a blob, because only then the page's Content-Security-Policy
// also holds for it: a reader's code cannot reach another site either.
async function spawn(base) {
  const script = await (await unpack(`${base}worker.js`, "text/javascript")).blob();
  const address = URL.createObjectURL(script);
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
}

export class Python {
  // base: where the runtime is; cases: released cases of the page's exercises, {slug, url}.
  constructor(base, cases) {
    Object.assign(this, { base, cases, greeting: "Starting Python (9 MB the first time) …" });
    this.forget();
    this.last = 0;
    this.onEnd = () => {}; // called when Python has gone, and its variables with it
  }

  forget() {
    Object.assign(this, { worker: null, starting: null, ready: false, runs: new Map() });
  }

  // What keeps every cell of this page from running, or "".
  obstacle() {
    if (location.protocol === "file:") {
      return "To run this cell, the page must come from a web server: rnncourse serve, or python3 -m http.server in the folder of the site, then open http://localhost:8000/.";
    }
    if (typeof WebAssembly !== "object") {
      return "This cell cannot run: WebAssembly is switched off in this browser. Its output below was computed when the book was built.";
    }
    if (typeof DecompressionStream !== "function") {
      return "This cell cannot run: the browser is older than 2023. Its output below was computed when the book was built.";
    }
    return "";
  }

  // Returns a promise of the worker, which need not be ready yet.
  start() {
    this.starting ??= this.connect();
    return this.starting;
  }

  async connect() {
    const mine = {};
    this.current = mine;
    try {
      const worker = await spawn(this.base);
      if (this.current !== mine) return worker.terminate();
      this.worker = worker;
      worker.onmessage = ({ data }) => this.receive(data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.end({ failed: event.message || "the worker ended" });
      };
      worker.postMessage({ start: { base: this.base, cases: this.cases } });
    } catch (error) {
      if (this.current === mine) this.end({ failed: error.message });
    }
  }

  // Run a cell. onOutput(kind, content) is called as output comes. Resolves to null, or to
  // {text, line, quiet} of an error, {stopped}, or {failed: text}.
  run(cell, onOutput) {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.runs.set(id, { onOutput, resolve });
      this.start().then(() => this.runs.has(id) && this.worker.postMessage({ id, ...cell }));
    });
  }

  receive({ ready, failed, id, kind, content, done }) {
    if (ready) this.ready = true;
    else if (failed) this.end({ failed });
    else if (kind) this.runs.get(id)?.onOutput(kind, content);
    else {
      this.runs.get(id)?.resolve(done);
      this.runs.delete(id);
    }
  }

  // What becomes of a cell that was stopped.
  get stopped() {
    return { stopped: true };
  }

  // Nothing interrupts WebAssembly: the worker ends, and with it all variables. Returns
  // what to say meanwhile.
  stop() {
    this.end(this.stopped);
    return "";
  }

  end(reason) {
    const { worker, ready, runs } = this;
    worker?.terminate();
    this.current = null;
    this.forget();
    this.onEnd();
    for (const { resolve } of runs.values()) resolve({ ...reason, started: ready });
  }
}

// Python on the reader's own machine: one kernel a page, of `rnncourse serve --kernel`.
// It is used as the page's own Python is (python.js); Stop leaves its variables alone.

import { explained, shown } from "./messages.js";
import { forgetToken, keptToken } from "./token.js";

// Returns the reader's kernel, which starts when it is first needed, or null.
export async function findKernel() {
  const token = keptToken();
  if (!token) return null;
  const kernel = new Kernel(token);
  try {
    await kernel.ask("", "GET");
    return kernel;
  } catch {
    forgetToken(); // of an earlier time
    return null;
  }
}

class Kernel {
  constructor(token) {
    this.token = token;
    this.greeting = "Starting Python on your machine …";
    this.forget();
    this.onEnd = () => {};
    addEventListener("pagehide", () => this.end({ stopped: true }));
  }

  forget() {
    const ended = { id: null, socket: null, starting: null, ready: false, stopping: false };
    Object.assign(this, ended, { runs: new Map(), names: new Map() });
  }

  obstacle() {
    return "";
  }

  async ask(path, method, body) {
    const headers = { Authorization: `token ${this.token}` };
    const answer = await fetch(`/api/kernels${path}`, { method, headers, body, keepalive: true });
    if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
    return answer.status === 204 ? null : answer.json();
  }

  start() {
    this.starting ??= this.connect();
    return this.starting;
  }

  async connect() {
    const mine = {};
    this.current = mine;
    try {
      const { id } = await this.ask("", "POST", "{}");
      if (this.current !== mine) return this.ask(`/${id}`, "DELETE");
      this.id = id;
      // The request above has left a cookie, so that no address holds the token.
      const address = `ws://${location.host}/api/kernels/${id}/channels?session_id=${id}`;
      this.socket = new WebSocket(address);
      this.socket.onmessage = ({ data }) => typeof data === "string" && this.receive(JSON.parse(data));
      await new Promise((resolve, reject) => {
        this.socket.onopen = resolve;
        this.socket.onclose = reject;
      });
      this.socket.onclose = () => this.current === mine && this.end({ lost: true });
      this.ready = true;
    } catch {
      if (this.current === mine) this.end({ lost: true });
    }
  }

  // As Python.run: resolves to null, or to {text, line} of an error, {stopped, kept},
  // {failed: text}, or {lost} when the command has ended.
  run({ source, name }, onOutput) {
    const id = crypto.randomUUID();
    return new Promise((resolve) => {
      this.runs.set(id, { name, onOutput, resolve, number: 0 });
      this.start().then(() => this.runs.has(id) && this.send(id, source));
    });
  }

  send(id, code) {
    const header = { msg_id: id, msg_type: "execute_request", version: "5.3", session: this.id };
    Object.assign(header, { username: "", date: new Date().toISOString() });
    const content = { code, silent: false, store_history: true, user_expressions: {} };
    Object.assign(content, { allow_stdin: false, stop_on_error: true });
    const rest = { parent_header: {}, metadata: {}, buffers: [], channel: "shell" };
    this.socket.send(JSON.stringify({ header, content, ...rest }));
  }

  receive(message) {
    const { msg_type: type, content, parent_header: parent } = message;
    const state = type === "status" && content.execution_state;
    if (state === "dead") {
      this.id = null; // there is nothing left to delete
      return this.end({ failed: "its process ended" });
    }
    const run = this.runs.get(parent?.msg_id);
    if (!run) return;
    if (type === "execute_input") {
      run.number = content.execution_count;
      this.names.set(run.number, run.name);
    } else if (type === "execute_reply") {
      run.reply = content;
    } else if (state === "idle") {
      run.idle = true; // all output has come
    } else if (shown(message)) {
      run.onOutput(...shown(message));
    }
    if (run.reply && run.idle) this.finish(parent.msg_id, run);
  }

  finish(id, { reply, number, resolve }) {
    const stopped = this.stopping && reply.ename === "KeyboardInterrupt";
    const found = reply.status === "ok" ? null : explained(reply, this.names, number);
    this.runs.delete(id);
    this.stopping = false;
    resolve(stopped ? this.stopped : found);
  }

  // What becomes of a cell that was stopped.
  get stopped() {
    return { stopped: true, kept: this.ready };
  }

  // The first time, interrupt; what does not listen, as some compiled code, is ended.
  // Returns what to say meanwhile.
  stop() {
    if (!this.runs.size) return "";
    if (!this.ready || this.stopping) return this.end({ stopped: true });
    this.stopping = true;
    this.ask(`/${this.id}/interrupt`, "POST").catch(() => this.end({ lost: true }));
    return "Stopping … Stop again ends Python itself.";
  }

  end(reason) {
    const { id, socket, ready, runs } = this;
    this.current = null;
    this.forget();
    if (socket) socket.onclose = null;
    socket?.close();
    if (id) this.ask(`/${id}`, "DELETE").catch(() => {}); // gone with the command
    this.onEnd();
    for (const { resolve } of runs.values()) resolve({ ...reason, started: ready });
    return "";
  }
}

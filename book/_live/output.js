// What a cell shows: text, tables, pictures, errors. Looks like the book's own output.

export class Output {
  constructor() {
    this.box = document.createElement("div");
    this.box.className = "live-output";
    this.box.setAttribute("role", "log");
    this.box.hidden = true;
  }

  get used() {
    return !this.box.hidden;
  }

  clear() {
    this.box.replaceChildren();
    this.box.hidden = true;
  }

  add(kind, content) {
    this.box.hidden = false;
    if (kind === "html" || kind === "svg") {
      // Markup of the reader's own code; the page's Content-Security-Policy runs no script in it.
      const part = this.part("div", kind);
      part.innerHTML = content;
      return;
    }
    const last = this.box.lastElementChild;
    const part = last?.dataset.kind === kind ? last : this.part("pre", kind);
    part.append(content);
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

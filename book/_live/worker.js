// One Python for a page, off the page's thread, so that an endless loop can be ended.
//
// The page sends {start: {base, cases}} once, then {id, source, name, group} for each
// cell. It receives {ready}, {failed: text} when Python cannot be loaded or has died,
// {id, kind, content} for output and {id, done: error or null} at the end.

import { unpack } from "./unpack.js";

let page; // the Page of live_cell.py, in Python

// Pyodide fetches its parts by their plain names.
function unpackForPyodide(base) {
  const types = { wasm: "application/wasm", json: "application/json" };
  const plain = self.fetch.bind(self);
  self.fetch = (url, options) =>
    String(url).startsWith(base) && !String(url).endsWith(".bin")
      ? unpack(String(url), types[String(url).split(".").pop()])
      : plain(url, options);
}

async function start({ base, cases }) {
  unpackForPyodide(base);
  const [python, packages, ...papers] = await Promise.all([
    loadPyodide({ indexURL: base }),
    fetch(`${base}packages.zip`).then((answer) => answer.arrayBuffer()),
    ...cases.map(({ url }) => unpack(url).then((answer) => answer.text())),
  ]);
  const site = "/lib/python3.11/site-packages";
  python.unpackArchive(packages, "zip", { extractDir: site });
  cases.forEach(({ slug }, place) => {
    python.FS.mkdirTree(`${site}/rnncourse/exercises/${slug}`);
    python.FS.writeFile(`${site}/rnncourse/exercises/${slug}/cases.json`, papers[place]);
  });
  const { Page } = python.pyimport("live_cell");
  page = Page((kind, content) => postMessage({ id: running, kind, content }));
}

let running = 0;

function run({ id, source, name, group }) {
  running = id;
  const found = page.run(source, name, group);
  const error = found?.toJs({ dict_converter: Object.fromEntries }) ?? null;
  found?.destroy();
  postMessage({ id, done: error });
}

// Cells that arrive while Python starts wait for it, in their order.
let turn = Promise.resolve();
self.onmessage = ({ data }) => {
  turn = turn
    .then(async () => {
      if (!data.start) return run(data);
      await start(data.start);
      return postMessage({ ready: true });
    })
    .catch((error) => postMessage({ failed: String(error) }));
};

// Build what live cells need: node build.mjs COURSE NUMPY.tar.gz OUT
//
//   OUT/page.js, site.js, live.css      scripts of the pages
//   OUT/sw.js                           service worker, for the root of the site
//   OUT/<digest>/*.bin                  Python, compressed: never changes under its address
//   OUT/licences.txt                    of everything in here

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { loadPyodide } from "pyodide";

const [course, numpy, out] = process.argv.slice(2).map((name) => path.resolve(name));
const sources = path.join(course, "book/_live");
const pyodide = path.join(course, "node_modules/pyodide");
const runtime = path.join(out, "runtime");

async function packPython() {
  const python = await loadPyodide({ indexURL: pyodide });
  for (const [place, root] of [["/course", course], ["/out", runtime]]) {
    python.FS.mkdir(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
  }
  python.FS.writeFile("/numpy.tar.gz", fs.readFileSync(numpy));
  python.runPython(fs.readFileSync(path.join(sources, "pack.py"), "utf8"));
}

// Pyodide's own files, as they are; its two scripts and ours are one, so that the page
// can start it from a blob (see python.js). It asks for a list of packages: none.
async function copyPyodide() {
  const read = (name) => fs.readFileSync(path.join(pyodide, name));
  const write = (name, content) => fs.writeFileSync(path.join(runtime, name), content);
  await bundle("worker.js", { outfile: path.join(runtime, "worker.js") });
  const own = fs.readFileSync(path.join(runtime, "worker.js"));
  write("worker.js", [read("pyodide.asm.js"), read("pyodide.js"), own].join("\n"));
  write("pyodide.asm.wasm", read("pyodide.asm.wasm"));
  const { info } = JSON.parse(read("pyodide-lock.json"));
  write("pyodide-lock.json", JSON.stringify({ info, packages: {} }));
}

// Rename the runtime to the digest of its content; return name and files.
function seal() {
  const digest = createHash("sha256");
  const files = fs.readdirSync(runtime).sort();
  for (const name of files) digest.update(name).update(fs.readFileSync(path.join(runtime, name)));
  const name = digest.digest("hex").slice(0, 16);
  fs.renameSync(runtime, path.join(out, name));
  return { name, files };
}

function bundle(name, options = {}) {
  return build({
    absWorkingDir: course,
    entryPoints: [path.join(sources, name)],
    outfile: path.join(out, name),
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome103", "firefox113", "safari16.4"],
    metafile: true,
    logLevel: "warning",
    ...options,
  });
}

function packagesOf(metafile) {
  const inputs = Object.keys(metafile.inputs).map((name) => name.match(/node_modules\/((@[^/]+\/)?[^/]+)/));
  return [...new Set(inputs.filter(Boolean).map((found) => found[1]))].sort();
}

function writeLicences(packages) {
  const parts = fs.readFileSync(path.join(sources, "licences.txt"), "utf8").trimEnd().split("\n---\n");
  for (const name of packages) {
    const folder = path.join(course, "node_modules", name);
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json")));
    const text = fs.readFileSync(path.join(folder, "LICENSE"), "utf8");
    parts.push(`${name} ${version}\n\n${text.trim()}`);
  }
  fs.writeFileSync(path.join(out, "licences.txt"), `${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`);
}

async function main() {
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(runtime, { recursive: true });
  await copyPyodide();
  await packPython();
  const sealed = seal();
  const { metafile } = await bundle("page.js", { define: { RUNTIME: JSON.stringify(sealed) } });
  for (const name of ["site.js", "sw.js", "live.css"]) await bundle(name);
  writeLicences(packagesOf(metafile));
}

// Without this, Node prints the line of Pyodide that threw: a megabyte.
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

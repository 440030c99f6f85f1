"""Sphinx extension: code cells tagged `live` run in the reader's browser.

A chapter marks cells with tags, and stays a plain notebook:

- `live`: an editor with Run, Stop and Reset over the page's own Python;
- `live-setup`: shown as ever, and run before the live cells below it.

Where the book comes from `rnncourse serve --kernel`, every code cell is a live one.

The directive `live-exercise` makes live cells of the questions of a released
exercise, each with its public check. What the browser loads is in `_live/`, built
once by `_live/build.mjs` and kept in `_build/live` until something in it changes.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOG = logging.getLogger(__name__)
CONDA = "share/jupyter/labextensions/@jupyterlite/xeus-python-kernel/static/numpy-*.tar.gz"
# What the built files come from, beside the packages that the lock files pin.
SOURCES = ("book/_live/*.*", "rnncourse/*.py", "rnncourse/*/*.py")
SOURCES += ("package-lock.json", "tools/wasm.txt")
NO_SCRIPT = '<noscript><p class="live-remark">To run this cell, allow JavaScript.</p></noscript>'
OF = "live-of-"  # begins the class that names the exercise of a cell


class LiveExercise(SphinxDirective):
    """Show the questions of an exercise as live cells, each with its public check.

    The arguments are the exercise and, if not all of its questions, their names:

        :::{live-exercise} 01_recurrent_neurons
        :::

    Outside HTML nothing is shown: the chapter links to the notebook.
    """

    required_arguments = 1
    optional_arguments = 20
    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return one container a cell, in the form of MyST-NB's own."""
        slug, *wanted = self.arguments
        path = Path(self.env.app.confdir, "exercises", slug, f"{slug}.ipynb")
        if not path.is_file():
            raise self.error(f"live-exercise: there is no {path}. `rnncourse build` derives it.")
        self.env.note_dependency(str(path))
        cells = exercise_cells(json.loads(path.read_text(encoding="utf-8")), wanted)
        missing = set(wanted) - {name for name, _ in cells}
        if missing:
            raise self.error(f"live-exercise: {slug} has no question {', '.join(missing)}.")
        made = [container(source, slug, live=bool(name)) for name, source in cells]
        return [addnodes.only("", *made, expr="html")]


def exercise_cells(notebook: dict, wanted: list[str]) -> list[tuple[str, str]]:
    """Return the cells of a released notebook up to its last question wanted.

    Args:
        notebook: The notebook, as JSON.
        wanted: Names of questions; all if empty.

    Returns:
        Name and text of each: a question's stub with its check, or, without a
        name, a cell that the questions need.
    """
    cells: list[tuple[str, str]] = []
    stub = ""
    for cell in notebook["cells"]:
        source, marks = "".join(cell["source"]), cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] != "code":
            continue
        if marks.get("solution"):
            stub = source
        elif marks.get("grade") and marks["grade_id"] in (wanted or [marks["grade_id"]]):
            cells.append((marks["grade_id"], f"{stub}\n\n\n{source}"))
        elif not marks:
            cells.append(("", source))
    last = max((place for place, (name, _) in enumerate(cells) if name), default=-1)
    return cells[: last + 1]


def container(source: str, slug: str, *, live: bool) -> nodes.container:
    """Return a code cell as MyST-NB makes them, which knows its exercise."""
    tag = "tag_live" if live else "tag_live-setup"
    code = nodes.literal_block(source, source, language="python")
    cell_input = nodes.container("", code, classes=["cell_input"])
    return nodes.container("", cell_input, classes=["cell", tag, OF + slug])


def note_page(app, doctree) -> None:
    """Remember a page that has code, with its exercises; say at live cells what they need."""
    classes = set()
    for node in doctree.findall(nodes.container):
        classes.update(node["classes"])
        if "tag_live" in node["classes"]:
            node.append(nodes.raw("", NO_SCRIPT, format="html"))
    if "cell" in classes:
        slugs = {name.removeprefix(OF) for name in classes if name.startswith(OF)}
        pages_of(app.env)[app.env.docname] = slugs


def pages_of(env) -> dict[str, set[str]]:
    """Return the pages that have code, each with the exercises in it."""
    if not hasattr(env, "live_pages"):
        env.live_pages = {}
    return env.live_pages


def forget_page(app, env, docname: str) -> None:
    """Forget what a page had before it is read again."""
    pages_of(env).pop(docname, None)


def install(app, env) -> list[str]:
    """Build what the browser needs, or take it from the last build, and copy it into the site.

    Returns:
        The pages to write again: all, where they name these files by their old digests.
    """
    if app.builder.format != "html" or not pages_of(env):
        return []
    course = Path(app.confdir)
    target = Path(app.outdir, "_static", "live")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(built(course), target)
    (target / "sw.js").replace(Path(app.outdir, "sw.js"))
    (target / "cases").mkdir()
    for slug in set().union(*pages_of(env).values()):
        cases = course / "exercises" / slug / "cases.json"
        packed = gzip.compress(cases.read_bytes(), mtime=0)  # some servers compress nothing
        (target / "cases" / f"{slug}.json.bin").write_bytes(packed)
    Path(app.outdir, ".nojekyll").touch()  # GitHub's pages drop folders with an underscore
    before, env.live_digest = getattr(env, "live_digest", ""), sources_digest(course)
    return [] if before == env.live_digest else sorted(env.found_docs)


def add_scripts(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give every page the script of all pages, and those with code that of cells."""
    pages = pages_of(app.env)
    if pages:
        app.add_js_file("live/site.js", loading_method="defer")
    if pagename in pages:
        app.add_js_file("live/page.js", loading_method="defer")
        app.add_css_file("live/live.css")


def built(course: Path) -> Path:
    """Return the folder of what `_live/build.mjs` makes; make it if its sources have changed."""
    numpy = next(Path(sys.prefix, "wasm").glob(CONDA), None)
    if numpy is None:
        raise ExtensionError("NumPy for the browser is missing in .venv/wasm: run `make setup`.")
    out = course / "_build" / "live"
    digest = sources_digest(course)
    stamp = out / ".sources"
    if stamp.is_file() and stamp.read_text() == digest:
        return out
    LOG.info("live cells: packing Python for the browser")
    node = shutil.which("node", path=f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}")
    command = [node or "node", course / "book/_live/build.mjs", course, numpy, out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ExtensionError(f"live cells: {' '.join(map(str, command))} failed:\n{done.stderr}")
    stamp.write_text(digest)
    return out


def sources_digest(course: Path) -> str:
    """Return one line that changes when any source of the built files does."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in course.glob(pattern)):
        digest.update(f"{path.relative_to(course)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def setup(app) -> dict:
    """Register the extension."""
    app.add_directive("live-exercise", LiveExercise)
    app.connect("env-purge-doc", forget_page)
    app.connect("doctree-read", note_page)
    app.connect("env-updated", install)
    app.connect("html-page-context", add_scripts)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

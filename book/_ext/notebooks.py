"""Sphinx extension: every page with code is published as a notebook that runs anywhere.

`published` makes it from a page that Sphinx has read. It needs no other file: its
first cell installs the course's package where that is missing, pictures are inside,
and its text is Markdown that Colab shows, too. It has no outputs; running it gives them.
The site has them in `notebooks/`, each under the name of its page.
"""

import posixpath
import re
from pathlib import Path

import nbformat
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_markdown import Markdown, cells_of, is_code

from rnncourse import __version__

FOLDER = "notebooks"  # in the site
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
INSTALL = '''# Installs the package of the course, if it is missing, and what it needs.
from importlib.util import find_spec

if find_spec("rnncourse") is None:
    extras = "plots,data" if find_spec("keras") else "plots,data,tf"
    %pip install --quiet "rnncourse[{extras}] @ git+ADDRESS@vVERSION"'''
MISSING = """# The package of the course comes with the course.
from importlib.util import find_spec

if find_spec("rnncourse") is None:
    raise ModuleNotFoundError(
        "rnncourse is missing. Install it from the folder of the course: "
        "pip install '.[plots,data,tf]'"
    )"""


def published(app, docname: str, document: nodes.document) -> nbformat.NotebookNode:
    """Return the notebook of a page.

    Args:
        app: Sphinx, whose configuration says where the course is published.
        docname: The name of the page.
        document: The page with its references resolved, as `html-page-context` has it.

    Returns:
        A notebook that is the same for the same page.
    """
    figures = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    originals = {name: path for path, (_, name) in app.env.images.items()}
    markdown = Markdown(
        link=lambda node: address(app, docname, node),
        file=lambda node: Path(app.srcdir, originals[posixpath.basename(node["uri"])]),
        numbers=figures,
    )
    cells = [code_cell(install_cell(app), {})]
    for kind, text, extra in cells_of(document, markdown):
        cells.append(code_cell(text, extra) if kind == "code" else text_cell(text, extra))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def code_cell(source: str, metadata: dict) -> nbformat.NotebookNode:
    """Return a code cell; JupyterLab folds it where the book does."""
    tags = metadata.get("tags", [])
    folded = {"jupyter": {"source_hidden": True}} if "hide-input" in tags else {}
    return new_code_cell(source, metadata=folded)


def text_cell(text: str, pictures: dict) -> nbformat.NotebookNode:
    """Return a text cell with its pictures inside."""
    return new_markdown_cell(text, **({"attachments": pictures} if pictures else {}))


def install_cell(app) -> str:
    """Return the first cell: it installs this edition's package, or says how."""
    repository = repository_of(app)
    if not repository:
        return MISSING
    return INSTALL.replace("ADDRESS", repository).replace("VERSION", __version__)


def repository_of(app) -> str:
    """Return the address of the course's repository, or "" while it has none."""
    return app.config.html_theme_options.get("repository_url", "").rstrip("/")


def address(app, docname: str, node: nodes.Element) -> str:
    """Return where a reference of a page leads to from its notebook, or "".

    A chapter is the notebook beside this one; everything else is on the site, if
    that has an address.
    """
    found = node.get("refuri", "")
    if re.match("[a-z]+:", found):
        return found
    if "filename" in node:  # a download
        page = f"_downloads/{node['filename']}"
    else:
        page = posixpath.normpath(posixpath.join(posixpath.dirname(docname), found))
        page = page if found else f"{docname}.html#{node.get('refid', '')}"
    name, _, place = page.partition(".html")
    if name == docname:
        return ""  # within the page
    if name in notebooks_of(app.env) and not place:
        return f"{posixpath.basename(name)}.ipynb"
    return app.config.html_baseurl and f"{app.config.html_baseurl.rstrip('/')}/{page}"


def notebooks_of(env) -> set[str]:
    """Return the pages that are published as notebooks."""
    if not hasattr(env, "notebooks"):
        env.notebooks = set()
    return env.notebooks


def note_page(app, document: nodes.document) -> None:
    """Remember a page with code."""
    if any(map(is_code, document.findall(nodes.container))):
        notebooks_of(app.env).add(app.env.docname)


def forget_page(app, env, docname: str) -> None:
    """Forget what a page was before it is read again."""
    notebooks_of(env).discard(docname)


def write(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Write the notebook of a page into the site."""
    if doctree is not None and pagename in notebooks_of(app.env):
        path = Path(app.outdir, FOLDER, f"{posixpath.basename(pagename)}.ipynb")
        path.parent.mkdir(exist_ok=True)
        nbformat.write(published(app, pagename, doctree), path)


def setup(app) -> dict:
    """Register the extension."""
    app.connect("env-purge-doc", forget_page)
    app.connect("doctree-read", note_page)
    app.connect("html-page-context", write)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

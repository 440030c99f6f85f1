"""Sphinx extension: which questions a reader has answered, on the page and in the contents.

The directive `progress` holds a table of links to chapters; each of its rows then says
how many questions that chapter asks. `_assets/questions.js` keeps the reader's answers,
in the browser and nowhere else, and counts them there:

    ::::{progress}
    | chapter | … |
    ::::
"""

import posixpath

from coursebook import predict
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

RESET = (
    '<p class="predict-reset" hidden>Your answers are kept in this browser. '
    '<button type="button">Forget them</button></p>'
)


class progress(nodes.General, nodes.Element):
    """A table of chapters, with the questions of each."""


class ProgressDirective(SphinxDirective):
    """Count the questions of the chapters to which a table links."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return one `progress` node with the table in it."""
        table = progress()
        self.state.nested_parse(self.content, self.content_offset, table)
        if next(iter(table.findall(nodes.row)), None) is None:
            raise self.error("progress: the body must be a table of links to chapters.")
        return [table]


def questions_of(env) -> dict[str, list[str]]:
    """Return the keys of the questions of each page that asks any."""
    if not hasattr(env, "questions"):
        env.questions = {}
    return env.questions


def note_questions(app, doctree) -> None:
    """Remember the questions of a page."""
    keys = [node["key"] for node in doctree.findall(predict)]
    if keys:
        questions_of(app.env)[app.env.docname] = keys


def forget_page(app, env, docname: str) -> None:
    """Forget what a page had before it is read again."""
    questions_of(env).pop(docname, None)


def show_counts(app, doctree, docname: str) -> None:
    """Write into the last cell of each row how many questions its chapter asks."""
    for table in list(doctree.findall(progress)):
        for row in table.findall(nodes.row):
            pages = linked(row, docname)
            keys = [key for page in pages for key in questions_of(app.env).get(page, [])]
            if keys:
                row[-1].append(nodes.raw("", count(keys), format="html"))
        reset = nodes.raw("", RESET, format="html")
        table.replace_self(nodes.container("", *table.children, reset, classes=["chapters"]))


def linked(row: nodes.row, docname: str) -> list[str]:
    """Return the pages to which a row links."""
    links = [link.get("refuri", "") for link in row.findall(nodes.reference)]
    here = posixpath.dirname(docname)
    pages = [posixpath.join(here, link.removesuffix(".html")) for link in links]
    return [posixpath.normpath(page) for page in pages]


def count(keys: list[str]) -> str:
    """Return the count of a chapter, with the keys from which the script counts the answered."""
    words = f"{len(keys)} question{'s' * (len(keys) > 1)}"
    return f'<p class="predict-count" data-keys="{" ".join(keys)}">{words}</p>'


def pages_with_counts(app, env) -> list[str]:
    """Return the pages to write again when questions have changed anywhere: the root has them."""
    before, env.questions_written = getattr(env, "questions_written", None), dict(questions_of(env))
    return [] if before == questions_of(env) else [app.config.root_doc]


def setup(app) -> dict:
    """Register the extension."""
    app.add_node(progress)
    app.add_directive("progress", ProgressDirective)
    app.connect("env-purge-doc", forget_page)
    app.connect("doctree-read", note_questions)
    app.connect("env-updated", pages_with_counts)
    app.connect("doctree-resolved", show_counts)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

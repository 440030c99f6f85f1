"""Sphinx extension: the book on paper, which `make pdf` typesets.

All pages become one document: chapters, then the back matter as appendices. Paper does
not fold and cannot move, so questions stand with lettered options and their answers at
the end; cells whose code is folded on the web show what they draw; and every drawing is
turned into vectors. What it looks like is in `_print/course.sty`.
"""

import hashlib
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import ClassVar

from coursebook import VERDICTS, predict, predict_option
from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.transforms.post_transforms.images import ImageConverter

BIBLIOGRAPHY = "book/bibliography"  # which LaTeX makes itself, at the end
CHAPTER = re.compile(r"book/\d\d_")
STEPPED = re.compile(
    r'<figure class="stepped">(<svg.*</svg>)<ol>(.*)</ol><figcaption>(.*)</figcaption>'
)
LONG = 900  # signs; a table with more takes a third of a page
LETTERS = "ABCDEFGH"
# Drawings take the colour and the type of what is around them.
DRAWING_STYLE = "svg { color: #333; font-family: 'DejaVu Sans'; }"


def latex(text: str) -> nodes.raw:
    """Return LaTeX as a node."""
    return nodes.raw("", text, format="latex")


class Questions(SphinxPostTransform):
    """Print each question with lettered options, and what is said to them at the end."""

    default_priority = 4
    formats = ("latex",)

    def run(self, **kwargs: object) -> None:
        """Replace every `predict` node, and append a chapter of answers."""
        answers = nodes.section("", nodes.title("", "Answers"), ids=["answers"])
        for chapter, page in enumerate(self.document.findall(addnodes.start_of_file), 1):
            title = next(page.findall(nodes.title)).astext()
            about = nodes.section("", nodes.title("", title), ids=[f"answers-{chapter}"])
            for place, question in enumerate(list(page.findall(predict)), 1):
                about += answered(question, f"{chapter}.{place}")
                question.replace_self(printed(question, f"{chapter}.{place}"))
            if len(about) > 1:
                answers += about
        if len(answers) > 1:
            self.document[0] += answers


def printed(question: predict, number: str) -> list[nodes.Node]:
    """Return a question with lettered options."""
    text, *options = question.children
    items = [nodes.list_item("", nodes.paragraph("", "", *option[0])) for option in options]
    return [
        latex(f"\\begin{{coursequestion}}{{{number}}}"),
        nodes.paragraph("", "", *text.children),
        lettered(items),
        latex("\\end{coursequestion}"),
    ]


def answered(question: predict, number: str) -> list[nodes.Node]:
    """Return what is said to each option of a question."""
    options = question.children[1:]
    right = LETTERS[[option["right"] for option in options].index(True)]
    items = [nodes.list_item("", *feedback(option)) for option in options]
    return [latex(f"\\courseanswer{{{number}}}{{{right}}}"), lettered(items)]


def feedback(option: predict_option) -> list[nodes.Node]:
    """Return the feedback to an option, with the verdict before it."""
    verdict = nodes.strong("", VERDICTS[option["right"]][1])
    first, *rest = option.children[1:]
    if not isinstance(first, nodes.paragraph):
        return [nodes.paragraph("", "", verdict), first, *rest]
    return [nodes.paragraph("", "", verdict, nodes.Text(" "), *first.children), *rest]


def lettered(items: list[nodes.Node]) -> nodes.enumerated_list:
    """Return a list whose items are A, B, C, …"""
    return nodes.enumerated_list("", *items, enumtype="upperalpha", prefix="", suffix="")


class Arrangement(SphinxPostTransform):
    """Begin the appendices where the chapters end, and leave out what is folded on the web."""

    default_priority = 900  # LaTeX has the references at its end by now
    formats = ("latex",)

    def run(self, **kwargs: object) -> None:
        """Change the document in place."""
        pages = list(self.document.findall(addnodes.start_of_file))
        for back in [page for page in pages if not CHAPTER.match(page["docname"])][:1]:
            back.parent.insert(back.parent.index(back), latex("\\appendix"))
        for page in pages:
            if page["docname"] == BIBLIOGRAPHY:
                page.parent.remove(page)
        for node in list(self.document.findall(nodes.container)):
            if "cell_input" in node["classes"] and "tag_hide-input" in node.parent["classes"]:
                node.parent.remove(node)
        for table in self.document.findall(nodes.table):
            if len(table.astext()) > LONG or "calls" in table.parent["classes"]:
                divide(table)


def divide(table: nodes.table) -> None:
    """Let a table go on on the next page; a column with four times the text is twice as wide."""
    rows = [row.children for row in table.findall(nodes.row)]
    for place, column in enumerate(table.findall(nodes.colspec)):
        signs = sum(len(row[place].astext()) for row in rows)
        column["colwidth"] = max(1, round(signs**0.5))
    table["classes"] += ["longtable", "colwidths-given"]


class Stills(SphinxPostTransform):
    """Print a picture that is told in steps as it is at the end, with its steps below it."""

    default_priority = 3
    formats = ("latex",)

    def run(self, **kwargs: object) -> None:
        """Replace the outputs that hold such a picture."""
        for node in list(self.document.findall(nodes.raw)):
            found = STEPPED.match(node.astext())
            if found:
                output = node.parent.parent  # what is given in several formats
                output.replace_self(self.still(*found.groups()))

    def still(self, svg: str, steps: str, caption: str) -> list[nodes.Node]:
        """Return the picture, what it shows, and a list of the steps."""
        digest = hashlib.sha256(svg.encode()).hexdigest()
        path = Path(self.app.outdir, "stills", f"{digest}.svg")
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, "utf-8")
        self.env.images.add_file(self.env.docname, str(path))
        image = nodes.image(uri=str(path), candidates={"*": str(path)}, align="center")
        texts = [unescape(step) for step in re.findall("<li>(.*?)</li>", steps)]
        items = [nodes.list_item("", nodes.paragraph("", text)) for text in texts]
        listed = nodes.enumerated_list("", *items, enumtype="arabic", prefix="", suffix=".")
        return [image, nodes.paragraph("", "", nodes.emphasis("", unescape(caption))), listed]


class Drawings(ImageConverter):
    """Turn SVG into PDF, in which it stays vectors."""

    conversion_rules: ClassVar = [("image/svg+xml", "application/pdf")]

    def is_available(self) -> bool:
        """Return true, or say what is missing: without drawings there is no book."""
        if shutil.which("rsvg-convert") is None:
            raise ExtensionError("rsvg-convert is missing: tools/system_packages.sh librsvg2-bin")
        return True

    def convert(self, _from: str, _to: str) -> bool:
        """Write a drawing as PDF."""
        style = Path(_to).with_name("drawing.css")
        style.write_text(DRAWING_STYLE)
        command = ["rsvg-convert", "--format=pdf", f"--stylesheet={style}", f"--output={_to}"]
        subprocess.run([*command, _from], check=True)
        return True


def name_document(app, config) -> None:
    """Make one document of what the contents list; the root is a page of the web alone."""
    name = "rnn-step-by-step.tex"
    config.latex_documents = [(config.root_doc, name, "", config.author, "manual", True)]


def setup(app) -> dict:
    """Register the extension."""
    app.connect("config-inited", name_document, priority=900)
    for transform in (Questions, Arrangement, Stills, Drawings):
        app.add_post_transform(transform)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

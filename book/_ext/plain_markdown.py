"""What Sphinx has read, as Markdown that every notebook program shows: no roles, no directives.

References are resolved by then: an equation has its number, a citation its authors.
`Markdown` writes blocks; what stands inside a line is in `INLINE`, by the name of its node.
"""

import base64
import mimetypes
import re
import string
import textwrap
from collections.abc import Iterator

from coursebook import VERDICTS
from docutils import nodes

SPECIAL = re.compile(r"([\\`*_<$])")
SILENT = (nodes.comment, nodes.target, nodes.raw, nodes.system_message)


class Markdown:
    """Write nodes of one page as Markdown.

    Args:
        link: Returns where a reference leads to in a notebook, or "".
        file: Returns the file of a picture.
        numbers: Numbers of the page's figures by their ids.
    """

    def __init__(self, link, file, numbers: dict) -> None:
        self.link, self.file, self.numbers = link, file, numbers
        self.attachments: dict[str, dict[str, str]] = {}  # pictures since the last `take`

    def take(self) -> dict[str, dict[str, str]]:
        """Return the pictures that were written since the last call, as attachments of a cell."""
        taken, self.attachments = self.attachments, {}
        return taken

    def block(self, node: nodes.Node) -> str:
        """Return one block, without the line ends around it."""
        if isinstance(node, SILENT):
            return ""
        write = getattr(self, node.__class__.__name__, None)
        if write is not None:
            return write(node)
        if isinstance(node, nodes.TextElement):
            return self.line(node)
        return self.blocks(node.children)

    def blocks(self, children: list[nodes.Node]) -> str:
        """Return blocks with an empty line between any two."""
        return "\n\n".join(filter(None, map(self.block, children)))

    def line(self, node: nodes.Node) -> str:
        """Return what stands inside a line."""
        if isinstance(node, nodes.Text):
            return SPECIAL.sub(r"\\\1", str(node).replace("\n", " "))
        write = INLINE.get(node.__class__.__name__)
        if write is not None:
            return write(self, node)
        return "" if isinstance(node, SILENT) else "".join(map(self.line, node.children))

    def reference(self, node: nodes.Element) -> str:
        """Return a link, or its text alone where notebooks have nothing to link to."""
        text, address = "".join(map(self.line, node.children)), self.link(node)
        return f"[{text}]({address})" if address else text

    def picture(self, node: nodes.Element) -> str:
        """Return a picture, which the cell then carries with it."""
        path = self.file(node)
        kind = mimetypes.guess_type(path.name)[0]
        self.attachments[path.name] = {kind: base64.b64encode(path.read_bytes()).decode()}
        return f"![{node.get('alt', '')}](attachment:{path.name})"

    def title(self, node: nodes.title) -> str:
        """Return a heading."""
        depth, above = 0, node.parent
        while isinstance(above, nodes.section):
            depth, above = depth + 1, above.parent
        return f"{'#' * max(depth, 1)} {self.line_of(node)}"

    def line_of(self, node: nodes.Node) -> str:
        """Return the text of a block in one line."""
        return "".join(map(self.line, node.children)).strip()

    def image(self, node: nodes.image) -> str:
        """Return a picture that stands alone."""
        return self.picture(node)

    def caption(self, node: nodes.caption) -> str:
        """Return a caption, with the number of its figure."""
        names = node.parent.get("ids", [])
        number = next((self.numbers[name] for name in names if name in self.numbers), ())
        label = f"**Fig. {'.'.join(map(str, number))}** " if number else ""
        return label + self.line_of(node)

    def math_block(self, node: nodes.math_block) -> str:
        """Return a formula, with its number if it has one."""
        tag = f"\n\\tag{{{node['number']}}}" if node.get("number") else ""
        return f"$$\n{node.astext().strip()}{tag}\n$$"

    def literal_block(self, node: nodes.literal_block) -> str:
        """Return text as it is."""
        return f"```{node.get('language', '')}\n{node.astext().rstrip()}\n```"

    def bullet_list(self, node: nodes.bullet_list) -> str:
        """Return a list."""
        return "\n".join(indented("- ", self.blocks(item.children)) for item in node.children)

    def enumerated_list(self, node: nodes.enumerated_list) -> str:
        """Return a list with numbers."""
        items = enumerate(node.children, start=node.get("start", 1))
        return "\n".join(indented(f"{i}. ", self.blocks(item.children)) for i, item in items)

    def block_quote(self, node: nodes.Element) -> str:
        """Return a quotation."""
        return quoted(self.blocks(node.children))

    def admonition(self, node: nodes.Element) -> str:
        """Return a box as a quotation under its title."""
        title, *body = node.children
        return quoted(f"**{self.line_of(title)}**\n\n{self.blocks(body)}")

    def table(self, node: nodes.table) -> str:
        """Return a table whose first row is its head."""
        rows = [self.row(row) for row in node.findall(nodes.row)]
        columns = len(next(iter(node.findall(nodes.row))).children)
        return "\n".join([rows[0], "| --- " * columns + "|", *rows[1:]])

    def row(self, node: nodes.row) -> str:
        """Return a row of a table."""
        entries = [self.blocks(entry.children).replace("|", "\\|") for entry in node.children]
        return f"| {' | '.join(entries)} |"

    def predict(self, node: nodes.Element) -> str:
        """Return a question with its options; the answers are folded."""
        question, *options = node.children
        named = list(zip(string.ascii_lowercase, options, strict=False))
        choices = [f"- ({name}) {self.line_of(option[0])}" for name, option in named]
        answers = [
            f"**({name}) {VERDICTS[option['right']][1]}** {self.blocks(option.children[1:])}"
            for name, option in named
        ]
        folded = ["<details><summary>The answers</summary>", *answers, "</details>"]
        asked = f"**Predict first.** {self.line_of(question)}"
        return "\n\n".join([asked, "\n".join(choices), *folded])


INLINE = {
    "math": lambda md, node: f"${node.astext()}$",
    "literal": lambda md, node: f"`{node.astext()}`",
    "emphasis": lambda md, node: f"*{md.line_of(node)}*",
    "strong": lambda md, node: f"**{md.line_of(node)}**",
    "reference": Markdown.reference,
    "download_reference": Markdown.reference,
    "image": Markdown.picture,
}


def indented(mark: str, text: str) -> str:
    """Return the text of an item behind its mark."""
    return mark + textwrap.indent(text, " " * len(mark))[len(mark) :]


def quoted(text: str) -> str:
    """Return text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def cells_of(document: nodes.document, markdown: Markdown) -> Iterator[tuple[str, str, dict]]:
    """Yield the cells of a page in their order: kind, text, and pictures or tags.

    Text is cut into cells at headings. Outputs are left out, but for their captions.
    """
    written: list[str] = []
    for node in pieces(document):
        code = is_code(node)
        if (code or isinstance(node, nodes.title)) and written:
            yield "markdown", "\n\n".join(written), markdown.take()
            written = []
        if code:
            yield "code", source_of(node), node.get("cell_metadata", {})
        text = captions(node, markdown) if code else markdown.block(node)
        written += [text] if text else []
    if written:
        yield "markdown", "\n\n".join(written), markdown.take()


def pieces(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the blocks of a page, sections opened; not its exercises, which have notebooks."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from pieces(child)
        elif "cell" not in child.get("classes", []) or is_code(child):
            yield child


def is_code(node: nodes.Node) -> bool:
    """Return whether a block is a code cell of the page."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def source_of(cell: nodes.container) -> str:
    """Return the text of a code cell."""
    return next(iter(cell.findall(nodes.literal_block))).astext().rstrip()


def captions(cell: nodes.container, markdown: Markdown) -> str:
    """Return the captions of the figures that a cell draws."""
    return "\n\n".join(map(markdown.caption, cell.findall(nodes.caption)))

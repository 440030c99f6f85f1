"""Strangers' text, fit for a page: shortened, and with nothing in it that cannot be seen."""

import re

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

LINE, LINES = 400, 150
"""Signs of a line and lines of a text that are shown."""
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, terminal escapes, and signs that turn the order of the text around them."""
CODE = re.compile(r"`([^`\n]+)`")
FORMAT = HtmlFormatter(nowrap=True)


def legible(text: str, *, line: int = LINE, lines: int = LINES) -> str:
    r"""Return text of which every sign is seen, and none moves another.

    Args:
        text: Anything.
        line: Signs of a line that are kept.
        lines: Lines that are kept.

    >>> legible("a\x1b[2Jb\u202ec")
    'a⟨U+001B⟩[2Jb⟨U+202E⟩c'
    """
    kept = text[: line * lines * 2].replace("\r\n", "\n").split("\n")
    shown = [each if len(each) <= line else f"{each[:line]} …" for each in kept[:lines]]
    if len(kept) > lines or len(text) > line * lines * 2:
        shown.append("… (it goes on)")
    return HIDDEN.sub(lambda sign: f"⟨U+{ord(sign[0]):04X}⟩", "\n".join(shown))


def highlighted(code: str) -> Markup:
    """Return Python code as HTML: escaped, its kinds of words in spans."""
    return Markup(highlight(legible(code), PythonLexer(), FORMAT).rstrip("\n"))  # noqa: S704


def with_code(text: str) -> Markup:
    """Return a sentence as HTML: escaped, and what stands between backticks as code.

    >>> with_code("use `a < b`")
    Markup('use <code>a &lt; b</code>')
    """
    pieces = CODE.split(legible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    )

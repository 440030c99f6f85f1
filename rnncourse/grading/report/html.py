"""Pieces of HTML. Every text of a stranger goes through `text` or `code`, and so is no HTML.

A policy in the page forbids scripts and all requests besides, should a piece forget.
"""

from collections.abc import Iterable, Sequence
from html import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
JOINERS = "\u200c\u200d"
"""Without them names in Persian, Hindi and others are misspelt."""
LINES = 30
"""Lines of code that are shown, unless there is more to compare."""
LENGTH = 200
"""Signs of a line that are shown."""
STYLE = """
:root { color-scheme: light dark; --page: #fdfcf9; --text: #24292e; --soft: #545b62;
  --line: #ddd7cb; --panel: #f4f1ea; --link: #005f91; --warn: #a63c00; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14171a; --text: #dcdad4;
  --soft: #a5aab0; --line: #363d44; --panel: #1e2327; --link: #6cbcec; --warn: #ff9f66; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--page);
  color: var(--text); font: 1rem/1.55 "Atkinson Hyperlegible Next", system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; }
h2 { margin: 3rem 0 .6rem; font-size: 1.4rem; border-bottom: 1px solid var(--line); }
h3 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
p { max-width: 42rem; margin: .5rem 0; }
a { color: var(--link); }
.soft { color: var(--soft); }
.warn { color: var(--warn); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; padding: 0; list-style: none; }
.facts b { display: block; font-size: 1.6rem; line-height: 1.2; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .25rem .9rem .25rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid var(--line); }
td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td svg { display: inline-block; margin-right: .6rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; }
figure { margin: 0; }
figcaption { font-size: .9rem; }
svg { display: block; }
pre { margin: .4rem 0; padding: .6rem .8rem; background: var(--panel); border-radius: 4px;
  font: .8rem/1.45 "Atkinson Hyperlegible Mono", ui-monospace, Menlo, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.two > div { min-width: 0; }
summary { cursor: pointer; }
@media (max-width: 40rem) { .two { grid-template-columns: 1fr; } h2 { margin-top: 2.2rem; } }
@page { margin: 1.5cm; }
@media print { :root { color-scheme: light; } nav { display: none; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, pre, tr, .two { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""


def visible(words: str) -> str:
    r"""Return text in which nothing is hidden: controls and reversed writing are spelt out.

    >>> print(visible(f"a{chr(0x202E)}b"))
    a\u202eb
    """
    return "".join(
        sign
        if sign.isprintable() or sign in f"\n{JOINERS}"
        else "    "
        if sign == "\t"
        else ascii(sign)[1:-1]
        for sign in words
    )


def text(words: str) -> str:
    """Return a stranger's text as HTML that stands for itself, whatever its direction."""
    return f"<bdi>{escape(visible(words))}</bdi>"


def name(words: str) -> str:
    """Return the name of an exercise or a question, which may break after an underscore."""
    return text(words).replace("_", "_<wbr>")


def code(source: str, most: int = LINES) -> str:
    """Return code as HTML, long lines and what is beyond so many lines cut."""
    lines = visible(source).splitlines()
    shown = [line if len(line) <= LENGTH else f"{line[:LENGTH]} …" for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"… {len(lines) - most} more lines")
    return f"<pre><code>{escape(chr(10).join(shown))}</code></pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Return a table.

    Args:
        head: What the columns are, as HTML.
        rows: The cells, as HTML.
        numbers: The columns of numbers.
    """
    right = set(numbers)

    def cells(kind: str, row: Sequence[str]) -> str:
        style = [' class="number"' if place in right else "" for place in range(len(row))]
        return "".join(
            f"<{kind}{own}>{cell}</{kind}>" for own, cell in zip(style, row, strict=True)
        )

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0"><table><thead><tr>{cells("th", head)}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def folded(summary: str, body: str) -> str:
    """Return what can be opened; both are HTML."""
    return f"<details><summary>{summary}</summary>\n{body}\n</details>"


def document(title: str, body: str) -> str:
    """Return a whole page, which asks nobody for anything.

    Args:
        title: Its title, as text.
        body: What is in it, as HTML.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )

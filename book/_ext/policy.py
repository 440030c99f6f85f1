"""Sphinx extension: a Content-Security-Policy in every page, strict enough to mean something.

Pages run scripts of the site itself and the few inline ones that the theme writes,
by their hashes; nothing comes from another origin, and nothing goes there. Allowed
beside that, because the page does not work without:

- `style-src 'unsafe-inline'`: MathJax sets formulas with style attributes and
  elements that it writes itself, and so does the editor of live cells;
- `img-src data:`: the theme's small icons are in its style sheet;
- `script-src 'wasm-unsafe-eval'`: Python in the page is WebAssembly. It allows that
  and no `eval` of text;
- `script-src 'unsafe-hashes'`: two buttons of the theme have their handlers in the
  markup; it allows these two texts;
- `worker-src blob:`: only a worker that starts from a blob is under the page's policy.

It is a meta element, so that it holds on any server of static files.
"""

import base64
import hashlib
import re
from html import unescape
from pathlib import Path

SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
HANDLER = re.compile(r"""\son[a-z]+=(?:"([^"]*)"|'([^']*)')""")
START = re.compile(r"<head>|^(?=<meta)")  # the redirect at the root has no head
ELEMENT = '<meta http-equiv="Content-Security-Policy" content="{}">'
POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'self'; base-uri 'self'"
)


def guarded(page: str, handlers: set[str]) -> str:
    """Return a page with a policy for what is in it; one that has a policy stays as it is.

    Args:
        page: Its HTML.
        handlers: What event attributes of the site say; the search reads other pages.

    Returns:
        Its HTML.
    """
    if ELEMENT.partition("{}")[0] in page:
        return page
    texts = sorted({*SCRIPT.findall(page), *handlers})
    scripts = ["'self'", "'wasm-unsafe-eval'", "'unsafe-hashes'", *map(digest, texts)]
    element = ELEMENT.format(POLICY.format(scripts=" ".join(scripts)))
    return START.sub(lambda found: found[0] + element, page, count=1)


def handlers_of(page: str) -> set[str]:
    """Return what the event attributes of a page say."""
    return {unescape(one or other) for one, other in HANDLER.findall(page)}


def digest(text: str) -> str:
    """Return a source expression that allows one text."""
    binary = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(binary).decode()}'"


def guard(app, exception) -> None:
    """Write the policy into every page, once."""
    if exception is not None or app.builder.format != "html":
        return
    pages = {path: path.read_text("utf-8") for path in Path(app.outdir).rglob("*.html")}
    handlers = set().union(*map(handlers_of, pages.values()))
    for path, page in pages.items():
        path.write_text(guarded(page, handlers), "utf-8")


def setup(app) -> dict:
    """Register the extension; the last to touch a page."""
    app.connect("build-finished", guard, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

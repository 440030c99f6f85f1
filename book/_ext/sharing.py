"""Sphinx extension: what others see of the site: the card of a link, and the page for lost readers.

A card needs the site's address, `html_baseurl` in `_config.yml`; without it the picture's
address is relative, which some readers of cards take and others do not.
"""

import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes

DESCRIPTION = re.compile(r'<meta (?=[^>]*name="description")[^>]*content="([^"]*)"')
CARD = "_static/card.png"  # 1200 × 630
CARD_SHOWS = "Four copies of a recurrent cell in a row, each handing its state to the next."


def add_card(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Describe a page to those who show its link: title, description and picture."""
    if doctree is None:
        return
    title = next(iter(doctree.findall(nodes.title)), None)
    said = DESCRIPTION.search(context["metatags"])
    address = app.config.html_baseurl or context["content_root"]
    card = {
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:title": title.astext() if title else app.config.html_title,
        "og:description": unescape(said[1]) if said else "",
        "og:image": f"{address.rstrip('/')}/{CARD}",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": CARD_SHOWS,
    }
    lines = [f'<meta property="{name}" content="{escape(text)}" />' for name, text in card.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image" />')
    context["metatags"] += "\n".join(lines) + "\n"


def write_lost_page(app, exception) -> None:
    """Put the page for addresses that are not there where servers of static files look."""
    if exception is None and app.builder.format == "html":
        page = Path(app.confdir, "book", "_assets", "404.html").read_text("utf-8")
        home = escape(app.config.html_baseurl or "./")
        Path(app.outdir, "404.html").write_text(page.replace("{{ home }}", home), "utf-8")
        Path(app.outdir, "_static", "404.html").unlink(missing_ok=True)


def add_icon(app, exception) -> None:
    """Name the icon in the redirect at the root: browsers would ask for one elsewhere."""
    root = Path(app.outdir, "index.html")
    if exception is not None or app.builder.format != "html" or not root.is_file():
        return
    page = root.read_text("utf-8")
    if 'rel="icon"' not in page:
        root.write_text(f'{page}<link rel="icon" href="_static/favicon.svg">\n', "utf-8")


def setup(app) -> dict:
    """Register the extension; it reads the descriptions that `coursebook` adds."""
    app.connect("html-page-context", add_card, priority=800)
    app.connect("build-finished", write_lost_page)
    app.connect("build-finished", add_icon, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

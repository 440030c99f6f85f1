"""Sphinx extension: what others see of the site: cards of links, the list of pages, its version.

Cards, canonical links and the list of pages need the site's address: `html.baseurl` in
`_config.yml`, or SITE_URL in the environment. Without it there is no list, and the address
of a card's picture is relative, which some readers of cards take and others do not.
"""

import os
import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes

from rnncourse import __version__

DESCRIPTION = re.compile(r'<meta (?=[^>]*name="description")[^>]*content="([^"]*)"')
SITEMAP_START = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
CARD = "_static/card.png"  # 1200 × 630
CARD_SHOWS = "Four copies of a recurrent cell in a row, each handing its state to the next."


def name_edition(app, config) -> None:
    """Take the site's address, which ends in a slash, and show the version below every page."""
    address = os.environ.get("SITE_URL") or config.html_baseurl
    config.html_baseurl = address and f"{address.rstrip('/')}/"
    config.version = config.release = __version__
    config.html_theme_options["extra_footer"] = f"Version {__version__}"


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


def list_pages(app, exception) -> None:
    """Write the list of pages for search engines, which take whole addresses only."""
    if exception is not None or app.builder.format != "html":
        return
    site, address = Path(app.outdir), app.config.html_baseurl
    if not address:
        for name in ("sitemap.xml", "robots.txt"):
            (site / name).unlink(missing_ok=True)
        return
    pages = [f"<url><loc>{escape(address)}{page}.html</loc></url>" for page in app.env.found_docs]
    lines = [SITEMAP_START, *sorted(pages), "</urlset>"]
    (site / "sitemap.xml").write_text("\n".join(lines) + "\n", "utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n"
    (site / "robots.txt").write_text(robots, "utf-8")


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
    app.connect("config-inited", name_edition)
    app.connect("html-page-context", add_card, priority=800)
    app.connect("build-finished", list_pages)
    app.connect("build-finished", write_lost_page)
    app.connect("build-finished", add_icon, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

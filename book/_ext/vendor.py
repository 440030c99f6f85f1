"""Sphinx extension: scripts and type of the book come from the book itself.

Everything is copied at build time from `node_modules`, with its licence, where
`package-lock.json` pins it. What live cells need is built by `live.py`. What the theme
brings and no page needs is left out.
"""

import re
import shutil
from pathlib import Path

from sphinx.errors import ExtensionError

# What the built book takes from each npm package: paths inside the package.
VENDORED = {
    "mathjax": (
        "LICENSE",
        "es5/tex-chtml.js",
        "es5/input/tex/extensions",
        "es5/output/chtml/fonts/woff-v2",
    ),
    "@fontsource-variable/atkinson-hyperlegible-next": (
        "LICENSE",
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "files/atkinson-hyperlegible-next-latin-wght-italic.woff2",
    ),
    "@fontsource-variable/atkinson-hyperlegible-mono": (
        "LICENSE",
        "files/atkinson-hyperlegible-mono-latin-wght-normal.woff2",
    ),
}
MATHJAX = "vendor/mathjax/es5/tex-chtml.js"

# The theme's style sheet draws its icons from a font; this script, 1.5 MB a page, is for
# icons of one's own. The rest is for readers of its sources, and for old browsers.
ICON_SCRIPT = re.compile(r"<script[^>]*/fontawesome\.js[^>]*></script>")
LEFT_OUT = ("scripts/fontawesome.js*", "**/*.js.map", "**/webfonts/*.ttf")


def drop_thebe(app, config) -> None:
    """Disconnect sphinx-thebe, which Jupyter Book always loads: its script raises an error."""
    app.registry.css_files = [file for file in app.registry.css_files if "thebe" not in file[0]]
    for name, listeners in app.events.listeners.items():
        app.events.listeners[name] = [
            listener for listener in listeners if listener.handler.__module__ != "sphinx_thebe"
        ]


def vendor(app) -> None:
    """Copy scripts and fonts, with their licences, from `node_modules` into the site."""
    if app.builder.format != "html":
        return
    for package, parts in VENDORED.items():
        source = Path(app.confdir, "node_modules", package)
        if not source.is_dir():
            raise ExtensionError(
                f"The book needs the npm package {package} in node_modules/: "
                "run `make course`, or `npm ci`."
            )
        for part in parts:
            copy(source / part, Path(app.outdir, "_static", "vendor", package, part))


def leave_out(app, exception) -> None:
    """Take out of the site what no page needs."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text("utf-8")
        if ICON_SCRIPT.search(page):
            path.write_text(ICON_SCRIPT.sub("", page), "utf-8")
    for pattern in LEFT_OUT:
        for path in Path(app.outdir, "_static").glob(pattern):
            path.unlink()


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, making the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def setup(app) -> dict:
    """Register the extension."""
    app.config.mathjax_path = MATHJAX
    app.connect("config-inited", drop_thebe)
    app.connect("builder-inited", vendor)
    app.connect("build-finished", leave_out)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""Sphinx extension: scripts and type of the book come from the book itself.

Everything is copied at build time from `node_modules`, with its licence, where
`package-lock.json` pins it. What live cells need is built by `live.py`.
"""

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
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""Sphinx extension: the course to take along, as one file of notebooks and as a PDF.

The directive `downloads` links to them. The notebooks are packed with every build; the
PDF is there when `make pdf` has made it, and no page mentions it before:

    :::{downloads}
    :::
"""

import shutil
import zipfile
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

NOTEBOOKS = "rnn-notebooks.zip"
PDF = "rnn-step-by-step.pdf"
START = """Recurrent Neural Networks, Step by Step: the notebooks

chapters/    the chapters, with their code to run and change
exercises/   an exercise for each, and the cases with which it checks itself

The first cell of a chapter installs the package of the course, or says how.
The exercises need it, too.
To see the points of an exercise: rnncourse check exercises/NAME/NAME.ipynb
"""


class downloads(nodes.General, nodes.Element):
    """Links to what there is to take along."""


class DownloadsDirective(SphinxDirective):
    """Link to the notebooks, and to the PDF where there is one."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return one `downloads` node."""
        return [downloads()]


def show_links(app, doctree, docname: str) -> None:
    """Replace the node by links, now that it is known what there is."""
    for node in list(doctree.findall(downloads)):
        up = "../" * docname.count("/")
        items = [f'<a href="{up}{NOTEBOOKS}" download>All notebooks</a>, chapters and exercises']
        if pdf_of(app).is_file():
            size = pdf_of(app).stat().st_size / 1e6
            items.append(f'<a href="{up}{PDF}">The book as a PDF</a>, {size:.1f} MB')
        listed = "".join(f"<li><p>{item}</p></li>" for item in items)
        node.replace_self(nodes.raw("", f'<ul class="simple">{listed}</ul>', format="html"))


def pdf_of(app) -> Path:
    """Return where `make pdf` puts the book."""
    return Path(app.outdir).parent / "pdf" / PDF


def pages_with_links(app, env) -> list[str]:
    """Return the page to write again when the PDF has come, gone or changed."""
    if app.builder.format != "html":
        return []
    pdf = pdf_of(app)
    before = getattr(env, "pdf_linked", None)
    env.pdf_linked = pdf.stat().st_mtime_ns if pdf.is_file() else 0
    return [] if before == env.pdf_linked else [app.config.root_doc]


def put_files(app, exception) -> None:
    """Write the files to which the pages link."""
    if exception is not None or app.builder.format != "html":
        return
    out, course = Path(app.outdir), Path(app.confdir)
    pack(out / NOTEBOOKS, contents(out / "notebooks", course))
    (out / PDF).unlink(missing_ok=True)
    if pdf_of(app).is_file():
        shutil.copyfile(pdf_of(app), out / PDF)


def contents(chapters: Path, course: Path) -> dict[str, bytes]:
    """Return what is packed.

    Args:
        chapters: The folder of the published notebooks.
        course: The folder of the course.

    Returns:
        Bytes by path.
    """
    exercises = [*course.glob("exercises/*/*.ipynb"), *course.glob("exercises/*/cases.json")]
    files = {f"chapters/{path.name}": path for path in chapters.glob("*.ipynb")}
    files |= {str(path.relative_to(course)): path for path in exercises}
    files |= {path.name: path for path in course.glob("LICENSE*")}
    return {"START.txt": START.encode()} | {name: path.read_bytes() for name, path in files.items()}


def pack(target: Path, files: dict[str, bytes]) -> None:
    """Write an archive whose bytes depend on its contents alone.

    Args:
        target: The archive.
        files: Bytes by path.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"rnn-notebooks/{name}")  # dated 1980
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)


def setup(app) -> dict:
    """Register the extension; what it packs is written first."""
    app.add_node(downloads)
    app.add_directive("downloads", DownloadsDirective)
    app.connect("env-updated", pages_with_links)
    app.connect("doctree-resolved", show_links)
    app.connect("build-finished", put_files)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

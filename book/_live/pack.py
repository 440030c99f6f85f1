"""Pack Python for the browser; runs inside Pyodide itself, under Node, when the book is built.

It writes two archives into /out: `python_stdlib.zip`, Python's own library, and
`packages.zip`, NumPy and the part of `rnncourse` that needs NumPy alone. What a
first run imports goes in as bytecode of this very interpreter, which halves the
wait; all else stays source, which is smaller. Then it compresses all that is there.
"""

import _imp
import gzip
import importlib
import importlib.util
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

STDLIB = "/lib/python311.zip"
SITE = Path("/lib/python3.11/site-packages")
COURSE = ("errors.py", "__init__.py")
COURSE_PARTS = ("bptt", "cells", "checks", "datasets", "plots", "sequences")
# Of NumPy: what builds or tests it, what compiles against it, and a second LAPACK.
NOT_NEEDED = {"tests", "f2py", "distutils", "include", "_pyinstaller", "array_api", "doc"}
NOT_NEEDED |= {"lapack_lite.cpython-311-wasm32-emscripten.so", "conftest.py", "setup.py"}
# Of Python's library: what a page has no screen, network or processes for.
NOT_HERE = ("asyncio/windows", "curses", "dbm", "distutils", "ensurepip", "ftplib", "idlelib")
NOT_HERE += ("imaplib", "lib2to3", "mailbox", "msilib", "multiprocessing", "nntplib", "poplib")
NOT_HERE += ("pydoc_data", "smtplib", "sqlite3", "telnetlib", "tkinter", "turtle", "venv")
NOT_HERE += ("wsgiref", "xmlrpc")
CODECS = {"__init__", "aliases", "ascii", "base64_codec", "charmap", "cp437", "cp1252"}
CODECS |= {"hex_codec", "idna", "latin_1", "punycode", "raw_unicode_escape", "rot_13"}
CODECS |= {"unicode_escape", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_8", "utf_8_sig"}
FIRST_RUN = ("numpy", "rnncourse", "rnncourse.bptt", "rnncourse.datasets", "rnncourse.plots")
FIRST_RUN += ("rnncourse.sequences", "live_cell", "html", "shutil", "zipfile")


def numpy_files(archive: str) -> dict[str, bytes]:
    """Return NumPy's files by their path in site-packages, from a conda package."""
    files = {}
    with tarfile.open(archive) as conda:
        for member in filter(tarfile.TarInfo.isfile, conda):
            path = PurePosixPath(member.name.removeprefix("lib/python3.11/site-packages/"))
            if path.parts[0] != "numpy":
                continue
            unused = NOT_NEEDED.intersection(path.parts)
            if not unused and path.suffix in {".py", ".so"}:
                files[str(path)] = conda.extractfile(member).read()
    return files


def course_files(root: Path) -> dict[str, bytes]:
    """Return the NumPy part of `rnncourse`, by path in site-packages."""
    package = root / "rnncourse"
    paths = [package / name for name in COURSE]
    paths += [path for part in COURSE_PARTS for path in (package / part).glob("*.py")]
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def library_files() -> dict[str, bytes]:
    """Return the files of Python's own library by name, without those of no use in a page."""
    with zipfile.ZipFile(STDLIB) as archive:
        names = [name for name in archive.namelist() if not name.startswith(NOT_HERE)]
        files = {name: archive.read(name) for name in names if not name.endswith("/")}
    codecs = {name for name in files if name.startswith("encodings/")}
    unused = {name for name in codecs if PurePosixPath(name).stem not in CODECS}
    return {name: content for name, content in files.items() if name not in unused}


def install(files: dict[str, bytes]) -> None:
    """Write files into site-packages, so that they can be imported."""
    for name, content in files.items():
        path = SITE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def imported_sources() -> set[str]:
    """Return the source files of all modules that are imported by now."""
    specs = (getattr(module, "__spec__", None) for module in list(sys.modules.values()))
    return {spec.origin for spec in specs if spec is not None and spec.origin}


def bytecode(source: bytes, origin: str, optimize: int) -> bytes:
    """Return what a .pyc holds that is never compared with its source."""
    code = compile(source, origin, "exec", dont_inherit=True, optimize=optimize)
    digest = _imp.source_hash(importlib.util._RAW_MAGIC_NUMBER, source)
    return importlib._bootstrap_external._code_to_hash_pyc(code, digest, False)


def write_archive(out: Path, files: dict[str, bytes], folder: str, optimize: int) -> None:
    """Write files into a zip, what is imported as bytecode; the same files give the same bytes."""
    imported = imported_sources()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            origin = f"{folder}/{name}"
            compiled = origin in imported and name.endswith(".py")
            entry = zipfile.ZipInfo(f"{name}c" if compiled else name)
            archive.writestr(entry, bytecode(content, origin, optimize) if compiled else content)


def compress(folder: Path) -> None:
    """Compress every file of a folder: servers of static files seldom do it for such as these.

    The name says no more than .bin, lest a server should declare the compression as its own.
    """
    for path in sorted(folder.iterdir()):
        path.with_name(f"{path.name}.bin").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        path.unlink()


def main() -> None:
    """Write both archives."""
    packages = numpy_files("/numpy.tar.gz") | course_files(Path("/course"))
    packages["live_cell.py"] = Path("/course/book/_live/live_cell.py").read_bytes()
    install(packages)
    for name in FIRST_RUN:
        importlib.import_module(name)
    # Readers ask for the documentation of NumPy and of the course, not of the library.
    write_archive(Path("/out/python_stdlib.zip"), library_files(), STDLIB, optimize=2)
    write_archive(Path("/out/packages.zip"), packages, str(SITE), optimize=0)
    compress(Path("/out"))


main()

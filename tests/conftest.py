"""Fixtures that several test modules share, and what to leave out where parts are missing."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

if find_spec("nbgrader") is None:
    # The NumPy part alone, as learners have it on macOS and Windows.
    NUMPY_ONLY = {"calls", "cells", "compare", "datasets", "errors", "learner", "marking"}
    NUMPY_ONLY |= {"plots", "properties", "questions", "sequences", "values", "bptt"}
    collect_ignore = [
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if path.stem.removeprefix("test_") not in NUMPY_ONLY
    ]
    collect_ignore.append("browser")


@pytest.fixture(scope="session")
def course():
    """Return the course in this checkout."""
    from rnncourse.exercises import Course

    return Course(ROOT)


@pytest.fixture(scope="session")
def warm_kernels():
    """Run a server of warm kernels; return the name of the sandboxed kernel."""
    from rnncourse.errors import SandboxError
    from rnncourse.grading.isolation import isolation

    try:
        with isolation("warm") as chosen:
            yield chosen.kernel
    except SandboxError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def make_small_book():
    """Return a function that makes a book without pages, with the course's settings."""

    def make(folder):
        for name in ("_config.yml", "package.json"):
            shutil.copy(ROOT / name, folder)
        for name in ("node_modules", "exercises", "rnncourse"):
            (folder / name).symlink_to(ROOT / name)
        for name in ("_ext", "_assets", "_print"):
            shutil.copytree(ROOT / "book" / name, folder / "book" / name)
        (folder / "book" / "references.bib").touch()
        (folder / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
        return folder

    return make


@pytest.fixture
def small_book(tmp_path, make_small_book):
    """Return a book without pages in a folder of its own."""
    return make_small_book(tmp_path)


def pytest_terminal_summary(terminalreporter):
    """Print what browsers did, if tests noted it."""
    from tests.browser.table import table

    reports = [report for group in terminalreporter.stats.values() for report in group]
    lines = table(reports)
    if lines:
        terminalreporter.section("pages in a browser")
        terminalreporter.write_line("\n".join(lines))

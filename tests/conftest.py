"""Fixtures that several test modules share, and what to leave out where parts are missing."""

import os
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

"""Fixtures that several test modules share, and what to leave out where parts are missing."""

from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

if find_spec("nbgrader") is None:
    # The NumPy part alone, as learners have it on macOS and Windows.
    NUMPY_ONLY = {"calls", "cells", "compare", "errors", "learner", "marking", "properties"}
    NUMPY_ONLY |= {"questions", "values"}
    collect_ignore = [
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if path.stem.removeprefix("test_") not in NUMPY_ONLY
    ]


def pytest_collection_modifyitems(items):
    """Let one worker import TensorFlow; other tests go where there is room."""
    for item in items:
        if item.get_closest_marker("tensorflow"):
            item.add_marker(pytest.mark.xdist_group("tensorflow"))


@pytest.fixture(scope="session")
def course():
    """Return the course in this checkout."""
    from rnncourse.exercises import Course

    return Course(ROOT)

"""Fixtures that several test modules share."""

from pathlib import Path

import pytest

from rnncourse.exercises import Course

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def course():
    """Return the course in this checkout."""
    return Course(ROOT)

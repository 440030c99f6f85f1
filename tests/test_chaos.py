"""A class whose grading is killed at random gets the marks that it would have got in peace."""

import pytest

from tests.chaos import run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("warm_kernels")]


def test_kills_change_no_mark_and_leave_nothing():
    """Workers, server and command are killed; the same command again finishes the class."""
    report, same, left = run(number=12, kills=5, workers=2, seed=1)
    assert not report.errors
    assert report.kills.total() == 5
    assert same
    assert not report.survivors
    assert not left

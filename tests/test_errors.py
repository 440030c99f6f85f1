"""Errors say what is wrong and the likely fix."""

import pytest

from rnncourse import errors
from rnncourse.errors import CheckFailed, CourseError, ShapeError, UnknownNameError


def test_every_error_is_a_course_error():
    """One `except CourseError` catches whatever the course raises on purpose."""
    found = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert len(found) == 13
    assert all(issubclass(error, CourseError) for error in found)


def test_shape_error_is_a_value_error():
    """Code that expects NumPy's own error type catches ours."""
    assert issubclass(ShapeError, ValueError)


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        (
            "01_recurrent",
            ["01_recurrent_neurons", "09_lstm"],
            "Did you mean '01_recurrent_neurons'?",
        ),
        ("zzz", ["a", "b"], "There are: a, b."),
        ("zzz", [], "There are none yet."),
    ],
)
def test_unknown_name_suggests_the_nearest(name, known, said):
    """A near match is suggested; otherwise all names are listed."""
    assert said in str(UnknownNameError.among("exercise", name, known))


def test_check_failed_shows_no_traceback():
    """IPython shows the message alone."""
    assert CheckFailed("one\ntwo")._render_traceback_() == ["one", "two"]

"""Every error that the course raises on purpose, and nothing else.

    CourseError
    ├── ShapeError        an array has the wrong shape (also a ValueError)
    ├── DataError         data are not what they should be (also a ValueError)
    ├── TrainingError     training cannot go on
    ├── QuestionError     a question or an exercise source is not well formed
    ├── UnknownNameError  no exercise, question or file of that name
    ├── NotebookError     a notebook could not be read
    ├── KernelError       the kernel that runs a learner's code failed
    ├── SandboxError      learners' code cannot be run safely here
    ├── ClusterError      the workers that grade cannot be reached
    ├── ClassError        a class folder is not what the command needs
    ├── CollectError      a file of an archive cannot be collected
    └── CheckFailed       a learner's answer did not pass (also an AssertionError)

Messages say what was expected, what was received, and the likely fix.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class CourseError(Exception):
    """Base of every error that the course raises on purpose."""


class ShapeError(CourseError, ValueError):
    """An array has the wrong shape."""


class DataError(CourseError, ValueError):
    """Data are not what they should be: NaN, an empty batch, a damaged file."""


class TrainingError(CourseError):
    """Training cannot go on; says at which step it stopped."""


class QuestionError(CourseError):
    """A question, or the exercise source around it, is not well formed."""


class UnknownNameError(CourseError, LookupError):
    """No exercise, question or file has that name."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> "UnknownNameError":
        """Return the error for `name`, with the nearest known name suggested.

        >>> print(UnknownNameError.among("exercise", "9_lstm", ["09_lstm", "06_bptt"]))
        There is no exercise '9_lstm'. Did you mean '09_lstm'?
        """
        known = sorted(known)
        near = get_close_matches(name, known, n=1, cutoff=0.4)
        if near:
            hint = f"Did you mean {near[0]!r}?"
        elif known:
            hint = "There are: " + ", ".join(known) + "."
        else:
            hint = "There are none yet."
        return cls(f"There is no {kind} {name!r}. {hint}")


class NotebookError(CourseError):
    """A notebook could not be read."""


class KernelError(CourseError):
    """The kernel that runs a learner's code could not be started, or is lost."""


class SandboxError(CourseError):
    """Learners' code cannot be run safely on this machine; says what would help."""


class ClusterError(CourseError):
    """The workers that grade cannot be reached, or not safely."""


class ClassError(CourseError):
    """A class folder is not what the command needs."""


class CollectError(CourseError):
    """A file of an archive cannot be collected; the others are."""


class CheckFailed(CourseError, AssertionError):  # noqa: N818 - reads as the verdict that it is
    """A learner's answer did not pass; the notebook shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the message without a traceback."""
        return str(self).splitlines()

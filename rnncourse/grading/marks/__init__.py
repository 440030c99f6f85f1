"""One reading of a class's marks: the gradebook's points, and what was recorded beside them.

    gradebook ────┐
    outcomes/ ────┼──> ClassMarks ──> export, class report, summary pages
    submitted/ ───┘

The points are always the gradebook's, which a person may have changed; reasons,
named mistakes and times are those of `outcomes/`, which other nbgrader courses
have only where `rnncourse grade` graded them. Nothing is written here.

values     what a mark is
rows       the gradebook, in few queries
reading    both put together
"""

from rnncourse.grading.marks.reading import SOLUTION, class_roster, read_marks
from rnncourse.grading.marks.values import (
    MISSING,
    STATUSES,
    UNGRADED,
    WAITS,
    ClassMarks,
    ExerciseMark,
    QuestionMark,
)

__all__ = [
    "MISSING",
    "SOLUTION",
    "STATUSES",
    "UNGRADED",
    "WAITS",
    "ClassMarks",
    "ExerciseMark",
    "QuestionMark",
    "class_roster",
    "read_marks",
]

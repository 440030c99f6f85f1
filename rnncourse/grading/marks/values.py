"""What a mark is: of a question, of an exercise, of a class; plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rnncourse.errors import UnknownNameError
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.outcomes import FAILED, GRADED, UNREADABLE

Key = tuple[str, str]
"""A student's id and the name of an exercise."""
WAITS, MISSING, UNGRADED = "waits", "missing", "ungraded"
STATUSES = {
    GRADED: "graded",
    WAITS: "waits for a person's mark",
    UNGRADED: "handed in, not graded yet",
    FAILED: "the grading failed",
    UNREADABLE: "could not be read",
    MISSING: "not handed in",
}
"""What can be said of one student and one exercise, and how it is said."""


@dataclass(frozen=True)
class QuestionMark:
    """The mark of one question.

    Args:
        name: Name of the question; "notebook/cell" where notebooks are not named as the exercise.
        max_points: Points of a right answer.
        auto: Points that the grading gave, or None.
        by_hand: Points that a person gave, or None; they count instead.
        extra: Points that a person gave on top.
        waits: Whether a person has to look at it.
        comment: What a person wrote, or nbgrader ("No response.").
        message: What the learner is told.
        mistake: The named mistake, where there is one.
    """

    name: str
    max_points: float
    auto: float | None = None
    by_hand: float | None = None
    extra: float = 0.0
    waits: bool = False
    comment: str = ""
    message: str = ""
    mistake: str = ""

    @property
    def points(self) -> float | None:
        """The points that count, or None where nobody has given any."""
        given = self.by_hand if self.by_hand is not None else self.auto
        return None if given is None else given + self.extra


@dataclass(frozen=True)
class ExerciseMark:
    """The mark of one student for one exercise.

    Args:
        student: The student's id.
        slug: Name of the exercise.
        status: A key of `STATUSES`.
        max_points: Points of an all right submission.
        questions: In the order of the exercise; () where there is no mark.
        penalty: Points that nbgrader's plugin took because it was late.
        late: How late it was; zero where it was not.
        handed_in: When, in UTC; None where it is not known.
        reason: Why there is no mark.
        current: Whether the mark is of the files that are there now, and of today's questions.
        seconds: Time that running and examining took; 0 where it is not known.
        attempts: Times that it was begun, more than 1 where a kernel failed; 0 if not known.
        comments: What was written at other cells than those of questions, by cell.
    """

    student: str
    slug: str
    status: str
    max_points: float
    questions: tuple[QuestionMark, ...] = ()
    penalty: float = 0.0
    late: timedelta = timedelta()
    handed_in: datetime | None = None
    reason: str = ""
    current: bool = True
    seconds: float = 0.0
    attempts: int = 0
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float | None:
        """The mark, less the penalty; None unless all of it has been given."""
        return self.points_so_far if self.status == GRADED else None

    @property
    def points_so_far(self) -> float:
        """The points that have been given, less the penalty; never below 0, as in nbgrader."""
        return max(0.0, self.points_before_penalty - self.penalty)

    @property
    def points_before_penalty(self) -> float:
        """The points that have been given, as if nothing had been late."""
        return sum(question.points or 0.0 for question in self.questions)


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class.

    Args:
        students: Everybody in the roster, the gradebook or `submitted/`, by id, sorted.
        due: When each exercise was due, in UTC, or None, by name, sorted.
        questions: The points of each question, by exercise, in its order.
        marks: By student and exercise: every pair of them is there.
    """

    students: Mapping[str, Person]
    due: Mapping[str, datetime | None]
    questions: Mapping[str, Mapping[str, float]]
    marks: Mapping[Key, ExerciseMark]

    def of_student(self, student: str) -> list[ExerciseMark]:
        """Return the marks of one student, by exercise."""
        return [self.marks[student, slug] for slug in self.due]

    def of_exercise(self, slug: str) -> list[ExerciseMark]:
        """Return the marks for one exercise, by student.

        Raises:
            UnknownNameError: If nobody was asked it.
        """
        if slug not in self.due:
            raise UnknownNameError.among("exercise", slug, self.due)
        return [self.marks[student, slug] for student in self.students]

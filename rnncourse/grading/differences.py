"""Which marks a second examination changes, and by how much."""

from dataclasses import dataclass

from rnncourse.grading.marks import ExerciseMark
from rnncourse.grading.outcomes import SubmissionOutcome


@dataclass(frozen=True)
class Difference:
    """A mark that is, or would be, another.

    Args:
        student: The student's id.
        question: The question.
        before: The points that counted.
        after: The points that count now.
        why: What the learner is told now.
        by_hand: Whether a person gave the points, which therefore stay as they are.
    """

    student: str
    question: str
    before: float
    after: float
    why: str
    by_hand: bool = False


def differences(mark: ExerciseMark, now: SubmissionOutcome) -> list[Difference]:
    """Return which points of a student change.

    Args:
        mark: The mark that counted before.
        now: What was decided now.
    """
    found = []
    for question in mark.questions:
        if (points := now.points.get(question.name)) is None:
            continue
        given = question.by_hand is not None
        changed = question.auto != points
        before = question.points or 0.0
        after = before if given else points + question.extra
        if changed:
            said = now.messages.get(question.name, "")
            found.append(Difference(mark.student, question.name, before, after, said, given))
    return found

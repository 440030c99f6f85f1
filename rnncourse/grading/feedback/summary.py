"""A student's exercises on one page: the points, and what to read next."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from rnncourse.checks.report import points_text
from rnncourse.grading.feedback.guide import Guide, Reading
from rnncourse.grading.feedback.pages import in_words, summary_page
from rnncourse.grading.marks import MISSING, STATUSES, UNGRADED, WAITS, ExerciseMark, QuestionMark
from rnncourse.grading.outcomes import GRADED


@dataclass(frozen=True)
class Row:
    """One exercise on the page.

    Args:
        title: The exercise's number and title.
        state: The state that it is coloured by.
        points: Points so far; None where there is no mark.
        max_points: Points of an all right submission.
        said: What is to say, in a few words.
        page: Where its own page is, relative to this one, or "".
    """

    title: str
    state: str
    points: float | None
    max_points: float
    said: str
    page: str


@dataclass(frozen=True)
class ToRead:
    """A section to read, and the questions that are a reason to, with their named mistakes."""

    place: Reading
    questions: tuple[tuple[str, str], ...]


def summary(student: str, marks: Iterable[ExerciseMark], guides: dict[str, Guide]) -> str:
    """Return the summary page of one student as HTML.

    Args:
        student: The student's id.
        marks: The marks, by exercise, in order.
        guides: What is said about each exercise.
    """
    marks = list(marks)
    rows = [_row(mark, guides[mark.slug]) for mark in marks]
    counted = [row for row in rows if row.points is not None]
    return summary_page(
        student,
        rows=rows,
        graded=len(counted),
        points=sum(row.points or 0.0 for row in counted),
        max_points=sum(row.max_points for row in counted),
        readings=_to_read(marks, guides),
    )


def _row(mark: ExerciseMark, guide: Guide) -> Row:
    marked = mark.status in (GRADED, WAITS)
    points = mark.points_so_far if marked else None
    page = "" if mark.status in (MISSING, UNGRADED) else _address(mark.slug)
    title = guide.title.removeprefix("Exercise ")
    return Row(title, _state(mark), points, mark.max_points, _said(mark), page)


def _address(slug: str) -> str:
    return f"{quote(slug)}/{quote(slug)}.html"


def _state(mark: ExerciseMark) -> str:
    if mark.status == WAITS:
        return "waits"
    if mark.points is None or not mark.points:
        return "blank"
    return "right" if mark.points >= mark.max_points else "half"


def _said(mark: ExerciseMark) -> str:
    if mark.status not in (GRADED, WAITS):
        return mark.reason or STATUSES[mark.status]
    wrong = [q for q in mark.questions if not q.waits and (q.points or 0.0) < q.max_points]
    said = [f"{points_text(mark.penalty)} points off because it was late"] if mark.penalty else []
    if mark.status == WAITS:
        said.append("an answer is still to be read")
    if wrong:
        said.append("not all points yet in " + ", ".join(_name(q) for q in wrong))
    return "; ".join(said) or "all right"


def _name(question: QuestionMark) -> str:
    """Return the question's name as its page has it."""
    return f"`{question.name}`" if question.message else in_words(question.name)


def _to_read(marks: Iterable[ExerciseMark], guides: dict[str, Guide]) -> list[ToRead]:
    """Return the sections of what is not right yet, each once, in the order of the course."""
    found: dict[Reading, list[tuple[str, str]]] = {}
    for mark in marks:
        for question in mark.questions:
            place = guides[mark.slug].readings.get(question.name)
            if place and not question.waits and (question.points or 0.0) < question.max_points:
                found.setdefault(place, []).append((_name(question), question.mistake))
    return [ToRead(place, tuple(questions)) for place, questions in found.items()]

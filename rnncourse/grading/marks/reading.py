"""The gradebook, the outcomes and what was handed in, put together into one ClassMarks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory

from rnncourse.errors import ClassError
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.collecting.students import Person, read_people
from rnncourse.grading.marks.rows import (
    Cell,
    GradebookRows,
    GradeRow,
    SubmissionRow,
    read_gradebook,
)
from rnncourse.grading.marks.values import (
    MISSING,
    UNGRADED,
    WAITS,
    ClassMarks,
    ExerciseMark,
    Key,
    QuestionMark,
)
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.outcomes import GRADED, Submission, SubmissionOutcome
from rnncourse.grading.submissions import grade_id

ROSTER = "roster.csv"
"""Where the roster is, unless another file is named."""
SOLUTION = "_solution"
"""What the name of an answer's cell has after its question's."""


def read_marks(folder: ClassFolder, people: Sequence[Person] = ()) -> ClassMarks:
    """Return the marks of a class.

    Args:
        folder: The class, of this or any nbgrader course.
        people: The roster, if there is one: whoever is in it belongs to the class.

    Raises:
        ClassError: If nothing was handed in.
    """
    coursedir = CourseDirectory(config=folder.config, log=LOGGER)
    rows = read_gradebook(coursedir)
    handed_in = _handed_in(folder, rows)
    pairs = sorted({*handed_in, *rows.submissions})
    outcomes = {key: folder.outcome(*key) for key in pairs}
    slugs = sorted({slug for _, slug in pairs})
    cells = {slug: _in_order(slug, rows, coursedir) for slug in slugs}
    students = _students(rows, [who for who, _ in pairs], people)
    marks = {}
    for key in ((who, slug) for who in students for slug in slugs):
        mark = _mark(key, rows, cells[key[1]], outcomes.get(key), is_there=key in handed_in)
        if (outcome := outcomes.get(key)) and key in handed_in:
            same = folder.versions(handed_in[key]) == (outcome.submission, outcome.exercise)
            mark = replace(mark, current=same)
        marks[key] = mark
    questions = {slug: {_name(slug, c): most for c, most in cells[slug].items()} for slug in slugs}
    return ClassMarks(students, {slug: rows.due.get(slug) for slug in slugs}, questions, marks)


def class_roster(folder: ClassFolder, named: Path | None = None) -> list[Person]:
    """Return the people in a roster: the named file, or `roster.csv` in the class folder.

    Raises:
        ClassError: If it cannot be read, or is no roster.
    """
    path = named or folder.root / ROSTER
    return read_people(path) if named or path.is_file() else []


def _handed_in(folder: ClassFolder, rows: GradebookRows) -> dict[Key, Submission]:
    """Return what is in `submitted/`; nothing need be there where the gradebook has marks."""
    try:
        return {(s.student, s.slug): s for s in folder.submissions()}
    except ClassError:
        if not rows.submissions:
            raise
        return {}


def _students(
    rows: GradebookRows, others: Iterable[str], people: Sequence[Person]
) -> dict[str, Person]:
    """Return everybody, by id, sorted; a name in the roster goes before one in the gradebook."""
    found = {who: Person(who) for who in others}
    for who, (first, last) in rows.students.items():
        found[who] = Person(who, f"{first} {last}".strip())
    for person in people:
        own = found.get(person.id, person).name
        found[person.id] = person if person.name else replace(person, name=own)
    return dict(sorted(found.items()))


def _in_order(slug: str, rows: GradebookRows, coursedir: CourseDirectory) -> dict[Cell, float]:
    """Return the most points of each graded cell, in the order of a notebook that was graded."""
    student = next((who for who, its in sorted(rows.submissions) if its == slug), ".")
    folder = Path(coursedir.format_path(coursedir.autograded_directory, student, slug))
    order = [
        (path.stem, grade_id(cell))
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
    ]
    cells = rows.cells.get(slug, {})
    last = len(order)
    return {
        cell: cells[cell]
        for cell in sorted(cells, key=lambda c: (order.index(c) if c in order else last, c))
    }


def _mark(
    key: Key,
    rows: GradebookRows,
    cells: Mapping[Cell, float],
    outcome: SubmissionOutcome | None,
    *,
    is_there: bool,
) -> ExerciseMark:
    """Return one mark; what the gradebook has goes before what was recorded."""
    student, slug = key
    most = sum(cells.values())
    seconds, attempts = (outcome.seconds, outcome.attempts) if outcome else (0.0, 0)
    entry = rows.submissions.get(key)
    if entry is None:
        status, reason = UNGRADED if is_there else MISSING, ""
        if is_there and outcome and outcome.status != GRADED:
            status, reason = outcome.status, outcome.reason
        return ExerciseMark(student, slug, status, most, reason=reason, seconds=seconds)
    comments = {_name(slug, cell): text for cell, text in rows.comments.get(key, {}).items()}
    grades = rows.grades.get(key, {})
    questions = [
        _question(_name(slug, cell), points, grades.get(cell), comments, outcome)
        for cell, points in cells.items()
    ]
    waits = any(question.waits or question.points is None for question in questions)
    return ExerciseMark(
        student,
        slug,
        WAITS if waits else GRADED,
        most,
        tuple(questions),
        penalty=entry.penalty,
        late=_late(rows.due.get(slug), entry),
        handed_in=entry.handed_in,
        seconds=seconds,
        attempts=attempts,
        comments=comments,
    )


def _question(
    name: str,
    points: float,
    grade: GradeRow | None,
    comments: dict[str, str],
    outcome: SubmissionOutcome | None,
) -> QuestionMark:
    """Return the mark of one question, and take its comment out of the comments.

    nbgrader keeps a comment at the cell of the answer, which in this course is
    named as its question.
    """
    grade = grade or GradeRow(None, None, None, waits=True)
    said = [comments.pop(cell, "") for cell in (name, f"{name}{SOLUTION}")]
    return QuestionMark(
        name,
        points,
        auto=grade.auto,
        by_hand=grade.manual,
        extra=grade.extra or 0.0,
        waits=grade.waits,
        comment="\n".join(filter(None, said)),
        message=outcome.messages.get(name, "") if outcome else "",
        mistake=outcome.mistakes.get(name, "") if outcome else "",
    )


def _late(due: datetime | None, entry: SubmissionRow) -> timedelta:
    if due is None or entry.handed_in is None:
        return timedelta()
    return max(timedelta(), entry.handed_in - due - (entry.extension or timedelta()))


def _name(slug: str, cell: Cell) -> str:
    notebook, name = cell
    return name if notebook == slug else f"{notebook}/{name}"

"""A class's marks as CSV: for people, for Canvas and for Moodle.

A cell without a mark is empty, never 0. A name is what a student wants it to be,
so a text that a spreadsheet would take for a formula gets an apostrophe in front.

Source: OWASP, "CSV Injection"; Canvas, "How do I import grades in the Gradebook?";
Moodle Docs, "Grade import", and the assignment's offline grading worksheet.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape

from rnncourse.checks.report import points_text
from rnncourse.checks.values import printable
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.marks import STATUSES, ClassMarks, ExerciseMark

Cell = str | float | None
Rows = Iterator[Sequence[Cell]]
DIGITS = 4
FORMULA = r"(?:^|(?<=[,;\t\r\n\"]))(?='*[=+\-@\t\r\n\0＝＋－＠])"
"""Where a spreadsheet might begin a cell with a formula, whatever it takes for a separator."""
GUARDED = FORMULA.replace("(?='*", "'(?='*")


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `unguarded` gives the text back.

    >>> guarded("=1+1"), guarded("x;@SUM(A1)"), guarded("Ana-Lena O'Neil")
    ("'=1+1", "x;'@SUM(A1)", "Ana-Lena O'Neil")
    """
    return re.sub(FORMULA, "'", text)


def unguarded(text: str) -> str:
    """Return the text that was guarded.

    >>> unguarded(guarded("'=1"))
    "'=1"
    """
    return re.sub(GUARDED, "", text)


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Return rows as CSV: texts quoted and guarded, numbers as numbers, None as nothing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return stream.getvalue()


def table(marks: ClassMarks, slugs: Sequence[str], headings: Mapping[str, str]) -> Rows:
    """Yield one row a student and exercise, everything that is known of it."""
    yield (
        *("student", "name", "exercise", "status", "points", "max_points"),
        *("before_penalty", "late_penalty", "handed_in_utc", "reason"),
    )
    for slug in slugs:
        for mark in marks.of_exercise(slug):
            marked = mark.points is not None
            yield (
                *(mark.student, marks.students[mark.student].name, headings.get(slug, slug)),
                *(STATUSES[mark.status], mark.points, mark.max_points),
                mark.points_before_penalty if marked else None,
                mark.penalty if marked else None,
                mark.handed_in.isoformat(" ", "seconds") if mark.handed_in else None,
                mark.reason,
            )


def canvas(marks: ClassMarks, slugs: Sequence[str], headings: Mapping[str, str]) -> Rows:
    """Yield the rows of a gradebook that Canvas imports.

    Canvas knows a student by the name, its own id or that of the school's system,
    and an assignment by its heading, "Name (id)". The most points are in a row of
    their own above the students.
    """
    names = [headings.get(slug, slug) for slug in slugs]
    yield "Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names
    most = [sum(marks.questions[slug].values()) for slug in slugs]
    yield "    Points Possible", None, None, None, None, *most
    for person in marks.students.values():
        points = [marks.marks[person.id, slug].points for slug in slugs]
        yield person.name or person.id, person.canvas_id, None, person.id, None, *points


def moodle(marks: ClassMarks, slugs: Sequence[str], headings: Mapping[str, str]) -> Rows:
    """Yield the rows of a file that Moodle imports.

    One exercise makes the worksheet of an assignment, in which "Identifier" says
    who it is. Several make a file for the gradebook, whose import asks which column
    is which; there a feedback must come with its grade, or the grade is lost.
    """
    who = "Identifier", "Full name", "ID number"
    if len(slugs) == 1:
        (slug,) = slugs
        last = "Last modified (grade)"
        yield *who, "Grade", "Maximum Grade", last, "Feedback comments"
        for mark in marks.of_exercise(slug):
            grade = mark.points, mark.max_points, None, feedback(mark)
            yield *_moodle_names(marks.students[mark.student]), *grade
        return
    columns = [headings.get(slug, slug) for slug in slugs]
    yield *who, *(name for own in columns for name in (own, f"{own} (feedback)"))
    for person in marks.students.values():
        own_marks = [marks.marks[person.id, slug] for slug in slugs]
        cells = (cell for mark in own_marks for cell in (mark.points, feedback(mark)))
        yield *_moodle_names(person), *cells


FORMATS: dict[str, Callable[[ClassMarks, Sequence[str], Mapping[str, str]], Rows]] = {
    "csv": table,
    "canvas": canvas,
    "moodle": moodle,
}


def feedback(mark: ExerciseMark) -> str:
    """Return what a learning platform shows beside a mark, as HTML; "" where there is none.

    What the learner's own code said is not in it.
    """
    if mark.points is None:
        return ""
    lines = []
    for question in mark.questions:
        points = f"{points_text(question.points or 0.0)} of {points_text(question.max_points)}"
        lines.append(": ".join(filter(None, [f"{question.name} {points}", question.mistake])))
        lines += [question.comment] if question.comment else []
    lines += list(mark.comments.values())
    if mark.penalty:
        lines.append(f"late: {points_text(mark.penalty)} points less")
    return "<br>".join(escape(line).replace("\n", "<br>") for line in lines)


def without_marks(marks: ClassMarks, slugs: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Return who has no mark, by exercise and by what is said of it."""
    found: dict[str, dict[str, list[str]]] = {}
    for slug in slugs:
        for mark in marks.of_exercise(slug):
            if mark.points is None:
                of_slug = found.setdefault(slug, {})
                of_slug.setdefault(STATUSES[mark.status], []).append(mark.student)
    return found


def without_ids(marks: ClassMarks, layout: str, slugs: Sequence[str]) -> list[str]:
    """Return whose number the platform will ask for, because the roster has none."""
    if layout == "canvas":
        return [who for who, person in marks.students.items() if not person.canvas_id]
    if layout == "moodle" and len(slugs) == 1:
        return [who for who, person in marks.students.items() if not person.moodle_id]
    return []


def _moodle_names(person: Person) -> tuple[str, str, str]:
    identifier = f"Participant {person.moodle_id}" if person.moodle_id else ""
    return identifier, person.name or person.id, person.id


def _written(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return guarded(printable(cell))
    return cell if cell is None else f"{round(cell, DIGITS):.{DIGITS}f}".rstrip("0").rstrip(".")

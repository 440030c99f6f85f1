"""nbgrader's gradebook, read in seven queries, however large the class is.

nbgrader's own objects ask the database anew for each mark: seconds become
minutes. What is read here is put together in `reading`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from rnncourse.grading.marks.values import Key

Cell = tuple[str, str]
"""The names of a notebook and of a cell in it."""


@dataclass(frozen=True)
class GradeRow:
    """What the gradebook holds on one graded cell of one submission."""

    auto: float | None
    manual: float | None
    extra: float | None
    waits: bool


@dataclass(frozen=True)
class SubmissionRow:
    """What the gradebook holds on one submission: times in UTC, the penalty in points."""

    handed_in: datetime | None
    extension: timedelta | None
    penalty: float


@dataclass(frozen=True)
class GradebookRows:
    """All that a gradebook says on marks.

    Args:
        students: First and last name, by id; empty where unknown.
        due: When each assignment was due, in UTC, by name.
        cells: The most points of each graded cell, by assignment.
        submissions: By student and assignment.
        grades: By student and assignment, then by cell.
        comments: By student and assignment, then by cell.
    """

    students: dict[str, tuple[str, str]]
    due: dict[str, datetime | None]
    cells: dict[str, dict[Cell, float]]
    submissions: dict[Key, SubmissionRow]
    grades: dict[Key, dict[Cell, GradeRow]]
    comments: dict[Key, dict[Cell, str]]


def read_gradebook(coursedir: CourseDirectory) -> GradebookRows:
    """Return what the gradebook of a course holds.

    Args:
        coursedir: The course, in SQLite or PostgreSQL.
    """
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        session = gradebook.db
        people = session.execute(select(Student.id, Student.first_name, Student.last_name))
        students = {key: (first or "", last or "") for key, first, last in people}
        due = dict(session.execute(select(Assignment.name, Assignment.duedate)).all())
        return GradebookRows(
            students, due, _cells(session), _submissions(session), _grades(session), _said(session)
        )


def _cells(session: Session) -> dict[str, dict[Cell, float]]:
    found: dict[str, dict[Cell, float]] = {}
    for kind in (GradeCell, TaskCell):
        rows = session.execute(
            select(Assignment.name, Notebook.name, kind.name, kind.max_score)
            .select_from(kind)
            .join(Notebook, Notebook.id == kind.notebook_id)
            .join(Assignment, Assignment.id == Notebook.assignment_id)
        )
        for slug, notebook, name, points in rows:
            found.setdefault(slug, {})[notebook, name] = float(points)
    return found


def _submissions(session: Session) -> dict[Key, SubmissionRow]:
    penalty = func.coalesce(func.sum(SubmittedNotebook.late_submission_penalty), 0.0)
    entry = SubmittedAssignment
    rows = session.execute(
        select(entry.student_id, Assignment.name, entry.timestamp, entry.extension, penalty)
        .join(Assignment, Assignment.id == entry.assignment_id)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == entry.id)
        .group_by(entry.id, entry.student_id, Assignment.name, entry.timestamp, entry.extension)
    )
    return {
        (who, slug): SubmissionRow(handed_in, extension, float(points))
        for who, slug, handed_in, extension, points in rows
    }


def _grades(session: Session) -> dict[Key, dict[Cell, GradeRow]]:
    wanted = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
    found: dict[Key, dict[Cell, GradeRow]] = {}
    for who, slug, notebook, name, *rest in session.execute(_by_cell(Grade, *wanted)):
        found.setdefault((who, slug), {})[notebook, name] = GradeRow(*rest)
    return found


def _said(session: Session) -> dict[Key, dict[Cell, str]]:
    found: dict[Key, dict[Cell, str]] = {}
    for who, slug, notebook, name, text in session.execute(_by_cell(Comment, Comment.comment)):
        if text:
            found.setdefault((who, slug), {})[notebook, name] = text
    return found


def _by_cell(kind: type[Grade] | type[Comment], *wanted: Any) -> "Select[Any]":
    """Return the query for what belongs to a cell of a submission."""
    return (
        select(
            SubmittedAssignment.student_id, Assignment.name, Notebook.name, BaseCell.name, *wanted
        )
        .select_from(kind)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    )

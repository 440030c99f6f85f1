"""Marks that a person gave stay settled where the same answer is graded again.

nbgrader keeps the points and the comment, and asks for another look each time,
although nothing has changed since the last one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from rnncourse.grading.marks import SOLUTION
from rnncourse.grading.records import RECORD, answers
from rnncourse.grading.submissions import grade_id


@contextmanager
def kept_by_hand(coursedir: CourseDirectory) -> Iterator[None]:
    """Grade a submission anew inside; what a person has marked is asked again only if it changed.

    Args:
        coursedir: The class, with the ids of one student and one assignment.
    """
    before = _texts(coursedir)
    seen = _seen(coursedir, before)
    yield
    if seen:
        after = _texts(coursedir)
        same = {cell for cell in seen if before[cell] == after.get(cell)}
        _settle(coursedir, same)


def _texts(coursedir: CourseDirectory) -> dict[tuple[str, str], str]:
    """Return what was answered, by notebook and question, as `autograded/` has it."""
    student, slug = coursedir.student_id, coursedir.assignment_id
    folder = Path(coursedir.format_path(coursedir.autograded_directory, student, slug))
    found: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if RECORD in notebook.metadata:
            code = {grade_id(cell).removesuffix(SOLUTION): cell.source for cell in notebook.cells}
            found |= {(path.stem, n): text for n, text in (code | answers(notebook)).items() if n}
    return found


def _seen(coursedir: CourseDirectory, texts: dict[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Return the cells that a person has marked, and that wait for nobody."""
    if not texts:
        return set()
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        entry = gradebook.find_submission(coursedir.assignment_id, coursedir.student_id)
        grades = [(nb.name, grade) for nb in entry.notebooks for grade in nb.grades]
        return {
            (name, grade.name)
            for name, grade in grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        } & texts.keys()


def _settle(coursedir: CourseDirectory, cells: set[tuple[str, str]]) -> None:
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        for notebook, name in sorted(cells):
            where = (name, notebook, coursedir.assignment_id, coursedir.student_id)
            gradebook.find_grade(*where).needs_manual_grade = False
        gradebook.db.commit()

"""What the learners wrote: the code of each answer, without what was given to them."""

import json
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, Notebook, SourceCell
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.marks import SOLUTION, ClassMarks
from rnncourse.grading.marks.values import Key
from rnncourse.grading.nbgrader_log import LOGGER

Answers = dict[Key, dict[str, str]]
"""The code of each answer, by student and exercise, then by question."""


def read_answers(folder: ClassFolder, marks: ClassMarks) -> tuple[Answers, dict[str, str]]:
    """Return the answers that are more than a stub, and all stubs of each exercise.

    They are read from `autograded/`, where cells that learners moved, copied or
    renamed are back in their places.
    """
    coursedir = CourseDirectory(config=folder.config, log=LOGGER)
    given = _given(coursedir)
    answers: Answers = {}
    for (student, slug), mark in marks.marks.items():
        if mark.questions:
            graded = coursedir.format_path(coursedir.autograded_directory, student, slug)
            found = dict(_written(Path(graded), given.get(slug, {})))
            answers[student, slug] = found
    return answers, {slug: "\n".join(cells.values()) for slug, cells in given.items()}


def _given(coursedir: CourseDirectory) -> dict[str, dict[tuple[str, str], str]]:
    """Return the source of each cell as it was released, by exercise."""
    wanted = (Assignment.name, Notebook.name, SourceCell.name, SourceCell.source)
    query = select(*wanted).select_from(SourceCell)
    query = query.join(Notebook, Notebook.id == SourceCell.notebook_id)
    query = query.join(Assignment, Assignment.id == Notebook.assignment_id)
    found: dict[str, dict[tuple[str, str], str]] = {}
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        for slug, notebook, name, source in gradebook.db.execute(query):
            found.setdefault(slug, {})[notebook, name] = source or ""
    return found


def _written(folder: Path, given: dict[tuple[str, str], str]) -> Any:
    for path in sorted(folder.glob("*.ipynb")):
        for cell in json.loads(path.read_bytes())["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            name = about.get("grade_id", "")
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            changed = source.strip() and source.strip() != given.get((path.stem, name), "").strip()
            if about.get("solution") and cell["cell_type"] == "code" and changed:
                yield name.removesuffix(SOLUTION), source.strip()

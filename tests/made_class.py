"""A class whose marks are written by hand into nbgrader's gradebook: nothing is run for it."""

import json
from dataclasses import dataclass, field
from functools import cache

from nbgrader import api
from nbgrader.api import Gradebook

from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.outcomes import GRADED, SubmissionOutcome

# It starts a program for each new gradebook.
api.get_alembic_version = cache(api.get_alembic_version)

CONFIG = "c = get_config()\n"
CELLS = {"first": 4.0, "second": 5.5, "in_words": 0.5}


@dataclass
class Entry:
    """What one student has for one exercise; points None is an answer that waits for a person."""

    student: str
    slug: str = "ps1"
    points: tuple = (4.0, 5.5, 0.5)
    code: str = "pass"
    by_hand: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    mistakes: dict = field(default_factory=dict)
    penalty: float | None = None
    status: str = GRADED
    reason: str = ""
    seconds: float = 1.0
    submission: dict = field(default_factory=dict)


def make_class(root, entries, *, slugs=("ps1",), due=None, config=CONFIG):
    """Write a class folder, its gradebook and its outcomes; return the class."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text(config)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for slug in slugs:
            gradebook.update_or_create_assignment(slug, duedate=due)
            gradebook.update_or_create_notebook(slug, slug)
            for name, points in CELLS.items():
                its = {"max_score": points, "cell_type": "code"}
                gradebook.update_or_create_grade_cell(name, slug, slug, **its)
                solution = name if name == "in_words" else f"{name}_solution"
                gradebook.update_or_create_solution_cell(solution, slug, slug)
        for entry in entries:
            if entry.status == GRADED:
                _enter(gradebook, entry)
    folder = ClassFolder(root)
    for entry in entries:
        _hand_in(root, entry)
    for entry in entries:
        (submission,) = folder.submissions(entry.slug, entry.student)
        folder.record(submission, _outcome(folder, entry, submission))
    return folder


def _enter(gradebook, entry):
    gradebook.update_or_create_student(entry.student)
    entered = gradebook.update_or_create_submission(entry.slug, entry.student, **entry.submission)
    entered.notebooks[0].late_submission_penalty = entry.penalty
    points = dict(zip(CELLS, entry.points, strict=True))
    for grade in entered.notebooks[0].grades:
        grade.auto_score = points[grade.name]
        grade.manual_score = entry.by_hand.get(grade.name)
        grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
    for comment in entered.notebooks[0].comments:
        comment.manual_comment = entry.comments.get(comment.name)
    gradebook.db.commit()


def _hand_in(root, entry):
    notebook = {"cells": list(_cells(entry)), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for step in ("submitted", "autograded"):
        path = root / step / entry.student / entry.slug / f"{entry.slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook))


def _cells(entry):
    for name in CELLS:
        for cell in (f"{name}_solution", name):
            metadata = {"nbgrader": {"grade_id": cell, "solution": cell != name}}
            code = entry.code if cell == "first_solution" else "pass"
            own = {"cell_type": "code", "metadata": metadata, "source": code, "id": cell}
            yield own | {"outputs": [], "execution_count": None}


def _outcome(folder, entry, submission):
    content, asked = folder.versions(submission)
    points = dict(zip(CELLS, entry.points, strict=True))
    return SubmissionOutcome(
        entry.student,
        entry.slug,
        entry.status,
        reason=entry.reason,
        points={name: value for name, value in points.items() if value is not None},
        mistakes=entry.mistakes,
        messages=entry.mistakes,
        max_points=sum(CELLS.values()),
        submission=content,
        exercise=asked,
        seconds=entry.seconds,
    )

"""Courses that know nothing of our questions: graded as nbgrader grades them, in the sandbox."""

import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook

from benchmarks.grading.folders import graded_cell
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.outcomes import GRADED

pytestmark = pytest.mark.e2e

SOLUTION = """import values
def total(n):
    ### BEGIN SOLUTION
    return sum(values.TABLE[:n])
    ### END SOLUTION"""
HIDDEN = """assert total(1) == 1
### BEGIN HIDDEN TESTS
assert total(3) == 6
### END HIDDEN TESTS"""
PARTIAL = "round(4 * sum(total(n) == n * (n + 1) // 2 for n in range(4)) / 4, 2)"
ANSWERS = {
    "right": "import values\ndef total(n):\n    return sum(values.TABLE[:n])",
    "half": "def total(n):\n    return min(n, 1)",
    "raises": "def total(n):\n    return undefined",
    "kills": "import os\nos._exit(1)",
    "blank": None,
}


def nbgrader(folder, *arguments):
    """Run an nbgrader command in a course folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def hand_in(course, student, slug, answers):
    """Copy the release as a student's submission, with other sources in some cells."""
    folder = course / "submitted" / student / slug
    shutil.copytree(course / "release" / slug, folder)
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for found in notebook.cells:
            name = found.metadata.get("nbgrader", {}).get("grade_id")
            found.source = answers.get(name) or found.source
        nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Make nbgrader's quickstart course, with an assignment of hidden tests and the rest beside."""
    course = tmp_path_factory.mktemp("other") / "course"
    assert nbgrader(course.parent, "quickstart", "course").returncode == 0
    source = course / "source" / "ps2"
    source.mkdir()
    cells = [
        graded_cell(SOLUTION, "total", solution=True),
        graded_cell(HIDDEN, "hidden", points=2),
        graded_cell(PARTIAL, "partial", points=4),
        graded_cell("Why?", "why", points=3, solution=True, markdown=True),
    ]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=python), source / "ps2.ipynb")
    (source / "values.py").write_text("TABLE = [1, 2, 3]\n")
    for slug in ("ps1", "ps2"):
        done = nbgrader(course, "generate_assignment", slug)
        assert done.returncode == 0, done.stderr
    for student, answer in ANSWERS.items():
        hand_in(course, student, "ps2", {"total": answer, "why": "Because."})
    source = nbformat.read(course / "source" / "ps1" / "problem1.ipynb", as_version=4)
    right = {
        c.metadata.nbgrader.grade_id: c.source for c in source.cells if "nbgrader" in c.metadata
    }
    hand_in(course, "right", "ps1", right)
    hand_in(course, "blank", "ps1", {})
    (course / "submitted" / "blank" / "ps1" / "problem2.ipynb").unlink()
    return course


def marks(course):
    """Return every mark in a gradebook."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            (entry.assignment.name, entry.student.id, grade.notebook.name, grade.name): (
                grade.auto_score,
                grade.max_score,
                grade.needs_manual_grade,
            )
            for slug in ("ps1", "ps2")
            for entry in gradebook.assignment_submissions(slug)
            for notebook in entry.notebooks
            for grade in notebook.grades
        }


@pytest.fixture(scope="module")
def by_nbgrader(course, tmp_path_factory):
    """Return the marks that nbgrader itself gives to those who leave its kernel alive."""
    own = tmp_path_factory.mktemp("nbgrader") / "course"
    shutil.copytree(course, own)
    shutil.rmtree(own / "submitted" / "kills")
    for slug in ("ps1", "ps2"):
        done = nbgrader(own, "autograde", slug)
        assert done.returncode == 0, done.stderr
    return marks(own)


@pytest.fixture(scope="module")
def graded(course, warm_kernels, tmp_path_factory):
    """Grade the course with `rnncourse grade`."""
    own = tmp_path_factory.mktemp("ours") / "course"
    shutil.copytree(course, own)
    command = [
        sys.executable,
        "-m",
        "rnncourse",
        "grade",
        "--course-dir",
        str(own),
        "--workers",
        "2",
    ]
    return own, subprocess.run(command, capture_output=True, text=True, check=False)


def test_marks_are_those_of_nbgrader(graded, by_nbgrader):
    """Hidden tests, partial credit, cells marked by hand, a missing notebook: all equal."""
    folder, done = graded
    assert done.returncode == 0, done.stderr
    ours = {key: mark for key, mark in marks(folder).items() if key[1] != "kills"}
    assert ours == by_nbgrader
    assert {mark[0] for key, mark in ours.items() if key[3] == "partial"} >= {4.0, 2.0, 0.0}


def test_a_kernel_that_dies_costs_its_notebook_alone(graded):
    """Cells that could not run count as failed, where nbgrader gives no mark at all."""
    folder, _ = graded
    found = {key[3]: mark[0] for key, mark in marks(folder).items() if key[1] == "kills"}
    assert found == {"hidden": 0.0, "partial": 0.0, "why": None}


def test_outcomes_are_recorded(graded):
    """Each has its automatic marks, and what is left for a person."""
    folder = ClassFolder(graded[0])
    outcomes = {(s.slug, s.student): folder.recorded(s) for s in folder.submissions()}
    assert {outcome.status for outcome in outcomes.values()} == {GRADED}
    right = outcomes["ps2", "right"]
    assert right.points == {"ps2/hidden": 2.0, "ps2/partial": 4.0}
    assert (right.total, right.max_points, right.by_hand) == (6.0, 6.0, {"ps2/why": 3.0})


def test_unknown_assignment_is_refused(course, tmp_path):
    """What nbgrader has not generated has no mark, and the reason says what to do."""
    own = tmp_path / "course"
    shutil.copytree(course, own)
    shutil.copytree(own / "submitted" / "right" / "ps2", own / "submitted" / "right" / "ps3")
    command = [sys.executable, "-m", "rnncourse", "grade", "ps3", "--course-dir", str(own)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ps3" in done.stdout
    assert "There is no exercise 'ps3'" in " ".join(done.stdout.split())


def test_folder_without_settings_is_refused(tmp_path):
    """A folder that is no course is said to be none."""
    command = [sys.executable, "-m", "rnncourse", "grade", "--course-dir", str(tmp_path)]
    env = {"PATH": "/usr/bin", "RNNCOURSE_ROOT": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 1
    assert "has no nbgrader_config.py" in " ".join(done.stderr.split())

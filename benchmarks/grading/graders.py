"""The graders: how each is started on a class, and how its progress and its marks are read."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from benchmarks.grading.folders import copy_of, student
from benchmarks.measure import HERE, RESULTS

WORK = RESULTS / "grading"
OTTER = RESULTS / "otter"
REQUIREMENTS = HERE / "grading" / "requirements_otter.txt"
BOOTSTRAP = HERE.parent / "tools" / "bootstrap.sh"


@dataclass(frozen=True)
class Run:
    """A command that grades a class: finished[n] appears when it has come to student n."""

    command: list[str]
    folder: Path
    finished: list[Path]


def nbgrader(task, students):
    folder = copy_of(WORK / task.name / "nbgrader" / str(students), WORK / "now")
    command = [sys.executable, "-m", "nbgrader", "autograde", task.name]
    return Run(command, folder, _files(folder / "autograded", task, students))


def nbgrader_feedback(task, students):
    """Return the run that writes the feedback pages, after `nbgrader`."""
    folder = WORK / "now"
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", task.name]
    return Run(command, folder, _files(folder / "feedback", task, students, ".html"))


def ours(task, students, workers=1):
    folder = copy_of(WORK / task.name / "nbgrader" / str(students), WORK / "now")
    command = [sys.executable, "-m", "rnncourse", "grade", task.name]
    command += ["--course-dir", str(folder), "--workers", str(workers)]
    outcomes = folder / "outcomes" / task.name
    return Run(command, folder, [outcomes / f"{student(n)}.json" for n in range(students)])


def otter(task, students):
    folder = copy_of(WORK / task.name / "otter" / str(students), WORK / "now")
    command = [str(OTTER / "bin" / "python"), str(HERE / "grading" / "otter_class.py"), str(folder)]
    return Run(command, folder, [folder / f"{student(n)}.json" for n in range(students)])


def _files(folder, task, students, suffix=".ipynb"):
    names = map(student, range(students))
    return [folder / name / task.name / f"{task.name}{suffix}" for name in names]


def points(run, task):
    """Return the points of every check of every student, whoever gave them."""
    if run.finished[0].parent == run.folder:
        return [tuple(json.loads(path.read_text())) for path in run.finished]
    with Gradebook(f"sqlite:///{run.folder / 'gradebook.db'}") as gradebook:
        names = [student(number) for number in range(len(run.finished))]
        entries = [gradebook.find_submission(task.name, name) for name in names]
        return [_points(entry.notebooks[0]) for entry in entries]


def _points(notebook):
    grades = sorted((grade.name, grade.auto_score) for grade in notebook.grades)
    return tuple(score for _, score in grades)


def set_up_otter():
    """Make otter-grader's environment, if it is not there: the lock's versions, compiled."""
    python, stamp = OTTER / "bin" / "python", OTTER / ".ready"
    if stamp.is_file() and stamp.read_text() == REQUIREMENTS.read_text():
        return
    uv = [str(BOOTSTRAP), "uv"]
    subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, str(OTTER)], check=True)
    install = ["pip", "sync", "--require-hashes", "--only-binary", ":all:", "--compile-bytecode"]
    subprocess.run([*uv, *install, "--python", str(python), str(REQUIREMENTS)], check=True)
    stamp.write_text(REQUIREMENTS.read_text())


def environment(run):
    """Return the environment variables that a grader runs with: the same for all."""
    return {
        **os.environ,
        "PATH": f"{Path(run.command[0]).parent}:{os.environ['PATH']}",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }

"""A small course, and a class that runs on it, for the tests of the class in a box."""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest

from rnncourse.exercises import Course
from rnncourse.grading.samples import samples
from rnncourse.grading.sandbox.bubblewrap import hand_over
from rnncourse.notebooks import build
from tests.conftest import ROOT

NEEDED = ("_config.yml", "nbgrader_config.py", "book/_assets/logo.svg")
SLUGS = ("01_recurrent_neurons", "06_bptt")


def write_small_course(folder):
    """Write a course of two exercises that need no TensorFlow, one with a question in words."""
    for name in (*NEEDED, *(f"solutions/{slug}" for slug in SLUGS)):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    course = Course(folder)
    build(course)
    return course


def sample(course, slug, student):
    """Return what a made-up student hands in, as text, and the mark that it should get."""
    released = nbformat.read(course.exercises / slug / f"{slug}.ipynb", as_version=4)
    found = samples(course.exercise(slug), released, with_trouble=False)
    chosen = next(one for one in found if one.student == student)
    return chosen.content.decode(), sum(chosen.expected.values())


def drop(classroom, name, *, time="2026-11-01 10:00:00.000000 UTC", claims=None, mark="answer"):
    """Put a submission into a letter box, as `nbgrader submit` does."""
    box = classroom.student(name).inbound
    letter = box / f"{claims or name}+{SLUGS[0]}+{time}+abcd"
    letter.mkdir()
    (letter / f"{SLUGS[0]}.ipynb").write_text(mark)
    (letter / "timestamp.txt").write_text(time)
    (letter / "submission_secret.txt").write_text(f"secret of {name}")
    hand_over(box)
    return letter


@dataclass
class RunningClass:
    """A class whose hub runs.

    Args:
        folder: Its folder.
        process: The command that runs it.
        address: Where it is.
    """

    folder: Path
    process: subprocess.Popen
    address: str

    @property
    def passwords(self):
        """Everybody's password."""
        with (self.folder / "passwords.csv").open() as table:
            return {row["id"]: row["password"] for row in csv.DictReader(table)}

    @property
    def started(self):
        """The processes that the command has started, and those that they have."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self):
        """Press Ctrl-C; return what the command printed after that."""
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate()
        assert self.process.returncode == 0, printed
        return printed


@contextmanager
def running_class(course, folder, *arguments):
    """Run `rnncourse classroom` while the context is open."""
    if not (ROOT / "node_modules").is_dir():
        message = "node_modules/ is missing: make setup"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    command = [sys.executable, "-m", "rnncourse", "classroom", str(folder), *arguments]
    process = subprocess.Popen(
        [*command, "--port", "0"],
        env=os.environ | {"RNNCOURSE_ROOT": str(course.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        printed = ""
        for line in process.stdout:
            printed += line
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield RunningClass(folder, process, found[0])
                break
        else:
            pytest.fail(printed)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()

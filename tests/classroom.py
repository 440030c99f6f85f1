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
from select import select

import nbformat
import pytest

from rnncourse.exercises import Course
from rnncourse.grading.samples import samples
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


def processes_of(folder):
    """Return handles of the processes whose commands name a folder, by command."""
    handles = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line:
                handles[line] = os.pidfd_open(int(path.parent.name))
        except OSError:  # it has just ended
            continue
    return handles


def wait_for_end(handles):
    """Wait until processes have ended; return the commands of those that do not."""
    return [line for line, handle in handles.items() if not select([handle], [], [], 30)[0]]

"""Every command of the instructor guide is typed, in order; it prints what the guide shows.

Comments of the page's source, which readers do not see, say what is special:

    % not run: why      the next block is not typed
    % exit code 1       its last command ends with that
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnncourse.classroom.folder import Classroom
from tests.classroom import SLUGS, drop, sample, write_small_course
from tests.conftest import ROOT

SLUG = SLUGS[0]
GUIDE = (ROOT / "book" / "instructor_guide.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^(?:% ([^\n]*)\n)?```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROSTER = re.compile(r"^```text\n(id,name\n.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = 5
HOME = "/home/you"
BAR = re.compile(r"graded \d+/\d+  .*\n")
"""What a terminal shows as a bar."""


@dataclass
class Terminal:
    """Where commands are typed.

    Args:
        home: What the guide calls /home/you.
        folder: Where they are typed now.
        environment: Of the commands.
    """

    home: Path
    folder: Path
    environment: dict

    def type(self, command):
        """Run a command; return what it prints, and its exit code."""
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return "", 0
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C stops it" in line:
                process.send_signal(signal.SIGINT)
        process.stdout.close()
        printed = BAR.sub("", printed).replace(str(self.home), HOME)
        return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", printed), process.wait()


def commands_of(block):
    """Return the commands of a block, each with what it prints."""
    typed = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [part.partition("\n")[::2] for part in typed]


def pattern(shown):
    """Return what matches a shown output: … is anything, on a line of its own also many lines."""
    lines = [line.rstrip() for line in shown.strip().splitlines()]
    matched = ["(?s:.*)" if line == "…" else re.escape(line).replace("…", ".*") for line in lines]
    return r"\n".join(matched)


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """Return the terminal of an instructor whose students have handed in."""
    course = write_small_course(tmp_path / "course")
    home = tmp_path / "home"
    home.mkdir()
    (home / "roster.csv").write_text(ROSTER.search(GUIDE)[1], encoding="utf-8")
    monkeypatch.setenv("RNNCOURSE_ROOT", str(course.root))
    monkeypatch.setenv("RNNCOURSE_PORT", "0")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    return Terminal(home, home, dict(os.environ))


def hand_in(terminal):
    """Have two students submit in the hub, and two through Moodle, one of them no notebook."""
    from rnncourse.exercises import Course

    course = Course(Path(terminal.environment["RNNCOURSE_ROOT"]))
    classroom = Classroom(terminal.home / "term")
    for name, like in (("chen", "right"), ("garcia", "wrong-01")):
        drop(classroom, name, mark=sample(course, SLUG, like)[0])
    with zipfile.ZipFile(classroom.root / "week1.zip", "w") as archive:
        half, _ = sample(course, SLUG, "half-done")
        archive.writestr(f"Na Li_4712_assignsubmission_file_/{SLUG}.ipynb", half)
        archive.writestr("Eve Adams_4713_assignsubmission_file_/report.pdf", "%PDF")


@pytest.mark.e2e
def test_every_command_prints_what_the_guide_shows(terminal):
    """From the first evening to the end of term."""
    for note, block in BLOCK.findall(GUIDE):
        if note.startswith("not run"):
            continue
        for number, (command, shown) in enumerate(commands := commands_of(block), start=1):
            if command.startswith("nbgrader collect"):
                hand_in(terminal)
            printed, status = terminal.type(command)
            last = number == len(commands)
            wanted = int(note.removeprefix("exit code ")) if last and note else 0
            assert status == wanted, f"{command}\n{printed}"
            lines = "\n".join(line.rstrip() for line in printed.strip().splitlines())
            assert re.fullmatch(pattern(shown), lines), f"$ {command}\n{lines}"


def test_few_commands_of_the_guide_are_not_run():
    """Each says why; whoever adds one changes the number here."""
    reasons = [note for note, _ in BLOCK.findall(GUIDE) if note.startswith("not run")]
    assert len(reasons) == NOT_RUN
    assert all(re.fullmatch(r"not run: \w.{10,}", reason) for reason in reasons)
    assert GUIDE.count("```console") == len(BLOCK.findall(GUIDE))

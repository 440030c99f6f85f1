"""Runs one attack in one kind of kernel, and looks at what came of it."""

import ast
import copy
import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from rnncourse.exercises import Course
from rnncourse.grading.examiner import examine
from rnncourse.grading.kernel import TimeLimits
from rnncourse.grading.sandbox.bubblewrap import owner
from rnncourse.grading.sandbox.container import USERS
from rnncourse.grading.sandbox.stage import USER
from rnncourse.notebooks import instructor_notebook

FOLDER = Path(__file__).parent
COURSE = Course(FOLDER.parents[1])
EXERCISE = COURSE.exercise("01_recurrent_neurons")
FIRST, SECOND = EXERCISE.questions
ABSTRACT = f"rnncourse-decoy-{os.getpid()}"
SECONDS = 2.0
"""What a question, and a cell that floods, may take: as little as shows it."""


@dataclass(frozen=True)
class Attack:
    """One file of the suite.

    Args:
        name: Name of the file.
        tries: What it tries, in a sentence.
        mark: Points that the attacked question must get.
        says: Pattern of the message.
        code: The code.
    """

    name: str
    tries: str
    mark: float
    says: str
    code: str


@dataclass(frozen=True)
class Result:
    """What came of an attack.

    Args:
        points: Points of the attacked question.
        first: Points of the question before it.
        message: What the learner is told.
        shown: All text that the notebook's cells show.
        left: Processes and folders that are still there.
    """

    points: float
    first: float
    message: str
    shown: str
    left: tuple[str, ...]

    def problem(self, attack: Attack) -> str:
        """Return what is not as it must be, or ""."""
        if "ESCAPED" in self.shown or "ESCAPED" in self.message:
            return "it got out"
        if self.left:
            return f"it left {', '.join(self.left)}"
        if self.first != EXERCISE.questions[FIRST].points:
            return f"the question before it got {self.first}"
        if self.points != attack.mark:
            return f"it got {self.points}, not {attack.mark}: {self.message}"
        if not re.search(attack.says, self.message):
            return f"the reason is another one: {self.message}"
        return ""


def attacks(prefix: str = "") -> list[Attack]:
    """Return the attacks whose names begin with `prefix`."""
    paths = sorted(FOLDER.glob("*.ipy"))
    return [_read(path) for path in paths if path.stem.startswith(prefix)]


def _read(path: Path) -> Attack:
    code = path.read_text(encoding="utf-8")
    words = ast.get_docstring(ast.parse(code)) or ""
    fields = dict(re.findall(r"^(\w+): (.*)$", words, re.MULTILINE))
    return Attack(
        path.stem, words.splitlines()[0], float(fields["Mark"]), fields.get("Says", ""), code
    )


@contextmanager
def decoys() -> Iterator[str]:
    """Set up what attacks may aim at; yield the assignments that tell them where it is."""
    with (
        tempfile.TemporaryDirectory(prefix="decoy-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as local,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        secret, path, runs = Path(folder, "secret"), Path(folder, "local"), Path(folder, "runs")
        Path(folder).chmod(0o755)
        runs.mkdir()
        usual, tempfile.tempdir = tempfile.tempdir, str(runs)  # nobody else leaves things there
        secret.write_text("not for learners")
        local.bind(str(path))
        path.chmod(0o777)
        abstract.bind(f"\0{ABSTRACT}")
        for bound in (local, abstract):
            bound.listen()
        os.environ["RNNCOURSE_DECOY"] = "not for learners"
        yield (
            f"SECRET, PORT = {str(secret)!r}, {listener.getsockname()[1]}\n"
            f"LOCAL, ABSTRACT = {str(path)!r}, {ABSTRACT!r}\n"
        )
        del os.environ["RNNCOURSE_DECOY"]
        tempfile.tempdir = usual


def run(attack: Attack, kernel: str, where: str) -> Result:
    """Examine a notebook with the attack in it, in a kernel of that name."""
    before = _left()
    notebook = nbformat.read(
        COURSE.exercises / EXERCISE.slug / f"{EXERCISE.slug}.ipynb", as_version=4
    )
    notebook = copy.deepcopy(notebook)
    cells = {cell.id: cell for cell in notebook.cells}
    right = {cell.id: cell.source for cell in instructor_notebook(EXERCISE).cells}
    cells[f"{FIRST}_solution"].source = right[f"{FIRST}_solution"]
    follows = right[f"{SECOND}_solution"] if attack.mark else ""
    cells[f"{SECOND}_solution"].source = f"{where}{attack.code}\n\n{follows}"
    papers = EXERCISE.examination(seed=1)
    papers[SECOND] = replace(papers[SECOND], time_limit=SECONDS)
    limit = SECONDS if attack.name.startswith("flood_of_lines") else 60.0
    limits = TimeLimits(cell=limit)
    verdicts = examine(notebook, papers, kernel_name=kernel, limits=limits)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = " ".join(str(output.get("text", output.get("evalue", ""))) for output in outputs)
    second = verdicts[SECOND]
    return Result(
        second.points, verdicts[FIRST].points, second.message, shown, tuple(_left() - before)
    )


def _left() -> set[str]:
    """Return run folders, and what runs as the sandbox's user besides servers of warm kernels."""
    folders = {str(path) for path in Path(tempfile.gettempdir()).glob("rnn*-*")}
    return folders | {name for pid, name in _processes() if "sleep" in name or "rnn_two" in name}


def _processes() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid in {owner(), *range(USER, USER + USERS)}:
                name = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield int(path.name), f"{path.name} {name}"
        except OSError:  # it has just ended
            continue

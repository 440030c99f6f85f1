"""Grade a class while its processes are killed at random; the marks must not change.

    python -m tests.chaos --submissions 200 --kills 100

Two copies of one class are graded: one in peace, the other while workers, the
server of warm kernels with its kernels, and the command itself get SIGKILL. The command
is started again until it ends by itself.
"""

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

from rnncourse.exercises import Course
from rnncourse.grading.sample_class import CONFIG
from rnncourse.grading.samples import Sample, samples

SLUG = "01_recurrent_neurons"
SLOW = {"never-returns", "ignores-interrupts", "returns-much", "prints-much"}
PAUSE = (0.2, 2.0)
"""Seconds between two kills; a kill needs something to kill."""
MORE = 10
"""Times that the command may end with an error that it explains, and is started again."""
EARLY = 0.9
"""How often a command that has no workers yet is spared, so that it gets to work at all."""
GONE = 30.0
"""Seconds in which everything below a killed command must have ended."""


@dataclass
class Report:
    """What happened, and what is left of it."""

    kills: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    survivors: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


def write_class(root: Path, course: Course, number: int) -> None:
    """Write a class of so many submissions, of every kind but those that take their time."""
    released = nbformat.read(course.exercises / SLUG / f"{SLUG}.ipynb", as_version=4)
    found = samples(course.exercise(SLUG), released, with_trouble=True)
    kinds = [sample for sample in found if sample.student not in SLOW]
    for index in range(number):
        sample: Sample = kinds[index % len(kinds)]
        path = root / "submitted" / f"{index:04}-{sample.student}" / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(sample.content)
    settings = CONFIG.format(course=str(course.root)) + "c.Examine.seed = 20\n"
    (root / "nbgrader_config.py").write_text(settings)


def command(root: Path, workers: int) -> list[str]:
    """Return the command that grades the class."""
    grade = [sys.executable, "-m", "rnncourse", "grade", "--course-dir", str(root)]
    return [*grade, "--workers", str(workers)]


def grade_in_peace(root: Path, workers: int) -> None:
    """Grade the class."""
    done = subprocess.run(command(root, workers), check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"It could not be graded in peace: {done.stderr}")


def grade_in_chaos(root: Path, workers: int, kills: int, rng: random.Random) -> Report:
    """Grade the class, killing processes until there were enough kills; then let it end."""
    report, began = Report(), time.monotonic()
    while True:
        report.starts += 1
        with (root / "chaos.log").open("wb") as log:
            grading = psutil.Popen(command(root, workers), stdout=log, stderr=log)
        while report.kills.total() < kills and grading.poll() is None:
            time.sleep(rng.uniform(*PAUSE))
            victims = dict(_victims(grading))
            if "worker" not in victims and rng.random() < EARLY:
                continue
            kind = rng.choice(sorted(victims))
            if _kill(victims[kind], grading, report):
                report.kills[kind] += 1
        status = grading.wait()
        said = (root / "chaos.log").read_text()
        if status > 0 and ("Traceback" in said or report.starts > kills + MORE):
            report.errors.append(said[-2000:])
        if status == 0 or report.errors:
            report.seconds = time.monotonic() - began
            return report


def _victims(grading: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the command, one of its workers, and the server with all its kernels.

    A kernel alone is no victim: its learner's own code could have killed it, and pays for that.
    """
    below = []
    for process in grading.children(recursive=True):
        try:
            below.append((" ".join(process.cmdline()), process))
        except psutil.Error:
            continue
    kinds = {
        "worker": [process for text, process in below if is_worker(text)],
        "server": [process for text, process in below if is_server(text)][:1],
        "command": [grading],
    }
    for kind, found in kinds.items():
        if found:
            yield kind, random.choice(found)  # noqa: S311 - which of several alike


def is_worker(text: str) -> bool:
    """Return whether the command line is that of one of Dask's worker processes."""
    return "multiprocessing" in text and "resource_tracker" not in text


def is_server(text: str) -> bool:
    """Return whether the command line is that of the kernel server, or of a fork of it."""
    return "kernels.server" in text and "bwrap" not in text


def _kill(victim: psutil.Process, grading: psutil.Process, report: Report) -> bool:
    """Kill a process; below the command nothing may live on."""
    try:
        below = grading.children(recursive=True)
        victim.kill()
    except psutil.Error:
        return False
    if victim == grading:
        grading.wait()
        _, alive = psutil.wait_procs(below, timeout=GONE)
        report.survivors += [" ".join(process.cmdline())[:200] for process in alive]
    return True


def marks(root: Path) -> dict[str, tuple[str, float | None]]:
    """Return the status and the mark of every submission, from outcomes and gradebook alike."""
    found = {}
    for path in sorted((root / "outcomes" / SLUG).glob("[!.]*.json")):
        outcome = json.loads(path.read_text())
        mark = sum(outcome["points"].values()) if outcome["status"] == "graded" else None
        found[path.stem] = (outcome["status"], mark)
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        assert gradebook.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = gradebook.execute(
            "select student.id, sum(grade.auto_score) from grade"
            " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
            " join submitted_assignment on submitted_notebook.assignment_id ="
            " submitted_assignment.id"
            " join student on submitted_assignment.student_id = student.id group by student.id"
        )
        entered = dict(rows.fetchall())
    assert entered == {name: mark for name, (_, mark) in found.items() if mark is not None}
    return found


def leftovers(root: Path) -> list[str]:
    """Return half-written files, and pages of submissions that have no mark."""
    drafts = [*root.rglob("*.draft"), *root.rglob("*.finished")]
    for path in root.glob("autograded/*/*/*.ipynb"):
        nbformat.read(path, as_version=4)  # raises if it is cut off
    return [str(path.relative_to(root)) for path in drafts]


def run(number: int, kills: int, workers: int, seed: int) -> tuple[Report, bool, list[str]]:
    """Grade one class twice; return what happened, whether all marks agree, and what was left."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        peace, chaos = Path(folder, "peace"), Path(folder, "chaos")
        write_class(peace, Course.find(), number)
        shutil.copytree(peace, chaos)
        grade_in_peace(peace, workers)
        report = grade_in_chaos(chaos, workers, kills, random.Random(seed))  # noqa: S311
        same = not report.errors and marks(peace) == marks(chaos) and len(marks(peace)) == number
        return report, same, leftovers(chaos)


def main() -> None:
    """Print what happened."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--submissions", type=int, default=200)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    report, same, left = run(chosen.submissions, chosen.kills, chosen.workers, chosen.seed)
    print(f"{chosen.submissions} submissions, {report.kills.total()} kills: {dict(report.kills)}")
    print(f"the command was started {report.starts} times, and took {report.seconds:.0f} s")
    print("every mark is that of the undisturbed run" if same else "MARKS DIFFER")
    print(*report.errors, sep="\n")
    print(f"processes that outlived the command: {report.survivors or 'none'}")
    print(f"files that were left: {left or 'none'}")
    sys.exit(0 if same and not report.survivors and not left else 1)


if __name__ == "__main__":
    main()

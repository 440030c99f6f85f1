"""Seconds for each further submission, within one command: start-up and the first are left out."""

import os
import subprocess
import time

from benchmarks.grading.graders import environment, points
from benchmarks.grading.processes import account

PAUSE = 0.02
GIVE_UP = 900.0


def measure(run, task, *, cores, skip=1):
    """Run a grader on a class; return its start-up and its rate.

    Args:
        run: The command.
        task: The assignment, or None where its marks are not known.
        cores: Processors that it may use.
        skip: Submissions that are left out at the beginning; the last one is left out, too,
            because the command may end with it.
    """
    load, begun, log = os.getloadavg()[0], time.perf_counter(), run.folder / "benchmark.log"
    pinned = ["taskset", "--cpu-list", ",".join(map(str, cores)), *run.command]
    with (
        log.open("wb") as said,
        account() as spent,
        subprocess.Popen(
            spent.joined(pinned), cwd=run.folder, env=environment(run), stdout=said, stderr=said
        ) as process,
    ):
        first = _wait(run, process, skip, begun, spent)
        last = _wait(run, process, len(run.finished) - 1, begun, spent)
        process.wait()
    if process.returncode:
        raise SystemExit(f"{' '.join(run.command)} failed: see {log}")
    if task and points(run, task) != [task.marks(n) for n in range(len(run.finished))]:
        raise SystemExit(f"{' '.join(run.command)} gave other marks: {points(run, task)}")
    between = len(run.finished) - 1 - skip
    return {
        "start": first["clock"],
        "seconds": (last["clock"] - first["clock"]) / between,
        "cpu": (last["cpu"] - first["cpu"]) / between,
        "submissions": between,
        "cores": len(cores),
        "load": load,
    }


def _wait(run, process, number, begun, spent):
    """Wait until `number` submissions are done; return the time by the clock and of processors."""
    while sum(path.exists() for path in run.finished) < number:
        if process.poll() is not None or time.perf_counter() - begun > GIVE_UP:
            process.kill()
            raise SystemExit(f"{' '.join(run.command)} ended early: see {run.folder}/benchmark.log")
        time.sleep(PAUSE)
    return {"clock": time.perf_counter() - begun, "cpu": spent.seconds()}

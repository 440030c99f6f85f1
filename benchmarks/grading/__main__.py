"""Grading beside its peers: `python -m benchmarks.grading [NAME …]`."""

import argparse
import json
import logging
import os
import shutil
import statistics
from functools import partial
from pathlib import Path

from benchmarks.grading import graders, kernels, machine, own, rates, report, writer
from benchmarks.grading.folders import write_nbgrader, write_otter
from benchmarks.grading.notebooks import TASKS
from benchmarks.measure import RESULTS

PARTS = (*TASKS, "own", "machine", "kernels")
STUDENTS = {"peer": 5, "ours": 16, "two": 28}
RESULT = RESULTS / "grading.json"


def programs(task):
    """Return what grades the assignment: the run, the processors and what is left out at first."""
    one, two = _cores()
    few, many, more = STUDENTS.values()
    return {
        "nbgrader": (partial(graders.nbgrader, task, few), one, 1),
        "nbgrader, its feedback pages": (partial(graders.nbgrader_feedback, task, few), one, 1),
        "otter-grader": (partial(graders.otter, task, few), one, 1),
        "ours, 1 worker": (partial(graders.ours, task, many), one, 1),
        "ours, 2 workers": (partial(graders.ours, task, more, workers=2), two, 4),
    }


def _cores():
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[-1:], allowed[-2:]


def compare(task, rounds):
    """Return every run of every grader, in turn, and what a submission costs writer and worker."""
    for kind, write in (("nbgrader", write_nbgrader), ("otter", write_otter)):
        shutil.rmtree(graders.WORK / task.name / kind, ignore_errors=True)
        for students in STUDENTS.values():
            write(task, graders.WORK / task.name / kind / str(students), students)
    found = {name: [] for name in programs(task)}
    costs = []
    for _ in range(rounds):
        for name, (begin, cores, skip) in programs(task).items():
            run = begin()
            found[name].append(rates.measure(run, task, cores=cores, skip=skip))
            print(f"  {task.name}, {name}: {_short(found[name][-1])}", flush=True)
            if name == "ours, 1 worker":
                costs.append(_costs(run, found[name][-1]))
    return found, {
        "work": statistics.median(cost["work"] for cost in costs),
        "parts": {
            part: statistics.median(cost["parts"][part] for cost in costs) for part in writer.PARTS
        },
    }


def _costs(run, figures):
    """Return the processor seconds of a submission: the writer's parts, and all the rest."""
    parts = writer.measure(run.folder)
    return {"work": figures["cpu"] - sum(parts.values()), "parts": parts}


def _short(figures):
    return ", ".join(f"{name} {value:.3g}" for name, value in figures.items())


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    parser.add_argument("names", nargs="*", default=PARTS, metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    logging.disable(logging.WARNING)  # nbgrader says what it does, at each step
    graders.set_up_otter()
    results = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
    results = {"rates": {}, "kernels": {}, "costs": {}} | results
    for name in options.names:
        if name in TASKS:
            results["rates"][name], results["costs"][name] = compare(TASKS[name], options.rounds)
        elif name == "own":
            runs = [own.measure(_cores()[0]) for _ in range(options.rounds)]
            results["rates"]["exercise 01"] = {"ours, 1 worker": runs}
        elif name == "machine":
            results["machine"] = machine.measure(_cores()[1], repeats=options.rounds)
        else:
            measure = kernels.measure
            results["kernels"] = {k: measure(k, repeats=5 * options.rounds) for k in kernels.KINDS}
        RESULT.write_text(json.dumps(results, indent=1))
    for lines in (report.ratio_lines, report.rate_lines, report.kernel_lines):
        print("\n".join(lines(results)), end="\n\n")
    print(f"Raw figures: {Path(RESULT)}")


if __name__ == "__main__":
    main()

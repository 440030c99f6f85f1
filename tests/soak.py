"""Grade a large class, and draw the memory of every process that grades it.

    python -m tests.soak --submissions 1000 --figure benchmarks/grading/soak.svg

Memory is the unique set size: what would be free if the process ended.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import psutil

from rnncourse.exercises import Course
from tests.chaos import command, is_server, is_worker, marks, write_class

PERIOD = 2.0
MIB = 2**20
Series = dict[str, list[tuple[float, float]]]
"""By process: seconds since the start, and MiB."""


def watch(grading: psutil.Popen) -> Series:
    """Return the memory of the command, its workers and the server, until the command ends."""
    series: Series = defaultdict(list)
    began = time.monotonic()
    while grading.poll() is None:
        now, sample, workers = time.monotonic() - began, {}, 0
        for process in [grading, *grading.children(recursive=True)]:
            try:
                text = " ".join(process.cmdline())
                memory = process.memory_full_info().uss / MIB
            except psutil.Error:
                continue
            kind = _kind(text, first=process == grading)
            if kind == "worker":
                workers += 1
                kind = f"worker {workers}"
            if kind:  # the server is the largest of those that look like it: kernels are forks
                sample[kind] = max(memory, sample.get(kind, 0.0))
        for kind, memory in sample.items():
            series[kind].append((now, memory))
        time.sleep(PERIOD)
    return series


def _kind(text: str, *, first: bool) -> str:
    if first:
        return "command, which writes"
    return "worker" if is_worker(text) else "server" if is_server(text) else ""


def growth(points: list[tuple[float, float]]) -> float:
    """Return MiB an hour over the second half, when everything has been loaded."""
    half = np.array(points[len(points) // 2 :])
    return float(np.polyfit(half[:, 0], half[:, 1], 1)[0] * 3600)


def draw(series: Series, path: Path) -> None:
    """Draw memory over time."""
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    for name, points in series.items():
        axes.plot(*np.array(points).T, label=name)
    axes.set(xlabel="time (s)", ylabel="memory (MiB)", ylim=(0, None))
    axes.legend()
    figure.savefig(path)


def main() -> None:
    """Grade, print and draw."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--submissions", type=int, default=1000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--figure", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root = Path(folder, "class")
        write_class(root, Course.find(), chosen.submissions)
        began = time.monotonic()
        with Path(folder, "log").open("wb") as log:
            grading = psutil.Popen(command(root, chosen.workers), stdout=log, stderr=log)
            series = watch(grading)
        seconds = time.monotonic() - began
        found = marks(root)
        kinds = defaultdict(set)
        for name, mark in found.items():
            kinds[name.partition("-")[2]].add(mark)
    print(f"{len(found)} submissions in {seconds:.0f} s")
    for name, points in series.items():
        first, last = points[len(points) // 2][1], points[-1][1]
        slope = f"{growth(points):+.0f} MiB an hour"
        print(f"{name}: {first:.0f} to {last:.0f} MiB in the second half, {slope}")
    differing = [kind for kind, given in kinds.items() if len(given) > 1]
    print(f"kinds of submission with more than one mark: {differing or 'none'}")
    if chosen.figure:
        draw(series, chosen.figure)
    sys.exit(0 if len(found) == chosen.submissions and not differing else 1)


if __name__ == "__main__":
    main()

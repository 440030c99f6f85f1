"""Programs timed side by side: wall time from the start of a process to its result."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
RESULTS = HERE.parent / "_build" / "benchmarks"
TF1 = "RNNCOURSE_TF1_PYTHON"


def report(**figures):
    """Print one JSON line: the first one that a program prints ends its time."""
    print(json.dumps({name: float(value) for name, value in figures.items()}), flush=True)


def course(module, *arguments):
    """Return the command line of a program of the course."""
    return [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]


def tensorflow1(*arguments):
    """Return the command line of the peer, or None where no Python 3.7 is named."""
    python = os.environ.get(TF1)
    return [python, "-W", "ignore", str(HERE / "tf1.py"), *map(str, arguments)] if python else None


def run_once(command):
    """Run a program; return its figures, with the seconds until the first line of them."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
    begun, figures = time.perf_counter(), {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet
    ) as process:
        for line in process.stdout:
            if line.startswith("{"):
                figures.setdefault("seconds", time.perf_counter() - begun)
                figures.update(json.loads(line))
        problem = process.stderr.read()
    if process.returncode or not figures:
        raise SystemExit(f"{' '.join(command)} failed:\n{problem[-2000:]}")
    return figures


def compare(title, programs, *, runs, peer_runs=None, rate="ms_per_step"):
    """Run programs in turn, `runs` times each; print medians, and ratios to the last one.

    Args:
        title: Names the comparison, and its file of raw figures.
        programs: Names and command lines; the last is the peer, None where there is none.
        runs: Number of runs of each.
        peer_runs: Number of runs of the peer, where it takes long.
        rate: The figure that the rates are compared by, a time.
    """
    results = {name: [] for name, command in programs.items() if command}
    peer = list(programs)[-1]
    for run in range(runs):
        for name in results:
            if name == peer and run >= (peer_runs or runs):
                continue
            results[name].append(run_once(programs[name]))
            print(f"  {name}: {rounded(results[name][-1])}", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{title.replace(' ', '_')}.json").write_text(json.dumps(results, indent=1))
    table(title, results, peer=peer, rate=rate)


def table(title, results, *, peer, rate):
    """Print medians, the spread of the seconds, ratios to the peer in time and in rate."""
    medians = {
        name: {key: statistics.median(one[key] for one in runs) for key in runs[0]}
        for name, runs in results.items()
    }
    print(f"{title}: medians")
    for name, figures in medians.items():
        seconds = [one["seconds"] for one in results[name]]
        spread = f"{len(seconds)} runs, {min(seconds):.1f} to {max(seconds):.1f} s"
        line = f"  {name}: {rounded(figures)} ({spread})"
        if peer in medians and name != peer:
            line += f"; {medians[peer]['seconds'] / figures['seconds']:.2f} times faster"
            line += f", {medians[peer][rate] / figures[rate]:.2f} times the rate"
        print(line, flush=True)


def rounded(figures):
    """Return figures as text, four digits each."""
    return ", ".join(f"{name} {value:.4g}" for name, value in figures.items())


def recurrent_flops(batch, timesteps, features, units, blocks=1):
    """Return the operations of a training step's matrix products; backward takes two each."""
    return 3 * 2 * batch * timesteps * (features + units) * blocks * units


def product_rate(rows, inner, columns, *, seconds=1.0):
    """Return the most operations a second that NumPy reaches in a product of these sizes."""
    shapes = (rows, inner), (inner, columns), (rows, columns)
    a, b, out = (np.ones(shape, "float32") for shape in shapes)
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        np.matmul(a, b, out=out)
        best = min(best, time.perf_counter() - begun)
    return 2 * rows * inner * columns / best


def save_data(name, **arrays):
    """Write the arrays that all programs of a comparison read; return the file."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.npz"
    np.savez(path, **arrays)
    return path


def mnist():
    """Write MNIST as rows: training images, and the test set."""
    from rnncourse.datasets import load_mnist

    digits = load_mnist(download=False)
    return save_data(
        "mnist",
        x=digits.train_images.astype("float32") / 255,
        y=digits.train_labels.astype("int32"),
        test_x=digits.test_images.astype("float32") / 255,
        test_y=digits.test_labels.astype("int32"),
    )

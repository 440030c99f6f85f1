"""What two processors of this machine do, of the double that one does: no grader can do more."""

import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

TIMES = 20
PIECES = 6


def measure(cores, repeats):
    """Return the rate of two processes that share nothing, in times that of one.

    Both do what graders do all day: they compile Python and make many small objects.
    """
    return statistics.median(_rate(cores) / _rate(cores[-1:]) for _ in range(repeats))


def _rate(cores):
    with ProcessPoolExecutor(
        len(cores), get_context("spawn"), initializer=partial(os.sched_setaffinity, 0, cores)
    ) as pool:
        list(pool.map(_work, range(len(cores))))  # they start before the clock does
        begun = time.perf_counter()
        number = len(list(pool.map(_work, range(PIECES * len(cores)))))
        return number / (time.perf_counter() - begun)


def _work(_):
    text = Path(statistics.__file__).read_text()
    for _ in range(TIMES):
        compile(text, "statistics", "exec")

"""Kernels of three kinds: the time to a first TensorFlow result, and the memory that they hold."""

import asyncio
import os
import time
from contextlib import AsyncExitStack, nullcontext

from nbformat.v4 import new_code_cell

from benchmarks.grading.processes import descendants, memory
from rnncourse.grading.isolation import SANDBOXED, UNPROTECTED
from rnncourse.grading.kernel import LearnerKernel
from rnncourse.grading.kernels.keeper import kernel_server

CELL = "import tensorflow as tf\ntf.reduce_sum(tf.constant([1.0, 2.0]))"
KINDS = {"plain": UNPROTECTED, "cold in the sandbox": SANDBOXED, "warm in the sandbox": SANDBOXED}
KERNELS = 5
"""Kernels that are held at one time, to see what a further one takes."""


def measure(kind, *, repeats):
    """Return the times of `repeats` kernels, and the memory of one and of each further one."""
    with kernel_server() if kind.startswith("warm") else nullcontext():
        asyncio.run(_first_cell(KINDS[kind]))  # files are read from disk once
        times = [asyncio.run(_first_cell(KINDS[kind])) for _ in range(repeats)]
        one, further = asyncio.run(_held(KINDS[kind]))
    return {
        "ready": [ready for ready, _ in times],
        "first_cell": [first for _, first in times],
        "one": one,
        "further": further,
        "load": os.getloadavg()[0],
    }


async def _first_cell(name):
    """Return the seconds from the request to a kernel that answers, and to the cell's result."""
    begun = time.perf_counter()
    async with LearnerKernel(name, None) as kernel:
        ready = time.perf_counter() - begun
        await _run(kernel)
        return ready, time.perf_counter() - begun


async def _held(name):
    """Return the memory of everything that one kernel needs, and of each further kernel."""
    async with AsyncExitStack() as held:
        sums = []
        for _ in range(KERNELS):
            await _run(await held.enter_async_context(LearnerKernel(name, None)))
            sums.append(memory(descendants(os.getpid())))
    return sums[0], {key: (sums[-1][key] - sums[0][key]) / (KERNELS - 1) for key in sums[0]}


async def _run(kernel):
    cell = new_code_cell(CELL)
    await kernel.run(cell)
    if not any(output.output_type == "execute_result" for output in cell.outputs):
        raise SystemExit(f"The cell gave no result: {cell.outputs}")

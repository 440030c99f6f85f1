"""Who runs the work: this very process here; workers of Dask in `cluster`."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from rnncourse.checks.papers import Paper
from rnncourse.errors import KernelError, SandboxError
from rnncourse.grading.engine.work import Finished, Incident, Papers, Work, perform

PapersOf = Callable[[str], dict[str, Paper] | None]
"""Returns the papers of an exercise; workers ask when they first meet it."""
Workers = Callable[[Iterable[Work], PapersOf], Iterator[Finished | Incident]]
"""Runs work; the results come in any order."""
ATTEMPTS = 3
"""Times that a submission is begun where the kernel or its server fails."""
LOGGER = logging.getLogger(__name__)
MEMORY = 2 * 2**30
"""Bytes that a worker and its kernel want."""


def here(kernel: str) -> Workers:
    """Return workers that are this process: one submission after the other.

    Args:
        kernel: Name of the Jupyter kernel.
    """

    def run(works: Iterable[Work], papers_of: PapersOf) -> Iterator[Finished | Incident]:
        papers: dict[str, Papers | None] = {}
        for work in works:
            if work.slug not in papers:
                papers[work.slug] = papers_of(work.slug)
            yield performed(work, papers[work.slug], kernel)

    return run


def nobody(works: Iterable[Work], _: PapersOf) -> Iterator[Finished | Incident]:
    """Be no workers at all, where nothing has to be run."""
    return iter([Incident(work.key, "Nobody was there to run it.") for work in works])


def sensible_number(waiting: int) -> int:
    """Return how many workers to start on this machine: by cores, memory, and what waits."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, memory // MEMORY, waiting // 4))


def performed(work: Work, papers: Papers | None, kernel: str) -> Finished | Incident:
    """Return what came of one submission; whatever goes wrong is an incident."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return replace(perform(work, papers, kernel), attempts=attempt)
        except (KernelError, SandboxError) as error:  # trouble of the machine: it may pass
            LOGGER.warning("%s, attempt %d: %s", work.key, attempt, error)
            reason = str(error)
        except Exception as error:
            LOGGER.exception("%s", work.key)
            return Incident(work.key, f"It could not be run: {error!r:.500}")
    return Incident(work.key, f"It could not be run, {ATTEMPTS} times: {reason:.500}")

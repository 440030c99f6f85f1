"""What goes to a worker, what comes back, and the pure function between them.

A worker sees no gradebook, no class folder and no other submission: text of
notebooks goes in, and text of notebooks comes out.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from rnncourse.checks.papers import Paper
from rnncourse.grading.engine.execute import run_as_nbgrader
from rnncourse.grading.kernel import TimeLimits
from rnncourse.grading.kernels.runs import RunFolder
from rnncourse.grading.records import examine_with_record

Papers = Mapping[str, Paper]


@dataclass(frozen=True)
class Work:
    """One submission, made sound and ready to be run.

    Args:
        key: Names the submission, its content, the exercise and the seed: the same
            key means the same work.
        slug: Name of the exercise.
        notebooks: The text of each notebook, by name.
        files: The content of what lies beside them, by relative path.
        seed: Seed of the examination; None where nothing of ours is asked.
        exercise: Fingerprint of the exercise.
        limits: How long a notebook may run, where we examine.
        settings: nbgrader's settings of the part that runs notebooks, where it is nbgrader's.
    """

    key: str
    slug: str
    notebooks: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    seed: int | None = None
    exercise: str = ""
    limits: TimeLimits = field(default_factory=TimeLimits)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """What a worker made of one submission.

    Args:
        key: That of the work.
        notebooks: The text of each notebook with its outputs, and verdicts if any.
        seconds: Time that it took.
        attempts: Times that it was begun.
    """

    key: str
    notebooks: Mapping[str, str]
    seconds: float
    attempts: int = 1


@dataclass(frozen=True)
class Incident:
    """Work that came to no end, through no fault that could be laid on the submission.

    Args:
        key: That of the work.
        reason: What happened, for whoever grades.
    """

    key: str
    reason: str


def perform(work: Work, papers: Papers | None, kernel: str) -> Finished:
    """Run the notebooks of one submission, and examine them where there are papers.

    Args:
        work: The submission.
        papers: The examination, by question; None for other courses' assignments.
        kernel: Name of the Jupyter kernel.

    Raises:
        KernelError: If no kernel could be started.
    """
    began = time.monotonic()
    folder = RunFolder()
    try:
        for name, data in work.files.items():
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        place = str(folder.path)
        notebooks = {
            name: nbformat.writes(_run(nbformat.reads(text, 4), work, papers, kernel, place))
            for name, text in work.notebooks.items()
        }
    finally:
        folder.remove()
    return Finished(work.key, notebooks, round(time.monotonic() - began, 2))


def _run(
    notebook: NotebookNode, work: Work, papers: Papers | None, kernel: str, folder: str
) -> NotebookNode:
    if papers is None or work.seed is None:
        return run_as_nbgrader(notebook, work.settings, kernel_name=kernel, folder=folder)
    drawn = (work.seed, work.exercise)
    examine_with_record(
        notebook, papers, drawn, kernel_name=kernel, folder=folder, limits=work.limits
    )
    return notebook

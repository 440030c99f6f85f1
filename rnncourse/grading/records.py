"""The record of an examination: what was asked and found, kept in the notebook itself."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from rnncourse.checks.marking import Example, Trial, Verdict, without_cases
from rnncourse.checks.papers import Paper
from rnncourse.grading.examiner import examine
from rnncourse.grading.kernel import TimeLimits
from rnncourse.grading.submissions import grade_id, is_written

RECORD = "rnncourse"
"""Key of the notebook's metadata under which the record is."""


def examine_with_record(
    notebook: NotebookNode,
    papers: Mapping[str, Paper],
    drawn: tuple[int, str],
    *,
    kernel_name: str,
    folder: str | None,
    limits: TimeLimits,
) -> None:
    """Examine a notebook in place, and leave a record in its metadata.

    Args:
        notebook: The notebook, made sound.
        papers: The examination, by question.
        drawn: The seed and the exercise's fingerprint that it was drawn from.
        kernel_name: Name of the Jupyter kernel.
        folder: Folder that the cells run in.
        limits: How long the notebook may run.

    Raises:
        KernelError: If no kernel could be started.
    """
    verdicts = examine(notebook, papers, kernel_name=kernel_name, folder=folder, limits=limits)
    seed, fingerprint = drawn
    notebook.metadata[RECORD] = {
        "seed": seed,
        "exercise": fingerprint,
        "by_hand": _to_read(notebook),
        "answers": _written(notebook),
        "verdicts": {name: asdict(without_cases(v)) for name, v in verdicts.items()},
    }


def decided(notebook: NotebookNode) -> dict[str, Any]:
    """Return what a record says, as the fields of a SubmissionOutcome."""
    record = notebook.metadata[RECORD]
    verdicts = record["verdicts"]
    return {
        "points": {name: verdict["points"] for name, verdict in verdicts.items()},
        "messages": {name: verdict["message"] for name, verdict in verdicts.items()},
        "mistakes": {n: v["mistake"] for n, v in verdicts.items() if v["mistake"]},
        "max_points": sum(verdict["max_points"] for verdict in verdicts.values()),
        "by_hand": dict(record["by_hand"]),
        "seed": record["seed"],
    }


def verdicts(notebook: NotebookNode) -> dict[str, Verdict]:
    """Return the verdicts that a record keeps, by question."""
    return {name: _verdict(kept) for name, kept in notebook.metadata[RECORD]["verdicts"].items()}


def answers(notebook: NotebookNode) -> dict[str, str]:
    """Return the answers in words that a record keeps, as they were written."""
    return dict(notebook.metadata[RECORD].get("answers", {}))


def _verdict(kept: Mapping[str, Any]) -> Verdict:
    trials = tuple(Trial(**trial) for trial in kept["trials"])
    example = Example(**kept["example"]) if kept.get("example") else None
    return Verdict(**{**kept, "trials": trials, "example": example})


def _written(notebook: NotebookNode) -> dict[str, str]:
    """Return each answer in words that is not the untouched stub."""
    return {
        grade_id(cell): cell.source
        for cell in notebook.cells
        if is_written(cell) and compute_checksum(cell) != cell.metadata.nbgrader.checksum
    }


def _to_read(notebook: NotebookNode) -> dict[str, float]:
    """Return the points of each answer in words that was written; nbgrader gives a stub 0."""
    written = _written(notebook)
    return {
        name: float(cell.metadata.nbgrader.points)
        for cell in notebook.cells
        if (name := grade_id(cell)) in written
    }

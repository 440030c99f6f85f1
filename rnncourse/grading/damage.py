"""What editors, disks and learners do to a notebook without meaning to.

Each entry is named as the sample class's student to whom it happened.
"""

import copy
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode


def _strip(notebook: NotebookNode) -> None:
    for key in ("metadata", "nbformat", "nbformat_minor"):
        del notebook[key]
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        del cell["id"]


def _delete_questions(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not _nbgrader(cell).get("grade")]


def _move_questions_up(notebook: NotebookNode) -> None:
    notebook.cells.sort(key=lambda cell: not _nbgrader(cell).get("grade"))


def _duplicate(notebook: NotebookNode) -> None:
    notebook.cells = [copy.deepcopy(cell) for cell in notebook.cells for _ in range(2)]


def _rename(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.id = "same"
        if number % 2 and "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = f"renamed-{number}"


def _end_lines_as_windows_does(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", "\r\n")


def _foreign_schema(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99
            cell.metadata.nbgrader.points = "many"


def _foreign_kernel(notebook: NotebookNode) -> None:
    notebook.metadata = {
        "kernelspec": {"name": "ir", "display_name": "R", "language": "R"},
        "language_info": {"name": "R"},
        "weight": float("nan"),
    }


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    return cell.metadata.get("nbgrader", {})


HARMLESS: dict[str, Callable[[NotebookNode], None]] = {
    "no-metadata": _strip,
    "question-cells-deleted": _delete_questions,
    "question-cells-moved": _move_questions_up,
    "cells-duplicated": _duplicate,
    "cells-renamed": _rename,
    "windows-line-ends": _end_lines_as_windows_does,
    "foreign-schema": _foreign_schema,
    "foreign-kernel": _foreign_kernel,
}
"""Changes to a right notebook that cost nothing."""

BROKEN_FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut-off": (lambda whole: whole[: len(whole) // 2], "cut off"),
    "empty": (lambda _: b"", "empty"),
    "not-utf8": (lambda _: "naïve".encode("utf-16"), "UTF-8"),
    "not-a-notebook": (lambda _: b'{"marks": 10}', "no cells"),
    "nested-deeply": (lambda _: b"[" * 100_000, "nested too deeply"),
}
"""Files that no one can mark, and words of the reason that they get."""

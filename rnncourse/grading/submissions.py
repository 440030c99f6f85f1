"""Read a submitted notebook, whatever state it is in, and put its question cells right.

Learners copy cells, delete them, move them, and lose metadata in an editor.
None of this may cost a mark, and none of it may be believed: what is asked,
where, and for how many points comes from the released notebook alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from rnncourse.checks.values import printable
from rnncourse.grading.notebook_files import notebook_text, unreadable

CELL_TYPES = ("code", "markdown", "raw")
NO_CELLS = "it has no cells. Is it a Jupyter notebook?"
TOO_DEEP = "its lists are nested too deeply"


def read_submission(path: Path) -> NotebookNode:
    """Return the notebook at `path`, in the current format, with what is missing filled in.

    Raises:
        NotebookError: If it could not be read; says why.
    """
    content = _parse(notebook_text(path))
    content.setdefault("nbformat", 4)
    content.setdefault("nbformat_minor", 5 if content["nbformat"] == 4 else 0)
    content.setdefault("metadata", {})
    for cell in _dicts(content.get("cells")):
        cell.pop("outputs", None)
    try:
        notebook = nbformat.convert(nbformat.from_dict(content), 4)
    except RecursionError:
        raise unreadable(TOO_DEEP) from None
    except Exception as error:  # a foreign format fails in many ways, all meaning the same
        raise unreadable(f"its format, {content['nbformat']!s:.20}, is not known") from error
    if not isinstance(notebook.get("cells"), list):
        raise unreadable(NO_CELLS)
    notebook.cells = [_sound(cell) for cell in _dicts(notebook.cells)]
    notebook.nbformat_minor = 5
    return notebook


def repair(submitted: NotebookNode, released: NotebookNode) -> NotebookNode:
    """Return the submission with the released notebook's own cells in their places.

    A question's cell is always the released one, once. It stands where the
    learner left it, but after all the solution cells that it stands after in
    the released notebook; if one of those is missing, it stands at the end.
    A cell that occurs twice keeps its name at the last place where it is not the
    untouched stub; an answer in words that is missing comes back as its stub.
    All other cells stay as they are, without tags and other metadata; what was
    written into a question's cell becomes a cell before it.

    Args:
        submitted: What the learner handed in.
        released: What the learner was given.
    """
    names = _names(submitted, released)
    places = _places(submitted, released, names)
    kept = []
    for place, (cell, name) in enumerate(zip(submitted.cells, names, strict=True)):
        own = _released_cell(released, name if places.get(name) == place else "")
        if own is None or not is_question(own):
            kept.append((place, _plain(cell, own)))
        elif cell.source.strip() != own.source.strip():
            kept.append((place, _plain(cell, None)))  # what was written there is run, not asked
    end = len(submitted.cells)
    questions = [
        (_place(released, cell, places, end), _plain(cell, cell))
        for cell in released.cells
        if is_question(cell)
    ]
    questions += [
        (end, _plain(cell, cell))
        for cell in released.cells
        if is_written(cell) and grade_id(cell) not in places
    ]
    ordered = sorted(kept + questions, key=lambda pair: pair[0])  # stable: questions come after
    return _with_ids(released, [cell for _, cell in ordered])


def _parse(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(f"it is damaged or cut off at line {error.lineno}") from None
    except ValueError:  # Python's limit on the digits of an integer
        raise unreadable("it is damaged: a number in it has thousands of digits") from None
    except RecursionError:
        raise unreadable(TOO_DEEP) from None
    if not isinstance(content, dict) or not ("cells" in content or "worksheets" in content):
        raise unreadable(NO_CELLS)
    return content


def _dicts(cells: Any) -> Iterator[dict[str, Any]]:
    found = cells if isinstance(cells, list) else []
    return (cell for cell in found if isinstance(cell, dict))


def _sound(cell: dict[str, Any]) -> NotebookNode:
    """Return a cell that is valid, whatever its fields held."""
    kind = cell.get("cell_type")
    source = cell.get("source", "")
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    metadata = cell.get("metadata")
    return NotebookNode(
        cell_type=kind if kind in CELL_TYPES else "raw",
        id=str(cell.get("id", "")),
        metadata=metadata if isinstance(metadata, dict) else NotebookNode(),
        source=printable(source),
    )


def _names(submitted: NotebookNode, released: NotebookNode) -> list[str]:
    """Return, for each submitted cell, the `grade_id` of the released cell that it is, or ""."""
    known = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
    by_id = {cell.id: name for name, cell in known.items()}
    by_source = {cell.source: name for name, cell in known.items() if is_question(cell)}
    names = []
    for cell in submitted.cells:
        name = grade_id(cell)
        if name not in known:
            name = by_id.get(cell.id) or by_source.get(cell.source, "")
        names.append(name)
    return names


def _places(submitted: NotebookNode, released: NotebookNode, names: list[str]) -> dict[str, int]:
    """Return at which submitted place each released cell counts."""
    stubs = {grade_id(cell): cell.source.strip() for cell in released.cells}
    places: dict[str, int] = {}
    for touched in (False, True):  # an untouched copy counts only where there is no other
        for place, (cell, name) in enumerate(zip(submitted.cells, names, strict=True)):
            if name and (cell.source.strip() != stubs[name]) is touched:
                places[name] = place
    return places


def _plain(cell: NotebookNode, released: NotebookNode | None) -> NotebookNode:
    """Return the learner's cell with the metadata and type that it was released with."""
    kind = released.cell_type if released else cell.cell_type
    nbgrader = {"nbgrader": released.metadata.nbgrader} if released else {}
    return _new_cell(kind, cell.source, nbgrader)


def _new_cell(kind: str, source: str, metadata: dict[str, Any]) -> NotebookNode:
    fields: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return nbformat.from_dict(
        {"cell_type": kind, "source": source, "metadata": dict(metadata), **fields}
    )


def _place(released: NotebookNode, question: NotebookNode, places: dict[str, int], end: int) -> int:
    """Return the submitted place after which the question's cell stands."""
    before = released.cells[: released.cells.index(question)]
    solutions = [grade_id(cell) for cell in before if _is_solution(cell)]
    own = places.get(grade_id(question), -1)
    after = [places.get(name, end) for name in solutions] or [end if own < 0 else own]
    return max(own, *after)


def _with_ids(released: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    for number, cell in enumerate(cells, start=1):
        cell.id = grade_id(cell) or f"submitted-{number}"
    return nbformat.from_dict(
        {"cells": cells, "metadata": released.metadata, "nbformat": 4, "nbformat_minor": 5}
    )


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell: NotebookNode) -> str:
    """Return the name that nbgrader's metadata gives the cell, or ""."""
    return str(_nbgrader(cell).get("grade_id") or "")


def is_question(cell: NotebookNode) -> bool:
    """Return whether the cell is graded by running it."""
    return bool(_nbgrader(cell).get("grade")) and not _is_solution(cell)


def is_written(cell: NotebookNode) -> bool:
    """Return whether the cell is an answer in words, which a person marks."""
    return bool(_nbgrader(cell).get("grade")) and _is_solution(cell)


def _is_solution(cell: NotebookNode) -> bool:
    return bool(_nbgrader(cell).get("solution"))


def _released_cell(released: NotebookNode, name: str) -> NotebookNode | None:
    return next((cell for cell in released.cells if name and grade_id(cell) == name), None)

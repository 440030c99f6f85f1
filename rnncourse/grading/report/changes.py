"""What has changed between two reports of a class."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnncourse.errors import ClassError

ITEM_CHANGE = 0.05
"""A change of difficulty or discrimination that is worth a line."""


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was.

    Args:
        kind: "new mark", "changed mark", "mark taken back", or "question".
        slug: The exercise.
        name: The student's id, or the question's name.
        before: What it was, None for nothing.
        after: What it is, None for nothing.
    """

    kind: str
    slug: str
    name: str
    before: float | None
    after: float | None


def read_report(path: Path) -> dict[str, Any]:
    """Return what an earlier report stored.

    Raises:
        ClassError: If it is no such file.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {part: stored[part] for part in ("marks", "items")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClassError(
            f"{path} is no earlier report: {error}. "
            "Expected: a report.json that `rnncourse report` wrote."
        ) from error


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return what has changed, marks first.

    Args:
        before: An earlier report.
        after: The report of now, in the same form.
    """
    return [*_marks(before["marks"], after["marks"]), *_items(before["items"], after["items"])]


def _marks(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for slug in sorted({*before, *after}):
        old, new = before.get(slug, {}), after.get(slug, {})
        for who in sorted({*old, *new}):
            was, now = (part.get(who, {}).get("points") for part in (old, new))
            if was != now:
                kind = "changed mark"
                kind = "new mark" if was is None else "mark taken back" if now is None else kind
                yield Change(kind, slug, who, was, now)


def _items(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for slug in sorted({*before, *after}):
        old, new = before.get(slug, {}), after.get(slug, {})
        for name in sorted({*old} & {*new}):
            for figure in ("difficulty", "discrimination"):
                was, now = old[name].get(figure), new[name].get(figure)
                if was is not None and now is not None and abs(was - now) >= ITEM_CHANGE:
                    yield Change(figure, slug, name, was, now)

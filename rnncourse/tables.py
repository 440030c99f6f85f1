"""Tables for the terminal: verdicts of one notebook, marks of a class."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from rnncourse.checks.marking import Verdict
from rnncourse.checks.report import SIGNS, as_text, points_text, standing
from rnncourse.grading.collecting.planning import REFUSED, UNCHANGED, Outcome
from rnncourse.grading.differences import Difference
from rnncourse.grading.notebook_files import shown
from rnncourse.grading.outcomes import SubmissionOutcome

Manifest = Mapping[str, Mapping[str, Any]]
STYLES = {True: "green", False: "red", None: "dim"}


def verdict_table(verdicts: Sequence[Verdict], *, by_hand: float = 0.0) -> Group:
    """Return the verdicts of one notebook: every trial, then the sum.

    Args:
        verdicts: The verdicts.
        by_hand: Points of answers in words, which a person marks.
    """
    parts: list[Any] = []
    for verdict in verdicts:
        first, *rest = as_text(verdict).splitlines()
        parts += [Text(first, style=f"bold {STYLES[standing(verdict)]}"), *map(_coloured, rest), ""]
    points = sum(verdict.points for verdict in verdicts)
    maximum = sum(verdict.max_points for verdict in verdicts)
    done = points == maximum
    total = f"{points_text(points)} of {points_text(maximum)} points"
    if by_hand:
        total += f"; {points_text(by_hand)} more for your answer in words, marked by a person"
    return Group(*parts, Text(total, style=f"bold {STYLES[done]}" if done else "bold"))


def class_table(outcomes: Sequence[SubmissionOutcome], manifest: Manifest) -> Group:
    """Return one row a submission: marks given, marks expected where known, and why.

    Args:
        outcomes: What was decided.
        manifest: What a sample class expects, by "exercise/student"; may be empty.
    """
    tables: list[Any] = []
    for slug, group in groupby(outcomes, key=lambda outcome: outcome.slug):
        tables += [Text(slug, style="bold"), "", _marks_table(list(group), manifest), ""]
    return Group(*tables, _summary(outcomes, manifest))


def _marks_table(outcomes: Sequence[SubmissionOutcome], manifest: Manifest) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    if manifest:
        table.add_column("expected", justify="right")
    table.add_column("given", justify="right")
    table.add_column("why", overflow="fold")
    for outcome in outcomes:
        entry = manifest.get(_key(outcome))
        given = _mark(outcome.points if outcome.total is not None else None)
        expected = [_mark(entry["expected"]) if entry else ""] if manifest else []
        right = not manifest or _as_expected(outcome, entry)
        style = None if right else "bold red"
        table.add_row(escape(outcome.student), *expected, given, escape(_why(outcome)), style=style)
    return table


def marks_differ(outcomes: Sequence[SubmissionOutcome], manifest: Manifest) -> bool:
    """Return whether any mark, or any message, is not what the sample class expects."""
    if not manifest:
        return False
    return any(not _as_expected(outcome, manifest.get(_key(outcome))) for outcome in outcomes)


def collected_table(outcomes: Sequence[Outcome]) -> Group:
    """Return one row a file of an archive: whose it is, what was done with it, and why."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("student", "exercise", "done"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", overflow="fold")
    styles = {REFUSED: "bold red", UNCHANGED: "dim"}
    for outcome in outcomes:
        why = f"{shown(outcome.where)}: {outcome.reason}." if outcome.reason else ""
        row = outcome.student, outcome.slug, outcome.done, why
        table.add_row(*map(escape, row), style=styles.get(outcome.done))
    counts = Counter(outcome.done for outcome in outcomes)
    said = ", ".join(f"{number} {done}" for done, number in counts.items())
    return Group(table, "", Text(said or "No notebook was found.", style="bold"))


def regraded_table(found: Sequence[Difference], number: int, *, dry_run: bool) -> Group:
    """Return one row a mark that changes: from what to what, and why.

    Args:
        found: What changes, by student.
        number: How many submissions were graded again.
        dry_run: Whether nothing was changed.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True)
    table.add_column("question", no_wrap=True)
    table.add_column("before", justify="right")
    table.add_column("after", justify="right")
    table.add_column("why", overflow="fold")
    for one in found:
        stays = "Given by hand: stays. " if one.by_hand else ""
        points = points_text(one.before), points_text(one.after)
        style = None if one.after == one.before else STYLES[one.after > one.before]
        row = (
            escape(one.student),
            escape(one.question),
            *points,
            escape(stays + shown(one.why, 500)),
        )
        table.add_row(*row, style=style)
    changed = {one.student for one in found if one.after != one.before}
    verb = "would change" if dry_run else "changed"
    total = sum(one.after - one.before for one in found)
    said = f"{len(changed)} of {number} marks {verb}, by {total:+g} points altogether"
    parts: list[Any] = [table, ""] if found else []
    return Group(*parts, Text(said.replace("-", "−"), style="bold"))


def _coloured(line: str) -> Text:
    style = next((STYLES[key] for key, sign in SIGNS.items() if line.startswith(f"  {sign} ")), "")
    return Text(line, style=style)


def _summary(outcomes: Sequence[SubmissionOutcome], manifest: Manifest) -> Text:
    graded = sum(outcome.total is not None for outcome in outcomes)
    text = f"{graded} of {len(outcomes)} submissions graded"
    if not manifest:
        return Text(text, style="bold")
    wrong = sum(not _as_expected(o, manifest.get(_key(o))) for o in outcomes)
    said = "every mark is the expected one" if not wrong else f"{wrong} not as expected"
    return Text(f"{text}; {said}", style="bold red" if wrong else "bold green")


def _as_expected(outcome: SubmissionOutcome, entry: Mapping[str, Any] | None) -> bool:
    if entry is None:
        return False
    points = outcome.points if outcome.total is not None else None
    said = " ".join([outcome.reason, *outcome.messages.values()])
    return points == entry["expected"] and all(words in said for words in entry["says"])


def _key(outcome: SubmissionOutcome) -> str:
    return f"{outcome.slug}/{outcome.student}"


def _mark(points: Mapping[str, float] | None) -> str:
    return points_text(sum(points.values())) if points is not None else "none"


def _why(outcome: SubmissionOutcome) -> str:
    if outcome.total is None:
        return f"{outcome.reason[:1].upper()}{outcome.reason[1:]}"
    if outcome.total == outcome.max_points:
        return f"All right.{_by_hand(outcome)}"
    said = {
        name: message
        for name, message in outcome.messages.items()
        if not message.startswith("Right")
    }
    if len(set(said.values())) == 1 < len(said):
        return f"{next(iter(said.values()))}{_by_hand(outcome)}"
    lines = [f"{name}: {message}" for name, message in said.items()]
    return "\n".join(lines) + _by_hand(outcome)


def _by_hand(outcome: SubmissionOutcome) -> str:
    points = points_text(sum(outcome.by_hand.values()))
    return f" {points} points to give by hand." if outcome.by_hand else ""

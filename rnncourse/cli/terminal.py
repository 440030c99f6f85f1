"""What the commands print with: results on stdout, progress and trouble on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from rnncourse.errors import CourseError
from rnncourse.grading.outcomes import FAILED, SubmissionOutcome

WIDTH = None if sys.stdout.isatty() else 110
OUT = Console(highlight=False, width=WIDTH)
ERR = Console(stderr=True, highlight=False)
Command = Callable[..., Any]


def command(name: str) -> Callable[[Command], click.Command]:
    """Make a command of a function; the course's own errors become a message and exit code 1."""

    def make(function: Command) -> click.Command:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except CourseError as error:
                ERR.print(f"[bold red]Error:[/] {plain(str(error))}")
                sys.exit(1)

        return click.command(name)(run)

    return make


def plain(text: str) -> str:
    """Return text with rich's markup taken literally."""
    return text.replace("[", r"\[")


def with_progress(
    outcomes: Iterable[SubmissionOutcome], total: int, *, done: str = "graded"
) -> Iterator[SubmissionOutcome]:
    """Yield outcomes under a bar on a terminal, with plain lines that say what is done otherwise.

    The bar says how many are done, failed and waiting, the rate, and the time left.
    """
    if not ERR.is_terminal:
        for number, outcome in enumerate(outcomes, start=1):
            ERR.print(plain(f"{done} {number}/{total}  {outcome.slug}  {outcome.student}"))
            yield outcome
        return
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Progress(*columns, console=ERR) as progress:
        task = progress.add_task("", total=total, failed="")
        failed = 0
        for outcome in outcomes:
            failed += outcome.status == FAILED
            progress.update(task, advance=1, failed=f"{failed} failed" if failed else "")
            yield outcome


class _Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{60 * speed:.0f} a minute" if speed else "")

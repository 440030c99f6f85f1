"""The command for whoever has mended a question: regrade."""

import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnncourse.cli.desk import COURSE_DIR, DATABASE, open_class
from rnncourse.cli.grading import log_to, workers_for
from rnncourse.cli.terminal import ERR, OUT, command, plain, with_progress

if TYPE_CHECKING:
    from rnncourse.grading.differences import Difference
    from rnncourse.grading.engine.workers import Workers
    from rnncourse.grading.outcomes import SubmissionOutcome


@command("regrade")
@click.argument("slug")
@click.option("--question", help="Change the marks of this question alone.")
@click.option("--dry-run", is_flag=True, help="Change nothing; only say whose marks would change.")
@COURSE_DIR
@DATABASE
@click.option("--workers", "number", type=click.IntRange(min=1), help="How many run at a time.")
@click.option(
    "--sandbox",
    "mode",
    type=click.Choice(["auto", "warm", "cold", "container"]),
    default="auto",
    help="Which sandbox; by default the fastest that holds here.",
)
@click.option("--scheduler", help="Grade on a cluster: address of its Dask scheduler, tls://….")
@click.option("--unsafe-no-sandbox", is_flag=True, help="Run submissions without a sandbox.")
def regrade(
    slug: str,
    question: str | None,
    dry_run: bool,
    folder: Path,
    db_url: str | None,
    number: int | None,
    mode: str,
    scheduler: str | None,
    unsafe_no_sandbox: bool,
) -> None:
    """Grade SLUG again after its questions were mended; marks given by hand stay.

    What --dry-run has run is not run again.
    """
    from rnncourse.grading.differences import differences
    from rnncourse.grading.engine.workers import nobody
    from rnncourse.grading.feedback.writing import write_summaries
    from rnncourse.grading.marks import read_marks
    from rnncourse.grading.outcomes import FAILED
    from rnncourse.grading.regrade import Regrading
    from rnncourse.grading.regrade import waiting as marked_before
    from rnncourse.tables import regraded_table

    log_to(folder / "nbgrader.log")
    class_folder = open_class(folder, db_url)
    with class_folder.alone():
        if not (waiting := marked_before(class_folder, slug, question)):
            OUT.print(f"All marks of {plain(slug)} are of today's questions: nothing to do.")
            return
        before = read_marks(class_folder).marks
        mode = "none" if unsafe_no_sandbox else mode
        if not dry_run:
            Regrading(class_folder, nobody, slug).register()
        with ExitStack() as held:
            workers: Workers = nobody
            if to_run := Regrading(class_folder, nobody, slug).to_run(waiting):
                chosen = workers_for(class_folder, to_run, mode, number, scheduler)
                workers = held.enter_context(chosen)
            regrading = Regrading(class_folder, workers, slug, question)
            tried = _all(regrading.tried(waiting), len(waiting))
        done = {outcome.student: outcome for outcome in tried if outcome.status != FAILED}
        found = [d for s, o in sorted(done.items()) for d in differences(before[s, slug], o)]
        failed = [outcome for outcome in tried if outcome.status == FAILED]
        if not dry_run:
            entered = regrading.entered(s for s in waiting if s.student in done)
            failed += [outcome for outcome in entered if outcome.status == FAILED]
            write_summaries(class_folder, set(done))
    chosen_only = [d for d in found if question in (None, d.question)]
    OUT.print(regraded_table(chosen_only, len(done), dry_run=dry_run))
    _warn(found, question)
    for outcome in failed:
        ERR.print(plain(f"{outcome.student}: {outcome.reason} The mark is as it was."))
    sys.exit(1 if failed else 0)


def _all(outcomes: "Iterable[SubmissionOutcome]", total: int) -> "list[SubmissionOutcome]":
    try:
        return list(with_progress(outcomes, total, done="looked at"))
    except KeyboardInterrupt:
        ERR.print("Stopped. What was run is kept: the same command goes on.")
        sys.exit(130)


def _warn(found: "list[Difference]", question: str | None) -> None:
    """Say which other questions would change, too."""
    others = [difference for difference in found if question not in (None, difference.question)]
    for name in sorted({difference.question for difference in others}):
        students = [difference.student for difference in others if difference.question == name]
        ERR.print(
            plain(
                f"{name} would change, too, and stays as it is without --question {name}: "
                f"{', '.join(students)}"
            ),
            soft_wrap=True,
        )

"""The command for whoever collects: collect."""

import sys
from pathlib import Path

import click

from rnncourse.cli.terminal import ERR, OUT, command


@command("collect")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option(
    "--course-dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the class; by default this one.",
)
@click.option("--exercise", help="What all notebooks are, if their names do not say it.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV with the columns id, name, canvas_id, moodle_id: who is which student.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be done.")
def collect(
    archive: Path, folder: Path, exercise: str | None, roster: Path | None, dry_run: bool
) -> None:
    """Put the submissions in ARCHIVE, as a learning platform gives it, into submitted/.

    ARCHIVE is a zip, tar.gz or folder from Moodle, Canvas or Blackboard, or has one
    folder or zip a student. No submission is lost, and none replaces another student's.
    """
    from rnncourse.exercises import Course
    from rnncourse.grading.collecting import collect as collect_archive
    from rnncourse.grading.collecting.planning import REFUSED
    from rnncourse.tables import collected_table

    with ERR.status(f"Reading {archive.name} …"):
        outcomes = collect_archive(
            archive,
            folder / "submitted",
            Course.find(folder).slugs(),
            exercise=exercise,
            roster=roster,
            write=not dry_run,
        )
    OUT.print(collected_table(outcomes))
    if dry_run:
        OUT.print("Nothing was written.")
    sys.exit(1 if any(outcome.done == REFUSED for outcome in outcomes) else 0)

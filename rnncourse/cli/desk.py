"""Commands for whoever has graded: export, report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnncourse.cli.grading import FOLDER, course_of
from rnncourse.cli.terminal import ERR, OUT, command, plain

if TYPE_CHECKING:
    from rnncourse.grading.classes import ClassFolder

GAPS = 3
"""Exit code where the file is written, and somebody in it has no mark."""
FILE = click.Path(path_type=Path, dir_okay=False)
COURSE_DIR = click.option(
    "--course-dir",
    "folder",
    type=FOLDER,
    default=Path(),
    help="Folder of the class, of this or any nbgrader course; by default this one.",
)
DATABASE = click.option("--db", "db_url", help="URL of the gradebook, if it is not gradebook.db.")
ROSTER = click.option(
    "--roster",
    type=FILE,
    help="CSV with the columns id, name, canvas_id, moodle_id; by default the class's roster.csv.",
)


@command("export")
@click.argument("slug", required=False)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["csv", "canvas", "moodle"]),
    default="csv",
    help="For people, or what a learning platform imports.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="SLUG=HEADING",
    help='What the platform calls an exercise, such as 01_recurrent_neurons="Week 1 (4711)".',
)
@ROSTER
@click.option("-o", "--output", type=FILE, help="Where to; by default standard output.")
@COURSE_DIR
@DATABASE
def export(
    slug: str | None,
    layout: str,
    columns: tuple[str, ...],
    roster: Path | None,
    output: Path | None,
    folder: Path,
    db_url: str | None,
) -> None:
    """Write the marks of a class, or of one exercise, as CSV.

    Who has no mark has an empty cell, never a 0, and is listed on standard error;
    the exit code is then 3.
    """
    from rnncourse.grading.export import FORMATS, csv_text, without_ids, without_marks
    from rnncourse.grading.marks import class_roster, read_marks

    class_folder = open_class(folder, db_url)
    marks = read_marks(class_folder, class_roster(class_folder, roster))
    slugs = [slug] if slug else list(marks.due)
    text = csv_text(FORMATS[layout](marks, slugs, _headings(columns)))
    if output is None:
        click.echo(text, nl=False)
    else:
        # A spreadsheet reads UTF-8 only after a mark; the platforms need none.
        output.write_text(text, "utf-8-sig" if layout == "csv" else "utf-8", newline="")
        ERR.print(plain(f"{len(marks.students)} students in {output}"), soft_wrap=True)
    _say(f"no {layout}_id in the roster", without_ids(marks, layout, slugs))
    gaps = without_marks(marks, slugs)
    for its, of_slug in gaps.items():
        for status, students in of_slug.items():
            _say(f"{its}: {status}", students)
    for its in slugs:
        old = [mark.student for mark in marks.of_exercise(its) if mark.points and not mark.current]
        _say(f"{its}: the mark is of older files or questions; grade again", old)
    sys.exit(GAPS if gaps else 0)


@command("report")
@click.option("-o", "--output", type=FILE, help="Where to; by default report.html in the class.")
@click.option(
    "--since",
    type=FILE,
    help="Say what has changed since this report.json; by default since the report before.",
)
@ROSTER
@COURSE_DIR
@DATABASE
def report(
    output: Path | None,
    since: Path | None,
    roster: Path | None,
    folder: Path,
    db_url: str | None,
) -> None:
    """Write a page on the class: marks, questions, mistakes, time, and what waits."""
    from rnncourse.grading.marks import class_roster, read_marks
    from rnncourse.grading.report import write_report

    class_folder = open_class(folder, db_url)
    output = output or folder / "report.html"
    with ERR.status("Reading the class …"):
        marks = read_marks(class_folder, class_roster(class_folder, roster))
        numbers = write_report(class_folder, marks, output, since=since)
    OUT.print(f"Report:  {output.resolve().as_uri()}", soft_wrap=True)
    OUT.print(plain(f"Numbers: {numbers}"), soft_wrap=True)


def open_class(folder: Path, db_url: str | None) -> "ClassFolder":
    """Return the class in a folder."""
    from rnncourse.grading.classes import ClassFolder

    return ClassFolder(folder, course_of(folder), db_url)


def _headings(columns: tuple[str, ...]) -> dict[str, str]:
    for column in columns:
        if "=" not in column:
            raise click.BadParameter(f"Expected SLUG=HEADING. Received: {column}.")
    return dict(column.split("=", 1) for column in columns)


def _say(what: str, students: list[str]) -> None:
    from rnncourse.grading.notebook_files import shown

    if students:
        names = ", ".join(map(shown, students))
        ERR.print(plain(f"{what} ({len(students)}): {names}"), soft_wrap=True)

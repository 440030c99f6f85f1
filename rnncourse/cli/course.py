"""Commands for whoever learns, writes or builds: check, build, doctor."""

import sys
from pathlib import Path

import click

from rnncourse.cli.terminal import ERR, OUT, command, plain
from rnncourse.errors import CourseError


@command("check")
@click.argument("notebook", type=click.Path(path_type=Path))
def check(notebook: Path) -> None:
    """Run NOTEBOOK and print the points that its public checks give."""
    from rnncourse.checking import check_notebook
    from rnncourse.tables import verdict_table

    with ERR.status(f"Running {notebook.name} …"):
        verdicts, by_hand = check_notebook(notebook)
    OUT.print(verdict_table(verdicts, by_hand=by_hand))
    sys.exit(0 if all(verdict.points == verdict.max_points for verdict in verdicts) else 1)


@command("build")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail if anything differs."
)
def build(only_check: bool) -> None:
    """Derive exercises/ from solutions/."""
    from rnncourse.exercises import Course
    from rnncourse.notebooks import build as build_exercises

    course = Course.find()
    changed = build_exercises(course, write=not only_check)
    for path in changed:
        verb = "differs" if only_check else "wrote" if path.exists() else "removed"
        OUT.print(f"{verb} {path.relative_to(course.root)}")
    if not changed:
        OUT.print(f"exercises/ is up to date: {', '.join(course.slugs())}")
    if only_check and changed:
        raise CourseError("exercises/ is not what solutions/ gives. Run: rnncourse build")


@command("doctor")
def doctor() -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from rnncourse.doctor import findings

    found = findings()
    for finding in found:
        sign = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]–[/]"}[finding.ok]
        OUT.print(f"{sign} [bold]{finding.name}[/]  {plain(finding.text)}")
        if finding.mend:
            OUT.print(f"    mend it: {plain(finding.mend)}", soft_wrap=True)
    sys.exit(1 if any(finding.ok is False for finding in found) else 0)

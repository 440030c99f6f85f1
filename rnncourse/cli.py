"""The `rnncourse` command: options in, printed text and exit codes out; the work is elsewhere."""

import logging
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from rnncourse import __version__
from rnncourse.errors import CourseError, SandboxError

WIDTH = None if sys.stdout.isatty() else 110
OUT = Console(highlight=False, width=WIDTH)
ERR = Console(stderr=True, highlight=False)


def _says_what_is_wrong(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the course's own errors into one message on stderr and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CourseError as error:
            ERR.print(f"[bold red]Error:[/] {_plain(str(error))}")
            sys.exit(1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rnncourse")
def cli() -> None:
    """Recurrent Neural Networks, Step by Step: check, build and grade exercises."""
    # nbgrader looks for alembic on PATH; TensorFlow's start-up lines are noise.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@cli.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@_says_what_is_wrong
def check(notebook: Path) -> None:
    """Run NOTEBOOK and print the points that its public checks give."""
    from rnncourse.checking import check_notebook
    from rnncourse.tables import verdict_table

    with ERR.status(f"Running {notebook.name} …"):
        verdicts, by_hand = check_notebook(notebook)
    OUT.print(verdict_table(verdicts, by_hand=by_hand))
    sys.exit(0 if all(verdict.points == verdict.max_points for verdict in verdicts) else 1)


@cli.command()
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail if anything differs."
)
@_says_what_is_wrong
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


@cli.command("sample-class")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@_says_what_is_wrong
def sample_class(folder: Path) -> None:
    """Write a synthetic class into FOLDER, with the marks that it should get."""
    from rnncourse.exercises import Course
    from rnncourse.grading.sample_class import write_sample_class

    size = write_sample_class(folder, Course.find())
    OUT.print(f"{size} sample submissions in {folder}")


@cli.command()
@click.argument("slug", required=False)
@click.option("--student", help="Only this student.")
@click.option(
    "--course-dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the class; by default this one.",
)
@click.option(
    "--sandbox",
    "mode",
    type=click.Choice(["auto", "warm", "cold"]),
    default="auto",
    help="Which sandbox; by default the fastest that holds here.",
)
@click.option(
    "--unsafe-no-sandbox", is_flag=True, help="Grade submissions of strangers without a sandbox."
)
@_says_what_is_wrong
def grade(
    slug: str | None, student: str | None, folder: Path, mode: str, unsafe_no_sandbox: bool
) -> None:
    """Grade the submissions of a class; what is graded already is not graded again."""
    from rnncourse.exercises import Course
    from rnncourse.grading.classes import ClassFolder
    from rnncourse.grading.outcomes import GRADED, UNREADABLE
    from rnncourse.grading.sample_class import is_sample, read_manifest
    from rnncourse.tables import class_table, marks_differ

    course = Course.find(folder)
    class_folder = ClassFolder(folder, course)
    submissions = class_folder.submissions(slug, student)
    manifest = read_manifest(folder)
    _log_to(folder / "nbgrader.log")
    if waiting := [s for s in submissions if class_folder.recorded(s) is None]:
        solutions = course.root / "solutions" / course.slugs()[0] / "questions.py"
        hidden = {"the solutions": solutions, "the gradebook": folder / "gradebook.db"}
        trusted = all(is_sample(manifest, submission) for submission in waiting)
        with ExitStack() as held:
            kernel = _isolated(held, "none" if unsafe_no_sandbox else mode, hidden, trusted)
            graded = replace(class_folder, kernel=kernel).grade(waiting)
            for _ in _with_progress(graded, len(waiting)):
                pass  # each outcome is on disk
    outcomes = [outcome for s in submissions if (outcome := class_folder.recorded(s, failed=True))]
    OUT.print(class_table(outcomes, manifest))
    if page := class_folder.feedback_page(outcomes):
        OUT.print(f"Feedback:  {page.resolve().as_uri()}, for one", soft_wrap=True)
    OUT.print(f"Gradebook: {(folder / 'gradebook.db').resolve().as_uri()}", soft_wrap=True)
    failed = [o for o in outcomes if o.status not in (GRADED, UNREADABLE)]
    if failed or marks_differ(outcomes, manifest):
        sys.exit(1)


@cli.command()
@_says_what_is_wrong
def doctor() -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from rnncourse.doctor import findings

    found = findings()
    for finding in found:
        sign = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]–[/]"}[finding.ok]
        OUT.print(f"{sign} [bold]{finding.name}[/]  {_plain(finding.text)}")
        if finding.mend:
            OUT.print(f"    mend it: {_plain(finding.mend)}", soft_wrap=True)
    sys.exit(1 if any(finding.ok is False for finding in found) else 0)


def _isolated(held: ExitStack, mode: str, hidden: dict[str, Path], trusted: bool) -> str:
    """Return the kernel that submissions run in, and say how safe that is."""
    from rnncourse.grading.isolation import isolation

    try:
        with ERR.status("Trying the sandbox …"):
            chosen = held.enter_context(isolation(mode, hidden=hidden))
    except SandboxError as error:
        if not trusted:
            raise SandboxError(
                f"{error} Code of strangers could read and delete your files. If you trust it, "
                "or this machine is made for it, add --unsafe-no-sandbox."
            ) from error
        ERR.print(f"[yellow]{_plain(str(error))} A sample class needs none.[/]")
        chosen = held.enter_context(isolation("none"))
    ERR.print(_plain(chosen.text), style="bold red" if chosen.mode == "none" else "")
    return chosen.kernel


def _with_progress(items: Any, total: int) -> Any:
    """Yield items under a bar on a terminal, with plain lines otherwise."""
    if ERR.is_terminal:
        from rich.progress import track

        yield from track(items, "Grading", total=total, console=ERR)
        return
    for number, item in enumerate(items, start=1):
        ERR.print(_plain(f"graded {number}/{total}  {item.slug}  {item.student}"))
        yield item


def _log_to(path: Path) -> None:
    """Send nbgrader's log, and its libraries' warnings, to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    for name in ("rnncourse.nbgrader", "py.warnings", "traitlets"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.handlers, logger.propagate = [handler], False


def _plain(text: str) -> str:
    """Return text with rich's markup taken literally."""
    return text.replace("[", r"\[")

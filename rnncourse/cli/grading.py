"""Commands for whoever grades: sample-class, grade, feedback."""

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnncourse.cli.terminal import ERR, OUT, command, plain, with_progress
from rnncourse.errors import SandboxError, UnknownNameError

if TYPE_CHECKING:
    from rnncourse.exercises import Course
    from rnncourse.grading.classes import ClassFolder
    from rnncourse.grading.engine.workers import Workers
    from rnncourse.grading.outcomes import Submission

FOLDER = click.Path(path_type=Path, file_okay=False)


@command("sample-class")
@click.argument("folder", type=FOLDER)
@click.option(
    "--students",
    type=click.IntRange(min=1),
    help="A class of so many instead, with a roster, each with answers of their own.",
)
@click.option("--exercise", "slugs", multiple=True, help="Only this one.")
def sample_class(folder: Path, students: int | None, slugs: tuple[str, ...]) -> None:
    """Write a synthetic class into FOLDER, with the marks that it should get."""
    from rnncourse.exercises import Course
    from rnncourse.grading.sample_class import write_sample_class, write_settings
    from rnncourse.grading.sample_students import write_students

    course = Course.find()
    if students is None:
        size = write_sample_class(folder, course, slugs=slugs)
    else:
        write_settings(folder, course)
        size = write_students(folder, course, students, slugs or course.slugs()[:1])
    OUT.print(f"{size} sample submissions in {folder}")


@command("grade")
@click.argument("slug", required=False)
@click.option("--student", help="Only this student.")
@click.option(
    "--course-dir",
    "folder",
    type=FOLDER,
    default=Path(),
    help="Folder of the class, of this or any nbgrader course; by default this one.",
)
@click.option(
    "--workers",
    "number",
    type=click.IntRange(min=1),
    help="How many run at a time; by default what cores and memory allow.",
)
@click.option("--scheduler", help="Grade on a cluster: address of its Dask scheduler, tls://….")
@click.option("--db", "db_url", help="URL of the gradebook, if it is not gradebook.db.")
@click.option(
    "--sandbox",
    "mode",
    type=click.Choice(["auto", "warm", "cold", "container"]),
    default="auto",
    help="Which sandbox; by default the fastest that holds here.",
)
@click.option(
    "--unsafe-no-sandbox", is_flag=True, help="Grade submissions of strangers without a sandbox."
)
def grade(
    slug: str | None,
    student: str | None,
    folder: Path,
    number: int | None,
    scheduler: str | None,
    db_url: str | None,
    mode: str,
    unsafe_no_sandbox: bool,
) -> None:
    """Grade the submissions of a class; what is graded already is not graded again."""
    from rnncourse.grading.classes import ClassFolder
    from rnncourse.grading.engine.grading import Grading
    from rnncourse.grading.feedback.writing import write_summaries
    from rnncourse.grading.outcomes import GRADED, UNREADABLE
    from rnncourse.grading.sample_class import read_manifest
    from rnncourse.tables import class_table, marks_differ

    log_to(folder / "nbgrader.log")
    class_folder = ClassFolder(folder, course_of(folder), db_url)
    submissions = class_folder.submissions(slug, student)
    mode = "none" if unsafe_no_sandbox else mode
    with class_folder.alone():
        if waiting := [s for s in submissions if class_folder.recorded(s) is None]:
            with workers_for(class_folder, waiting, mode, number, scheduler) as workers:
                graded = Grading(class_folder, workers).outcomes(waiting)
                try:
                    for _ in with_progress(graded, len(waiting)):
                        pass  # each outcome is on disk
                except KeyboardInterrupt:
                    ERR.print("Stopped. What is graded is kept: the same command goes on.")
                    sys.exit(130)
            write_summaries(class_folder, {submission.student for submission in waiting})
    manifest = read_manifest(folder)
    outcomes = [outcome for s in submissions if (outcome := class_folder.recorded(s, failed=True))]
    OUT.print(class_table(outcomes, manifest))
    if page := class_folder.feedback_page(outcomes):
        OUT.print(f"Feedback:  {page.resolve().as_uri()}, for one", soft_wrap=True)
    OUT.print(f"Gradebook: {class_folder.gradebook}", soft_wrap=True)
    failed = [o for o in outcomes if o.status not in (GRADED, UNREADABLE)]
    if failed or marks_differ(outcomes, manifest):
        sys.exit(1)


@command("feedback")
@click.argument("slug", required=False)
@click.option("--student", help="Only this student.")
@click.option(
    "--course-dir",
    "folder",
    type=FOLDER,
    default=Path(),
    help="Folder of the class; by default this one.",
)
def feedback(slug: str | None, student: str | None, folder: Path) -> None:
    """Write the feedback pages anew, after marking by hand, and a summary for each student."""
    from rnncourse.grading.classes import ClassFolder
    from rnncourse.grading.feedback.writing import write_feedback, write_summaries

    log_to(folder / "nbgrader.log")
    class_folder = ClassFolder(folder, course_of(folder))
    submissions = class_folder.submissions(slug, student)
    with class_folder.alone():
        with ERR.status("Writing feedback pages …"):
            written = list(write_feedback(class_folder, submissions))
        summaries = write_summaries(class_folder, {submission.student for submission in written})
    OUT.print(f"{len(written)} pages and {summaries} summaries in {folder / 'feedback'}")
    if left := len(submissions) - len(written):
        OUT.print(f"{left} not graded yet: rnncourse grade")


def course_of(folder: Path) -> "Course | None":
    """Return the course that a class solves exercises of, if there is one."""
    from rnncourse.exercises import Course

    try:
        return Course.find(folder)
    except UnknownNameError:
        return None  # another nbgrader course needs none


@contextmanager
def workers_for(
    class_folder: "ClassFolder",
    waiting: "list[Submission]",
    mode: str,
    number: int | None,
    scheduler: str | None,
) -> "Iterator[Workers]":
    """Have workers while the context is open: in a sandbox that has been tried."""
    from rnncourse.grading.engine.workers import here, sensible_number

    with ExitStack() as held:
        if scheduler is not None:
            from rnncourse.grading.engine.cluster import remote_workers

            with ERR.status(f"Asking the workers of {scheduler} …"):
                workers = held.enter_context(remote_workers(scheduler, mode))
            ERR.print(plain(f"On {scheduler}; each worker has tried its own sandbox."))
            yield workers
            return
        kernel = _isolated(held, mode, class_folder, waiting)
        number = number or sensible_number(len(waiting))
        if number == 1:
            yield here(kernel)
            return
        from rnncourse.grading.engine.cluster import local_workers

        yield held.enter_context(local_workers(kernel, number))


def _isolated(
    held: ExitStack, mode: str, class_folder: "ClassFolder", waiting: "list[Submission]"
) -> str:
    """Return the kernel that submissions run in, and say how safe that is."""
    from rnncourse.grading.isolation import isolation
    from rnncourse.grading.sample_class import is_sample, read_manifest

    try:
        with ERR.status("Trying the sandbox …"):
            chosen = held.enter_context(isolation(mode, hidden=_hidden(class_folder)))
    except SandboxError as error:
        manifest = read_manifest(class_folder.root)
        if not all(is_sample(manifest, submission) for submission in waiting):
            raise SandboxError(
                f"{error} Code of strangers could read and delete your files. If you trust it, "
                "or this machine is made for it, add --unsafe-no-sandbox."
            ) from error
        ERR.print(f"[yellow]{plain(str(error))} A sample class needs none.[/]")
        chosen = held.enter_context(isolation("none"))
    ERR.print(plain(chosen.text), style="bold red" if chosen.mode == "none" else "")
    return chosen.kernel


def _hidden(class_folder: "ClassFolder") -> dict[str, Path]:
    """Return files that no submission may see; the self-test tries to open them."""
    hidden = {"the gradebook": class_folder.root / "gradebook.db"}
    if course := class_folder.course:
        hidden["the solutions"] = course.root / "solutions" / course.slugs()[0] / "questions.py"
    return hidden


def log_to(path: Path) -> None:
    """Send nbgrader's log, and its libraries' warnings, to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    for name in ("rnncourse", "py.warnings", "traitlets"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.handlers, logger.propagate = [handler], False

"""Collecting: what a learning platform gives, into a class folder.

senders   who handed in a file: the layouts of Moodle, Canvas, Blackboard, plain folders
students  which student of the class that is: the roster
planning  which file becomes whose notebook, and why others do not
entries   what is in an archive, read without believing it
placing   the class folder: nothing lost, nothing mixed up
"""

from contextlib import ExitStack
from pathlib import Path

from rnncourse.errors import UnknownNameError
from rnncourse.grading.collecting.entries import entries_of
from rnncourse.grading.collecting.placing import place
from rnncourse.grading.collecting.planning import Outcome, Rules, plan
from rnncourse.grading.collecting.students import read_people


def collect(
    archive: Path,
    submitted: Path,
    slugs: list[str],
    *,
    exercise: str | None = None,
    roster: Path | None = None,
    write: bool = True,
) -> list[Outcome]:
    """Put the notebooks of an archive into a class's folder of submissions.

    Args:
        archive: A folder, zip, tar or tar.gz, as a platform gives it.
        submitted: The folder of submissions; made if missing.
        slugs: The exercises of the course.
        exercise: The exercise that all notebooks are of, if their names do not say it.
        roster: A CSV file that says which sender is which student.
        write: Do it; otherwise only say what would be done.

    Returns:
        What was done with each file, by student and exercise; what was refused, last.

    Raises:
        ClassError: If the archive or the roster cannot be read at all.
        UnknownNameError: If there is no such exercise or file.
    """
    if exercise not in (None, *slugs):
        raise UnknownNameError.among("exercise", str(exercise), slugs)
    if not archive.exists():
        near = archive.parent if archive.parent.is_dir() else Path()
        raise UnknownNameError.among("archive", str(archive), map(str, near.iterdir()))
    name = archive.resolve().name
    wrapper = name.partition(".")[0] if archive.is_file() else name
    rules = Rules(slugs, exercise, read_people(roster) if roster else None, ("submitted", wrapper))
    with ExitStack() as held:
        chosen, left = plan(entries_of(archive, held), rules)
        done = [*place(submitted, chosen, write=write), *left]
    return sorted(done, key=lambda o: (not o.student, o.student, o.slug, o.where))

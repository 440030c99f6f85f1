"""What a class can hand in: the exercises of this course, or the assignments of any other."""

import hashlib
import tempfile
from pathlib import Path
from typing import Protocol

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from rnncourse.checks.papers import Paper
from rnncourse.errors import ClassError
from rnncourse.exercises import Course
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.notebooks import instructor_files, write_if_changed


class Assignments(Protocol):
    """What is asked, and how it is found in the gradebook."""

    def slugs(self) -> list[str]:
        """Return the names of all."""

    def fingerprint(self, slug: str) -> str:
        """Return a text that changes when what is asked does."""

    def papers(self, slug: str, seed: int) -> dict[str, Paper] | None:
        """Return the examination, by question; None where its own cells are the tests."""

    def register(self, slug: str) -> None:
        """See that the gradebook knows it."""


class Exercises:
    """The exercises of this course.

    Args:
        course: The course.
        config: nbgrader's settings for the class.
        stamps: Folder of the notes of what is registered.
    """

    def __init__(self, course: Course, config: Config, stamps: Path) -> None:
        self._course = course
        self._config = config
        self._stamps = stamps

    def slugs(self) -> list[str]:
        """Return the names of all exercises."""
        return self._course.slugs()

    def fingerprint(self, slug: str) -> str:
        """Return a digest of the exercise's sources."""
        return self._course.exercise(slug).fingerprint()

    def papers(self, slug: str, seed: int) -> dict[str, Paper]:
        """Draw the examination: this runs the whole bank, in TensorFlow for some seconds."""
        return self._course.exercise(slug).examination(seed)

    def register(self, slug: str) -> None:
        """Enter the exercise into the gradebook, where it is missing or has changed."""
        for name, data in instructor_files(self._course.exercise(slug)).items():
            write_if_changed(self._course.instructor_notebooks / slug / name, data)
        stamp = self._stamps / slug / ".registered"
        fingerprint = self.fingerprint(slug)
        unchanged = stamp.is_file() and stamp.read_text() == fingerprint
        if not (unchanged and is_registered(CourseDirectory(config=self._config), slug)):
            self._save_cells(slug)
            write_if_changed(stamp, fingerprint.encode())

    def _save_cells(self, slug: str) -> None:
        """Run `nbgrader generate_assignment`, with its release thrown away: ours is built."""
        with tempfile.TemporaryDirectory() as scratch:
            coursedir = CourseDirectory(config=self._config, log=LOGGER)
            coursedir.assignment_id = slug
            coursedir.release_directory = scratch
            app = GenerateAssignment(coursedir=coursedir, config=self._config, log=LOGGER)
            app.force = True
            app.start()


class PlainAssignments:
    """The assignments of an nbgrader course that knows nothing of our questions.

    Args:
        config: nbgrader's settings for the course.
    """

    def __init__(self, config: Config) -> None:
        self._coursedir = CourseDirectory(config=config, log=LOGGER)

    def slugs(self) -> list[str]:
        """Return the names of all assignments that the gradebook knows."""
        with Gradebook(self._coursedir.db_url, self._coursedir.course_id) as gradebook:
            return sorted(assignment.name for assignment in gradebook.assignments)

    def fingerprint(self, slug: str) -> str:
        """Return a digest of the assignment's source folder."""
        source = self._coursedir.format_path(self._coursedir.source_directory, ".", slug)
        return digest(Path(source))

    def papers(self, slug: str, seed: int) -> None:
        """Return None: the cells of the notebooks are the tests."""
        return

    def register(self, slug: str) -> None:
        """Require that it is registered: only nbgrader's own command should release it."""
        if not is_registered(self._coursedir, slug):
            raise ClassError(
                f"The gradebook does not know {slug!r}. Run: nbgrader generate_assignment {slug}"
            )


def is_registered(coursedir: CourseDirectory, slug: str) -> bool:
    """Return whether the gradebook knows the assignment and its notebooks."""
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            return bool(gradebook.find_assignment(slug).notebooks)
        except MissingEntry:
            return False


def digest(folder: Path) -> str:
    """Return the SHA-256 of a folder's plain files and their names; links are not followed."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()

"""nbgrader's exchange, where every student has a letter box of their own.

nbgrader keeps students apart by the accounts and permissions of the system: all
submit into one folder that only the instructor can list. Here all files are of
one account, and a student sees a folder of their own in that place. Who
submitted, the letter box says; what is written on a submission counts nothing.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from rnncourse.classroom.folder import Classroom, StudentFolder
from rnncourse.grading.notebook_files import MAX_BYTES

SECRET = "submission_secret.txt"  # noqa: S105 - the name of nbgrader's file
"""What nbgrader writes last of a submission, and finds the feedback by."""


class CollectLetterBoxes(ExchangeCollect):
    """`nbgrader collect`, and formgrader's button: empties the letter boxes first."""

    def init_src(self) -> None:
        """Copy what is new from the letter boxes to where nbgrader looks for it."""
        for student in Classroom(Path(self.coursedir.root)).students():
            for letter in sorted(student.inbound.iterdir()):
                if name := _name_of(student, letter):
                    _take(letter, Path(self.root, self.coursedir.course_id, "inbound", name))
        super().init_src()


class ReturnToLetterBoxes(ExchangeReleaseFeedback):
    """`nbgrader release_feedback`, and formgrader's button: to each student alone."""

    def copy_files(self) -> None:
        """Copy every student's pages to where that student finds them."""
        asked = self.coursedir.student_id
        for student in Classroom(Path(self.coursedir.root)).students():
            if asked in ("*", student.id) and self._has_pages(student):
                self.coursedir.student_id = student.id
                self.init_src()
                self.dest_path = str(student.feedback)
                super().copy_files()
                for page in student.feedback.iterdir():
                    page.chmod(0o644)
        self.coursedir.student_id = asked

    def _has_pages(self, student: StudentFolder) -> bool:
        """Return whether there are pages, of a submission that came through the exchange."""
        step = self.coursedir.feedback_directory
        folder = Path(self.coursedir.format_path(step, student.id, self.coursedir.assignment_id))
        if folder.is_dir() and not (folder / SECRET).is_file():
            self.log.warning("%s did not submit here: hand over %s.", student.id, folder)
        return (folder / SECRET).is_file()


def _name_of(student: StudentFolder, letter: Path) -> str:
    """Return what a submission is called, or "" if it is none or not complete."""
    parts = letter.name.split("+")
    complete = len(parts) == 4 and not letter.is_symlink() and (letter / SECRET).is_file()
    return "+".join([student.id, *parts[1:]]) if complete else ""


def _take(letter: Path, target: Path) -> None:
    """Copy a submission, unless it was copied before; its plain files, following no link.

    Its student can still change it, while it is copied, too: so every name is
    opened within the folder that was opened before, and looked at afterwards.
    """
    if target.exists():
        return
    draft = target.with_name(f".{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    left = MAX_BYTES
    for folder, _, files, handle in os.fwalk(letter):
        place = draft / Path(folder).relative_to(letter)
        place.mkdir(parents=True)
        for name in files:
            for content in _plain(name, handle):
                left -= len(content)
                if left >= 0:
                    (place / name).write_bytes(content)
    draft.rename(target)


def _plain(name: str, folder: int) -> Iterator[bytes]:
    """Yield what is in a file, if it is a plain one and not larger than the limit."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:  # a link, or gone
        return
    with os.fdopen(descriptor, "rb") as file:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            content = file.read(MAX_BYTES + 1)
            if len(content) <= MAX_BYTES:
                yield content

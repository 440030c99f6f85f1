"""A class folder: submissions in, outcomes out, one at a time and resumable.

<class>/submitted/<student>/<exercise>/<exercise>.ipynb   what came in
<class>/gradebook.db, autograded/, feedback/              nbgrader's own
<class>/outcomes/<exercise>/<student>.json                what was decided, and on what
"""

import contextlib
import glob
import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from rnncourse.errors import ClassError, NotebookError, UnknownNameError
from rnncourse.exercises import Course
from rnncourse.grading.outcomes import FAILED, GRADED, UNREADABLE, Submission, SubmissionOutcome
from rnncourse.grading.preprocessors import RECORD
from rnncourse.grading.submissions import read_submission
from rnncourse.notebooks import instructor_files, write_if_changed

LOGGER = logging.getLogger("rnncourse.nbgrader")


@dataclass(frozen=True)
class ClassFolder:
    """One class: its folder, and the course whose exercises it solves.

    Args:
        root: The class folder; it holds `submitted/`.
        course: The course.
        kernel: Name of the Jupyter kernel that submissions run in; by default nbgrader's setting.
    """

    root: Path
    course: Course
    kernel: str | None = None

    def submissions(self, slug: str | None = None, student: str | None = None) -> list[Submission]:
        """Return what was submitted, sorted by exercise and student.

        Args:
            slug: Only this exercise.
            student: Only this student.

        Raises:
            ClassError: If the folder holds no submissions.
            UnknownNameError: If there is no such exercise or student.
        """
        submitted = self.root / "submitted"
        folders = [path for path in submitted.glob("[!.]*/[!.]*") if path.is_dir()]
        if not folders:
            raise ClassError(
                f"No submissions in {submitted}. Expected: "
                "submitted/<student>/<exercise>/<exercise>.ipynb. "
                "Name another class with --course-dir, or collect first."
            )
        _require("exercise", slug, {path.name for path in folders} | set(self.course.slugs()))
        _require("student", student, {path.parent.name for path in folders})
        found = [Submission(p.parent.name, p.name, p / f"{p.name}.ipynb") for p in folders]
        return sorted(
            (s for s in found if slug in (None, s.slug) and student in (None, s.student)),
            key=lambda s: (s.slug, s.student),
        )

    def outcome_path(self, submission: Submission) -> Path:
        """Return where the outcome of a submission is, or will be."""
        return self.root / "outcomes" / submission.slug / f"{submission.student}.json"

    def recorded(self, submission: Submission, *, failed: bool = False) -> SubmissionOutcome | None:
        """Return the recorded outcome, if it is of this very file and of today's questions.

        Args:
            submission: What was handed in.
            failed: Whether an outcome counts whose grading failed, to be tried again.
        """
        path = self.outcome_path(submission)
        if not path.is_file():
            return None
        try:
            outcome = SubmissionOutcome(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError):  # written by another version, or by hand
            return None
        same = (outcome.submission, outcome.exercise) == self._versions(submission)
        return outcome if same and (failed or outcome.status != FAILED) else None

    def grade(self, submissions: list[Submission]) -> Iterator[SubmissionOutcome]:
        """Grade what has no outcome yet; yield every outcome, on disk before the next begins."""
        self._register({submission.slug for submission in submissions})
        for submission in submissions:
            outcome = self.recorded(submission)
            if outcome is None:
                outcome = self._grade(submission)
                data = json.dumps(asdict(outcome), indent=1, ensure_ascii=False) + "\n"
                write_if_changed(self.outcome_path(submission), data.encode())
            yield outcome

    def feedback_page(self, outcomes: list[SubmissionOutcome]) -> Path | None:
        """Return a feedback page that is worth a look: of a named mistake, if there is one."""
        graded = [outcome for outcome in outcomes if outcome.status == GRADED]
        if not graded:
            return None
        chosen = next((outcome for outcome in graded if outcome.mistakes), graded[0])
        return self.root / "feedback" / chosen.student / chosen.slug / f"{chosen.slug}.html"

    @cached_property
    def config(self) -> Config:
        """nbgrader's settings: the class's own, or else the course's."""
        name = "nbgrader_config.py"
        folder = self.root if (self.root / name).is_file() else self.course.root
        config = PyFileConfigLoader(name, path=str(folder)).load_config()
        config.CourseDirectory.root = str(self.root.resolve())
        if self.kernel is not None:
            config.Examine.kernel = self.kernel
        return config

    def _grade(self, submission: Submission) -> SubmissionOutcome:
        began = time.monotonic()
        found: dict[str, Any]
        try:
            self._require_known(submission)
            read_submission(_existing(submission))
            found = self._run_nbgrader(submission)
        except (NotebookError, UnknownNameError) as error:
            found = {"status": UNREADABLE, "reason": str(error)}
        except Exception as error:  # one submission never ends the class
            LOGGER.exception("Grading %s of %s failed", submission.slug, submission.student)
            reason = f"the grading failed: {error} See {self.root / 'nbgrader.log'}."
            found = {"status": FAILED, "reason": reason}
        if found["status"] != GRADED:
            self._forget(submission)
        content, fingerprint = self._versions(submission)
        return SubmissionOutcome(
            student=submission.student,
            slug=submission.slug,
            submission=content,
            exercise=fingerprint,
            seconds=round(time.monotonic() - began, 2),
            **found,
        )

    def _run_nbgrader(self, submission: Submission) -> dict[str, Any]:
        """Autograde one submission and write its feedback, as the nbgrader commands do."""
        coursedir = CourseDirectory(config=self.config, log=LOGGER)
        coursedir.assignment_id = submission.slug
        coursedir.student_id = submission.student
        for converter in (Autograde, GenerateFeedback):
            app = converter(coursedir=coursedir, config=self.config, log=LOGGER)
            app.force = True
            app.start()
        name = f"{submission.slug}.ipynb"
        graded = self.root / "autograded" / submission.student / submission.slug / name
        record = nbformat.read(graded, as_version=4).metadata[RECORD]
        verdicts = record["verdicts"]
        return {
            "status": GRADED,
            "points": {name: verdict["points"] for name, verdict in verdicts.items()},
            "messages": {name: verdict["message"] for name, verdict in verdicts.items()},
            "mistakes": {n: v["mistake"] for n, v in verdicts.items() if v["mistake"]},
            "max_points": sum(verdict["max_points"] for verdict in verdicts.values()),
            "by_hand": record["by_hand"],
            "seed": record["seed"],
        }

    def _require_known(self, submission: Submission) -> None:
        """Raise an error for what nbgrader could not even look for."""
        if submission.slug not in self.course.slugs():
            raise UnknownNameError.among("exercise", submission.slug, self.course.slugs())
        if glob.escape(submission.student) != submission.student:
            raise NotebookError(
                "could not be read: the student's folder has one of * ? [ in its name. Rename it."
            )

    def _forget(self, submission: Submission) -> None:
        """Remove an older mark and its pages: what has no mark must not show one."""
        for folder in ("autograded", "feedback"):
            old = self.root / folder / submission.student / submission.slug
            shutil.rmtree(old, ignore_errors=True)
        coursedir = CourseDirectory(config=self.config, log=LOGGER)
        with (
            Gradebook(coursedir.db_url, coursedir.course_id) as gradebook,
            contextlib.suppress(MissingEntry),
        ):
            gradebook.remove_submission(submission.slug, submission.student)

    def _register(self, slugs: set[str]) -> None:
        """Enter the exercises into the gradebook, where they are missing or have changed."""
        for slug in sorted(slugs & set(self.course.slugs())):
            exercise = self.course.exercise(slug)
            for name, data in instructor_files(exercise).items():
                write_if_changed(self.course.instructor_notebooks / slug / name, data)
            if not self._is_registered(slug, exercise.fingerprint()):
                self._save_cells(slug)
                self._stamp(slug).parent.mkdir(parents=True, exist_ok=True)
                write_if_changed(self._stamp(slug), exercise.fingerprint().encode())

    def _is_registered(self, slug: str, fingerprint: str) -> bool:
        stamp = self._stamp(slug)
        if not stamp.is_file() or stamp.read_text() != fingerprint:
            return False
        coursedir = CourseDirectory(config=self.config, log=LOGGER)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            try:
                return bool(gradebook.find_assignment(slug).notebooks)
            except MissingEntry:
                return False

    def _save_cells(self, slug: str) -> None:
        """Run `nbgrader generate_assignment`, with its release thrown away: ours is built."""
        with tempfile.TemporaryDirectory() as scratch:
            coursedir = CourseDirectory(config=self.config, log=LOGGER)
            coursedir.assignment_id = slug
            coursedir.release_directory = scratch
            app = GenerateAssignment(coursedir=coursedir, config=self.config, log=LOGGER)
            app.force = True
            app.start()

    def _stamp(self, slug: str) -> Path:
        return self.root / "outcomes" / slug / ".registered"

    def _versions(self, submission: Submission) -> tuple[str, str]:
        content = submission.path.read_bytes() if submission.path.is_file() else b""
        known = submission.slug in self.course.slugs()
        fingerprint = self.course.exercise(submission.slug).fingerprint() if known else ""
        return hashlib.sha256(content).hexdigest(), fingerprint


def _existing(submission: Submission) -> Path:
    if submission.path.is_file():
        return submission.path
    others = sorted(path.name for path in submission.path.parent.glob("*.ipynb"))
    hint = (
        f" Found {', '.join(others)}: was it renamed?" if others else " The folder has no notebook."
    )
    raise NotebookError(f"could not be read: no {submission.path.name}.{hint}")


def _require(kind: str, name: str | None, known: set[str]) -> None:
    if name is not None and name not in known:
        raise UnknownNameError.among(kind, name, known)

"""A class folder: submissions in, outcomes out.

<class>/submitted/<student>/<exercise>/<exercise>.ipynb   what came in
<class>/gradebook.db, autograded/, feedback/              nbgrader's own
<class>/outcomes/<exercise>/<student>.json                what was decided, and on what
<class>/outcomes/<exercise>/.examination.json             the seed that all are examined from
<class>/outcomes/<exercise>/.<student>.finished           run, and not yet entered
"""

import fcntl
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from glob import glob  # the structure of folders is nbgrader's, and may start at /
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from traitlets.config import Config, PyFileConfigLoader

from rnncourse.errors import ClassError, UnknownNameError
from rnncourse.exercises import Course
from rnncourse.grading.assignments import Assignments, Exercises, PlainAssignments, digest
from rnncourse.grading.engine.work import Finished
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.outcomes import FAILED, GRADED, Submission, SubmissionOutcome
from rnncourse.grading.preprocessors import Examine
from rnncourse.notebooks import write_if_changed

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True)
class ClassFolder:
    """One class: its folder, and the course whose exercises it solves.

    Args:
        root: The class folder; it holds `submitted/`.
        course: This course; a class whose own settings do without our examiner needs none.
        db_url: The gradebook; by default nbgrader's setting.
    """

    root: Path
    course: Course | None = None
    db_url: str | None = None

    @cached_property
    def config(self) -> Config:
        """nbgrader's settings: the class's own, or else the course's.

        Raises:
            ClassError: If there are none.
        """
        folders = [self.root, *([self.course.root] if self.course else [])]
        folder = next((path for path in folders if (path / CONFIG).is_file()), None)
        if folder is None:
            raise ClassError(f"{self.root} has no {CONFIG}: is it the folder of a course?")
        config = PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
        config.CourseDirectory.root = str(self.root.resolve())
        if self.db_url is not None:
            config.CourseDirectory.db_url = self.db_url
        return config

    @cached_property
    def examines(self) -> bool:
        """Whether its settings name our examiner; nbgrader alone runs notebooks otherwise."""
        parts = Autograde(config=self.config).autograde_preprocessors
        return any(isinstance(part, type) and issubclass(part, Examine) for part in parts)

    @cached_property
    def assignments(self) -> Assignments:
        """What is asked of the class."""
        if self.examines and self.course is not None:
            return Exercises(self.course, self.config, self.root / "outcomes")
        return PlainAssignments(self.config)

    @property
    def gradebook(self) -> str:
        """The URL of the gradebook, without a password."""
        url = make_url(CourseDirectory(config=self.config, log=LOGGER).db_url)
        return url.render_as_string(hide_password=True)

    @cached_property
    def asked(self) -> dict[str, str]:
        """The fingerprint of each assignment, by name."""
        return {slug: self.assignments.fingerprint(slug) for slug in self.assignments.slugs()}

    def submissions(self, slug: str | None = None, student: str | None = None) -> list[Submission]:
        """Return what was submitted, sorted by exercise and student.

        Args:
            slug: Only this exercise.
            student: Only this student.

        Raises:
            ClassError: If the folder holds no submissions.
            UnknownNameError: If there is no such exercise or student.
        """
        coursedir = CourseDirectory(config=self.config, log=LOGGER)
        step = coursedir.submitted_directory
        student_name, slug_name = r"(?P<student>[^/.][^/]*)", r"(?P<slug>[^/.][^/]*)"
        pattern = coursedir.format_path(step, student_name, slug_name, escape=True)
        everything = coursedir.format_path(step, "*", "*")
        folders = filter(Path.is_dir, map(Path, glob(everything)))  # noqa: PTH207
        names = [(path, re.fullmatch(pattern, str(path))) for path in folders]
        found = [Submission(m["student"], m["slug"], path) for path, m in names if m]
        if not found:
            raise ClassError(
                f"No submissions in {self.root / step}. Expected: "
                f"{step}/<student>/<exercise>/<exercise>.ipynb. "
                "Name another class with --course-dir, or collect first."
            )
        _require("exercise", slug, {s.slug for s in found} | set(self.asked))
        _require("student", student, {s.student for s in found})
        return sorted(
            (s for s in found if slug in (None, s.slug) and student in (None, s.student)),
            key=lambda s: (s.slug, s.student),
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the class while it is written to.

        Raises:
            ClassError: If another process does.
        """
        path = self.root / "outcomes" / ".lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ClassError(
                    f"Another command is grading {self.root} now. Wait for it, or end it first."
                ) from None
            yield

    def outcome_path(self, submission: Submission) -> Path:
        """Return where the outcome of a submission is, or will be."""
        return self.root / "outcomes" / submission.slug / f"{submission.student}.json"

    def outcome(self, student: str, slug: str) -> SubmissionOutcome | None:
        """Return the last outcome of a student, of whatever files and questions it is."""
        path = self.root / "outcomes" / slug / f"{student}.json"
        return SubmissionOutcome.from_json(path.read_bytes()) if path.is_file() else None

    def recorded(self, submission: Submission, *, failed: bool = False) -> SubmissionOutcome | None:
        """Return the recorded outcome, if it is of these very files and of today's questions.

        Args:
            submission: What was handed in.
            failed: Whether an outcome counts whose grading failed, to be tried again.
        """
        outcome = self.outcome(submission.student, submission.slug)
        if outcome is None:
            return None
        same = (outcome.submission, outcome.exercise) == self.versions(submission)
        return outcome if same and (failed or outcome.status != FAILED) else None

    def record(self, submission: Submission, outcome: SubmissionOutcome) -> None:
        """Write an outcome to disk; what was kept for it is needed no more."""
        write_if_changed(self.outcome_path(submission), outcome.to_json())
        self._kept_path(submission).unlink(missing_ok=True)

    def keep(self, submission: Submission, finished: Finished) -> None:
        """Put on disk what a worker has finished, until it is entered."""
        write_if_changed(self._kept_path(submission), json.dumps(asdict(finished)).encode())

    def kept(self, submission: Submission, key: str) -> Finished | None:
        """Return what was kept of this very work by a command that was cut short."""
        path = self._kept_path(submission)
        finished = Finished(**json.loads(path.read_bytes())) if path.is_file() else None
        return finished if finished and finished.key == key else None

    def seed(self, slug: str) -> int:
        """Return the seed of the examination: one for all, until the exercise changes."""
        if (fixed := self.config.Examine.get("seed")) is not None:
            return int(fixed)
        path = self.root / "outcomes" / slug / ".examination.json"
        fingerprint = self.asked[slug]
        drawn = json.loads(path.read_bytes()) if path.is_file() else {}
        if drawn.get("exercise") != fingerprint:
            drawn = {"exercise": fingerprint, "seed": secrets.randbits(32)}
            write_if_changed(path, json.dumps(drawn).encode())
        return int(drawn["seed"])

    def keep_seed(self, slug: str) -> None:
        """Let the examination of changed questions have the seed of the one before, if any."""
        path = self.root / "outcomes" / slug / ".examination.json"
        if path.is_file():
            drawn = json.loads(path.read_bytes()) | {"exercise": self.asked[slug]}
            write_if_changed(path, json.dumps(drawn).encode())

    def versions(self, submission: Submission) -> tuple[str, str]:
        """Return digests of what was handed in and of what was asked."""
        return digest(submission.folder), self.asked.get(submission.slug, "")

    def feedback_page(self, outcomes: list[SubmissionOutcome]) -> Path | None:
        """Return a feedback page that is worth a look: of a named mistake, if there is one."""
        graded = [outcome for outcome in outcomes if outcome.status == GRADED]
        if not graded:
            return None
        chosen = next((outcome for outcome in graded if outcome.mistakes), graded[0])
        folder = self.root / "feedback" / chosen.student / chosen.slug
        return next(iter(sorted(folder.glob("*.html"))), None)

    def _kept_path(self, submission: Submission) -> Path:
        return self.root / "outcomes" / submission.slug / f".{submission.student}.finished"


def _require(kind: str, name: str | None, known: set[str]) -> None:
    if name is not None and name not in known:
        raise UnknownNameError.among(kind, name, known)

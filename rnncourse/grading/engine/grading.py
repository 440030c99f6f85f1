"""The way from submissions to outcomes: prepared here, run by workers, entered here.

It can be cut at any point and taken up again. What a worker has finished is on
disk before anything else is done with it; an outcome is on disk before it is
reported; what has an outcome is not begun again.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import nbformat

from rnncourse.checks.papers import Paper
from rnncourse.errors import NotebookError, UnknownNameError
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.engine.work import Finished, Incident, Work
from rnncourse.grading.engine.workers import Workers
from rnncourse.grading.gradebook import GradebookWriter
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.outcomes import FAILED, GRADED, UNREADABLE, Submission, SubmissionOutcome
from rnncourse.grading.preprocessors import Examine
from rnncourse.grading.records import decided

SETTINGS = ("Execute", "ExecutePreprocessor", "NbGraderPreprocessor", "NotebookClient")


class Grading:
    """The grading of submissions of one class.

    Args:
        folder: The class.
        workers: What runs the notebooks.
    """

    def __init__(self, folder: ClassFolder, workers: Workers) -> None:
        self._folder = folder
        self._workers = workers
        self._writer = GradebookWriter(folder.config)
        self._settled: deque[SubmissionOutcome] = deque()
        self._running: dict[str, Submission] = {}

    def outcomes(self, submissions: Iterable[Submission]) -> Iterator[SubmissionOutcome]:
        """Grade submissions; yield each outcome when it is on disk, in the order of their ends.

        Args:
            submissions: Sorted by exercise, so that each is prepared for once.
        """
        for result in self._workers(self.prepared(submissions), self._papers):
            submission = self._running.pop(result.key)
            if isinstance(result, Incident):
                self._settle(submission, status=FAILED, reason=result.reason)
            else:
                self._folder.keep(submission, result)
                self._enter(submission, result)
            yield from self._reported()
        yield from self._reported()

    def prepared(self, submissions: Iterable[Submission]) -> Iterator[Work]:
        """Yield what has to be run; settle at once what has been, or cannot be.

        Args:
            submissions: Sorted by exercise.
        """
        registered = set()
        for submission in submissions:
            try:
                if submission.slug not in registered:
                    self._register(submission.slug)
                    registered.add(submission.slug)
                work = self._work(submission)
            except (NotebookError, UnknownNameError) as error:
                self._settle(submission, status=UNREADABLE, reason=str(error))
            except Exception as error:  # one submission never ends the class
                self._fail(submission, error)
            else:
                if finished := self._folder.kept(submission, work.key):
                    self._enter(submission, finished)
                else:
                    self._running[work.key] = submission
                    yield work

    def _register(self, slug: str) -> None:
        if slug not in self._folder.asked:
            raise UnknownNameError.among("exercise", slug, self._folder.asked)
        self._folder.assignments.register(slug)

    def _work(self, submission: Submission) -> Work:
        notebooks, files = self._writer.prepare(submission)
        return Work(
            key=self._key(submission),
            slug=submission.slug,
            notebooks=notebooks,
            files=files,
            seed=self._seed(submission.slug),
            exercise=self._folder.versions(submission)[1],
            limits=Examine(config=self._folder.config).limits(),
            settings=self._settings(),
        )

    def _key(self, submission: Submission) -> str:
        """Return what names the work: the same key means the same work."""
        content, asked = self._folder.versions(submission)
        versions = f"{content[:16]}-{asked[:16]}-{self._seed(submission.slug)}"
        return f"grade-{submission.slug}-{submission.student}-{versions}"

    def _seed(self, slug: str) -> int | None:
        return self._folder.seed(slug) if self._folder.examines else None

    def _settings(self) -> dict[str, dict[str, Any]]:
        config = self._folder.config
        return {name: dict(config[name]) for name in SETTINGS if name in config}

    def _papers(self, slug: str) -> dict[str, Paper] | None:
        if not self._folder.examines:
            return None
        return self._folder.assignments.papers(slug, self._folder.seed(slug))

    def _enter(self, submission: Submission, finished: Finished) -> None:
        try:
            self._writer.enter(submission, finished.notebooks)
            found = self._marks(submission, finished)
        except Exception as error:  # one submission never ends the class
            self._fail(submission, error)
        else:
            effort = {"seconds": finished.seconds, "attempts": finished.attempts}
            self._settle(submission, status=GRADED, **effort, **found)

    def _marks(self, submission: Submission, finished: Finished) -> dict[str, Any]:
        if not self._folder.examines:
            return self._writer.marks(submission)
        return decided(nbformat.reads(finished.notebooks[submission.slug], 4))

    def _fail(self, submission: Submission, error: Exception) -> None:
        LOGGER.error("Grading %s failed", submission, exc_info=error)
        log = self._folder.root / "nbgrader.log"
        self._settle(submission, status=FAILED, reason=f"the grading failed: {error} See {log}.")

    def _settle(self, submission: Submission, *, status: str, **found: Any) -> None:
        """Put an outcome on disk."""
        if status == UNREADABLE:  # what failed is tried again, and keeps what it had until then
            self._writer.forget(submission)
            self._writer.write_reason(submission, str(found["reason"]))
        content, asked = self._folder.versions(submission)
        outcome = SubmissionOutcome(
            student=submission.student,
            slug=submission.slug,
            status=status,
            submission=content,
            exercise=asked,
            **found,
        )
        self._folder.record(submission, outcome)
        self._settled.append(outcome)

    def _reported(self) -> Iterator[SubmissionOutcome]:
        while self._settled:
            yield self._settled.popleft()

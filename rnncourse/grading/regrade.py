"""Grading again after a question was mended: first whose marks change, then the change.

    submissions with a mark ──run──> kept in outcomes/<exercise>/ ──look──> differences
                                                   └──enter──> gradebook, pages, outcomes

What was run for a look is not run again for the change. Files and seed are those
of the first time, so that nothing but the mended question makes a difference.
What a person gave stays.
"""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime

import nbformat
from nbformat import NotebookNode

from rnncourse.errors import ClassError, NotebookError, UnknownNameError
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.engine.grading import Grading
from rnncourse.grading.engine.work import Finished, Incident, Work
from rnncourse.grading.engine.workers import Workers
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.outcomes import FAILED, GRADED, Submission, SubmissionOutcome
from rnncourse.grading.records import RECORD
from rnncourse.grading.submissions import grade_id, is_question


def waiting(folder: ClassFolder, slug: str, question: str | None = None) -> list[Submission]:
    """Return what was graded by other questions than today's, from the same files.

    Args:
        folder: The class.
        slug: The exercise.
        question: The only question whose marks may change; all if None.

    Raises:
        ClassError: If the class is one of another course.
        UnknownNameError: If there is no such exercise or question.
    """
    if not folder.examines or folder.course is None:
        raise ClassError(
            "Only exercises of this course are regraded here. For another nbgrader course: "
            f"nbgrader autograde {slug} --force"
        )
    known = folder.course.exercise(slug).questions
    if question is not None and question not in known:
        raise UnknownNameError.among("question", question, known)
    found = []
    for submission in folder.submissions(slug):
        outcome = folder.outcome(submission.student, slug)
        content, asked = folder.versions(submission)
        if outcome and outcome.status == GRADED and outcome.submission == content:
            left = outcome.older if question is None else {question} & {*outcome.older}
            found += [submission] if outcome.exercise != asked or left else []
    return found


class Regrading(Grading):
    """The grading, once more, of submissions that have a mark for one exercise.

    Args:
        folder: The class.
        workers: What runs the notebooks.
        slug: The exercise.
        question: The only question whose marks may change; all if None.
    """

    def __init__(
        self, folder: ClassFolder, workers: Workers, slug: str, question: str | None = None
    ) -> None:
        super().__init__(folder, workers)
        self._slug = slug
        self._question = question

    def register(self) -> None:
        """Let the gradebook know today's questions.

        Raises:
            ClassError: If it cannot.
        """
        try:
            self._register(self._slug)
        except Exception as error:  # nbgrader's, of any kind
            raise ClassError(
                f"The gradebook does not take today's {self._slug}: {error}. "
                f"See {self._folder.root / 'nbgrader.log'}. Nothing was changed."
            ) from error

    def to_run(self, submissions: Iterable[Submission]) -> list[Submission]:
        """Return the submissions that no look before this one has run."""
        self._folder.keep_seed(self._slug)
        return [submission for submission in submissions if self._kept(submission) is None]

    def tried(self, submissions: Iterable[Submission]) -> Iterator[SubmissionOutcome]:
        """Run submissions, keep what comes of it, and yield what would be decided.

        The gradebook, the pages and the outcomes are not touched.
        """
        for result in self._workers(self._works(submissions), self._papers):
            submission = self._running.pop(result.key)
            if isinstance(result, Incident):
                yield self._decided(submission, FAILED, reason=result.reason)
            else:
                self._folder.keep(submission, result)
                yield self._decided(submission, GRADED, **self._marks(submission, result))
            yield from self._reported()
        yield from self._reported()

    def entered(self, submissions: Iterable[Submission]) -> Iterator[SubmissionOutcome]:
        """Enter what was kept, and yield each new outcome when it is on disk.

        Where it fails, the mark stays as it is, and what was run stays kept.
        """
        for submission in submissions:
            try:
                if (finished := self._kept(submission)) is None:
                    continue
                merged, older = self._merged(submission, finished)
                self._remember(submission)
                self._writer.enter(submission, merged.notebooks)
                found = self._marks(submission, merged)
            except Exception as error:  # one submission never ends the class
                LOGGER.error("Regrading %s failed", submission, exc_info=error)
                yield self._decided(submission, FAILED, reason=f"{error}")
            else:
                found |= {"seconds": merged.seconds, "attempts": merged.attempts, "older": older}
                outcome = self._decided(submission, GRADED, **found)
                self._folder.record(submission, outcome)
                yield outcome

    def _works(self, submissions: Iterable[Submission]) -> Iterator[Work]:
        self._folder.keep_seed(self._slug)
        for submission in submissions:
            if finished := self._kept(submission):
                found = self._marks(submission, finished)
                self._settled.append(self._decided(submission, GRADED, **found))
                continue
            try:
                work = self._work(submission)
            except NotebookError as error:
                self._settled.append(self._decided(submission, FAILED, reason=str(error)))
            else:
                self._running[work.key] = submission
                yield work

    def _kept(self, submission: Submission) -> Finished | None:
        """Return what was run of this very work, if with the points that it has today."""
        finished = self._folder.kept(submission, self._key(submission))
        today = self._folder.course and self._folder.course.exercise(self._slug).questions
        if finished is None or not today:
            return None
        return finished if _has_points(finished, {n: q.points for n, q in today.items()}) else None

    def _decided(self, submission: Submission, status: str, **found: object) -> SubmissionOutcome:
        content, asked = self._folder.versions(submission)
        names = {"student": submission.student, "slug": submission.slug, "status": status}
        fields = names | {"submission": content, "exercise": asked} | found
        return SubmissionOutcome(**fields)  # type: ignore[arg-type]

    def _merged(self, submission: Submission, finished: Finished) -> tuple[Finished, list[str]]:
        """Return what was run, with all questions but the chosen one as they were; and which."""
        if self._question is None:
            return finished, []
        slug = submission.slug
        before = nbformat.read(self._writer.autograded(submission), as_version=4)
        now = nbformat.reads(finished.notebooks[slug], 4)
        merged = merged_verdicts(before, now, self._question)
        kept, new = (part.metadata[RECORD]["verdicts"] for part in (merged, now))
        older = [name for name in kept if kept[name] != new[name]]
        return replace(finished, notebooks={slug: nbformat.writes(merged)}), older

    def _remember(self, submission: Submission) -> None:
        """Put down what the student has until now, and when it is taken away."""
        outcome = self._folder.outcome(submission.student, submission.slug)
        if outcome is None:
            return
        folder = self._folder.outcome_path(submission).parent / ".regraded"
        folder.mkdir(exist_ok=True)
        entry = {
            "until": datetime.now(UTC).isoformat(timespec="seconds"),
            "regraded": self._question or "all questions",
            "outcome": asdict(outcome),
        }
        with (folder / f"{submission.student}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def _has_points(finished: Finished, points: Mapping[str, float]) -> bool:
    """Return whether the questions of what was run have these points, for nbgrader, too."""
    (text,) = finished.notebooks.values()
    cells = nbformat.reads(text, 4).cells
    found = {grade_id(cell): cell.metadata.nbgrader.points for cell in cells if is_question(cell)}
    return all(points.get(name) == most for name, most in found.items())


def merged_verdicts(before: NotebookNode, now: NotebookNode, question: str) -> NotebookNode:
    """Return an examined notebook in which all verdicts but one are those of before.

    Raises:
        ClassError: If it was not examined before, or had other questions.
    """
    old = before.metadata.get(RECORD, {}).get("verdicts", {})
    new = now.metadata[RECORD]["verdicts"]
    if set(old) != set(new):
        raise ClassError(
            "Before it had other questions, or no examination. Regrade it without --question."
        )
    outputs = {grade_id(cell): cell.outputs for cell in before.cells if is_question(cell)}
    merged = copy.deepcopy(now)
    for cell in merged.cells:
        if is_question(cell) and grade_id(cell) != question:
            cell.outputs = outputs[grade_id(cell)]
    merged.metadata[RECORD]["verdicts"] = old | {question: new[question]}
    return merged

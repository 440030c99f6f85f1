"""Which pages to write, and when: after the grading, and after marking by hand."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.feedback.exporter import FeedbackExporter, makes_our_pages
from rnncourse.grading.feedback.summary import summary
from rnncourse.grading.gradebook import GradebookWriter
from rnncourse.grading.marks import class_roster, read_marks
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.outcomes import UNREADABLE, Submission
from rnncourse.notebooks import write_if_changed


def write_feedback(folder: ClassFolder, submissions: Iterable[Submission]) -> Iterator[Submission]:
    """Write the pages of submissions anew, and yield each that has one.

    Args:
        folder: The class.
        submissions: Which; those without a mark get their reason, those not graded yet nothing.
    """
    writer = GradebookWriter(folder.config)
    coursedir = CourseDirectory(config=folder.config, log=LOGGER)
    for submission in submissions:
        step, names = coursedir.autograded_directory, (submission.student, submission.slug)
        outcome = folder.outcome(*names)
        if Path(coursedir.format_path(step, *names)).is_dir():
            writer.write_feedback(submission)
            yield submission
        elif outcome is not None and outcome.status == UNREADABLE:
            writer.write_reason(submission, outcome.reason)
            yield submission


def write_summaries(folder: ClassFolder, students: Iterable[str]) -> int:
    """Write the summary pages of students, and return how many; other courses have none."""
    if not makes_our_pages(folder.config):
        return 0
    marks = read_marks(folder, class_roster(folder))
    exporter = FeedbackExporter(config=folder.config)
    guides = {slug: exporter.guide(slug) for slug in marks.due}
    coursedir = CourseDirectory(config=folder.config, log=LOGGER)
    known = sorted(set(students) & set(marks.students))
    for student in known:
        pages = coursedir.format_path(coursedir.feedback_directory, student, ".")
        page = summary(student, marks.of_student(student), guides)
        write_if_changed(Path(pages, "index.html"), page.encode())
    return len(known)

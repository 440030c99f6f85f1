"""nbgrader's settings: with them, stock nbgrader grades as `rnncourse grade` does."""

from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from rnncourse.grading.feedback.exporter import FeedbackExporter
from rnncourse.grading.feedback.marker import ForMarker
from rnncourse.grading.formgrader import escape_names
from rnncourse.grading.preprocessors import Examine, Repair, SubmissionExporter

ROOT = Path(__file__).resolve().parent

c = get_config()  # noqa: F821 - given by the loader

c.CourseDirectory.course_id = "rnncourse"
c.CourseDirectory.source_directory = str(ROOT / "_build" / "source")
c.CourseDirectory.release_directory = str(ROOT / "exercises")
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".*",
    "feedback",
]

# What runs on a submission, in this order. Repair comes first: nothing else may
# look at a submission's metadata before the released notebook has replaced it.
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.sanitize_preprocessors = [
    Repair,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    Examine,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
    ForMarker,
]
c.Repair.exercises = str(ROOT / "exercises")
c.Examine.course = str(ROOT)
c.ForMarker.course = str(ROOT)
c.Examine.kernel = "rnncourse"  # sandboxed; "python3" would run submissions as you

# What a student reads. The book's address makes links of "read on"; by default it is
# `baseurl` in _config.yml, and without one the pages name chapter and section.
c.GenerateFeedback.exporter_class = FeedbackExporter
c.GenerateFeedback.preprocessors = []
c.FeedbackExporter.course = str(ROOT)
c.FeedbackExporter.book = ""

# Where a class on this machine releases, fetches and submits. nbgrader expects it to be there.
EXCHANGE = ROOT / "exchange"
EXCHANGE.mkdir(exist_ok=True)
c.Exchange.root = str(EXCHANGE)

# Nothing that a student chose may become part of formgrader's own pages.
escape_names()

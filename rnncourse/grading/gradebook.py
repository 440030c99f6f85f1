"""nbgrader's side of a class, for the one process that writes: before running, and after.

`nbgrader autograde` makes a submission sound, runs it, and enters the marks, in
one go. Here the first and the last are nbgrader's own code, and what lies
between them may happen on another machine.
"""

import contextlib
import shutil
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import find_all_files, parse_utc
from traitlets import Dict
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from rnncourse.errors import NotebookError
from rnncourse.grading.by_hand import kept_by_hand
from rnncourse.grading.feedback.exporter import FeedbackExporter, makes_our_pages
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.notebook_files import find_notebook, require_plain_name, shown
from rnncourse.grading.outcomes import Submission
from rnncourse.notebooks import write_if_changed

MOST = 64 * 2**20
"""Bytes of the files beside a notebook."""

# nbgrader opens the gradebook a dozen times for each submission. With one engine for
# all of them, each SQL statement is compiled once, not a dozen times.
api.create_engine = cache(api.create_engine)


class GradebookWriter:
    """Prepares submissions for workers, and enters what they finished.

    Args:
        config: nbgrader's settings for the class.
    """

    def __init__(self, config: Config) -> None:
        self._config = config

    def prepare(self, submission: Submission) -> tuple[dict[str, str], dict[str, bytes]]:
        """Return the notebooks of a submission, sanitised, and the files beside them.

        Raises:
            NotebookError: If it cannot be graded as it is; says why.
        """
        coursedir = self._coursedir(submission)
        _require_plain(submission)
        app = _Prepare(coursedir=coursedir, config=self._config, log=LOGGER)
        app.start()
        source = coursedir.format_path(coursedir.source_directory, ".", submission.slug)
        return app.prepared, _files(submission.folder, coursedir) | _files(Path(source), coursedir)

    def enter(self, submission: Submission, notebooks: Mapping[str, str]) -> None:
        """Enter the marks, write `autograded/` and `feedback/`, as nbgrader's commands do."""
        coursedir = self._coursedir(submission)
        app = _Enter(coursedir=coursedir, config=self._config, log=LOGGER, finished=notebooks)
        app.force = True
        with kept_by_hand(coursedir):
            app.start()
        self.write_feedback(submission)

    def write_feedback(self, submission: Submission) -> None:
        """Write the page of a graded submission anew, from the gradebook and `autograded/`."""
        coursedir = self._coursedir(submission)
        pages = _Feedback(coursedir=coursedir, config=self._config, log=LOGGER)
        pages.force = True
        pages.start()

    def write_reason(self, submission: Submission, reason: str) -> None:
        """Write the page of a submission that cannot be marked; other courses have none."""
        coursedir = self._coursedir(submission)
        if makes_our_pages(self._config):
            exporter = FeedbackExporter(config=self._config)
            page = exporter.page_without_mark(submission.student, submission.slug, reason)
            write_if_changed(_page_path(coursedir), page.encode())

    def autograded(self, submission: Submission) -> Path:
        """Return where the notebook of a graded submission is, with its verdicts."""
        coursedir = self._coursedir(submission)
        step, slug = coursedir.autograded_directory, submission.slug
        return Path(coursedir.format_path(step, submission.student, slug), f"{slug}.ipynb")

    def forget(self, submission: Submission) -> None:
        """Remove an older mark and its pages: what has no mark must not show one."""
        coursedir = self._coursedir(submission)
        for step in (coursedir.autograded_directory, coursedir.feedback_directory):
            old = coursedir.format_path(step, submission.student, submission.slug)
            shutil.rmtree(old, ignore_errors=True)
        with (
            Gradebook(coursedir.db_url, coursedir.course_id) as gradebook,
            contextlib.suppress(MissingEntry),
        ):
            gradebook.remove_submission(submission.slug, submission.student)

    def marks(self, submission: Submission) -> dict[str, Any]:
        """Return the automatic marks in the gradebook, as the fields of a SubmissionOutcome."""
        coursedir = self._coursedir(submission)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            entry = gradebook.find_submission(submission.slug, submission.student)
            grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
            own = [grade for grade in grades if grade.auto_score is not None]
            return {
                "points": {_cell(grade): float(grade.auto_score) for grade in own},
                "max_points": float(sum(grade.max_score for grade in own)),
                "by_hand": {_cell(g): float(g.max_score) for g in grades if g.needs_manual_grade},
            }

    def _coursedir(self, submission: Submission) -> CourseDirectory:
        coursedir = CourseDirectory(config=self._config, log=LOGGER)
        coursedir.assignment_id = submission.slug
        coursedir.student_id = submission.student
        return coursedir


class _OneStudent(BaseConverter):
    """Converts what one student handed in; nbgrader takes names for patterns of names."""

    def init_notebooks(self) -> None:
        folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        known = self._known()
        found = sorted(map(str, Path(folder).glob("*.ipynb")))
        if len(known) == 1:  # whatever it is called now
            found = [str(Path(folder, f"{known[0]}.ipynb"))]
        self.assignments = {folder: found}
        if not found:
            raise NotebookError("could not be read: the folder has no notebook.")

    def _known(self) -> list[str]:
        """Return the names of the assignment's notebooks."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            assignment = gradebook.find_assignment(self.coursedir.assignment_id)
            return sorted(notebook.name for notebook in assignment.notebooks)


class _Prepare(_OneStudent, Autograde):
    """The first half of nbgrader's autograding: sanitises, into memory."""

    prepared = Dict()

    def convert_notebooks(self) -> None:
        self._init_preprocessors()
        self.prepared = {}
        known = self._known()
        for filename in sorted(chain(*self.assignments.values())):
            if Path(filename).stem in known:
                resources = self.init_single_notebook_resources(filename)
                path = self._handed_in(Path(filename)) if len(known) == 1 else filename
                text, _ = self.exporter.from_filename(str(path), resources=resources)
                self.prepared[Path(filename).stem] = text

    def _handed_in(self, path: Path) -> Path:
        """Return the file that was handed in as the assignment's only notebook."""
        found, note = find_notebook(path.parent, path.name)
        if note:
            self.log.warning("%s: %s", self.coursedir.student_id, note)
        return found


class _Enter(_OneStudent, Autograde):
    """The second half: marks of notebooks that have been run, into gradebook and `autograded/`."""

    finished = Dict(help="The text of each notebook, by name.")

    def _init_preprocessors(self) -> None:
        self.exporter._preprocessors = []
        for part in self.autograde_preprocessors:
            kind = import_item(part) if isinstance(part, str) else part
            if not issubclass(kind, Execute):  # it has been run
                self.exporter.register_preprocessor(kind)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        resources = self.init_single_notebook_resources(notebook_filename)
        self._init_preprocessors()
        notebook = nbformat.reads(self.finished[Path(notebook_filename).stem], 4)
        text, resources = self.exporter.from_notebook_node(notebook, resources=resources)
        self.write_single_notebook(text, resources)


class _Compiled(BytecodeCache):
    """Keeps compiled templates: nbgrader makes everything anew for each page."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Feedback(_OneStudent, GenerateFeedback):
    """Feedback pages: ours, or nbgrader's where the class's settings say nothing of ours."""

    compiled = _Compiled()

    def convert_notebooks(self) -> None:
        if isinstance(self.exporter, HTMLExporter):
            self.exporter.environment.bytecode_cache = self.compiled
        super().convert_notebooks()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what the exchange needs, and with a page of ours nothing else of a stranger's."""
        if isinstance(self.exporter, HTMLExporter):
            super().init_assignment(assignment_id, student_id)
            return
        source = Path(self._format_source(assignment_id, student_id))
        target = Path(self._format_dest(assignment_id, student_id))
        target.mkdir(parents=True, exist_ok=True)
        for name in ("timestamp.txt", "submission_secret.txt"):
            if (source / name).is_file():
                shutil.copy(source / name, target)


def _page_path(coursedir: CourseDirectory) -> Path:
    """Return where the feedback page of one submission is."""
    student, slug = coursedir.student_id, coursedir.assignment_id
    folder = coursedir.format_path(coursedir.feedback_directory, student, slug)
    return Path(folder, f"{slug}.html")


def _cell(grade: Any) -> str:
    return f"{grade.notebook.name}/{grade.name}"


def _require_plain(submission: Submission) -> None:
    """Raise an error for what nbgrader would follow, choke on, or carry to where it does harm."""
    require_plain_name(submission.student)
    size = 0
    for path in (submission.folder, *submission.folder.rglob("*")):
        if path.is_symlink():
            name = shown(path.name)
            raise NotebookError(f"holds a link, {name}. Links are not followed: hand in the file.")
        if not (path.is_dir() or path.is_file()):  # reading it could wait for ever
            raise NotebookError(f"holds {shown(path.name)}, which is no plain file.")
        size += path.stat().st_size if path.is_file() and path.suffix != ".ipynb" else 0
    if size > MOST:
        raise NotebookError(f"holds files of more than {MOST // 2**20} MB beside its notebook.")
    timestamp = submission.folder / "timestamp.txt"
    if timestamp.is_file() and (text := timestamp.read_text(errors="replace").strip()):
        try:
            parse_utc(text)
        except ValueError:
            raise NotebookError(
                f"holds a timestamp.txt that is no time: {text[:40]!r}. "
                "Write one such as 2026-03-01 12:00:00 UTC, or remove the file."
            ) from None


def _files(folder: Path, coursedir: CourseDirectory) -> dict[str, bytes]:
    """Return the plain files below a folder, by relative path, but for notebooks."""
    found = find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"])
    return {str(Path(name).relative_to(folder)): Path(name).read_bytes() for name in found}

"""The examiner's parts inside stock nbgrader; `nbgrader_config.py` names them.

`nbgrader autograde`, formgrader's button and `rnncourse grade` all run these,
and so give the same marks and messages.
"""

import secrets
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Integer, Unicode

from rnncourse.checks.papers import Paper
from rnncourse.exercises import Course
from rnncourse.grading.isolation import SANDBOXED
from rnncourse.grading.kernel import TimeLimits
from rnncourse.grading.notebook_files import require_plain_name
from rnncourse.grading.records import examine_with_record
from rnncourse.grading.submissions import read_submission, repair


class SubmissionExporter(NotebookExporter):
    """Reads notebooks that plain nbgrader cannot, and says why where it cannot either."""

    def from_file(
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert the notebook in an open file."""
        notebook = read_submission(Path(file_stream.name))
        return self.from_notebook_node(notebook, resources=resources, **kw)


class Repair(NbGraderPreprocessor):
    """Puts the question cells of a submission right, before anything else looks at them."""

    exercises = Unicode("", help="Folder of the released exercises.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the submission with the released question cells in their places."""
        names = resources["nbgrader"]
        require_plain_name(names["student"])
        path = Path(self.exercises, names["assignment"], f"{names['notebook']}.ipynb")
        if not path.is_file():
            self.log.warning("No released notebook %s: the submission is graded as it is.", path)
            return nb, resources
        return repair(nb, read_submission(path)), resources


class Examine(Execute):
    """Runs a submission and asks its questions; other assignments run as in plain nbgrader."""

    course = Unicode("", help="Folder of the course, which holds solutions/.").tag(config=True)
    kernel = Unicode(SANDBOXED, help="Name of the kernel that runs submissions.").tag(config=True)
    seed = Integer(
        None, allow_none=True, help="Seed of the fresh cases; by default a new one in every run."
    ).tag(config=True)
    timeout = Integer(60, help="Seconds that one cell may take.").tag(config=True)
    notebook_timeout = Integer(900, help="Seconds that one notebook may take.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with its outputs and verdicts, and record how they came about."""
        slug = resources["nbgrader"]["assignment"]
        course = Course(Path(self.course))
        if slug not in course.slugs():
            return super().preprocess(nb, resources)
        if self.kernel != SANDBOXED:
            self.log.warning("Not sandboxed: the code of this submission runs as you.")
        fingerprint = course.exercise(slug).fingerprint()
        seed = self.seed if self.seed is not None else _seed()
        examine_with_record(
            nb,
            _examination(course, slug, fingerprint, seed),
            (seed, fingerprint),
            kernel_name=self.kernel,
            folder=resources["metadata"]["path"],
            limits=self.limits(),
        )
        return nb, resources

    def limits(self) -> TimeLimits:
        """Return how long a notebook may run."""
        return TimeLimits(cell=self.timeout, notebook=self.notebook_timeout)


@cache
def _seed() -> int:
    """Return the seed of the fresh cases: one for all who are graded in this process."""
    return secrets.randbits(32)


@lru_cache(maxsize=8)
def _examination(
    course: Course,
    slug: str,
    fingerprint: str,  # noqa: ARG001 - when the exercise is edited, it is drawn anew
    seed: int,
) -> dict[str, Paper]:
    """Return the papers; drawing them runs the whole bank, in TensorFlow for some seconds."""
    return course.exercise(slug).examination(seed)

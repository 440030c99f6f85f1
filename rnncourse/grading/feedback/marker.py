"""What a marker opens in formgrader: the graded notebook, made harmless, with the rubric.

Formgrader renders Markdown with its HTML, raw cells and outputs in the origin in
which the instructor is signed in, so whatever a learner wrote there is made text.
"""

import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from rnncourse.exercises import Course
from rnncourse.grading.examiner import question_of
from rnncourse.grading.feedback.guide import guide
from rnncourse.grading.feedback.legible import legible
from rnncourse.grading.records import RECORD
from rnncourse.grading.submissions import grade_id, is_written, read_submission

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST = 2 * 2**20
"""Bytes of a picture that is shown."""
PAINT = re.compile(r"\x1b\[[0-9;]*m")
"""The colours of a traceback."""
SIGN = re.compile(r"[^\w\s.,;?!]|_")
TAG = "rubric"
"""The tag of a cell that shows a rubric."""


class ForMarker(NbGraderPreprocessor):
    """Makes a graded notebook fit to be opened; goes last."""

    course = Unicode("", help="Folder of the course, which holds solutions/.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook with learners' parts as text, and rubrics below the answers."""
        slug = resources["nbgrader"]["assignment"]
        course = Course(Path(self.course))
        if RECORD not in nb.metadata:
            return nb, resources
        released = read_submission(course.exercises / slug / f"{slug}.ipynb")
        known = {cell.source for cell in released.cells if cell.cell_type == "markdown"}
        rubrics = guide(course, slug).rubrics
        cells = []
        for cell in nb.cells:
            cells.append(_harmless(cell, known))
            if is_written(cell) and (name := grade_id(cell)) in rubrics:
                answer = course.exercise(slug).model_answer(name)
                cells.append(_rubric(name, rubrics[name].for_markers(answer)))
        nb.cells = cells
        return nb, resources


def _rubric(name: str, text: str) -> NotebookNode:
    return new_markdown_cell(text, id=f"{name}-rubric", metadata={"tags": [TAG]})


def _harmless(cell: NotebookNode, known: set[str]) -> NotebookNode:
    """Return a cell that shows what is in it, and does nothing.

    Args:
        cell: Any cell.
        known: The Markdown that the exercise was released with.
    """
    if cell.cell_type == "code":
        if not question_of(cell):  # the verdict is ours
            cell.outputs = [shown for output in cell.outputs if (shown := _harmless_output(output))]
    elif cell.source not in known:
        cell.cell_type, cell.source = "markdown", as_text(cell.source)
    return cell


def as_text(source: str) -> str:
    """Return Markdown that shows `source` letter by letter, line breaks included.

    Every sign that could mean something to Markdown, HTML or MathJax becomes its number.
    """
    coded = SIGN.sub(lambda sign: f"&#{ord(sign[0])};", legible(source, line=4000))
    return f'<pre style="white-space: pre-wrap; font: inherit">{coded}</pre>'


def _harmless_output(output: NotebookNode) -> NotebookNode | None:
    """Return an output as text, with its picture if that is a PNG; None if nothing is left."""
    if output.output_type == "stream":
        return new_output("stream", name=output.name, text=legible(output.text))
    if output.output_type == "error":
        said = f"{output.ename}: {output.evalue}"
        text = legible(PAINT.sub("", "\n".join(output.traceback) or said))
        return new_output("error", ename="", evalue="", traceback=[text])
    data = output.get("data", {})
    kept = {"text/plain": legible(str(data["text/plain"]))} if "text/plain" in data else {}
    if picture := _png(data.get("image/png", "")):
        kept["image/png"] = picture
    return new_output("display_data", kept) if kept else None


def _png(text: Any) -> str:
    """Return a picture as base64 anew, or "" of what is no PNG."""
    try:
        data = b64decode("".join(str(text).split()), validate=True)
    except ValueError:
        return ""
    return b64encode(data).decode() if data.startswith(PNG) and len(data) <= LARGEST else ""

"""From a graded notebook to its feedback page, where nbgrader asks for one.

`nbgrader generate_feedback`, formgrader's button and `rnncourse feedback` all
come through here. An assignment that is not of this course gets nbgrader's own page.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from traitlets import Unicode
from traitlets.config import Config

from rnncourse.exercises import Course
from rnncourse.grading.examiner import question_of
from rnncourse.grading.feedback.guide import Guide, guide
from rnncourse.grading.feedback.pages import Part, exercise_page
from rnncourse.grading.marks import SOLUTION, ExerciseMark, QuestionMark
from rnncourse.grading.outcomes import GRADED, UNREADABLE
from rnncourse.grading.records import RECORD, answers, verdicts
from rnncourse.grading.submissions import grade_id, is_written


class FeedbackExporter(Exporter):
    """Makes the page that a student reads."""

    course = Unicode("", help="Folder of the course, which holds solutions/.").tag(config=True)
    book = Unicode(
        "", help="Address that the book is published under; by default that in _config.yml."
    ).tag(config=True)

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of a notebook in `autograded/`, and nbconvert's resources."""
        names = (resources or {}).get("nbgrader", {})
        if RECORD not in nb.metadata:
            return self._nbgraders_page(nb, resources)
        _, resources = super().from_notebook_node(nb, resources, **kw)
        slug = names["assignment"]
        said = self.guide(slug)
        with Gradebook(names["db_url"]) as gradebook:
            entry = gradebook.find_submission_notebook(names["notebook"], slug, names["student"])
            parts = list(_parts(nb, said, _marks(entry)))
            mark = ExerciseMark(
                names["student"],
                slug,
                GRADED,
                sum(part.mark.max_points for part in parts),
                tuple(part.mark for part in parts),
                penalty=float(entry.late_submission_penalty or 0.0),
            )
        return exercise_page(mark, said.title, parts), resources

    def guide(self, slug: str) -> Guide:
        """Return what is said about an exercise that no student wrote."""
        return guide(Course(Path(self.course)), slug, self.book)

    def page_without_mark(self, student: str, slug: str, reason: str) -> str:
        """Return the page of a submission that nobody can mark."""
        mark = ExerciseMark(student, slug, UNREADABLE, 0.0, reason=reason)
        return exercise_page(mark, self.guide(slug).title)

    def _nbgraders_page(self, nb: NotebookNode, resources: Any) -> tuple[str, dict[str, Any]]:
        exporter = HTMLExporter(parent=self.parent, config=self.config)
        for part in (GetGrades, CSSHTMLHeaderPreprocessor):
            exporter.register_preprocessor(part, enabled=True)
        page: tuple[str, dict[str, Any]] = exporter.from_notebook_node(nb, resources)
        return page


def makes_our_pages(config: Config) -> bool:
    """Return whether the settings of a class name our pages; other courses keep nbgrader's."""
    return issubclass(GenerateFeedback(config=config).exporter_class, FeedbackExporter)


def _marks(entry: SubmittedNotebook) -> dict[str, QuestionMark]:
    """Return what the gradebook has of each question of one notebook."""
    said = {comment.name: comment.comment or "" for comment in entry.comments}
    return {
        grade.name: QuestionMark(
            grade.name,
            float(grade.max_score),
            auto=grade.auto_score,
            by_hand=grade.manual_score,
            extra=grade.extra_credit or 0.0,
            waits=bool(grade.needs_manual_grade),
            comment=said.get(grade.name) or said.get(f"{grade.name}{SOLUTION}") or "",
        )
        for grade in entry.grades
    }


def _parts(nb: NotebookNode, said: Guide, marks: dict[str, QuestionMark]) -> Iterator[Part]:
    """Yield the questions in the order of the notebook."""
    found, texts = verdicts(nb), answers(nb)
    code = {grade_id(cell): cell.source for cell in nb.cells if cell.cell_type == "code"}
    for cell in nb.cells:
        name = question_of(cell)
        if name in found and name in marks:
            answer = code.get(f"{name}{SOLUTION}", "")
            yield Part(marks[name], found[name], answer, said.readings.get(name))
        elif is_written(cell) and (name := grade_id(cell)) in marks:
            rubric = said.rubrics.get(name)
            yield Part(marks[name], None, texts.get(name, ""), said.readings.get(name), rubric)

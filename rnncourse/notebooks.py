"""From text source to instructor notebook to released notebook; the same bytes every time.

solutions/<slug>/notebook.py ── jupytext ──> _build/source/<slug>/<slug>.ipynb
                                                │ nbgrader generate_assignment
                                                v
                                             exercises/<slug>/ (notebook, cases.json)
"""

import copy
import logging
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from rnncourse.checks.papers import papers_to_text
from rnncourse.checks.rubrics import Written
from rnncourse.errors import QuestionError
from rnncourse.exercises import Course, Exercise

TOTAL_POINTS = 10
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LOGGER = logging.getLogger("rnncourse.nbgrader")


def build(course: Course, *, write: bool = True) -> list[Path]:
    """Derive all exercises; return what differs from, or was changed in, `exercises/`.

    Args:
        course: The course.
        write: Write the difference; otherwise only report it.

    Raises:
        QuestionError: If an exercise source is not well formed.
    """
    wanted: dict[Path, bytes] = {}
    for slug in course.slugs():
        exercise = course.exercise(slug)
        folder = course.instructor_notebooks / slug
        for name, data in instructor_files(exercise).items():
            write_if_changed(folder / name, data)
        for name, data in _released_files(course, slug).items():
            wanted[course.exercises / slug / name] = data
    present = [path for path in course.exercises.rglob("*") if path.is_file()]
    strays = [p for p in present if p not in wanted and ".ipynb_checkpoints" not in p.parts]
    changed = [p for p, data in wanted.items() if not p.is_file() or p.read_bytes() != data]
    if write:
        for path in changed:
            write_if_changed(path, wanted[path])
        for path in strays:
            path.unlink()
    return sorted(changed + strays)


def instructor_files(exercise: Exercise) -> dict[str, bytes]:
    """Return the files of nbgrader's source folder: the notebook with solutions, public cases."""
    notebook = nbformat.writes(instructor_notebook(exercise)) + "\n"
    return {
        f"{exercise.slug}.ipynb": notebook.encode(),
        "cases.json": papers_to_text(exercise.public_papers()).encode(),
    }


def instructor_notebook(exercise: Exercise) -> NotebookNode:
    """Return the notebook with solutions and with nbgrader's metadata filled in.

    A cell with the key `solution="name"` becomes nbgrader's solution cell
    `name_solution`; one with `question="name"` becomes the autograded cell
    `name`, with the question's points. A markdown cell with `written="name"`
    becomes an answer in words, which a person marks; what that person gives
    points for stands in a cell before it.

    Raises:
        QuestionError: If cells and questions do not match, or the points do not sum to 10.
    """
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    for number, cell in enumerate(copy.deepcopy(exercise.notebook.cells), start=1):
        nbgrader = _nbgrader_metadata(exercise, cell)
        if written := cell.metadata.get("written"):
            notebook.cells.append(_criteria(exercise.rubrics[written], written))
        cell.metadata = NotebookNode({"nbgrader": nbgrader} if nbgrader else {})
        cell.id = nbgrader["grade_id"] if nbgrader else f"{cell.cell_type}-{number}"
        notebook.cells.append(cell)
    _require_questions(exercise, notebook)
    nbformat.validate(notebook)
    return notebook


def write_if_changed(path: Path, data: bytes) -> None:
    """Write `data` in one step, so that no reader and no interruption sees half of it."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(data)
    draft.replace(path)


def nbgrader_settings(root: Path, source: Path, release: Path) -> Config:
    """Return nbgrader's settings for a course folder with these directories."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.source_directory = str(source)
    config.CourseDirectory.release_directory = str(release)
    return config


def _released_files(course: Course, slug: str) -> dict[str, bytes]:
    """Return what nbgrader releases for the exercise, without touching any database."""
    with tempfile.TemporaryDirectory() as scratch:
        config = nbgrader_settings(Path(scratch), course.instructor_notebooks, Path(scratch, "out"))
        config.CourseDirectory.assignment_id = slug
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        coursedir = CourseDirectory(config=config, log=LOGGER)
        GenerateAssignment(coursedir=coursedir, config=config, log=LOGGER).start()
        released = Path(scratch, "out", slug)
        return {path.name: path.read_bytes() for path in sorted(released.iterdir())}


def _nbgrader_metadata(exercise: Exercise, cell: NotebookNode) -> dict[str, object]:
    solution, question, written = (
        cell.metadata.get(key) for key in ("solution", "question", "written")
    )
    if not solution and not question and not written:
        return {}
    fields: dict[str, object] = {
        "grade": bool(question or written),
        "grade_id": question or written or f"{solution}_solution",
        "locked": bool(question),
        "schema_version": 3,
        "solution": bool(solution or written),
        "task": False,
    }
    points = exercise.written | {name: q.points for name, q in exercise.questions.items()}
    if asked := question or written:
        if asked not in points:
            raise QuestionError(
                f"{exercise.slug}/notebook.py asks {asked!r}, which questions.py does not "
                f"define. It defines: {', '.join(points)}."
            )
        fields["points"] = points[asked]
    return fields


def _criteria(rubric: Written, name: str) -> NotebookNode:
    """Return the cell that tells learners what a person gives points for."""
    return nbformat.v4.new_markdown_cell(rubric.for_learners(), id=f"{name}-criteria")


def _require_questions(exercise: Exercise, notebook: NotebookNode) -> None:
    asked = [cell.id for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    wanted = [*exercise.questions, *exercise.written]
    if sorted(asked) != sorted(wanted):
        raise QuestionError(
            f"{exercise.slug}: notebook.py must ask every question of questions.py once. "
            f"Asked: {asked}. Defined: {wanted}."
        )
    points = sum(question.points for question in exercise.questions.values())
    points += sum(exercise.written.values())
    if points != TOTAL_POINTS:
        raise QuestionError(f"{exercise.slug}: the points sum to {points}, not {TOTAL_POINTS}.")

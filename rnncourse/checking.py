"""`rnncourse check`: a learner's notebook, run and marked with its public cases."""

import math
import re
from pathlib import Path

from nbformat import NotebookNode

from rnncourse.checks.learner import exercise_roots, public_papers
from rnncourse.checks.marking import Verdict
from rnncourse.errors import NotebookError, UnknownNameError
from rnncourse.grading.examiner import examine
from rnncourse.grading.kernel import TimeLimits
from rnncourse.grading.submissions import is_written, read_submission, repair

PATIENCE = TimeLimits(cell=600.0, notebook=math.inf)
"""Who waits for their own notebook can also interrupt it."""
CHECK_LINE = re.compile(r"""check\(\s*["']([^"'/]+)/""")


def check_notebook(path: Path) -> tuple[list[Verdict], float]:
    """Return the verdict of each question, and the points that a person will give.

    The verdicts come from the cases that the learner has; answers in words are
    marked by a person.

    Args:
        path: A released exercise, solved or not; its check cells say which.

    Raises:
        NotebookError: If it could not be read, or is no exercise of the course.
        UnknownNameError: If there is no such notebook or exercise.
    """
    if not path.is_file():
        near = path.parent if path.parent.is_dir() else Path()
        raise UnknownNameError.among("notebook", str(path), map(str, near.rglob("*.ipynb")))
    try:
        notebook = read_submission(path)
    except NotebookError as error:
        raise NotebookError(f"{path} {error}") from error
    folder, exercise = path.resolve().parent, _exercise_of(path, notebook)
    papers = public_papers(exercise, folder)
    for root in exercise_roots():
        released = root / exercise / f"{exercise}.ipynb"
        if released.is_file():
            notebook = repair(notebook, read_submission(released))
            break
    by_hand = sum(float(c.metadata.nbgrader.points) for c in notebook.cells if is_written(c))
    verdicts = examine(notebook, papers, folder=str(folder), limits=PATIENCE)
    return list(verdicts.values()), by_hand


def _exercise_of(path: Path, notebook: NotebookNode) -> str:
    """Return the name of the exercise: what a check cell says, or the file's name."""
    found = CHECK_LINE.search("\n".join(cell.source for cell in notebook.cells))
    if found:
        return found[1]
    if any((root / path.stem).is_dir() for root in exercise_roots()):
        return path.stem
    raise NotebookError(
        f"{path} has no check cell, so it cannot be told which exercise it is. "
        "Download the exercise again, and copy your answers into it."
    )

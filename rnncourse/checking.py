"""`rnncourse check`: a learner's notebook, run and marked with its public cases."""

import re
from pathlib import Path

from rnncourse.checks.learner import public_papers
from rnncourse.checks.marking import Verdict
from rnncourse.errors import NotebookError, UnknownNameError
from rnncourse.grading.examiner import examine
from rnncourse.grading.submissions import read_submission

CHECK_LINE = re.compile(r"""check\(\s*["']([^"'/]+)/""")


def check_notebook(path: Path) -> list[Verdict]:
    """Return the verdict of each question, from the cases that the learner has.

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
    found = CHECK_LINE.search("\n".join(cell.source for cell in notebook.cells))
    if not found:
        raise NotebookError(
            f"{path} has no check cell, so it cannot be told which exercise it is. "
            "Download the exercise again, and copy your answers into it."
        )
    folder = path.resolve().parent
    papers = public_papers(found[1], folder)
    return list(examine(notebook, papers, folder=str(folder)).values())

"""The sample class's code stands on its own: it defines what it uses."""

import nbformat
import pytest

from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.errors import NotebookError
from rnncourse.exercises import Course
from rnncourse.grading.bank_code import bank_code
from rnncourse.grading.damage import BROKEN_FILES, HARMLESS
from rnncourse.grading.samples import samples
from rnncourse.grading.submissions import read_submission, repair
from tests.conftest import ROOT

COURSE = Course(ROOT)


def marks(exercise, notebook, papers):
    """Return the points that a notebook's own code gets, run here without a kernel."""
    namespace = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "check(" not in cell.source:
            exec(cell.source, namespace)  # noqa: S102 - our own samples
    return {
        name: mark(papers[name], asking(namespace[name], papers[name].through))
        for name in exercise.questions
    }


@pytest.mark.parametrize("slug", COURSE.slugs())
def test_answers_of_the_bank_are_complete(slug):
    """Right and wrong answers get what is expected, and for no missing name."""
    exercise = COURSE.exercise(slug)
    released = nbformat.read(COURSE.exercises / slug / f"{slug}.ipynb", as_version=4)
    papers = exercise.examination(seed=1)
    for sample in samples(exercise, released, with_trouble=False):
        verdicts = marks(exercise, nbformat.reads(sample.content.decode(), 4), papers)
        assert {name: v.points for name, v in verdicts.items()} == sample.expected
        said = " ".join(verdict.message for verdict in verdicts.values())
        assert "NameError" not in said
        assert all(words in said for words in sample.says), sample.student


def test_damaged_notebooks_keep_their_marks_or_have_a_reason(tmp_path):
    """What is read and put right gets the right answer's points; what cannot be says why."""
    slug = COURSE.slugs()[0]
    exercise = COURSE.exercise(slug)
    released = nbformat.read(COURSE.exercises / slug / f"{slug}.ipynb", as_version=4)
    papers = exercise.examination(seed=1)
    damaged = {*HARMLESS, *BROKEN_FILES, "byte-order-mark"}
    for sample in samples(exercise, released):
        if sample.student not in damaged:
            continue
        damaged.remove(sample.student)
        path = tmp_path / f"{sample.student}.ipynb"
        path.write_bytes(sample.content)
        if sample.expected is None:
            with pytest.raises(NotebookError) as error:
                read_submission(path)
            assert all(words in str(error.value) for words in sample.says)
        else:
            repaired = repair(read_submission(path), released)
            points = {n: v.points for n, v in marks(exercise, repaired, papers).items()}
            assert points == sample.expected, sample.student
    assert not damaged


BANK = """
import numpy as np
from library import shift

SIZE = 3

def helped(x):
    return shift(x, SIZE)

shift = Question(points=1, mistakes={"one": helped, "two": lambda x: x}, also_right=(np.roll,))
"""


def test_question_named_as_a_library_function_does_not_hide_it():
    """The bank's answer gets the import, not the question."""
    code = bank_code(BANK, "shift", "mistakes", 0)
    assert "from library import shift" in code
    assert "SIZE = 3" in code
    assert "Question" not in code
    assert code.endswith("shift = helped\n")
    assert bank_code(BANK, "shift", "also_right", 0) == "import numpy as np\n\nshift = np.roll\n"

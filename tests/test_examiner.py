"""The examiner runs a notebook, asks, and writes the verdicts as nbgrader reads them."""

import asyncio
import copy

import nbformat
import numpy as np
import pytest
from nbgrader.utils import determine_grade

from rnncourse.checks.calls import Outcome
from rnncourse.checks.examples import written_out
from rnncourse.checks.marking import TIME_LIMIT
from rnncourse.errors import KernelError
from rnncourse.grading.examiner import _ask, examine
from rnncourse.grading.submissions import repair

pytestmark = pytest.mark.e2e

RIGHT = """import sys, warnings
def rnn_step(x, h, W, U, b):
    print("10.0"); print("noise", file=sys.stderr); warnings.warn("noise")
    return np.tanh(x @ W + h @ U + b)"""
IN_PLACE = """def rnn_two_steps(x0, x1, W, U, b):
    y0 = rnn_step(x0, np.zeros((len(x0), len(b))), W, U, b)
    y1 = rnn_step(x1, y0, W, U, b)
    x0[:] = 0
    return y0, y1"""


@pytest.fixture(scope="module")
def exercise(course):
    """Return the first exercise."""
    return course.exercise("01_recurrent_neurons")


@pytest.fixture(scope="module")
def released(course):
    """Return its released notebook."""
    folder = course.exercises / "01_recurrent_neurons"
    return nbformat.read(folder / "01_recurrent_neurons.ipynb", as_version=4)


@pytest.fixture(scope="module")
def examined(exercise, released):
    """Return a notebook with one right and one half right answer, examined, and its verdicts."""
    notebook = copy.deepcopy(released)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_step_solution"].source = RIGHT
    cells["rnn_two_steps_solution"].source = IN_PLACE
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
    verdicts = examine(notebook, exercise.examination(seed=5))
    return notebook, verdicts


def test_verdicts_are_reached(examined):
    """Right, and right but for a side effect."""
    points = {name: verdict.points for name, verdict in examined[1].items()}
    assert points == {"rnn_step": 4.0, "rnn_two_steps": 3.0}


def test_nbgrader_reads_the_points(examined):
    """The cell's output is what nbgrader takes for partial credit: a plain float in range."""
    grades = {
        cell.id: determine_grade(cell)
        for cell in examined[0].cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert grades == {"rnn_step": (4.0, 4.0), "rnn_two_steps": (3.0, 6.0)}
    outputs = [cell.outputs for cell in examined[0].cells if cell.id in grades]
    assert [len(found) for found in outputs] == [1, 1]
    assert [found[0].data["text/plain"] for found in outputs] == ["4.0", "3.0"]


def test_message_is_shown_and_no_hidden_case(examined):
    """The message says what is wrong; sizes and numbers of fresh cases stay outside."""
    cells = {cell.id: cell for cell in examined[0].cells}
    html = cells["rnn_two_steps"].outputs[0].data["text/html"]
    assert "in place" in html
    assert "x0 (" not in html


def test_property_that_public_cases_cannot_show_is_said_to_pass_them(examined):
    """An answer that changes its arguments gets every public case right."""
    verdict = examined[1]["rnn_two_steps"]
    assert (verdict.example, verdict.passes_public) == (None, True)
    assert not examined[1]["rnn_step"].passes_public


class Answering:
    """A kernel that answers as told, one outcome after the other, and counts."""

    def __init__(self, *outcomes):
        self.outcomes, self.asked = list(outcomes), []

    async def ask(self, name, inputs, time_limit, through):
        """Return the next outcome; the last one again and again."""
        self.asked.append(inputs)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture(scope="module")
def paper(exercise):
    """Return the examination of one question."""
    return exercise.examination(seed=5)["rnn_step"]


def test_wrong_answer_is_shown_on_a_public_case(paper):
    """The example is the released case, never a fresh one."""
    kernel = Answering(Outcome(np.zeros(3)))
    verdict = asyncio.run(_ask(kernel, paper))
    assert verdict.example.expected == written_out(paper.public.cases[0].expected)
    assert verdict.example.received == "[0. 0. 0.]"
    assert [case.inputs for case in paper.public.cases[:1]] == kernel.asked[len(paper.cases) :]


def test_answer_that_does_not_end_is_not_asked_a_public_case(paper):
    """What takes its time limit once would take it again, and shows nothing."""
    kernel = Answering(Outcome(raised=TIME_LIMIT))
    verdict = asyncio.run(_ask(kernel, paper))
    assert verdict.example is None
    assert len(kernel.asked) == 1


def test_example_that_cannot_be_had_costs_no_verdict(paper):
    """Where the notebook's time is up after the verdict, the verdict stands."""
    wrong = [Outcome(np.zeros(3))] * len(paper.cases)
    verdict = asyncio.run(_ask(Answering(*wrong, KernelError("time is up")), paper))
    assert (verdict.points, verdict.example, verdict.passes_public) == (0.0, None, False)
    assert verdict.trials


def test_examined_notebook_is_valid(examined):
    """Feedback and formgrader can open it."""
    nbformat.validate(examined[0])


def test_question_without_a_cell_gets_nothing_and_a_reason(exercise, released):
    """The examiner never crashes on a missing cell."""
    notebook = copy.deepcopy(released)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "rnn_two_steps"]
    verdicts = examine(notebook, exercise.examination(seed=1))
    assert verdicts["rnn_two_steps"].points == 0.0
    assert "no cell" in verdicts["rnn_two_steps"].message


def test_notebook_that_kills_every_kernel_gets_a_mark_and_a_reason(exercise, released):
    """What was graded before stays; the rest is 0, and says why."""
    notebook = repair(released, released)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_step_solution"].source = RIGHT
    for _ in range(4):
        bomb = nbformat.v4.new_code_cell("import os; os._exit(1)")
        notebook.cells.insert(-2, bomb)
    verdicts = examine(notebook, exercise.examination(seed=1))
    assert verdicts["rnn_step"].points == 4.0
    assert verdicts["rnn_two_steps"].points == 0.0
    assert "ended its kernel" in verdicts["rnn_two_steps"].message


def test_cell_with_an_error_is_named(exercise, released):
    """A syntax error is the message, and not the name that it left undefined."""
    notebook = copy.deepcopy(released)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_step_solution"].source = "def rnn_step(x, h, W, U, b):\n    return np.tanh(x @ W"
    verdicts = examine(notebook, exercise.examination(seed=1))
    assert "ended with" in verdicts["rnn_step"].message
    assert "SyntaxError" in verdicts["rnn_step"].message


def test_name_that_an_earlier_cell_should_have_made_leads_to_that_cell(exercise, released):
    """Whoever reads that `np` is not defined also reads that the imports failed, and why."""
    notebook = repair(released, released)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_step_solution"].source = RIGHT
    imports = next(cell for cell in notebook.cells if "import numpy" in cell.source)
    imports.source = "import nosuchmodule\nimport numpy as np"
    message = examine(notebook, exercise.examination(seed=1))["rnn_step"].message
    assert "name 'np' is not defined" in message
    assert "'import nosuchmodule' ended with ModuleNotFoundError" in message


def test_name_of_a_builtin_may_be_reused(exercise, released):
    """A learner may call a variable as Python calls a function."""
    notebook = repair(released, released)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_step_solution"].source = f"globals = answer = 5\n{RIGHT}"
    assert examine(notebook, exercise.examination(seed=1))["rnn_step"].points == 4.0


def test_answer_below_its_check_is_found(exercise, released):
    """A question without an answer is asked again when all cells have run."""
    notebook = repair(released, released)
    notebook.cells.append(nbformat.v4.new_code_cell(RIGHT))
    verdicts = examine(notebook, exercise.examination(seed=1))
    assert verdicts["rnn_step"].points == 4.0


def test_examiner_works_inside_a_running_loop(exercise, released):
    """Formgrader's button calls it from inside a server."""

    async def serve():
        return examine(copy.deepcopy(released), exercise.examination(seed=1))

    verdicts = asyncio.run(serve())
    assert [verdict.points for verdict in verdicts.values()] == [0.0, 0.0]

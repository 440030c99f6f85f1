"""`check`, as a learner calls it."""

import shutil

import numpy as np
import pytest

import rnncourse
from rnncourse.checks.learner import public_papers
from rnncourse.errors import CheckFailed, QuestionError, UnknownNameError
from tests.conftest import ROOT

NAME = "01_recurrent_neurons/rnn_step"


def rnn_step(x, h, kernel, recurrent_kernel, bias):
    """Be right."""
    return np.tanh(x @ kernel + h @ recurrent_kernel + bias)


def test_right_answer_says_what_was_tried(capsys):
    """A pass prints the points and every trial."""
    assert rnncourse.check(NAME, rnn_step) is None
    said = capsys.readouterr().out
    assert "✓ rnn_step: 4 of 4 points" in said
    assert said.count("✓ case") == 3


def test_wrong_answer_raises_and_names_the_mistake(capsys):
    """A failing check prints the table, and raises, so that nbgrader's validate fails too."""

    def transposed(x, h, kernel, recurrent_kernel, bias):
        return np.tanh(x @ kernel + h @ recurrent_kernel.T + bias)

    with pytest.raises(CheckFailed, match="recurrent kernel is transposed") as caught:
        rnncourse.check(NAME, transposed)
    assert isinstance(caught.value, AssertionError)
    assert "expected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("01_recurrent_neurons/rnn_stop", "Did you mean 'rnn_step'"),
        ("1_recurrent_neurons/rnn_step", "Did you mean '01_recurrent_neurons'"),
    ],
)
def test_unknown_names_suggest_the_nearest(name, said):
    """A typing error is answered with the near match."""
    with pytest.raises(UnknownNameError, match=said):
        rnncourse.check(name, rnn_step)


def test_name_without_exercise_is_explained():
    """A question is named by its exercise too."""
    with pytest.raises(QuestionError, match="exercise/question"):
        rnncourse.check("rnn_step", rnn_step)


def test_a_result_instead_of_the_function_is_explained():
    """Calling the function in the check's line is a common slip."""
    with pytest.raises(CheckFailed, match="without parentheses"):
        rnncourse.check(NAME, np.zeros(3))


def test_cases_beside_the_notebook_come_first(tmp_path, monkeypatch):
    """The released notebook brings its own cases; those of another exercise are passed over."""
    shutil.copy(ROOT / "exercises" / "01_recurrent_neurons" / "cases.json", tmp_path)
    text = (tmp_path / "cases.json").read_text(encoding="utf-8")
    (tmp_path / "cases.json").write_text(text.replace('"points": 4.0', '"points": 40.0'))
    monkeypatch.chdir(tmp_path)
    assert public_papers("01_recurrent_neurons")["rnn_step"].points == 40.0
    (tmp_path / "cases.json").write_text(text.replace("01_recurrent_neurons/", "77_other/"))
    assert public_papers("01_recurrent_neurons")["rnn_step"].points == 4.0

"""Calling a function once, and what came of it."""

import json

import numpy as np
import pytest

from rnncourse.checks.calls import (
    Outcome,
    answer,
    call,
    outcome_from_text,
    outcome_to_text,
)
from rnncourse.checks.values import Foreign, to_text
from rnncourse.errors import CourseError


def test_call_passes_arguments_in_their_order():
    """The learner may name the arguments otherwise."""
    assert call(lambda one, other: one - other, {"b": 5, "a": 2}).value == 3


def test_call_reports_changed_arguments_and_protects_the_caller():
    """The function gets copies; what it changed is named."""
    x = np.zeros(3)

    def change(a, b):
        a += 1
        return b

    outcome = call(change, {"x": x, "y": np.ones(2)})
    assert outcome.changed == ("x",)
    assert not x.any()


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), RecursionError()])
def test_call_turns_exceptions_into_outcomes(error):
    """Whatever is raised is an outcome, sys.exit included."""

    def fail():
        raise error

    outcome = call(fail, {})
    assert outcome.raised == type(error).__name__
    assert "fail" in outcome.place


def test_call_lets_a_person_interrupt():
    """Ctrl-C is the learner's, not an answer."""

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, {})


def test_call_gives_the_same_here_as_across_a_process():
    """A value that cannot travel looks the same in the learner's own check."""
    assert call(lambda: object(), {}).value == Foreign("object")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(value=(np.eye(2), None), changed=("x",)),
        Outcome(raised="ValueError", message="no", place="line 3"),
    ],
)
def test_outcomes_travel(outcome):
    """What crosses the process boundary comes back the same."""
    np.testing.assert_equal(vars(outcome_from_text(outcome_to_text(outcome))), vars(outcome))


@pytest.mark.parametrize(
    "forged",
    [
        5,
        {"raised": 7, "changed": "x" * 10_000, "place": "p" * 10_000, "points": 10},
        {"changed": (object(),) * 3},
    ],
)
def test_forged_outcomes_are_read_as_plain_outcomes(forged):
    """A kernel may send anything; fields have their types and limited sizes."""
    outcome = outcome_from_text(to_text(forged))
    assert isinstance(outcome.raised, str)
    assert len(outcome.place) <= 500
    assert all(isinstance(name, str) for name in outcome.changed)


def test_answer_keeps_prints_away(capsys):
    """What a function prints while it is examined is not shown, and delays nothing."""

    def noisy(x):
        print("noise")
        return x

    assert outcome_from_text(answer({"f": noisy}, "f", to_text({"x": 1})).text).value == 1
    assert capsys.readouterr().out == ""


def test_damaged_outcomes_are_refused():
    """What is no text of ours raises our error."""
    with pytest.raises(CourseError):
        outcome_from_text("][")


@pytest.mark.parametrize(
    ("namespace", "raised", "said"),
    [
        ({}, "NameError", "name 'f' is not defined"),
        ({"f": 3}, "TypeError", "'f' is of type int, not a function"),
        ({"f": lambda x: x}, "", ""),
    ],
)
def test_answer_looks_the_function_up(namespace, raised, said):
    """A missing name, or one that is no function, is an outcome with a reason."""
    outcome = outcome_from_text(answer(namespace, "f", to_text({"x": 1})).text)
    assert (outcome.raised, outcome.message) == (raised, said)


def test_place_of_an_error_is_in_the_learners_code_and_not_in_a_library():
    """What Python's own library raises is reported at the line that called it."""

    def undecodable():
        return json.loads("{")

    outcome = call(undecodable, {})
    assert outcome.raised == "JSONDecodeError"
    assert outcome.place.endswith('of undecodable: return json.loads("{")')

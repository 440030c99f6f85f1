"""Tests as answers: what a test says of programs is told apart, and said in words."""

import numpy as np
import pytest

from rnncourse.checks.adapters import UnreadableAnswer, adapted
from rnncourse.checks.calls import call
from rnncourse.checks.clinic import BROKEN, Catches, sealed
from rnncourse.checks.compare import comparison_from_tree
from rnncourse.checks.values import Foreign


def doubled(x):
    """Return a right answer."""
    return 2 * x


def added(x):
    """Return a right answer, written differently."""
    return np.add(x, x)


def squared(x):
    """Return a wrong answer that is right for 0 and 2."""
    return x * x


def broken(x):
    """Return no answer."""
    raise ValueError(f"no answer for {x}")


RIGHT = (doubled, added)
PROGRAMS = {f.__name__: (sealed(f), f in RIGHT) for f in (squared, doubled, broken, added)}
WANTED = {"squared": True, "doubled": False, "broken": True, "added": False}


def verdicts(test):
    """Return what a test says of the four programs."""
    return adapted(test, "verdicts")(PROGRAMS)


def good(program):
    """Catch both wrong programs."""
    assert program(3) == 6


def test_verdicts_are_those_of_the_test():
    """An assertion and any other exception of a wrong program catch it; silence does not."""

    def weak(program):
        assert program(2) == 4

    assert verdicts(good) == WANTED
    assert verdicts(weak) == WANTED | {"squared": False}


def test_order_of_programs_does_not_matter():
    """Verdicts are told by the program's name, whatever came first."""
    backwards = dict(reversed(PROGRAMS.items()))
    assert adapted(good, "verdicts")(backwards) == WANTED


def test_each_program_is_new_and_nameless():
    """A test learns of a program what it computes, and nothing else."""
    seen = []

    def curious(program):
        seen.append((program.__name__, program.__doc__))
        assert program(x=3) == 6

    assert verdicts(curious) == WANTED
    assert set(seen) == {("program", None)}


def test_program_sees_numpy_alone():
    """The names of the learner's notebook are not the program's."""
    assert verdicts(lambda program: np.testing.assert_array_equal(program(np.ones(2)), 2)) == WANTED


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (lambda program: program(3) == 6, "returns the bool"),
        (lambda program: None, "never calls"),
        (lambda program: doubled(3) and None, "never calls"),
        (lambda program: good(squared), "never calls"),
    ],
)
def test_test_that_cannot_judge_is_told(test, said):
    """No assertion, no call: the test says nothing of the program."""
    with pytest.raises(UnreadableAnswer, match=said):
        verdicts(test)


def test_error_of_the_test_itself_goes_through():
    """What stops even a right program without an assertion is said with its line."""

    def misspelt(program):
        assert program(3) == six  # noqa: F821

    outcome = call(misspelt, {"programs": PROGRAMS}, "verdicts")
    assert (outcome.raised, outcome.message) == ("NameError", "name 'six' is not defined")
    assert "six" in outcome.place


def test_call_that_no_program_takes_is_said_of_the_learners_line():
    """The line is that of the test, not one of a program that the learner does not see."""

    def wrong_call(program):
        assert program(3, 4) == 7

    outcome = call(wrong_call, {"programs": PROGRAMS}, "verdicts")
    assert outcome.raised == "TypeError"
    assert "program(3, 4)" in outcome.place


def test_stub_is_a_stub():
    """An unwritten test is recognised as one."""

    def stub(program):
        raise NotImplementedError

    assert call(stub, {"programs": PROGRAMS}, "verdicts").raised == "NotImplementedError"


@pytest.mark.parametrize("leave", [SystemExit, KeyboardInterrupt])
def test_leaving_is_no_verdict(leave):
    """Neither sys.exit nor an interrupt counts as caught."""

    def leaving(program):
        raise leave

    with pytest.raises(leave):
        verdicts(leaving)


def test_overflow_in_a_program_is_silent():
    """A wrong program may overflow: that is its fault, and no warning of the learner's."""

    def large(program):
        assert np.isfinite(program(np.array([1e200]))).all()

    assert verdicts(large) == WANTED


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (WANTED | {"squared": False}, "silent on this wrong program: squared."),
        (WANTED | {"squared": False, "broken": False}, "squared (and on 1 more)"),
        (WANTED | {"added": True}, "AssertionError for added"),
        (dict.fromkeys(WANTED, True), "AssertionError for doubled"),
        ({"squared": True}, "a dict of 1, not one verdict"),
        (None, "None, not one verdict"),
        (Foreign("generator"), "a generator, not one verdict"),
    ],
)
def test_wrong_verdict_is_named(received, said):
    """The message names the program that is judged wrongly."""
    assert said in Catches().difference(WANTED, received).reason


def test_broken_program_is_named_first():
    """Of several programs that get through, the one that the learner sees comes first."""
    difference = Catches().difference({"a": True, BROKEN: True}, {"a": False, BROKEN: False})
    assert f"{BROKEN} (and on 1 more)" in difference.reason


def test_equal_verdicts_are_equal():
    """Patterns are compared as a whole, right or wrong."""
    pattern = WANTED | {"added": True, "squared": False}
    assert Catches().equal(WANTED, dict(reversed(WANTED.items())))
    assert Catches().equal(pattern, dict(pattern))
    assert not Catches().equal(pattern, WANTED)


def test_comparison_travels():
    """It comes back from its name."""
    assert comparison_from_tree(Catches().to_tree()) == Catches()

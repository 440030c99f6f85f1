"""What came back on a public case, beside what was expected."""

import numpy as np
import pytest

from rnncourse.checks import Question
from rnncourse.checks.calls import asking
from rnncourse.checks.examples import MOST, first_wrong_case, written_out


def two_arrays(rng):
    """Draw the arguments of a small question."""
    return {"x": rng.normal(size=(2, 3)), "rate": 0.5}


def halves(x, rate):
    """Answer it."""
    return x * rate, x.sum(axis=0)


QUESTION = Question(points=1, draw=two_arrays, mistakes={"one": halves}, returns=("half", "total"))


@pytest.fixture(scope="module")
def paper():
    """Return the released paper of a small question."""
    return QUESTION.public_paper("halves", halves)


def example(paper, answer):
    """Return the first public case that an answer gets wrong."""
    return first_wrong_case(paper, asking(answer))


def test_first_wrong_case_of_a_right_answer_is_none(paper):
    """There is nothing to show where all public cases are right."""
    assert example(paper, halves) is None


def test_first_wrong_case_shows_the_item_that_differs(paper):
    """Of several results the first wrong one stands beside the expected one, under its name."""
    found = example(paper, lambda x, rate: (x * rate, x.sum(axis=1)[:3]))
    assert found.item == "total"
    assert found.case.startswith("case 1: x (2, 3)")
    assert found.expected == written_out(paper.cases[0].expected[1])
    assert found.received != found.expected
    assert set(found.given) == {"x", "rate"}


def test_first_wrong_case_of_an_exception_has_nothing_received(paper):
    """What was raised is said in the sentence; there is no result to show."""
    found = example(paper, lambda x, rate: 1 / 0)
    assert "ZeroDivisionError" in found.difference
    assert (found.received, found.expected[:5]) == ("", "half\n")


def test_first_wrong_case_is_the_first_that_is_wrong(paper):
    """An answer that is right once is shown where it is not, and asked no further."""
    asked = []

    def answer(x, rate):
        asked.append(x)
        return halves(x, rate if len(asked) < 2 else 0.0)

    assert example(paper, answer).case.startswith("case 2")
    assert len(asked) == 2


@pytest.mark.parametrize(
    "value",
    [np.zeros((300, 300)), [np.zeros(40)] * 99, "x" * 10**6, {"a": 1}, None, "\ud800", 10**4000],
)
def test_written_out_is_short_whatever_the_value(value):
    """A learner's value cannot fill the page, and can be written to a file."""
    text = written_out(value)
    assert len(text) <= MOST + 1
    assert text.encode()

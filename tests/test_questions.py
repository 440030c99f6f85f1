"""Questions give papers; papers travel as text and are marked the same afterwards."""

import json

import numpy as np
import pytest

from rnncourse.checks import Close, InputsUntouched, Question
from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.checks.papers import papers_from_text, papers_to_text
from rnncourse.errors import QuestionError


def centre(x):
    """Return x without its mean."""
    return x - x.mean()


def centre_in_place(x):
    """Do the same to the caller's array."""
    x -= x.mean()
    return x


QUESTION = Question(
    points=4,
    draw=lambda rng: {"x": rng.normal(size=rng.integers(3, 9))},
    properties=(InputsUntouched(),),
    mistakes={
        "the mean is added": lambda x: x + x.mean(),
        "the sum is taken": lambda x: x - x.sum(),
        "x is transposed": lambda x: x @ np.ones((2, 2)),
        "x is changed in place": centre_in_place,
    },
)


def test_examination_is_fresh_and_reproducible():
    """Another seed gives other numbers; the same seed gives the same paper."""
    one, same, other = (QUESTION.paper("centre", centre, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.cases[0].inputs["x"], same.cases[0].inputs["x"])
    assert not np.array_equal(one.cases[0].inputs["x"], other.cases[0].inputs["x"])


def test_examination_shares_no_case_with_the_public_paper():
    """A pasted constant fails."""
    public = QUESTION.public_paper("centre", centre)
    for seed in range(20):
        assert mark(QUESTION.paper("centre", centre, seed), lambda _: _outcome(public)).points == 0


def _outcome(paper):
    return asking(lambda: paper.cases[0].expected)({})


def test_papers_travel_as_text():
    """A paper that was written and read gives the same verdicts."""
    text = papers_to_text({"00_demo/centre": QUESTION.public_paper("centre", centre)})
    paper = papers_from_text(text)["00_demo/centre"]
    assert (paper.name, paper.points) == ("centre", 4.0)
    assert mark(paper, asking(centre)).passed
    for message, wrong in QUESTION.mistakes.items():
        assert mark(paper, asking(wrong)).mistake == message


def test_released_text_is_the_same_every_time_and_holds_no_code():
    """Plain values only: what a learner gets can be compared byte by byte."""
    texts = {papers_to_text({"a/b": QUESTION.public_paper("b", centre)}) for _ in range(3)}
    assert len(texts) == 1
    text = texts.pop()
    assert not any(word in text for word in ("lambda", "def ", "return "))


@pytest.mark.parametrize("text", ["", "[]", '{"a/b": {}}', "{", '{"a/b": 3}'])
def test_damaged_cases_say_what_to_do(text):
    """A damaged file of cases names the fix."""
    with pytest.raises(QuestionError, match="Download the exercise again"):
        papers_from_text(text)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (lambda x: x.nothing, "AttributeError"),
        (centre_in_place, "changed arguments"),
    ],
)
def test_a_wrong_reference_is_refused(reference, said):
    """An author learns at once that the solution itself does not do."""
    with pytest.raises(QuestionError, match=said):
        QUESTION.paper("centre", reference, 0)


def test_a_reference_that_breaks_its_property_is_refused():
    """A property that the reference does not have is a mistake of the question."""
    from rnncourse.checks import DependsOn

    question = Question(points=1, draw=QUESTION.draw, mistakes={}, properties=(DependsOn("x"),))
    with pytest.raises(QuestionError, match="breaks its own property"):
        question.paper("one", lambda x: 1, 0)


def test_references_whose_answers_do_not_travel_are_refused():
    """Any set would equal any other: an author learns it at once."""
    question = Question(points=1, draw=QUESTION.draw, mistakes={})
    with pytest.raises(QuestionError, match="arrays, numbers, text"):
        question.paper("one", lambda x: {1, 2}, 0)


def test_public_numbers_are_rounded():
    """Nine significant digits: the last bit of a processor changes no file."""
    text = papers_to_text({"a/b": QUESTION.public_paper("b", centre)})
    values = json.loads(text)["a/b"]["cases"][0]["expected"]["values"]
    assert all(value == float(f"{value:.9g}") for value in values)


def test_comparison_travels():
    """A question's tolerance is the learner's tolerance."""
    question = Question(points=1, draw=QUESTION.draw, mistakes={}, compare=Close(0.5, 0.5))
    text = papers_to_text({"a/b": question.public_paper("b", centre)})
    assert papers_from_text(text)["a/b"].compare == Close(0.5, 0.5)

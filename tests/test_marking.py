"""Verdicts: points, the named mistake, and what feedback may show."""

from dataclasses import replace

import numpy as np
import pytest

from rnncourse.checks import BatchIndependent, InputsUntouched, Question
from rnncourse.checks.calls import STUB_HINT, Outcome, asking
from rnncourse.checks.marking import KERNEL_DIED, TIME_LIMIT, mark, without_cases
from rnncourse.checks.report import as_html, as_text

QUESTION = Question(
    points=5,
    draw=lambda rng: {"x": rng.normal(size=(3, 2))},
    properties=(InputsUntouched(),),
    mistakes={"the sign is lost": abs, "it is doubled": lambda x: 2 * x},
)
PAPER = QUESTION.paper("same", lambda x: x + 0.0, seed=3)


def in_place(x):
    """Return x, changed for the caller."""
    result = x.copy()
    x += 1
    return result


def same(x):
    """Be what a learner gets."""
    raise NotImplementedError


def test_right_answer_gets_all_points():
    """All trials pass."""
    verdict = mark(PAPER, asking(lambda x: x.copy()))
    assert (verdict.points, verdict.passed, verdict.mistake) == (5.0, True, "")
    assert type(verdict.points) is float


def test_bonus_is_checked_and_does_not_count():
    """It passes or fails, is named, and changes no sum."""
    bonus = replace(PAPER, points=0.0)
    right, wrong = (mark(bonus, asking(f)) for f in (lambda x: x.copy(), lambda x: 2 * x))
    assert (right.points, right.passed, wrong.points, wrong.passed) == (0.0, True, 0.0, False)
    assert "it is doubled" in wrong.message
    assert "bonus, solved" in as_text(right)
    assert "bonus, not solved" in as_text(wrong)


def test_wrong_answer_gets_none_and_is_named():
    """The bank's message is the verdict's."""
    verdict = mark(PAPER, asking(lambda x: x + x))
    assert (verdict.points, verdict.mistake) == (0.0, "it is doubled")
    assert "it is doubled" in verdict.message


def test_unknown_mistake_is_described():
    """Without a name, the first finding is the message."""
    verdict = mark(PAPER, asking(lambda x: x.T))
    assert (verdict.points, verdict.mistake) == (0.0, "")
    assert "transposed" in verdict.message


def test_broken_property_costs_its_share():
    """Right values from a function that changes its inputs give half the points."""
    verdict = mark(PAPER, asking(in_place))
    assert verdict.points == 2.5
    assert "in place" in verdict.message


def test_stub_is_not_called_a_mistake():
    """A learner who has not begun reads one friendly line, and no case."""
    verdict = mark(PAPER, asking(same))
    assert (verdict.points, verdict.message, verdict.trials) == (0.0, STUB_HINT, ())
    assert len(as_text(verdict).splitlines()) == 2


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(raised=TIME_LIMIT), "10 s"),
        (Outcome(raised=KERNEL_DIED), "ended the kernel"),
        (Outcome(raised="SystemExit", message="0"), "sys.exit"),
        (Outcome(raised="NameError", message="name 'same' is not defined"), "Did the cell"),
        (Outcome(raised="NotImplementedError", place="line 2 of other: raise"), "calls `other`"),
    ],
)
def test_no_further_case_is_tried_where_none_can_help(outcome, said):
    """A function that hangs hangs once."""
    asked = []

    def ask(inputs):
        asked.append(inputs)
        return outcome

    verdict = mark(PAPER, ask)
    assert len(asked) == 1
    assert said in verdict.message


@pytest.mark.parametrize("error", [ValueError, SystemExit])
def test_function_that_fails_only_in_a_property_is_not_right(error):
    """What works in the cases must work in every other call, too."""
    calls = []

    def tired(x):
        calls.append(x)
        if len(calls) > len(PAPER.cases):
            raise error("enough")
        return x.copy()

    verdict = mark(PAPER, asking(tired))
    assert verdict.points == 0.0
    assert "other arguments" in verdict.message


def test_wrong_answer_that_raises_only_in_a_property_is_named():
    """A bank may hold what works for the cases' batch size alone."""

    def of_three(x):
        return x + np.zeros((3, 2))

    def of_reshaped(x):
        return np.reshape(x, (3, 2))

    question = replace(
        QUESTION,
        properties=(BatchIndependent(("x",)),),
        mistakes={"the batch size is written in": of_reshaped, "three rows": of_three},
    )
    verdict = mark(question.paper("same", lambda x: x + 0.0, seed=3), asking(of_reshaped))
    assert (verdict.points, verdict.mistake) == (0.0, "the batch size is written in")
    assert "ValueError" in verdict.trials[-1].finding


def test_mistake_is_named_only_if_it_fits_every_case():
    """One case may look like a mistake by chance."""
    answers = iter([2, 3, 3, 3, 3])
    verdict = mark(PAPER, asking(lambda x: next(answers) * x))
    assert (verdict.points, verdict.mistake) == (0.0, "")


def test_error_text_of_a_library_is_no_stub():
    """NotImplementedError with a text is an error like another."""

    def library(x):
        raise NotImplementedError("cannot convert")

    assert "cannot convert" in mark(PAPER, asking(library)).message


def test_exception_of_the_learner_is_shown_with_its_line():
    """The learner reads what was raised, and where."""

    def fail(x):
        return x.nothing

    verdict = mark(PAPER, asking(fail))
    assert "AttributeError" in verdict.message
    assert "x.nothing" in verdict.message


@pytest.mark.parametrize("text", ["it ends", "it ends."])
def test_exception_is_shown_letter_by_letter_and_ends_in_one_stop(text):
    """Only a stop of ours is left out where there is one, none of the learner's."""
    outcome = Outcome(raised="ValueError", message=text, place="")
    assert mark(PAPER, lambda inputs: outcome).message == "It raised ValueError: it ends."

    line = Outcome(raised="ValueError", message=text, place="line 4 of f: x[..., None]")
    assert mark(PAPER, lambda inputs: line).message.endswith("(line 4 of f: x[..., None]).")


def test_feedback_shows_no_number_of_a_case():
    """Sizes and values of a hidden case stay with the examiner."""
    hidden = without_cases(mark(PAPER, asking(lambda x: x + 0.125)))
    html, value = as_html(hidden), PAPER.cases[0].expected[0, 0]
    assert "(3, 2)" not in html
    assert f"{value:.4g}" not in html
    assert "0 of 5 fresh cases" in html


def test_html_holds_nothing_that_a_learner_wrote_as_markup():
    """Text of an exception is escaped."""

    def fail(x):
        raise ValueError("<script>alert(1)</script>")

    assert "<script" not in as_html(mark(PAPER, asking(fail)))


def test_points_are_never_out_of_range():
    """A costly property takes the points, and no more."""

    class Dear(InputsUntouched):
        cost = 7.0

    question = Question(points=5, draw=QUESTION.draw, mistakes={}, properties=(Dear(),))
    paper = question.paper("same", lambda x: np.array(x), seed=0)
    assert mark(paper, asking(in_place)).points == 0.0

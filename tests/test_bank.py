"""Every question of the course against its own bank: the checks are proven, not trusted."""

import functools

import pytest

from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.checks.papers import papers_from_text
from rnncourse.exercises import Course
from tests.conftest import ROOT

COURSE = Course.find(ROOT)  # RNNCOURSE_ROOT names another one
EXERCISES = {slug: COURSE.exercise(slug) for slug in COURSE.slugs()}
QUESTIONS = [(slug, name) for slug, exercise in EXERCISES.items() for name in exercise.questions]
SEEDS = range(10)
FEW_SEEDS = range(2)  # where each call traces a graph or builds a model


@functools.cache
def papers(slug, name):
    """Return the released paper and some examinations of a question."""
    text = (COURSE.exercises / slug / "cases.json").read_text(encoding="utf-8")
    released = papers_from_text(text)[f"{slug}/{name}"]
    exercise = EXERCISES[slug]
    question, reference = exercise.questions[name], exercise.references[name]
    seeds = FEW_SEEDS if question.through else SEEDS
    return [released, *(question.paper(name, reference, seed) for seed in seeds)]


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
def test_bank_is_large_enough(slug, name):
    """At least six wrong answers and three right ones, counting the reference."""
    question = EXERCISES[slug].questions[name]
    assert len(question.mistakes) >= 6
    assert len(question.also_right) >= 2


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
def test_right_answers_pass(slug, name):
    """The reference and every differently written right answer get all points."""
    exercise = EXERCISES[slug]
    answers = [exercise.references[name], *exercise.questions[name].also_right]
    for paper in papers(slug, name):
        verdicts = [mark(paper, asking(answer, paper.through)) for answer in answers]
        assert all(verdict.passed for verdict in verdicts)
        assert {verdict.points for verdict in verdicts} == {paper.points}


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
def test_wrong_answers_fail_for_their_own_reason(slug, name):
    """Every wrong answer loses points, and is called by its own name."""
    mistakes = EXERCISES[slug].questions[name].mistakes
    for paper in papers(slug, name):
        verdicts = {
            message: mark(paper, asking(wrong, paper.through))
            for message, wrong in mistakes.items()
        }
        assert {m: v.mistake for m, v in verdicts.items()} == {m: m for m in mistakes}
        assert not any(verdict.passed for verdict in verdicts.values())


@pytest.mark.parametrize(("slug", "name"), QUESTIONS)
def test_cases_have_pairwise_distinct_sizes(slug, name):
    """No two axes of one case have the same size by chance, so that a wrong axis shows."""
    for case in papers(slug, name)[1].cases:
        for value in case.inputs.values():
            shape = getattr(value, "shape", ())
            square = len(shape) == 2 and shape[0] == shape[1]
            assert square or len(set(shape)) == len(shape)

"""Answers in words: who is told what, and where the book explains it."""

import re

import pytest

from rnncourse.checks import Criterion, Written
from rnncourse.exercises import Course
from rnncourse.grading.feedback.guide import anchor, guide
from tests.conftest import ROOT

COURSE = Course(ROOT)
SLUGS = COURSE.slugs()
WRITTEN = [(slug, name) for slug in SLUGS for name in COURSE.exercise(slug).rubrics]
RUBRIC = Written(
    section="A section",
    criteria=(Criterion(0.5, "the reason", "It is the sum."), Criterion(1, "an example", "Any.")),
    typical={"It is the mean.": "0 for the first."},
)


def test_written_counts_the_points_of_its_criteria():
    """The points stand in one place."""
    assert RUBRIC.points == 1.5


def test_for_learners_says_what_is_asked_and_no_answer():
    """Learners read the criteria, and nothing that an answer should say."""
    text = RUBRIC.for_learners()
    assert "| 0.5 | the reason |" in text
    assert "sum" not in text
    assert "mean" not in text


def test_for_markers_says_all():
    """A marker reads criteria, typical answers and a model answer in one block."""
    text = RUBRIC.for_markers("A whole answer.")
    assert all(part in text for part in ("It is the sum.", "It is the mean.", "A whole answer."))
    assert all(line.startswith(">") for line in text.splitlines())


@pytest.mark.parametrize(("slug", "name"), WRITTEN)
def test_release_has_the_criteria_and_nothing_for_markers(slug, name):
    """What a full answer says, typical answers and the model answer stay with the instructor."""
    rubric = COURSE.exercise(slug).rubrics[name]
    texts = [path.read_text() for path in sorted((COURSE.exercises / slug).iterdir())]
    released = "\n".join(texts)
    secret = [c.looks_for for c in rubric.criteria] + [*rubric.typical, *rubric.typical.values()]
    secret += COURSE.exercise(slug).model_answer(name).splitlines()
    assert all(criterion.asks in released for criterion in rubric.criteria)
    assert not [text for text in secret if text[:30] in released]


def test_every_answer_in_words_has_a_rubric():
    """The three exercises that ask for one say what it is marked by."""
    assert {slug[:2] for slug, _ in WRITTEN} == {"06", "08", "13"}
    for slug, name in WRITTEN:
        rubric = COURSE.exercise(slug).rubrics[name]
        assert rubric.points == 2.0
        assert len(rubric.typical) >= 3


@pytest.mark.parametrize("slug", SLUGS)
def test_every_question_names_a_section_of_its_chapter(slug):
    """A reader who is sent to a section finds it."""
    chapter = (ROOT / "book" / f"{slug}.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#{2,4} (.+)$", chapter, re.MULTILINE))
    sections = COURSE.exercise(slug).sections
    assert set(sections.values()) <= headings, sections


def test_guide_has_titles_and_links_under_the_given_address():
    """A class says where its book is; without an address there are words and no link."""
    said = guide(COURSE, "06_bptt", "https://school.example/rnn/")
    assert said.title == "Exercise 6: backpropagation through time"
    place = said.readings["rnn_forward"]
    assert place.chapter == "Backpropagation through time"
    address = "https://school.example/rnn/book/06_bptt.html#the-derivation-on-one-page"
    assert place.url == address
    assert guide(COURSE, "06_bptt").readings["rnn_forward"].url == ""


def test_anchor_is_the_one_that_the_book_has():
    """docutils makes the ids of the built book."""
    nodes = pytest.importorskip("docutils.nodes", reason="the book's packages are not installed")
    for slug in SLUGS:
        for section in COURSE.exercise(slug).sections.values():
            assert anchor(section) == nodes.make_id(section.replace("`", ""))

"""Feedback pages: what they say, and that a learner's words are only ever words."""

import html
import re
from html.parser import HTMLParser

import pytest

from rnncourse.checks import Criterion, Written
from rnncourse.checks.marking import Example, Trial, Verdict
from rnncourse.grading.feedback.guide import Guide, Reading
from rnncourse.grading.feedback.legible import LINES, highlighted, legible
from rnncourse.grading.feedback.pages import Part, exercise_page
from rnncourse.grading.feedback.summary import summary
from rnncourse.grading.marks import MISSING, WAITS, ExerciseMark, QuestionMark
from rnncourse.grading.outcomes import GRADED, UNREADABLE
from tests.hostile import ATTACKS, HOSTILE

ELEMENTS = {"html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3"}
ELEMENTS |= {"p", "ul", "li", "div", "span", "strong", "em", "br", "a", "blockquote", "code", "pre"}
ELEMENTS |= {"table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"}
ELEMENTS |= {"details", "summary"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "id", "scope", "open"}
PLACE = Reading("The chapter", "The section", "https://school.example/book/06.html#the-section")
RUBRIC = Written(
    section="The section",
    criteria=(Criterion(2, "the reason", "SECRET looked for"),),
    typical={"SECRET typical": "SECRET deserved"},
)


class Elements(HTMLParser):
    """Collects the elements and attributes of a page, its links, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.links, self.text = set(), set(), [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs if name != "href"}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        """Note text."""
        self.text += data


def code_part(*, points=0.0, trials=(), **fields):
    """Return a question that is answered by code; the fields of mark and verdict by name."""
    own = {k: fields.pop(k) for k in ("auto", "by_hand", "comment", "waits") if k in fields}
    mark = QuestionMark("step", 4.0, **({"auto": points} | own))
    answer = fields.pop("answer", "def step(x):\n    return x")
    verdict = Verdict("step", points, 4.0, fields.pop("message", "Why."), "", trials, **fields)
    return Part(mark, verdict, answer, PLACE)


def written_part(**fields):
    """Return a question that is answered in words."""
    answer = fields.pop("answer", "Because the state is handed on.")
    mark = QuestionMark("which_steps", 2.0, **fields)
    return Part(mark, None, answer, PLACE, RUBRIC)


def page_of(*parts, student="chen", **fields):
    """Return the page of a submission with these questions, parsed."""
    marks = tuple(part.mark for part in parts)
    most = sum(mark.max_points for mark in marks)
    mark = ExerciseMark(student, "06_bptt", GRADED, most, marks, **fields)
    return Elements(exercise_page(mark, "Exercise 6", parts))


WRONG = (Trial("0 of 5 fresh cases", False, "It is wrong at 3 places."),)
RIGHT = (Trial("5 of 5 fresh cases", True),)
EXAMPLE = Example("case 1: x (2,)", "At [0]: more.", {"x": "[1 2]"}, "[3 4]", "[5 6]")


def test_wrong_answer_says_what_was_expected_and_where_to_read():
    """The learner's result stands beside the expected one; the section is a link."""
    page = page_of(code_part(trials=WRONG, example=EXAMPLE, message="It starts from zeros."))
    for said in ("It starts from zeros.", "[5 6]", "[3 4]", "[1 2]", "Not right yet", "return x"):
        assert said in page.text
    assert PLACE.url in page.links


def test_right_answer_sends_nobody_to_the_book():
    """Where all is right there is nothing to read on."""
    page = page_of(code_part(points=4.0, trials=RIGHT))
    assert "Right" in page.text
    assert PLACE.url not in page.links


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (code_part(points=4.0, trials=RIGHT), "Right"),
        (code_part(points=2.0, trials=WRONG), "Partly right"),
        (code_part(trials=WRONG), "Not right yet"),
        (code_part(), "No answer yet"),
        (written_part(auto=0.0, answer=""), "No answer"),
        (written_part(waits=True), "To be read by a person"),
        (written_part(by_hand=2.0), "Right"),
        (written_part(by_hand=0.5), "Partly right"),
        (written_part(by_hand=0.0), "Not right yet"),
    ],
)
def test_words_name_the_verdict(part, words):
    """Each state is said in words, not by its colour alone."""
    assert part.words == words
    assert words in page_of(part).text


def test_failing_only_fresh_cases_is_said_without_their_numbers():
    """A learner whose own check passes is told that, and what did not hold."""
    page = page_of(code_part(trials=WRONG, passes_public=True))
    assert "gets all the cases right that check tries" in page.text
    assert "It is wrong at 3 places." in page.text


def test_answer_in_words_shows_points_criteria_and_comment():
    """Marks and comments of a person are there; what only markers read is not."""
    page = page_of(written_part(by_hand=1.5, comment="Name the step."))
    for said in ("1.5 of 2 points", "Name the step.", "the reason", "handed on", "Which steps"):
        assert said in page.text
    assert "SECRET" not in page.text


def test_points_that_a_person_changed_are_named():
    """A learner sees that a person gave other points than the grading."""
    page = page_of(code_part(trials=WRONG, by_hand=3.0))
    assert "Your instructor gave these points; the grading gave 0." in page.text
    assert "3 of 4 points" in page.text


def test_penalty_and_what_waits_stand_beside_the_sum():
    """Late points are taken off, and what is still to come is said."""
    page = page_of(code_part(points=4.0, trials=RIGHT), written_part(waits=True), penalty=1.0)
    assert "3 of 6 points" in " ".join(page.text.split())
    assert "1 points are taken off because it was late" in page.text
    assert "up to 2 points more" in page.text


def test_unreadable_submission_has_a_page_with_its_reason():
    """Who has no mark learns why, and what to do."""
    mark = ExerciseMark("chen", "06", UNREADABLE, 0.0, reason="could not be read: it is `empty`.")
    page = Elements(exercise_page(mark, "Exercise 6"))
    assert "Could not be read: it is empty." in page.text
    assert "hand it in again" in page.text


def hostile_pages():
    """Return pages in which everything that a learner can choose is hostile."""
    trials = (Trial("0 of 5 fresh cases", False, HOSTILE),)
    example = Example(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, "[1]", HOSTILE)
    parts = (
        code_part(trials=trials, example=example, message=HOSTILE, answer=HOSTILE),
        code_part(message=HOSTILE, answer=f'"""{HOSTILE}"""'),
        written_part(by_hand=1.0, answer=HOSTILE, comment=HOSTILE),
    )
    marks = tuple(part.mark for part in parts)
    graded = ExerciseMark(HOSTILE, "06_bptt", GRADED, 10.0, marks)
    unreadable = ExerciseMark(HOSTILE, "06_bptt", UNREADABLE, 0.0, reason=HOSTILE)
    said = {"06_bptt": Guide("Exercise 6", {"step": PLACE}, {})}
    mistaken = QuestionMark("step", 4.0, auto=0.0, mistake=HOSTILE, message=HOSTILE)
    summed = ExerciseMark(HOSTILE, "06_bptt", GRADED, 4.0, (mistaken,))
    yield exercise_page(graded, "Exercise 6", parts)
    yield exercise_page(unreadable, "Exercise 6")
    yield summary(HOSTILE, [summed, unreadable], said)


@pytest.mark.parametrize("page", list(hostile_pages()), ids=["graded", "unreadable", "summary"])
def test_hostile_words_stay_words(page):
    """No element, attribute or link of a learner's; every attack can be read as it was written."""
    found = Elements(page)
    assert found.elements <= ELEMENTS
    assert found.attributes <= ATTRIBUTES
    assert all(re.match(r"#|https://school\.example/|06_bptt/", link) for link in found.links)
    assert ATTACKS[0] in found.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert "script-src" not in page
    assert "default-src 'none'" in html.unescape(page)


def test_page_asks_for_nothing_and_is_small():
    """No script, no picture, no address but the book's; tens of kilobytes."""
    part = code_part(trials=WRONG, example=EXAMPLE, answer="x = 1\n" * 10_000)
    page = exercise_page(ExerciseMark("chen", "06", GRADED, 4.0, (part.mark,)), "Six", [part] * 4)
    assert not re.findall(r"<script|<img|<link|url\(|@import|src=", page)
    assert set(re.findall(r"https?://[^/\"]+", page)) == {"https://school.example"}
    assert len(page) < 100_000


def test_legible_cuts_long_lines_and_long_texts():
    """Ten megabytes in a line become one short line."""
    assert len(legible("A" * 10_000_000)) < 1000
    assert legible("x\n" * 10_000).count("\n") == LINES
    assert "\t" in legible("a\tb")
    assert legible("a\r\nb") == "a\nb"
    assert legible("你好　世界 é 👩\u200d🚀") == "你好　世界 é 👩\u200d🚀"


def test_highlighted_code_is_escaped():
    """Spans are ours, what they hold is the learner's."""
    html = str(highlighted("if a < b: return '</span><b>'"))
    assert '<span class="k">if</span>' in html
    assert "&lt;/span&gt;&lt;b&gt;" in html


def test_summary_says_what_to_read_once_for_each_section():
    """Several mistakes of one section are one entry; what waits or is missing is said."""
    said = {
        "06_bptt": Guide("Exercise 6", {"one": PLACE, "two": PLACE}, {}),
        "07": Guide("Exercise 7", {}, {}),
    }
    mistakes = [QuestionMark(n, 2.0, auto=0.0, mistake=f"mistake {n}") for n in ("one", "two")]
    words = QuestionMark("words", 2.0, waits=True)
    marks = [
        ExerciseMark("chen", "06_bptt", WAITS, 6.0, (*mistakes, words)),
        ExerciseMark("chen", "07", MISSING, 10.0),
    ]
    page = Elements(summary("chen", marks, said))
    assert page.links.count(PLACE.url) == 1
    for text in ("mistake one", "mistake two", "an answer is still to be read", "not handed in"):
        assert text in page.text
    assert "06_bptt/06_bptt.html" in page.links
    assert "07/07.html" not in page.links

"""The class report: right numbers, the same bytes, and nothing of a learner's that is HTML."""

import json
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from rnncourse.checks.calls import Outcome
from rnncourse.checks.marking import KERNEL_DIED, TIME_LIMIT, mark
from rnncourse.checks.papers import Case, Paper
from rnncourse.errors import ClassError
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.marks import read_marks
from rnncourse.grading.outcomes import FAILED, UNREADABLE
from rnncourse.grading.report import write_report
from rnncourse.grading.report.changes import Change, changes, read_report
from rnncourse.grading.report.findings import STOPPED
from rnncourse.grading.report.html import code, text
from rnncourse.grading.report.likeness import FEWEST, LONGEST, alike
from rnncourse.grading.report.statistics import exercise_figures
from tests.made_class import CELLS, Entry, make_class

# nbgrader's own: it makes a submission before it adds it to the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session")

HOSTILE = (
    "</code></pre></td></script><script>alert(1)</script><img src=x onerror=alert(1)>"
    "\"'><svg onload=alert(1)>`<b>` \u202e\x1b[31m\x00\x07 [x](javascript:alert(1)) &lt;"
)
TAME = "an ordinary text `that` says what it is"


def class_of(root, number, **others):
    """Return a class with different marks, of which one submission waits for a person."""
    rng = np.random.default_rng(20)
    points = [tuple(float(rng.integers(3)) / 2 * p for p in CELLS.values()) for _ in range(number)]
    return make_class(root, [Entry(f"s{n:02}", points=p) for n, p in enumerate(points)], **others)


def test_exercise_figures_are_those_of_an_independent_computation(tmp_path):
    """Difficulty is the mean share; discrimination leaves the question itself out of the total."""
    marks = read_marks(class_of(tmp_path, 30))
    figures = exercise_figures(marks, "ps1")
    table = np.array([[q.points for q in m.questions] for m in marks.of_exercise("ps1")])
    for place, item in enumerate(figures.items):
        assert item.number == 30
        assert item.difficulty == pytest.approx(table[:, place].mean() / CELLS[item.name])
        own, rest = table[:, place], np.delete(table, place, axis=1).sum(axis=1)
        covariance = ((own - own.mean()) * (rest - rest.mean())).mean()
        assert item.discrimination == pytest.approx(covariance / (own.std() * rest.std()))
    assert figures.mean == pytest.approx(table.sum(axis=1).mean())
    assert sum(figures.counts()) == 30


def test_exercise_figures_are_silent_where_they_say_nothing(tmp_path):
    """Few marks have no correlation; a question that waits for a person has no difficulty."""
    few = exercise_figures(read_marks(class_of(tmp_path / "few", 19)), "ps1")
    assert [item.discrimination for item in few.items] == [None] * 3
    entries = [Entry("a", points=(4.0, 0.0, None)), Entry("b", points=(0.0, 0.0, 0.0))]
    waiting = exercise_figures(read_marks(make_class(tmp_path / "two", entries)), "ps1")
    assert [item.difficulty for item in waiting.items] == [0.5, 0.0, None]
    assert waiting.points == (0.0,)


OWN = """
def first(x, h, kernel, recurrent_kernel, bias):
    total = bias.copy()
    for row in range(kernel.shape[0]):
        total = total + x[:, row, None] * kernel[row]
    for unit in range(recurrent_kernel.shape[0]):
        total += np.outer(h[:, unit], recurrent_kernel[unit])
    return np.tanh(total)
"""
RENAMED = OWN.replace("total", "acc").replace("row", "i").replace("unit", "j").replace("first", "g")
COMMON = "def first(x, h, W, U, b):\n    return np.tanh(np.dot(x, W) + np.dot(h, U) + b)\n"


def different(number):
    """Return an answer that no other is like: its own operators, in its own order."""
    rng = np.random.default_rng(number)
    signs = rng.choice(["+", "-", "*", "/", "%", "**", "@", "//", "|", "&", "^"], size=60)
    calls = rng.choice(["np.sum", "np.dot", "np.max", "np.exp", "np.abs"], size=60)
    return "y = 0\n" + "\n".join(f"y = y {s} {c}(x)" for s, c in zip(signs, calls, strict=True))


def test_alike_finds_a_copy_under_other_names():
    """Renamed, commented and laid out otherwise, an unusual answer stays the same."""
    codes = {f"s{n}": different(n) for n in range(FEWEST)}
    codes |= {"a": OWN, "b": RENAMED.replace("\n    for", "  # a loop\n\n    for")}
    (pair,) = alike(codes)
    assert (pair.first, pair.second) == ("a", "b")
    assert pair.likeness == pytest.approx(1.0)


def test_alike_does_not_wonder_at_the_usual_answer():
    """What many have, or all were given, is no sign of anything."""
    usual = {f"s{n}": COMMON * 5 for n in range(FEWEST)}
    assert alike(usual) == []
    given = {f"s{n}": different(n) for n in range(FEWEST)} | {"a": OWN, "b": OWN}
    assert alike(given, OWN) == []


def test_alike_says_nothing_of_a_handful():
    """Where everything is rare, nothing can be said."""
    assert alike({str(n): OWN for n in range(FEWEST - 1)}) == []
    assert alike({}) == []


def test_alike_reads_what_is_no_python():
    """Broken code is compared word by word."""
    codes = {f"s{n}": different(n) for n in range(FEWEST)}
    broken = OWN.replace("bias):", "bias:") + "'''"
    assert [p.first for p in alike(codes | {"a": broken, "b": broken})] == ["a"]


def test_alike_looks_at_the_beginning_of_what_is_endless():
    """Two copies of megabytes are found, and cost no more than two of pages."""
    codes = {f"s{n}": different(n) for n in range(FEWEST)}
    endless = "\n".join(f"y = x{'[' * (n % 50)}{n}{']' * (n % 50)}" for n in range(100_000))
    (pair,) = alike(codes | {"a": endless, "b": endless})
    assert (pair.first, pair.second) == ("a", "b")
    assert pair.shared < LONGEST


class Elements(HTMLParser):
    """The elements of a page, with the names of their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.said = [], ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Keep an element."""
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data):
        """Keep text."""
        self.said += data


def class_that_says(root, words):
    """Return the page of a class in which everything that a learner chooses is `words`."""
    spoken = {"mistakes": {"first": words}, "code": f"x = 1 # {words}\n" + OWN}
    entries = [Entry(f"s{n:02}", **spoken) for n in range(2)]
    entries += [Entry(f"t{n:02}", code=different(n)) for n in range(FEWEST)]
    entries += [
        Entry("u", status=UNREADABLE, reason=words),
        Entry("v", status=FAILED, reason=words),
    ]
    folder = make_class(root, entries)
    people = [Person(entry.student, words) for entry in entries]
    write_report(folder, read_marks(folder, people), root / "report.html")
    return (root / "report.html").read_text(encoding="utf-8")


def test_report_has_no_element_of_a_learners(tmp_path):
    """Names, code, reasons and mistakes change the text of the page, never its elements."""
    hostile = Elements(class_that_says(tmp_path / "hostile", HOSTILE))
    tame = Elements(class_that_says(tmp_path / "tame", TAME))
    assert hostile.found == tame.found
    assert not {"script", "img", "iframe"} & {tag for tag, _ in hostile.found}
    assert not [names for _, names in hostile.found if any(n.startswith("on") for n in names)]
    assert "<script>alert(1)</script>" in hostile.said
    assert not set("\u202e\x1b\x00\x07") & set(hostile.said)


def test_report_forbids_scripts_and_asks_for_nothing(tmp_path):
    """The policy is in the page, which has no address of another."""
    page = class_that_says(tmp_path, TAME)
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.replace("&#x27;", "'")
    assert "http" not in page.replace('http-equiv="', "").replace("http://www.w3.org/2000/svg", "")
    assert " src=" not in page


def test_report_is_the_same_until_the_class_is_not(tmp_path):
    """The same class gives the same bytes; then the page says what has changed."""
    folder = class_of(tmp_path, 25)
    page, numbers = tmp_path / "report.html", tmp_path / "report.json"

    def written():
        write_report(folder, read_marks(folder), page)
        return page.read_bytes(), numbers.read_bytes()

    first = written()
    assert written() == first
    assert b"This is the first report." in first[0]
    make_class(
        tmp_path, [Entry("s00", points=(4.0, 5.5, 0.5)), Entry("zoe", points=(0.0, 0.0, 0.5))]
    )
    second = written()
    assert written() == second
    assert b"changed mark" in second[0]
    assert b"1 new mark<" in second[0]
    assert (tmp_path / "report.before.json").read_bytes() == first[1]


def test_changes_are_new_changed_and_lost_marks_and_questions():
    """Small changes of a question's figures are left out."""
    before = {
        "marks": {"ps1": {"a": {"points": 1.0}, "b": {"points": None}, "c": {"points": 2.0}}},
        "items": {"ps1": {"q": {"difficulty": 0.5, "discrimination": 0.3}}},
    }
    after = {
        "marks": {"ps1": {"a": {"points": 1.5}, "b": {"points": 0.0}, "c": {"points": None}}},
        "items": {"ps1": {"q": {"difficulty": 0.52, "discrimination": 0.1}}},
    }
    assert changes(before, after) == [
        Change("changed mark", "ps1", "a", 1.0, 1.5),
        Change("new mark", "ps1", "b", None, 0.0),
        Change("mark taken back", "ps1", "c", 2.0, None),
        Change("discrimination", "ps1", "q", 0.3, 0.1),
    ]
    assert changes(after, after) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"marks": {}}'])
def test_read_report_refuses_other_files(tmp_path, content):
    """The message says what was expected."""
    path = tmp_path / "old.json"
    path.write_text(content)
    with pytest.raises(ClassError, match=r"Expected: a report\.json"):
        read_report(path)


def test_stopped_code_is_known_by_what_the_examiner_says():
    """The report counts by the examiner's own words."""
    paper = Paper("q", 1.0, (Case({}, 1.0),))
    for what, raised in (("ran out of time", TIME_LIMIT), ("ended its kernel", KERNEL_DIED)):
        assert STOPPED[what] in mark(paper, lambda inputs, r=raised: Outcome(raised=r)).message


def test_code_is_cut_and_shows_what_hides():
    """Long programs and lines end in a word on it; controls and reversed writing are spelt out."""
    shown = code("\n".join(["x" * 500] * 50))
    assert "… 20 more lines" in shown
    assert len(shown) < 10_000
    assert text("a\u202eb\x1b") == "<bdi>a\\u202eb\\x1b</bdi>"
    assert text("نمی\u200cدانم") == "<bdi>نمی\u200cدانم</bdi>"


def test_report_command_says_where_to_look(tmp_path):
    """Beside the class unless said otherwise; an old report that is none is refused."""
    folder = class_of(tmp_path, 3)
    command = [sys.executable, "-m", "rnncourse", "report", "--course-dir", str(folder.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").as_uri() in done.stdout
    assert set(json.loads((tmp_path / "report.json").read_text())["marks"]["ps1"]) == {
        "s00",
        "s01",
        "s02",
    }
    other = [*command, "--since", str(tmp_path / "nbgrader_config.py")]
    done = subprocess.run(other, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is no earlier report" in done.stderr
    assert "Traceback" not in done.stderr

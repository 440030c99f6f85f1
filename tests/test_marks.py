"""One reading of a class's marks."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from rnncourse.errors import ClassError, UnknownNameError
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.marks import MISSING, UNGRADED, WAITS, class_roster, read_marks
from rnncourse.grading.outcomes import FAILED, GRADED, UNREADABLE
from tests.made_class import CONFIG, Entry, make_class

# nbgrader's own: it makes a submission before it adds it to the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session")

DUE = datetime(2026, 3, 1, 12)


def mark_of(folder, student, slug="ps1"):
    """Return one mark."""
    return read_marks(folder).marks[student, slug]


def test_read_marks_adds_up_the_questions(tmp_path):
    """Points, the most points and the recorded time, by student and exercise."""
    folder = make_class(tmp_path, [Entry("chen", points=(4.0, 0.25, 0.5), seconds=2.5)])
    mark = mark_of(folder, "chen")
    assert (mark.status, mark.points, mark.max_points, mark.seconds) == (GRADED, 4.75, 10.0, 2.5)
    assert [(q.name, q.points, q.max_points) for q in mark.questions] == [
        ("first", 4.0, 4.0),
        ("second", 0.25, 5.5),
        ("in_words", 0.5, 0.5),
    ]


def test_read_marks_lets_what_a_person_gave_count(tmp_path):
    """Points by hand stand in for the automatic ones; the comment is at its question."""
    entry = Entry(
        "chen",
        points=(0.0, 0.0, None),
        by_hand={"first": 3.5, "in_words": 0.25},
        comments={"first_solution": "Almost.", "in_words": "Why?"},
    )
    mark = mark_of(make_class(tmp_path, [entry]), "chen")
    found = {q.name: (q.auto, q.by_hand, q.comment) for q in mark.questions}
    assert found["first"] == (0.0, 3.5, "Almost.")
    assert found["in_words"] == (None, 0.25, "Why?")
    assert mark.points == 3.75


def test_read_marks_takes_the_penalty_off_and_stops_at_nothing(tmp_path):
    """The penalty is nbgrader's; how late it was takes an extension into account."""
    late = {"timestamp": DUE + timedelta(hours=30), "extension": timedelta(hours=24)}
    entries = [
        Entry("chen", penalty=1.5, submission=late),
        Entry("garcia", points=(1.0, 0.0, 0.0), penalty=3.0, submission={"timestamp": DUE}),
    ]
    folder = make_class(tmp_path, entries, due=DUE)
    chen, garcia = mark_of(folder, "chen"), mark_of(folder, "garcia")
    assert (chen.points, chen.penalty, chen.late) == (8.5, 1.5, timedelta(hours=6))
    assert (garcia.points, garcia.late) == (0.0, timedelta())


def test_read_marks_never_makes_a_zero_of_no_mark(tmp_path):
    """Missing, unreadable, failed, waiting and ungraded ones have a status, and no points."""
    entries = [
        Entry("done"),
        Entry("waiting", points=(4.0, 5.5, None)),
        Entry("broken", status=UNREADABLE, reason="could not be read: it is empty."),
        Entry("unlucky", status=FAILED, reason="the grading failed: fire."),
        Entry("late", slug="ps2"),
    ]
    folder = make_class(tmp_path, entries, slugs=("ps1", "ps2"))
    (tmp_path / "submitted" / "new" / "ps1").mkdir(parents=True)
    marks = read_marks(folder, [Person("done", "Wei Chen"), Person("absent", "Eve")])
    found = {m.student: (m.status, m.points) for m in marks.of_exercise("ps1")}
    assert found == {
        "absent": (MISSING, None),
        "broken": (UNREADABLE, None),
        "done": (GRADED, 10.0),
        "late": (MISSING, None),
        "new": (UNGRADED, None),
        "unlucky": (FAILED, None),
        "waiting": (WAITS, None),
    }
    assert marks.marks["waiting", "ps1"].points_so_far == 9.5
    assert marks.marks["broken", "ps1"].reason == "could not be read: it is empty."
    assert marks.students["done"].name == "Wei Chen"
    assert [m.slug for m in marks.of_student("late")] == ["ps1", "ps2"]
    with pytest.raises(UnknownNameError, match="There is no exercise 'ps'"):
        marks.of_exercise("ps")


def test_read_marks_says_what_was_handed_in_anew(tmp_path):
    """The mark in the gradebook is of older files: it is there, and said to be old."""
    folder = make_class(tmp_path, [Entry("chen")])
    assert mark_of(folder, "chen").current
    (tmp_path / "submitted" / "chen" / "ps1" / "ps1.ipynb").write_text("{}")
    assert not mark_of(folder, "chen").current


def test_read_marks_reads_a_class_that_nbgrader_graded(tmp_path):
    """Without outcomes and submitted files there are marks, and no reasons or times."""
    folder = make_class(tmp_path, [Entry("chen", mistakes={"first": "It is upside down"})])
    mark = mark_of(folder, "chen")
    assert {q.name: q.mistake for q in mark.questions}["first"] == "It is upside down"
    for path in (tmp_path / "outcomes").rglob("*.json"):
        path.unlink()
    assert (mark_of(folder, "chen").points, mark_of(folder, "chen").seconds) == (10.0, 0.0)
    (tmp_path / "submitted" / "chen").rename(tmp_path / "elsewhere")
    assert mark_of(folder, "chen").points == 10.0


def test_read_marks_needs_a_class(tmp_path):
    """A folder in which nothing was handed in is refused."""
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    with pytest.raises(ClassError, match="No submissions in"):
        read_marks(ClassFolder(tmp_path))


def test_read_marks_asks_no_more_of_the_gradebook_for_more_students(tmp_path):
    """The number of queries is that of a class of one."""
    asked = []
    event.listen(Engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for number in (1, 12):
        folder = make_class(tmp_path / str(number), [Entry(f"s{n}") for n in range(number)])
        asked.clear()
        assert len(read_marks(folder).marks) == number
        counts.append(len([statement for statement in asked if "SELECT" in statement]))
    assert counts[0] == counts[1]


def test_class_roster_is_the_named_file_or_the_one_in_the_class(tmp_path):
    """A class without a roster has nobody in it; a named file must be there."""
    folder = ClassFolder(tmp_path)
    assert class_roster(folder) == []
    (tmp_path / "roster.csv").write_text("id,name\nchen,Wei Chen\n")
    assert class_roster(folder) == [Person("chen", "Wei Chen")]
    with pytest.raises(ClassError, match=r"other\.csv could not be read"):
        class_roster(folder, tmp_path / "other.csv")

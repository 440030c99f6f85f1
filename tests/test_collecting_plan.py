"""Which file becomes whose notebook: decided from names, times and a roster alone."""

from datetime import datetime

import pytest

from rnncourse.errors import ClassError, CollectError
from rnncourse.grading.collecting.planning import (
    OLDER,
    REFUSED,
    Entry,
    Rules,
    newer,
    plan,
)
from rnncourse.grading.collecting.senders import Sender, origin, path_parts
from rnncourse.grading.collecting.students import Person, Student, read_roster, student

SLUGS = ["01_recurrent_neurons", "06_bptt", "08_truncated_bptt"]
RNN = "01_recurrent_neurons"
NOW = datetime(2026, 11, 20)
MOODLE, CANVAS = "_4711_assignsubmission_file", "_4711_98765_"


def entry(path, inside="", day=1, **fields):
    """Return an entry of some day of November, or without a date."""
    time = datetime(2026, 11, day) if day else None
    return Entry(path, lambda: pytest.fail("a plan opens nothing"), inside, time, **fields)


def planned(*entries, **rules):
    """Return (student, exercise, path) of what is placed, and (path, reason) of what is not."""
    rules = {"slugs": SLUGS, "now": NOW, "wrappers": ("submitted",), **rules}
    chosen, left = plan([entry(e) if isinstance(e, str) else e for e in entries], Rules(**rules))
    placed = [(c.student.id, c.slug, c.entry.where) for c in chosen]
    return placed, {o.where: (o.done, o.reason) for o in left}


@pytest.mark.parametrize(
    ("path", "who", "parts"),
    [
        (f"Wei Chen{MOODLE}_/a.ipynb", Sender("Moodle", "4711", "Wei Chen"), ("a.ipynb",)),
        (f"Wei Chen{MOODLE}/b/a.ipynb", Sender("Moodle", "4711", "Wei Chen"), ("b", "a.ipynb")),
        (f"Wei Chen{MOODLE}_a.ipynb", Sender("Moodle", "4711", "Wei Chen"), ("a.ipynb",)),
        ("chenwei_4711_98765_a-1.ipynb", Sender("Canvas", "4711", "chenwei"), ("a.ipynb",)),
        ("chenwei_LATE_4711_98765_a.ipynb", Sender("Canvas", "4711", "chenwei"), ("a.ipynb",)),
        (
            "ps1_wei_attempt_2026-11-01-15-30-10_a.ipynb",
            Sender("Blackboard", "ps1_wei", "wei"),
            ("a.ipynb",),
        ),
        ("wei/a.ipynb", Sender("folder", "wei", "wei"), ("a.ipynb",)),
        (f"wei/{RNN}/a.ipynb", Sender("folder", "wei", "wei"), (RNN, "a.ipynb")),
        ("wei.zip", Sender("folder", "wei", "wei"), ("wei.zip",)),
        ("wei/work.zip", Sender("folder", "wei", "wei"), ("work.zip",)),
    ],
)
def test_origin_reads_every_layout(path, who, parts):
    """The platform's part of the name says who; the rest is the sender's own."""
    came = origin(path_parts(path), SLUGS)
    assert (came.sender, came.parts) == (who, parts)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (f"Eve_1_assignsubmission_file_Bob{MOODLE}_a.ipynb", "1"),
        ("Eve_1_assignsubmission_file_/Bob_2_assignsubmission_file_/a.ipynb", "1"),
        ("Eve_1_assignsubmission_file_bob_2_3_a.ipynb", "1"),
        ("eve_1_2_bob_4711_98765_a.ipynb", "1"),
        ("ps_eve_attempt_2026-11-01-15-30-10_x_bob_attempt_2026-11-01-15-30-10_a.ipynb", "ps_eve"),
        ("eve/01_recurrent_neurons/bob_1_2_a.ipynb", "eve"),
    ],
)
def test_origin_believes_no_name_that_a_student_wrote(path, key):
    """A file that is called like another's submission stays its sender's."""
    assert origin(path_parts(path), SLUGS).sender.key == key


@pytest.mark.parametrize(
    "path",
    [
        "a.ipynb",
        "week1/wei/a.ipynb",
        f"{RNN}/a.ipynb",
        "a/b/c/d.ipynb",
        "eve_1_2_bob_attempt_2026-11-01-15-30-10_a.ipynb",
    ],
)
def test_origin_of_anything_else_is_unknown(path):
    """It is not guessed who handed in what."""
    with pytest.raises(CollectError):
        origin(path_parts(path), SLUGS)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../wei/a.ipynb", "leads out"),
        ("wei/../../a.ipynb", "leads out"),
        ("/wei/a.ipynb", "absolute"),
        ("C:/wei/a.ipynb", "absolute"),
        ("c:a.ipynb", "absolute"),
        ("wei\\..\\a.ipynb", "backslash"),
        ("wei/a\0.ipynb", "control"),
        ("wei/\x1b[2Ja.ipynb", "control"),
        ("wei/\ud800.ipynb", "Unicode"),
    ],
)
def test_hostile_paths_are_refused_alone(path, said):
    """Each has its reason, and the file beside it is placed."""
    placed, left = planned(path, f"wei/{RNN}.ipynb")
    assert placed == [("wei", RNN, f"wei/{RNN}.ipynb")]
    assert left[path][0] == REFUSED
    assert said in left[path][1]


@pytest.mark.parametrize("where", ["path", "inside"])
def test_hostile_paths_in_a_students_zip_are_refused_too(where):
    """They would not be used; but who sends them should be looked at."""
    bad = entry("wei.zip", "../../bob/06_bptt.ipynb")
    placed, left = planned(bad, entry("wei.zip", f"{RNN}.ipynb"))
    assert placed == [("wei", RNN, f"wei.zip > {RNN}.ipynb")]
    assert "leads out" in left[bad.where][1]


@pytest.mark.parametrize(
    "inside",
    [
        f"bob/{RNN}.ipynb",
        f"submitted/bob/{RNN}/{RNN}.ipynb",
        f"Bob_2_assignsubmission_file_/{RNN}.ipynb",
        f"bob_2_3_{RNN}.ipynb",
    ],
)
def test_another_students_name_inside_a_zip_is_only_a_name(inside):
    """What lies in Eve's zip is Eve's."""
    placed, _ = planned(entry("eve.zip", inside), f"bob/{RNN}.ipynb")
    assert [place[0] for place in placed] == ["eve", "bob"]


@pytest.mark.parametrize(
    "path",
    [
        f"__MACOSX/wei/._{RNN}.ipynb",
        f"wei/.ipynb_checkpoints/{RNN}-checkpoint.ipynb",
        f"wei/.~{RNN}.ipynb",
        "wei/.DS_Store",
        "wei/Thumbs.db",
        "wei/",
        "README.txt",
        "grades.csv",
    ],
)
def test_what_systems_leave_behind_is_passed_over(path):
    """It is neither placed nor worth a line."""
    assert planned(path) == ([], {})


@pytest.mark.parametrize(
    "name",
    ["Name (1).ipynb", "01_recurrent_neurons-copy.ipynb", "Copy of 01_RECURRENT_NEURONS.ipynb"],
)
def test_renamed_notebooks_are_collected(name):
    """The name's part, or --exercise, says of which exercise."""
    placed, _ = planned(f"wei/{name}", exercise=RNN)
    assert placed == [("wei", RNN, f"wei/{name}")]


def test_exercise_is_the_longest_name_that_fits():
    """08_truncated_bptt is not 06_bptt; a number further on is another exercise."""
    placed, left = planned(
        "wei/my_08_truncated_bptt(2).ipynb", "wei/06_bptt/Untitled.ipynb", "wei/106_bptt.ipynb"
    )
    assert [place[1] for place in placed] == ["08_truncated_bptt", "06_bptt"]
    assert "add --exercise" in left["wei/106_bptt.ipynb"][1]


def test_exercise_whose_name_is_in_anothers_name_is_not_taken_for_it():
    """Other courses call them `bptt` and `truncated_bptt`."""
    placed, _ = planned("wei/my_truncated_bptt.ipynb", slugs=["bptt", "truncated_bptt"])
    assert placed[0][1] == "truncated_bptt"


def test_notebook_of_another_exercise_is_refused():
    """A wrong upload is said, not graded as nothing."""
    _, left = planned("wei/06_bptt.ipynb", exercise=RNN)
    assert left["wei/06_bptt.ipynb"] == (REFUSED, f"it is called like 06_bptt, not {RNN}")


def test_exact_name_counts_then_the_newest():
    """One notebook a place; the others are named, with what counts."""
    exact, copy, late = f"wei/{RNN}.ipynb", f"wei/{RNN}-copy.ipynb", f"bob/{RNN}(1).ipynb"
    placed, left = planned(
        entry(exact, day=1), entry(copy, day=9), entry(f"bob/{RNN}(2).ipynb"), entry(late, day=3)
    )
    assert [place[2] for place in placed] == [exact, late]
    assert left[copy] == (OLDER, f"{exact} is the one that counts")


def test_canvas_numbers_decide_before_times():
    """Its archives are dated when they are downloaded."""
    placed, _ = planned(
        entry(f"wei_1_200_{RNN}-1.ipynb", day=1), entry(f"wei_1_100_{RNN}.ipynb", day=2)
    )
    assert placed == [("wei_1", RNN, f"wei_1_200_{RNN}-1.ipynb")]


def test_two_of_one_age_are_both_refused():
    """Which counts is for a person to say; that holds for an entry that is there twice, too."""
    placed, left = planned(f"wei/{RNN}a/../x", f"wei/{RNN} a.ipynb", f"wei/{RNN} b.ipynb")
    assert placed == []
    assert [r[0] for r in left.values()] == [REFUSED] * 3
    twice = entry(f"wei/{RNN}.ipynb")
    assert planned(twice, twice)[0] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"Chen/{RNN}.ipynb", f"chen/{RNN}.ipynb"),
        (f"jos\u00e9/{RNN}.ipynb", "jose\u0301/06_bptt.ipynb"),
        (
            f"Wei Chen_1_assignsubmission_file_/{RNN}.ipynb",
            f"Wei  Chen_2_assignsubmission_file_/{RNN}.ipynb",
        ),
        (
            f"a_wei_attempt_2026-11-01-15-30-10_{RNN}.ipynb",
            f"b_wei_attempt_2026-11-01-15-30-10_{RNN}.ipynb",
        ),
        (f"wei chen/{RNN}.ipynb", f"wei-chen/{RNN}.ipynb"),
    ],
)
def test_two_senders_of_one_id_are_both_refused(one, other):
    """Nobody's file may pass for another's, and the third is placed."""
    placed, left = planned(one, other, f"zoe/{RNN}.ipynb")
    assert placed == [("zoe", RNN, f"zoe/{RNN}.ipynb")]
    assert all(
        "would be one student. Tell them apart with --roster" in left[p][1] for p in (one, other)
    )


def test_sender_without_a_notebook_is_named():
    """Who handed in a PDF is told so, and what it was."""
    placed, left = planned("wei/report.pdf", "wei/06_bptt.html", f"bob/{RNN}.ipynb", "bob/a.pdf")
    assert len(placed) == 1
    assert left == {
        "wei/report.pdf, wei/06_bptt.html": (
            REFUSED,
            "the folder wei handed in no file that ends in .ipynb",
        )
    }


def test_links_are_refused_whatever_their_name():
    """A linked folder may hold a whole submission."""
    _, left = planned(entry("wei", trouble="it is a link, not a file"))
    assert left == {"wei": (REFUSED, "it is a link, not a file")}


def test_wrapping_folder_is_looked_through():
    """`submitted/`, or a folder called like the archive, is no student."""
    placed, _ = planned(f"submitted/wei/{RNN}/{RNN}.ipynb", f"./submitted/bob/{RNN}.ipynb")
    assert [place[0] for place in placed] == ["wei", "bob"]


@pytest.mark.parametrize("time", [None, datetime(2107, 12, 31), datetime(2026, 11, 22)])
def test_impossible_dates_count_as_none(time):
    """A clock that is wrong neither stops the collection nor wins for ever."""
    chosen, left = plan([Entry(f"wei/{RNN}.ipynb", open=None, time=time)], Rules(SLUGS, now=NOW))
    assert [candidate.age for candidate in chosen] == [(0, None)]
    assert not left


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, datetime(2026, 1, 2)), (0, datetime(2026, 1, 1)), True),
        ((0, datetime(2026, 1, 1)), (0, datetime(2026, 1, 2)), False),
        ((0, None), (0, datetime(2026, 1, 1)), False),
        ((0, datetime(2026, 1, 1)), (0, None), True),
        ((0, None), (0, None), None),
        ((5, datetime(2026, 1, 1)), (5, datetime(2026, 1, 1)), None),
        ((5, None), (4, datetime(2026, 1, 1)), True),
        ((5, datetime(2026, 1, 1)), (0, datetime(2026, 1, 2)), False),
    ],
)
def test_newer_goes_by_number_then_time(one, other, expected):
    """What cannot be told is not guessed."""
    assert newer(one, other) is expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (Sender("folder", "wei.chen@x", "wei.chen@x"), Student("wei.chen@x", True)),
        (Sender("folder", "Wei Chen", "Wei Chen"), Student("wei-chen", False)),
        (Sender("folder", "nul.x", "nul.x"), Student("nul-x", False)),
        (Sender("folder", "jose\u0301", ""), Student("jos\u00e9", True)),
        (Sender("Moodle", "1", "  Ana-María  O'Neil "), Student("ana-maría-o-neil", False)),
        (Sender("Moodle", "1", "陈伟"), Student("陈伟", False)),
        (Sender("Canvas", "12", "chenwei"), Student("chenwei_12", False)),
        (Sender("Blackboard", "ps_wei", "wei"), Student("wei", False)),
    ],
)
def test_student_without_a_roster_has_a_safe_id(sender, expected):
    """An id is the folder's own, or made of the name's letters."""
    assert student(sender, None) == expected


@pytest.mark.parametrize("name", ["CON", "x" * 65, "…", "-", "名" * 70])
def test_student_of_an_impossible_name_is_refused(name):
    """Reserved, too long, or without a letter."""
    with pytest.raises(CollectError, match="makes no student id"):
        student(Sender("folder", name, name), None)


ROSTER = read_roster(
    "id, name,canvas_id,moodle_id,group\n"
    "wchen,Wei Chen,11,101,a\n"
    "wchen2,wei  chen,12,102,b\n"
    "jose,Jose\u0301 García,13,,a\n"
    "anon,,,104,b\n"
)


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (Sender("Canvas", "12", "anything"), "wchen2"),
        (Sender("Canvas", "99", "chenwei"), None),
        (Sender("Moodle", "102", "Wei Chen"), "wchen2"),
        (Sender("Moodle", "103", "Wei Chen"), None),
        (Sender("Moodle", "101", "José García"), "jose"),
        (Sender("Moodle", "104", "Participant"), "anon"),
        (Sender("Moodle", "101", "Participant"), None),
        (Sender("folder", "WCHEN2", "WCHEN2"), "wchen2"),
        (Sender("folder", "jos\u00e9 garcía", "jos\u00e9 garcía"), "jose"),
        (Sender("folder", "wei chen", "wei chen"), None),
        (Sender("Blackboard", "ps_jose", "jose"), "jose"),
        (Sender("folder", "", ""), None),
        (Sender("Moodle", "105", " "), None),
    ],
)
def test_roster_says_who_is_who_or_nobody(sender, expected):
    """Moodle's numbers are new in every assignment: they decide only where names do not."""
    if expected is None:
        with pytest.raises(CollectError, match="in the roster"):
            student(sender, ROSTER)
    else:
        assert student(sender, ROSTER) == Student(expected, stated=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs a first line with the columns id"),
        ("id;name\n1;Wei", "Received: id;name"),
        ("name\nWei", "Received: name"),
        ("id\nwei\nWEI", "two people with the id wei"),
        ("id,canvas_id\na,1\nb,1", "two people with the canvas_id 1"),
        ("id\n../bob", "cannot be a folder's name"),
        ("id\n.hidden", "cannot be a folder's name"),
        ("id\na b", "cannot be a folder's name"),
        ('id\n"a\0"', "cannot be"),
        ("id,name\n,Wei", "cannot be a folder's name"),
        ("name,id\nWei", "cannot be a folder's name"),
        ('id\n"' + "x" * 200_000, "field larger"),
    ],
)
def test_roster_that_does_not_tell_people_apart_is_refused(text, said):
    """The whole command stops: this is the instructor's own file."""
    with pytest.raises(ClassError, match=said):
        read_roster(text)


def test_roster_may_have_less_and_more_columns():
    """Short lines and columns of one's own are fine."""
    assert read_roster("id,name,x\na\nb,Bo,1,2,3\n") == [Person("a"), Person("b", "Bo")]

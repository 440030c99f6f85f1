"""Marks as CSV: what is read back is what was written, and no mark is never a 0."""

import csv
import io
import json
import subprocess
import sys
from datetime import datetime, timedelta

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from benchmarks.grading.folders import graded_cell
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.collecting.students import Person
from rnncourse.grading.engine.grading import Grading
from rnncourse.grading.engine.work import Finished
from rnncourse.grading.export import (
    FORMATS,
    csv_text,
    feedback,
    guarded,
    unguarded,
    without_marks,
)
from rnncourse.grading.marks import read_marks
from rnncourse.grading.outcomes import UNREADABLE
from rnncourse.grading.report import write_report
from tests.conftest import ROOT
from tests.made_class import Entry, make_class

# nbgrader's own: it makes a submission before it adds it to the session.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session")

NASTY = "=+-@\t\r\n\0,;\"'|\\ aZ0é陈\u202e\ufeff＝＋－＠#<&"
SEPARATORS = ",;\t\r\n"
TRIGGERS = "=+-@\t\r\n\0＝＋－＠"
HOSTILE = '=HYPERLINK("http://x","Chen");@SUM(A1),\r\n-1'
PENALTY = "from nbgrader.plugins import BasePlugin"
"""What a block of the instructor guide begins with."""


def texts(count):
    """Yield texts that try a writer of CSV; always the same."""
    rng = np.random.default_rng(20)
    for _ in range(count):
        yield "".join(NASTY[place] for place in rng.integers(len(NASTY), size=rng.integers(12)))


def read(text):
    """Return the rows of a CSV text, with texts as they were before they were guarded."""
    return [[unguarded(part) for part in row] for row in csv.reader(io.StringIO(text, newline=""))]


def test_csv_text_is_read_back_as_it_was_written():
    """Commas, quotes, line ends, formulas and apostrophes come back, whatever their order."""
    rows = [list(row) for row in zip(*[texts(4000)] * 4, strict=True)]
    assert read(csv_text(rows)) == rows


def test_guarded_never_begins_a_formula():
    """Neither in its own cell, nor where a spreadsheet splits it at another separator."""
    for text in texts(4000):
        kept = guarded(text)
        for place, sign in enumerate(kept):
            begins = place == 0 or kept[place - 1] in SEPARATORS + '"'
            assert not (begins and sign in TRIGGERS), repr(text)


def test_csv_text_leaves_numbers_alone():
    """A number is never guarded or quoted; rounding errors are not shown; nothing is nothing."""
    assert csv_text([[0.1 + 0.2, 10.0, 0.0, None, -1.5]]) == "0.3,10,0,,-1.5\r\n"


def class_marks(root, **others):
    """Return the marks of a class of four, one hostile, one unreadable, one waiting."""
    entries = [
        Entry("chen", points=(0.0, 5.5, 0.5), mistakes={"first": "<tanh> is missing"}, penalty=1),
        Entry("garcia", points=(4.0, 5.5, None)),
        Entry("hm", status=UNREADABLE, reason="could not be read: =1+1"),
    ]
    folder = make_class(root, entries, slugs=("ps1", "ps2"), **others)
    people = [Person("chen", HOSTILE, "4711", "12"), Person("none", "Eve")]
    return folder, read_marks(folder, people)


def rows_of(layout, marks, headings=()):
    """Return the rows of an export, by the student's id."""
    rows = read(csv_text(FORMATS[layout](marks, list(marks.due), dict(headings))))
    return rows[0], rows[1:]


def test_table_has_everybody_and_no_zero_for_no_mark(tmp_path):
    """A student without a mark has a row with the reason, and empty cells."""
    _, marks = class_marks(tmp_path)
    head, rows = rows_of("csv", marks)
    found = {row["student"]: row for row in (dict(zip(head, r, strict=True)) for r in rows)}
    assert found["chen"]["name"] == HOSTILE
    own = [found["chen"][name] for name in ("points", "before_penalty", "late_penalty")]
    assert own == ["5", "6", "1"]
    for student in ("garcia", "hm", "none"):
        empty = ("points", "before_penalty", "late_penalty")
        assert [found[student][name] for name in empty] == ["", "", ""]
    assert found["none"]["status"] == "not handed in"
    assert found["hm"]["reason"] == "could not be read: =1+1"


def test_canvas_has_its_ids_and_the_row_of_possible_points(tmp_path):
    """The headings are Canvas's; an exercise may have the name that Canvas knows it by."""
    _, marks = class_marks(tmp_path)
    head, rows = rows_of("canvas", marks, {"ps1": "Week 1 (99)"}.items())
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1 (99)"]
    assert rows[0] == ["    Points Possible", "", "", "", "", "10"]
    assert rows[1] == [HOSTILE, "4711", "", "chen", "", "5"]
    assert [row[-1] for row in rows[2:]] == ["", "", ""]


def test_moodle_is_the_worksheet_of_one_exercise(tmp_path):
    """The columns that its importer asks for, and feedback as escaped HTML."""
    _, marks = class_marks(tmp_path)
    head, rows = rows_of("moodle", marks)
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(head)
    chen = dict(zip(head, rows[0], strict=True))
    assert (chen["Identifier"], chen["ID number"], chen["Grade"]) == ("Participant 12", "chen", "5")
    assert chen["Feedback comments"].startswith("first 0 of 4: &lt;tanh&gt; is missing<br>")
    assert chen["Feedback comments"].endswith("<br>late: 1 points less")
    assert dict(zip(head, rows[1], strict=True))["Feedback comments"] == ""


def test_moodle_has_a_grade_and_a_feedback_column_for_each_of_several(tmp_path):
    """A feedback without its grade would lose the grade."""
    folder = make_class(tmp_path, [Entry("a"), Entry("a", slug="ps2")], slugs=("ps1", "ps2"))
    head, rows = rows_of("moodle", read_marks(folder))
    assert head[3:] == ["ps1", "ps1 (feedback)", "ps2", "ps2 (feedback)"]
    assert (rows[0][3], rows[0][5]) == ("10", "10")


def test_feedback_has_a_persons_words_and_nothing_of_the_code(tmp_path):
    """What a learner's exception said stays out of the learning platform."""
    entry = Entry("a", comments={"first_solution": "Well\ndone <b>"})
    marks = read_marks(make_class(tmp_path, [entry]))
    assert "Well<br>done &lt;b&gt;" in feedback(marks.marks["a", "ps1"])


def test_without_marks_names_everybody_and_why(tmp_path):
    """By exercise and by what is said of them."""
    _, marks = class_marks(tmp_path)
    assert without_marks(marks, ["ps1"]) == {
        "ps1": {
            "waits for a person's mark": ["garcia"],
            "could not be read": ["hm"],
            "not handed in": ["none"],
        }
    }


def export(folder, *arguments):
    """Run the command."""
    command = [sys.executable, "-m", "rnncourse", "export", "--course-dir", str(folder.root)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def test_export_says_who_has_no_mark(tmp_path):
    """On standard error, by name, with an exit code; the roster of the class is found."""
    folder, _ = class_marks(tmp_path / "class")
    (folder.root / "roster.csv").write_text("id,name\nchen,Wei\nnone,Eve\n")
    done = export(folder, "ps1", "-o", str(tmp_path / "marks.csv"))
    assert done.returncode == 3, done.stderr
    assert "ps1: not handed in (1): none" in done.stderr
    assert "ps1: waits for a person's mark (1): garcia" in done.stderr
    asked = export(folder, "ps1", "--format", "moodle").stderr
    assert "no moodle_id in the roster (4): chen, garcia, hm, none" in asked
    assert (tmp_path / "marks.csv").read_bytes().startswith(b"\xef\xbb\xbfstudent,name,")
    assert export(folder, "ps").returncode == 1


def test_export_of_a_complete_class_is_content(tmp_path):
    """Exit code 0, and nothing but the table on standard output; old marks are said."""
    folder = make_class(tmp_path, [Entry("chen")])
    (tmp_path / "roster.csv").write_text("id,canvas_id\nchen,12\n")
    done = export(folder, "--format", "canvas", "--column", "ps1=Week 1 (7)")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (7)\n")
    (tmp_path / "submitted" / "chen" / "ps1" / "ps1.ipynb").write_text("{}")
    assert "older files or questions; grade again (1): chen" in export(folder).stderr


def four_points(works, papers_of):
    """Finish work as a worker would whose tests all pass."""
    for work in works:
        notebook = nbformat.reads(work.notebooks["ps1"], 4)
        notebook.cells[1].outputs = [new_output("execute_result", {"text/plain": "4.0"})]
        yield Finished(work.key, {"ps1": nbformat.writes(notebook)}, 1.0)


def test_penalties_of_nbgraders_plugin_reach_the_export(tmp_path):
    """The plugin of the guide, a due date in the gradebook, a timestamp; the report has it, too."""
    guide = (ROOT / "book" / "instructor_guide.md").read_text(encoding="utf-8")
    plugin = PENALTY + guide.partition(PENALTY)[2].partition("```")[0]
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n" + plugin)
    folder = ClassFolder(tmp_path)
    cells = [graded_cell("x = 1", "x", solution=True), graded_cell("x", "first", points=4)]
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), tmp_path / "source" / "ps1" / "ps1.ipynb")
    coursedir = CourseDirectory(config=folder.config)
    coursedir.assignment_id = "ps1"
    GenerateAssignment(coursedir=coursedir, config=folder.config).start()
    due = datetime(2026, 3, 1, 12)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate=due)
    for student, days in (("early", -1), ("late", 1.5), ("gone", 9)):
        path = tmp_path / "submitted" / student / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes((tmp_path / "release" / "ps1" / "ps1.ipynb").read_bytes())
        time = (due + timedelta(days=days)).isoformat(" ")
        (path.parent / "timestamp.txt").write_text(f"{time} UTC")
    assert len(list(Grading(folder, four_points).outcomes(folder.submissions()))) == 3
    marks = read_marks(folder)
    assert {m.student: m.points for m in marks.of_exercise("ps1")} == {
        "early": 4.0,
        "late": pytest.approx(3.2),  # two days have begun
        "gone": pytest.approx(0.4),
    }
    head, rows = rows_of("csv", marks)
    late = dict(zip(head, rows[2], strict=True))
    assert (late["before_penalty"], late["late_penalty"], late["points"]) == ("4", "0.8", "3.2")
    assert late["handed_in_utc"] == "2026-03-03 00:00:00"
    numbers = write_report(folder, marks, tmp_path / "report.html")
    assert json.loads(numbers.read_text())["marks"]["ps1"]["late"]["points"] == 3.2

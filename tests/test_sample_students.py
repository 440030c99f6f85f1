"""A class of synthetic students, for the desk of whoever teaches."""

import nbformat

from rnncourse.grading.collecting.students import read_people
from rnncourse.grading.report.likeness import alike
from rnncourse.grading.sample_students import DIFFICULT, write_students

SLUG = "01_recurrent_neurons"


def files(root):
    """Return the content of every file below a folder, by relative path."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_write_students_makes_the_same_class_each_time(tmp_path, course):
    """Most hand in, each with a line in the roster; some names are hard to export."""
    written = write_students(tmp_path / "a", course, 30, [SLUG])
    assert written == write_students(tmp_path / "b", course, 30, [SLUG])
    assert files(tmp_path / "a") == files(tmp_path / "b")
    people = read_people(tmp_path / "a" / "roster.csv")
    assert [person.name for person in people][:2] == list(DIFFICULT[:2])
    assert len(people) == 30 > written > 20


def test_write_students_has_two_that_look_alike(tmp_path, course):
    """The report has something to find: the same unusual code, under other names."""
    write_students(tmp_path, course, 30, [SLUG])
    codes = {}
    for path in tmp_path.glob(f"submitted/*/{SLUG}/*.ipynb"):
        text = path.read_text(encoding="utf-8")
        if text.endswith("}"):
            cells = nbformat.reads(text, as_version=4).cells
            codes[path.parts[-3]] = "\n".join(c.source for c in cells if c.cell_type == "code")
    assert ("s007", "s017") in [(pair.first, pair.second) for pair in alike(codes)]

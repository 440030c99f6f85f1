"""From source to release: the same bytes every time, and nothing that is not the learner's."""

import json
import shutil

import pytest

from rnncourse.errors import QuestionError, UnknownNameError
from rnncourse.exercises import Course
from rnncourse.notebooks import build, instructor_files, write_if_changed
from tests.conftest import ROOT

SLUGS = Course(ROOT).slugs()


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the course's sources, free to change."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    return Course(tmp_path)


def test_exercises_are_what_the_sources_give(course):
    """The committed exercises are derived, never edited."""
    assert build(course, write=False) == []


def test_every_rebuild_gives_the_same_bytes(copy):
    """A build writes all files once, and a second build writes none."""
    first = build(copy)
    assert {path.name for path in first} == {f"{slug}.ipynb" for slug in SLUGS} | {"cases.json"}
    assert build(copy) == []
    for slug in SLUGS:
        exercise = copy.exercise(slug)
        assert instructor_files(exercise) == instructor_files(copy.exercise(slug))
        for name in (f"{slug}.ipynb", "cases.json"):
            made, committed = (root / "exercises" / slug / name for root in (copy.root, ROOT))
            assert made.read_bytes() == committed.read_bytes()


def test_check_reports_and_writes_nothing(copy):
    """Edited, missing and stray files differ; a look changes none of them."""
    build(copy)
    folder = copy.exercises / SLUGS[0]
    (folder / "cases.json").write_text("{}")
    (folder / "stray.txt").write_text("?")
    assert [path.name for path in build(copy, write=False)] == ["cases.json", "stray.txt"]
    assert (folder / "cases.json").read_text() == "{}"
    assert [path.name for path in build(copy)] == ["cases.json", "stray.txt"]
    assert build(copy, write=False) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_release_holds_no_answer(slug, course):
    """No line of a solution, no marker, no line of the bank is released."""
    exercise = course.exercise(slug)
    paths = sorted((course.exercises / slug).iterdir())
    released = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    cells = json.loads((course.exercises / slug / f"{slug}.ipynb").read_text())["cells"]
    lines = {line.strip() for cell in cells for line in cell["source"]}
    assert not [w for w in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS") if w in released]
    text = (exercise.folder / "notebook.py").read_text(encoding="utf-8")
    parts = text.split("### BEGIN SOLUTION")[1:]
    secret = [line for part in parts for line in part.split("### END SOLUTION")[0].splitlines()]
    secret += (exercise.folder / "questions.py").read_text(encoding="utf-8").splitlines()
    code = {line.strip() for line in secret if "(" in line and not _is_message(line)}
    code -= _given(exercise)
    assert len(code) > 10
    assert not [line for line in code if line in lines]
    assert not [line for line in code if len(line) > 30 and json.dumps(line)[1:-1] in released]


def _given(exercise):
    """Return the lines that learners are given on purpose: helpers, and the stubs' signatures."""
    cells = [cell for cell in exercise.notebook.cells if cell.cell_type == "code"]
    helpers = [cell.source for cell in cells if not {"solution", "question"} & set(cell.metadata)]
    lines = {line.strip() for source in helpers for line in source.splitlines()}
    return lines | {
        line for cell in cells for line in cell.source.splitlines() if line.startswith("def ")
    }


def _is_message(line):
    """Messages of the bank are released on purpose; so are imports that both have."""
    return line.strip().startswith('"') or "import" in line


@pytest.mark.parametrize("slug", SLUGS)
def test_released_notebook_is_ready_to_use(slug, course):
    """Stubs, one locked check a question, no outputs, ids from the questions' names."""
    notebook = json.loads((course.exercises / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    assert len(cells) == len(notebook["cells"])
    for name, question in course.exercise(slug).questions.items():
        assert cells[name]["metadata"]["nbgrader"]["points"] == question.points
        assert cells[name]["metadata"]["editable"] is False
        assert "raise NotImplementedError()" in "".join(cells[f"{name}_solution"]["source"])
    assert not [cell for cell in notebook["cells"] if cell.get("outputs")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('question="rnn_step"', 'question="rnn_stop"', "asks 'rnn_stop'"),
        ("def rnn_step(", "def rnn_stop(", "no solution cell defines rnn_step"),
        ('# %% question="rnn_step"', "# %%", "must ask every question"),
    ],
)
def test_sources_that_do_not_fit_are_refused(copy, old, new, said):
    """An author learns which name is wrong."""
    path = copy.root / "solutions" / "01_recurrent_neurons" / "notebook.py"
    text = path.read_text(encoding="utf-8").replace(old, new)
    path.write_text(text.replace("check(", "print(") if "stop" in new else text)
    with pytest.raises(QuestionError, match=said):
        build(copy)


def test_points_must_sum_to_ten(copy):
    """Every exercise weighs the same."""
    path = copy.root / "solutions" / "01_recurrent_neurons" / "questions.py"
    path.write_text(path.read_text(encoding="utf-8").replace("points=4", "points=5"))
    with pytest.raises(QuestionError, match="sum to 11"):
        build(copy)


WRITTEN = """
# %% [markdown] written="why_a_state"
# ### BEGIN SOLUTION
# Because the past matters.
# ### END SOLUTION
"""
RUBRIC = """
from rnncourse.checks import Criterion, Written

why_a_state = Written(section="A mini-batch", criteria=(Criterion(2, "the reason", "The past."),))
"""


def test_answer_in_words_is_released_as_a_stub_with_its_points(copy):
    """A person marks it: nbgrader gets the points, learners the criteria and no model answer."""
    folder = copy.root / "solutions" / SLUGS[0]
    source, questions = folder / "notebook.py", folder / "questions.py"
    source.write_text(source.read_text(encoding="utf-8") + WRITTEN)
    with pytest.raises(QuestionError, match="asks 'why_a_state', which questions"):
        build(copy)
    questions.write_text(questions.read_text(encoding="utf-8") + RUBRIC)
    with pytest.raises(QuestionError, match="sum to 12"):
        build(copy)
    questions.write_text(questions.read_text(encoding="utf-8").replace("points=6", "points=4"))
    build(copy)
    path = copy.exercises / SLUGS[0] / f"{SLUGS[0]}.ipynb"
    criteria, cell = json.loads(path.read_text(encoding="utf-8"))["cells"][-2:]
    assert "| 2 | the reason |" in "".join(criteria["source"])
    settings = cell["metadata"]["nbgrader"]
    assert (settings["grade"], settings["solution"], settings["points"]) == (True, True, 2.0)
    assert (cell["cell_type"], "".join(cell["source"])) == ("markdown", "YOUR ANSWER HERE")
    assert copy.exercise(SLUGS[0]).written == {"why_a_state": 2.0}


def test_unknown_exercise_suggests_the_nearest(course):
    """A wrong slug is answered with the near match."""
    with pytest.raises(UnknownNameError, match="Did you mean '01_recurrent_neurons'"):
        course.exercise("01_recurrent_neuron")


def test_course_is_found_from_inside_and_from_its_package(tmp_path, monkeypatch):
    """The folder, a folder in it, or the package's own checkout."""
    monkeypatch.delenv("RNNCOURSE_ROOT", raising=False)
    assert Course.find(ROOT / "solutions").root == ROOT
    assert Course.find(tmp_path).root == ROOT
    (tmp_path / "solutions").mkdir()
    (tmp_path / "_config.yml").touch()
    monkeypatch.setenv("RNNCOURSE_ROOT", str(tmp_path))
    assert Course.find(ROOT).root == tmp_path
    (tmp_path / "_config.yml").unlink()
    with pytest.raises(UnknownNameError, match="set RNNCOURSE_ROOT"):
        Course.find(ROOT)


def test_fingerprint_follows_the_sources(copy):
    """A changed question means that marks are no longer of today's questions."""
    before = copy.exercise(SLUGS[0]).fingerprint()
    path = copy.root / "solutions" / SLUGS[0] / "questions.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n")
    assert copy.exercise(SLUGS[0]).fingerprint() != before


def test_writing_leaves_what_is_equal(tmp_path):
    """An unchanged file keeps its time, so that nothing is made again for it."""
    path = tmp_path / "deep" / "file"
    write_if_changed(path, b"one")
    stamp = path.stat().st_mtime_ns
    write_if_changed(path, b"one")
    assert path.stat().st_mtime_ns == stamp
    write_if_changed(path, b"two")
    assert (path.read_bytes(), [p.name for p in path.parent.iterdir()]) == (b"two", ["file"])

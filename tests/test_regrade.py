"""Regrading: a fault in a question, mended after the class was graded."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from rnncourse.errors import ClassError, UnknownNameError
from rnncourse.exercises import Course
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.differences import Difference, differences
from rnncourse.grading.engine.grading import Grading
from rnncourse.grading.engine.work import Incident
from rnncourse.grading.engine.workers import here, nobody
from rnncourse.grading.marks import read_marks
from rnncourse.grading.outcomes import FAILED, GRADED
from rnncourse.grading.regrade import Regrading, waiting
from rnncourse.grading.sample_class import write_sample_class
from tests.conftest import ROOT
from tests.made_class import Entry, make_class

pytestmark = [
    pytest.mark.e2e,
    # nbgrader's own: it makes a submission before it adds it to the session.
    pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session"),
]

SLUG = "01_recurrent_neurons"
STUDENTS = ("right", "blank", "half-done", "cut-off")
RIGHT = "x @ kernel + h @ recurrent_kernel + bias"
FAULTY = "x @ kernel + h @ recurrent_kernel"


def change(course, old, new):
    """Change the solution that the questions compare with."""
    path = course / "solutions" / SLUG / "notebook.py"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory, warm_kernels):
    """Return a course in which a class was graded by a faulty solution, since mended."""
    root = tmp_path_factory.mktemp("regrade") / "course"
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name / SLUG, root / name / SLUG)
    for name in ("_config.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, root)
    write_sample_class(root / "all", Course(root), slugs=[SLUG])
    for student in STUDENTS:
        shutil.copytree(root / "all" / "submitted" / student, root / "term/submitted" / student)
    shutil.rmtree(root / "all")
    change(root, RIGHT, FAULTY)
    folder = ClassFolder(root / "term", Course(root))
    assert len(list(Grading(folder, here(warm_kernels)).outcomes(folder.submissions()))) == 4
    with Gradebook(f"sqlite:///{root}/term/gradebook.db", "rnncourse") as gradebook:
        grade = gradebook.find_grade("rnn_step", SLUG, SLUG, "blank")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        comment = gradebook.find_comment("rnn_step_solution", SLUG, SLUG, "blank")
        comment.manual_comment = "You told me how."
        gradebook.db.commit()
    change(root, FAULTY, RIGHT)
    return root


@pytest.fixture
def folder(graded, tmp_path):
    """Return a copy of the class, of today's questions."""
    shutil.copytree(graded / "term", tmp_path / "term")
    return ClassFolder(tmp_path / "term", Course(graded))


def points(folder):
    """Return the points of each student, by question."""
    marks = read_marks(folder).of_exercise(SLUG)
    return {m.student: {q.name: q.points for q in m.questions} for m in marks if m.questions}


def state(folder):
    """Return everything that a class has decided, as bytes."""
    found = [*folder.root.glob("outcomes/*/[!.]*.json"), *folder.root.glob("feedback/*/*/*.html")]
    return {path: path.read_bytes() for path in found}, points(folder)


def regrade(folder, kernel, question=None):
    """Regrade; return what was decided."""
    regrading = Regrading(folder, here(kernel), SLUG, question)
    regrading.register()
    chosen = waiting(folder, SLUG, question)
    tried = list(regrading.tried(chosen))
    assert {outcome.status for outcome in tried} == {GRADED}
    return list(regrading.entered(chosen))


def test_trying_says_what_would_change_and_changes_nothing(folder, warm_kernels):
    """Whoever was right gets the points; what a person gave stays; what was run is kept."""
    before, marks = state(folder), read_marks(folder).marks
    chosen = waiting(folder, SLUG)
    assert [submission.student for submission in chosen] == ["blank", "half-done", "right"]
    tried = list(Regrading(folder, here(warm_kernels), SLUG).tried(chosen))
    found = {o.student: differences(marks[o.student, SLUG], o) for o in tried}
    changed = {s: [(d.question, d.before, d.after) for d in of] for s, of in found.items()}
    assert changed == {
        "blank": [],
        "half-done": [("rnn_step", 0.0, 4.0)],
        "right": [("rnn_step", 0.0, 4.0), ("rnn_two_steps", 0.0, 6.0)],
    }
    assert found["right"][0].why.startswith("Right")
    assert state(folder) == before
    looking = Regrading(folder, nobody, SLUG)
    assert looking.to_run(chosen) == []
    again = {outcome.student: outcome.total for outcome in looking.tried(chosen)}
    assert again == {"blank": 0.0, "half-done": 4.0, "right": 10.0}


def test_regrading_changes_the_marks_and_leaves_a_trail(folder, warm_kernels):
    """New marks and pages; the old outcome is put down; nothing is left to do."""
    seed = folder.outcome("right", SLUG).seed
    page = folder.root / "feedback" / "right" / SLUG / f"{SLUG}.html"
    old_page = page.read_bytes()
    assert len(regrade(folder, warm_kernels)) == 3
    assert points(folder) == {
        "blank": {"rnn_step": 1.5, "rnn_two_steps": 0.0},
        "half-done": {"rnn_step": 4.0, "rnn_two_steps": 0.0},
        "right": {"rnn_step": 4.0, "rnn_two_steps": 6.0},
    }
    assert folder.outcome("right", SLUG).seed == seed
    assert page.read_bytes() != old_page
    trail = folder.root / "outcomes" / SLUG / ".regraded" / "right.jsonl"
    (entry,) = map(json.loads, trail.read_text().splitlines())
    assert entry["outcome"]["points"] == {"rnn_step": 0.0, "rnn_two_steps": 0.0}
    assert entry["regraded"] == "all questions"
    assert waiting(folder, SLUG) == []
    assert not list(folder.root.rglob("*.finished"))
    assert folder.recorded(folder.submissions(SLUG, "right")[0]).total == 10.0


def test_marks_and_comments_of_a_person_stay(folder, warm_kernels):
    """They count as before, and nobody is asked to give them again."""
    regrade(folder, warm_kernels)
    (mark,) = (m for m in read_marks(folder).of_exercise(SLUG) if m.student == "blank")
    question = next(q for q in mark.questions if q.name == "rnn_step")
    assert (question.by_hand, question.auto, question.waits) == (1.5, 0.0, False)
    assert question.comment == "You told me how."
    assert mark.status == GRADED


def test_one_question_alone_changes(folder, warm_kernels):
    """The others keep their verdicts, in the gradebook, in the outcome and on the page."""
    regrade(folder, warm_kernels, "rnn_step")
    assert points(folder)["right"] == {"rnn_step": 4.0, "rnn_two_steps": 0.0}
    outcome = folder.outcome("right", SLUG)
    assert outcome.points == {"rnn_step": 4.0, "rnn_two_steps": 0.0}
    assert not outcome.messages["rnn_two_steps"].startswith("Right")


def test_the_other_questions_can_follow(folder, warm_kernels):
    """Grading leaves them as they were; regrading them is still possible."""
    regrade(folder, warm_kernels, "rnn_step")
    (right,) = folder.submissions(SLUG, "right")
    assert folder.recorded(right) is not None
    assert waiting(folder, SLUG, "rnn_step") == []
    assert [s.student for s in waiting(folder, SLUG)] == ["right"]
    assert len(regrade(folder, warm_kernels, "rnn_two_steps")) == 1
    assert points(folder)["right"] == {"rnn_step": 4.0, "rnn_two_steps": 6.0}
    assert waiting(folder, SLUG) == []


def test_cut_regrading_goes_on_where_it_was(folder, warm_kernels):
    """What is entered is done; the rest is kept, and not run again."""
    chosen = waiting(folder, SLUG)
    regrading = Regrading(folder, here(warm_kernels), SLUG)
    regrading.register()
    assert len(list(regrading.tried(chosen))) == 3
    entering = regrading.entered(chosen)
    first = next(entering)
    entering.close()
    rest = waiting(folder, SLUG)
    assert first.student not in {submission.student for submission in rest}
    going_on = Regrading(folder, nobody, SLUG)
    assert len(list(going_on.tried(rest))) == 2
    assert len(list(going_on.entered(rest))) == 2
    assert waiting(folder, SLUG) == []


def test_what_fails_keeps_its_mark(folder):
    """An incident of the machine takes nothing away from anybody."""
    before = state(folder)

    def broken(works, papers_of):
        for work in works:
            yield Incident(work.key, "The machine is on fire.")

    regrading = Regrading(folder, broken, SLUG)
    tried = list(regrading.tried(waiting(folder, SLUG)))
    assert {outcome.status for outcome in tried} == {FAILED}
    assert list(regrading.entered(waiting(folder, SLUG))) == []
    assert state(folder) == before


def test_regrade_command_looks_first_and_then_does_it(graded, folder):
    """A table of whose marks change; the other question is a warning; then nothing is left."""
    command = [sys.executable, "-m", "rnncourse", "regrade", SLUG, "--unsafe-no-sandbox"]
    command += ["--workers", "1", "--course-dir", str(folder.root)]
    environment = os.environ | {"RNNCOURSE_ROOT": str(graded)}

    def run(*more):
        return subprocess.run(
            [*command, *more], capture_output=True, text=True, check=False, env=environment
        )

    looked = run("--question", "rnn_step", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "2 of 3 marks would change, by +8 points altogether" in looked.stdout
    assert "rnn_two_steps would change, too" in looked.stderr
    assert "submissions run as you" in looked.stderr
    assert points(folder)["right"]["rnn_step"] == 0.0
    done = run()
    assert done.returncode == 0, done.stderr
    assert "submissions run as you" not in done.stderr  # nothing had to be run
    assert "2 of 3 marks changed, by +14 points altogether" in done.stdout
    assert points(folder)["right"] == {"rnn_step": 4.0, "rnn_two_steps": 6.0}
    assert (folder.root / "feedback" / "right" / "index.html").is_file()
    assert "nothing to do" in run("--dry-run").stdout


def test_waiting_refuses_what_is_not_asked(folder, tmp_path):
    """An unknown question suggests the near one; another course is told its own command."""
    with pytest.raises(UnknownNameError, match="Did you mean 'rnn_step'"):
        waiting(folder, SLUG, "rnn_stp")
    with pytest.raises(ClassError, match="nbgrader autograde ps1 --force"):
        waiting(make_class(tmp_path / "other", [Entry("a")]), "ps1")


def test_differences_leave_out_what_stays(tmp_path):
    """A mark by hand is shown where the automatic one beside it changes, and stays."""
    entry = Entry("a", points=(0.0, 5.5, 0.5), by_hand={"first": 3.0})
    folder = make_class(tmp_path, [entry])
    now = folder.outcome("a", "ps1")
    mark = read_marks(folder).marks["a", "ps1"]
    assert differences(mark, now) == []
    now.points["first"] = 4.0
    now.messages["first"] = "Right."
    assert differences(mark, now) == [Difference("a", "first", 3.0, 3.0, "Right.", by_hand=True)]

"""A whole class, graded by our command, by stock nbgrader and by formgrader's button.

The class is the sample class: right, wrong, half, hostile and damaged
submissions, each with the mark that it should get.
"""

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from rnncourse.checks.examples import written_out
from rnncourse.grading.records import RECORD
from rnncourse.grading.sample_class import read_manifest, write_sample_class
from tests.conftest import ROOT

pytestmark = pytest.mark.e2e

SLUG = "01_recurrent_neurons"
BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def run(*command, cwd, check=True):
    """Run a command as a person would; return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def sample_class(root, course):
    """Write a sample class whose examinations have one seed, so that messages can be compared."""
    write_sample_class(root, course, slugs=[SLUG])
    with (root / "nbgrader_config.py").open("a") as config:
        config.write("c.Examine.seed = 20\n")
    return root


@pytest.fixture(scope="module")
def ours(tmp_path_factory, course):
    """Return a sample class that `rnncourse grade` has graded, and what that printed."""
    root = sample_class(tmp_path_factory.mktemp("ours"), course)
    return root, run("rnncourse", "grade", "--course-dir", str(root), cwd=root)


@pytest.fixture(scope="module")
def stock(tmp_path_factory, course):
    """Return a sample class that stock nbgrader has graded; it fails for unreadable notebooks."""
    root = sample_class(tmp_path_factory.mktemp("stock"), course)
    run("nbgrader", "generate_assignment", SLUG, cwd=root)
    return root, run("nbgrader", "autograde", SLUG, cwd=root, check=False)


def marks(root):
    """Return the marks in a class's gradebook, by student and question."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnncourse") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(SLUG)
        }


def expected(root, *, readable=True):
    """Return the marks that the sample class should get."""
    entries = {key.split("/")[1]: entry for key, entry in read_manifest(root).items()}
    return {s: e["expected"] for s, e in entries.items() if (e["expected"] is not None) == readable}


def messages(root, student):
    """Return the recorded messages of one student's verdicts."""
    path = root / "autograded" / student / SLUG / f"{SLUG}.ipynb"
    verdicts = nbformat.read(path, as_version=4).metadata[RECORD]["verdicts"]
    return {name: verdict["message"] for name, verdict in verdicts.items()}


def test_our_command_gives_every_expected_mark(ours):
    """The printed table, the exit code and the gradebook agree with the manifest."""
    root, done = ours
    assert "every mark is the expected one" in done.stdout
    given = marks(root)
    assert {student: given[student] for student in expected(root)} == expected(root)


def test_stock_nbgrader_gives_every_expected_mark(stock):
    """`nbgrader autograde` runs the same examiner; one bad notebook does not stop the class."""
    root, done = stock
    given = marks(root)
    assert {student: given[student] for student in expected(root)} == expected(root)
    for student in expected(root, readable=False):
        assert not (root / "autograded" / student / SLUG).exists()
    assert done.stderr.count("NotebookError: could not be read") >= 4


def test_both_ways_give_the_same_messages(ours, stock):
    """What a learner reads does not depend on who pressed which button."""
    for student in expected(ours[0]):
        assert messages(ours[0], student) == messages(stock[0], student)


def test_unreadable_notebooks_have_an_outcome_and_a_reason(ours):
    """No mark, a definite reason, and the rest of the class graded."""
    root, _ = ours
    for student in expected(root, readable=False):
        outcome = json.loads((root / "outcomes" / SLUG / f"{student}.json").read_text())
        assert outcome["status"] == "unreadable"
        assert outcome["reason"].startswith("could not be read: ")


def test_feedback_says_the_mistake_and_no_hidden_case(ours, course):
    """Every student has a page and a summary; they name the mistake, or why there is no mark."""
    root, _ = ours
    pages = {path.parts[-3] for path in root.glob("feedback/*/*/*.html")}
    assert pages == set(expected(root)) | set(expected(root, readable=False))
    assert {path.parts[-2] for path in root.glob("feedback/*/index.html")} == pages
    page = (root / "feedback" / "wrong-01" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "tanh is missing" in page
    seed = json.loads((root / "outcomes" / SLUG / "wrong-01.json").read_text())["seed"]
    for paper in course.exercise(SLUG).examination(seed).values():
        for case in paper.cases:
            assert written_out(case.inputs["bias"]) not in page
    page = (root / "feedback" / "empty" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")
    assert "Could not be read: the file is empty." in page


def test_grading_again_grades_nothing_again(ours):
    """Outcomes stay as they are; a second run only reads them."""
    root, _ = ours
    paths = sorted((root / "outcomes").rglob("*.json"))
    before = [path.read_bytes() for path in paths]
    done = run("rnncourse", "grade", "--course-dir", str(root), cwd=root)
    assert [path.read_bytes() for path in paths] == before
    assert "every mark is the expected one" in done.stdout


def test_resubmission_is_graded_again(ours):
    """A changed file has no outcome until it is graded anew."""
    root, _ = ours
    submitted = root / "submitted" / "blank" / SLUG / f"{SLUG}.ipynb"
    blank = submitted.read_bytes()
    submitted.write_bytes((root / "submitted" / "right" / SLUG / f"{SLUG}.ipynb").read_bytes())
    command = ("rnncourse", "grade", SLUG, "--student", "blank", "--unsafe-no-sandbox")
    run(*command, cwd=root, check=False)
    assert sum(marks(root)["blank"].values()) == 10.0
    submitted.write_bytes(blank[:100])
    run(*command, cwd=root, check=False)  # exit 1: a sample class expects another mark
    assert "blank" not in marks(root)
    page = root / "feedback" / "blank" / SLUG / f"{SLUG}.html"
    assert "There is no mark" in page.read_text(encoding="utf-8")
    submitted.write_bytes(blank)
    run("rnncourse", "grade", SLUG, "--student", "blank", cwd=root)
    assert sum(marks(root)["blank"].values()) == 0.0


def test_foreign_class_is_graded_in_the_sandbox_or_at_ones_own_risk(ours, tmp_path):
    """Code of strangers runs as oneself only on demand; all face the same cases, drawn for them."""
    folder = tmp_path / "submitted" / "stranger" / SLUG
    folder.mkdir(parents=True)
    shutil.copy(ours[0] / "submitted" / "right" / SLUG / f"{SLUG}.ipynb", folder)
    done = run("rnncourse", "grade", cwd=tmp_path)
    assert "Sandbox: bubblewrap" in done.stderr
    assert "1 of 1 submissions graded" in done.stdout
    assert marks(tmp_path) == {"stranger": {"rnn_step": 4.0, "rnn_two_steps": 6.0}}
    outcome = tmp_path / "outcomes" / SLUG / "stranger.json"
    seed = json.loads(outcome.read_text())["seed"]
    outcome.unlink()
    done = run("rnncourse", "grade", "--unsafe-no-sandbox", cwd=tmp_path)
    assert "submissions run as you" in done.stderr
    assert json.loads(outcome.read_text())["seed"] == seed
    assert seed not in (None, 20)


def test_folders_that_nbgrader_cannot_find_are_graded_or_have_a_reason(ours, tmp_path):
    """A misspelt exercise suggests the near match; a name that looks like a pattern is a name."""
    right = ours[0] / "submitted" / "right" / SLUG / f"{SLUG}.ipynb"
    for student, slug in (("ok", SLUG), ("typo", "01_recurent_neurons"), ("a[x]", SLUG)):
        folder = tmp_path / "submitted" / student / slug
        folder.mkdir(parents=True)
        shutil.copy(right, folder / f"{slug}.ipynb")
        (folder.parent / ".ipynb_checkpoints").mkdir()
    done = run("rnncourse", "grade", "--unsafe-no-sandbox", cwd=tmp_path)
    said = " ".join(done.stdout.split())
    assert "2 of 3 submissions graded" in said
    assert "Did you mean '01_recurrent_neurons'" in said
    assert set(marks(tmp_path)) == {"ok", "a[x]"}


def test_renamed_notebook_is_graded_unless_there_are_several(ours, tmp_path):
    """A browser's (1) costs no mark; which of two counts is not guessed; the log says so."""
    right = ours[0] / "submitted" / "right" / SLUG / f"{SLUG}.ipynb"
    for student, name in (("one", "Name (1).ipynb"), ("two", "a.ipynb"), ("two", "b.ipynb")):
        folder = tmp_path / "submitted" / student / SLUG
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(right, folder / name)
    done = run("rnncourse", "grade", "--unsafe-no-sandbox", cwd=tmp_path)
    assert marks(tmp_path)["one"] == {"rnn_step": 4.0, "rnn_two_steps": 6.0}
    assert "a.ipynb, b.ipynb. Which one counts?" in " ".join(done.stdout.split())
    assert "one: The notebook is called Name (1).ipynb" in (tmp_path / "nbgrader.log").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["01_recurrent_neuron"], "Did you mean '01_recurrent_neurons'"),
        (["--student", "blnak"], "Did you mean 'blank'"),
    ],
)
def test_wrong_names_suggest_the_nearest(ours, arguments, said):
    """A typing error is answered with the near match, and without a traceback."""
    done = run("rnncourse", "grade", *arguments, cwd=ours[0], check=False)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_empty_class_says_what_was_expected(tmp_path):
    """A folder without submissions is explained."""
    done = run("rnncourse", "grade", cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "submitted/<student>/<exercise>" in done.stderr


def test_exchange_carries_an_exercise_to_a_student_and_back(stock, tmp_path):
    """Release, fetch, submit and collect, with the settings as they are."""
    root, _ = stock
    settings = f'c = get_config()\nc.Exchange.root = "{root}/exchange"\n'
    (tmp_path / "nbgrader_config.py").write_text(
        settings + 'c.CourseDirectory.course_id = "rnncourse"\n'
    )
    run("nbgrader", "release_assignment", SLUG, cwd=root)
    run("nbgrader", "fetch_assignment", SLUG, cwd=tmp_path)
    fetched = sorted(path.name for path in (tmp_path / SLUG).iterdir())
    assert fetched == [f"{SLUG}.ipynb", "cases.json"]
    run("nbgrader", "submit", SLUG, cwd=tmp_path)
    run("nbgrader", "collect", SLUG, cwd=root)
    user = getpass.getuser()
    collected = root / "submitted" / user / SLUG / f"{SLUG}.ipynb"
    assert collected.read_bytes() == (tmp_path / SLUG / f"{SLUG}.ipynb").read_bytes()
    shutil.rmtree(root / "submitted" / user)


def test_validate_shows_a_learner_the_named_mistake(ours, tmp_path):
    """nbgrader's own Validate button runs the visible checks."""
    for name in (f"{SLUG}.ipynb", "cases.json"):
        shutil.copy(ROOT / "exercises" / SLUG / name, tmp_path)
    shutil.copy(ours[0] / "submitted" / "wrong-06" / SLUG / f"{SLUG}.ipynb", tmp_path)
    said = run("nbgrader", "validate", f"{SLUG}.ipynb", cwd=tmp_path).stdout
    assert "FAILED" in said
    assert "the recurrent kernel is transposed" in said


@pytest.fixture(scope="module")
def server(stock):
    """Run a Jupyter server with formgrader in the class folder; yield its address and token."""
    root, _ = stock
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "jupyter",
        "server",
        "--allow-root",
        "--no-browser",
        f"--port={port}",
        "--IdentityProvider.token=secret",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]
    log = (root / "server.log").open("w")
    process = subprocess.Popen(command, cwd=root, env=ENVIRONMENT, stdout=log, stderr=log)
    try:
        yield _wait_for(process, f"http://127.0.0.1:{port}"), root
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_for(process, address):
    for _ in range(240):
        try:
            with _request(f"{address}/api/status"):
                return address
        except OSError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.25)
    raise AssertionError("the server did not answer within a minute")


def _request(url, data=None):
    request = urllib.request.Request(url, data, {"Authorization": "token secret"})  # noqa: S310
    return urllib.request.urlopen(request, timeout=120)  # noqa: S310 - our own server


def test_formgrader_button_gives_the_same_mark(server):
    """The button's own request runs the examiner, inside the server's loop."""
    address, root = server
    before = messages(root, "wrong-02")
    with _request(f"{address}/formgrader/api/submission/{SLUG}/wrong-02/autograde", b"") as reply:
        result = json.loads(reply.read())
    assert result["success"], result
    assert marks(root)["wrong-02"] == expected(root)["wrong-02"]
    assert messages(root, "wrong-02") == before


def test_formgrader_lists_the_exercise(server):
    """The instructor's page opens and knows the class."""
    address, root = server
    with _request(f"{address}/formgrader/api/submissions/{SLUG}") as reply:
        listed = json.loads(reply.read())
    assert {entry["student"] for entry in listed} >= set(expected(root))

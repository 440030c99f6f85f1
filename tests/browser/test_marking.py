"""A marker in formgrader, and the pages that students get, with hostile submissions among them."""

import contextlib
import copy
import html
import json
import socket
import subprocess
from urllib.parse import quote

import nbformat
import pytest
from nbgrader.api import Gradebook

from rnncourse.checks.examples import written_out
from rnncourse.grading.sample_class import CONFIG
from rnncourse.notebooks import instructor_notebook
from tests.conftest import ROOT
from tests.hostile import HOSTILE
from tests.test_class_end_to_end import ENVIRONMENT, _request, _wait_for, run

pytestmark = pytest.mark.e2e

SLUG, WORDS = "06_bptt", "which_steps_matter"
ATTACK = f"""
from IPython.display import HTML, Javascript, display
evil = {HOSTILE!r}
display(HTML(evil), Javascript("window.hit = 8"))
kinds = "image/svg+xml", "text/latex", "text/markdown", "image/png", "text/plain"
display(dict.fromkeys(kinds, evil), raw=True)
print(evil, "A" * 10**6)
def rnn_forward(*arguments):
    raise type("Evil", (Exception,), {{}})(evil)
"""
EVIL = "<img src=x onerror=window.hit=9>"
GRADE = ("rnncourse", "grade", "--workers", "1", "--unsafe-no-sandbox")


def submissions(course):
    """Return notebooks by student: all right, half, with nothing in it, and hostile."""
    exercise = course.exercise(SLUG)
    blank = nbformat.read(course.exercises / SLUG / f"{SLUG}.ipynb", as_version=4)
    solved = {cell.id: cell.source for cell in instructor_notebook(exercise).cells}

    def answered(**sources):
        notebook = copy.deepcopy(blank)
        for cell in notebook.cells:
            cell.source = sources.get(cell.id, cell.source)
        return notebook

    code = {name: text for name, text in solved.items() if name.endswith("_solution")}
    half = answered(rnn_forward_solution="def rnn_forward(*a):\n    return 0 * a[0]")
    hostile = answered(rnn_forward_solution=ATTACK, **{WORDS: HOSTILE})
    for make in (nbformat.v4.new_markdown_cell, nbformat.v4.new_raw_cell):
        hostile.cells.insert(1, make(HOSTILE))
    right = answered(**code, **{WORDS: "Step 5: it comes after the last output."})
    return {"right": right, "half": half, "blank": blank, "hostile": hostile}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, course):
    """Return the folder of a graded class."""
    root = tmp_path_factory.mktemp("marking")
    for student, notebook in submissions(course).items():
        folder = root / "submitted" / student / SLUG
        folder.mkdir(parents=True)
        (folder / f"{SLUG}.ipynb").write_text(json.dumps(notebook))
        (folder / "evil.html").write_text(HOSTILE.encode("ascii", "ignore").decode())
    named = root / "submitted" / EVIL / SLUG
    named.mkdir(parents=True)
    (named / f"{SLUG}.ipynb").write_text(json.dumps(notebook))
    (root / "nbgrader_config.py").write_text(CONFIG.format(course=str(ROOT)))
    (root / "exchange").mkdir()
    run(*GRADE, cwd=root, check=False)  # exit 1 if any failed
    return root


@pytest.fixture(scope="module")
def formgrader(graded):
    """Run a Jupyter server with formgrader in the class folder; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    extension = "{'nbgrader.server_extensions.formgrader': True}"
    command = ["jupyter", "server", "--allow-root", "--no-browser", f"--port={port}"]
    command += ["--IdentityProvider.token=secret", f"--ServerApp.jpserver_extensions={extension}"]
    with (graded / "server.log").open("w") as log:
        process = subprocess.Popen(command, cwd=graded, env=ENVIRONMENT, stdout=log, stderr=log)
        try:
            yield _wait_for(process, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(20)


def submission_pages(formgrader):
    """Return the address of each student's page in formgrader."""
    with _request(f"{formgrader}/formgrader/api/submitted_notebooks/{SLUG}/{SLUG}") as reply:
        listed = json.loads(reply.read())
    return {e["student"]: f"{formgrader}/formgrader/submissions/{e['id']}/" for e in listed}


@pytest.fixture
def instructor(formgrader, visit):
    """Return a browser's page that is signed in."""
    return visit(f"{formgrader}/formgrader/manage_assignments?token=secret").page


def notebook(seen):
    """Return the part of formgrader's page that shows the submission."""
    return seen.locator("#notebook-container").first


def page(root, student):
    """Return a student's feedback page."""
    return (root / "feedback" / student / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")


@contextlib.contextmanager
def grades(root, student):
    """Give the grades of a student, by question."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "rnncourse") as gradebook:
        entry = gradebook.find_submission_notebook(SLUG, SLUG, student)
        yield {grade.name: grade for grade in entry.grades}, entry
        gradebook.db.commit()


def test_nothing_of_a_learner_runs_in_formgrader(formgrader, instructor):
    """No page that the instructor opens takes a submission, or a name, for part of itself."""
    pages = submission_pages(formgrader)
    assert set(pages) == {"right", "half", "blank", "hostile"}
    lists = ("manage_students", f"manage_submissions/{SLUG}", f"gradebook/{SLUG}/{SLUG}")
    lists += (f"manage_students/{quote(EVIL)}",)
    addresses = [f"{formgrader}/formgrader/{name}" for name in lists]
    for address in [*addresses, pages["hostile"]]:
        instructor.goto(address, wait_until="networkidle")
        assert instructor.evaluate("window.hit") is None, address
        assert instructor.locator("[onerror]").count() == 0
        if address in addresses[:2]:
            assert "hostile" in instructor.locator("#main-table").inner_text()
    strange = "iframe, svg, img, object, [onload], [onerror], a[href^='javascript']"
    assert notebook(instructor).locator(strange).count() == 0
    assert "onerror=" in notebook(instructor).inner_text()


def test_feedback_pages_ask_for_nothing(graded, visit):
    """Every page opens without a request, a complaint, or anything of a learner's run."""
    pages = sorted((graded / "feedback").rglob("*.html"))
    assert len(pages) == 10  # a page and a summary each
    for path in pages:
        found = visit(path.as_uri())
        assert found.problems == []
        assert found.requests == [path.as_uri()]
        assert found.page.evaluate("window.hit") is None
        assert path.stat().st_size < 100_000


def test_page_is_fit_for_a_phone(graded, visit):
    """Long lines scroll or break inside their blocks."""
    for student in ("hostile", "half"):
        path = graded / "feedback" / student / SLUG / f"{SLUG}.html"
        seen = visit(path.as_uri(), viewport={"width": 390, "height": 800}).page
        assert seen.evaluate("document.documentElement.scrollWidth") <= 390


def test_marks_given_in_formgrader_reach_the_page_and_stay(graded, formgrader, instructor):
    """The marker reads the rubric, types points and a comment; grading again asks nobody anew."""
    seen = instructor
    seen.goto(submission_pages(formgrader)["right"])
    assert "Rubric, 2 points" in notebook(seen).inner_text()
    assert "To be read by a person" in page(graded, "right")
    seen.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")
    for place, text in ((f"#{WORDS}", "1.5"), (f"#{WORDS}-comment", "Why no <b>other</b> step?")):
        seen.fill(place, text)
        with seen.expect_response(lambda answer: answer.request.method == "PUT"):
            seen.keyboard.press("Tab")
    done = run("rnncourse", "feedback", SLUG, cwd=graded)
    assert "5 pages and 5 summaries" in done.stdout
    marked = page(graded, "right")
    assert "1.5 of 2 points" in marked
    assert "Why no &lt;b&gt;other&lt;/b&gt; step?" in marked
    assert "9.5</strong> of 10" in marked
    (graded / "outcomes" / SLUG / "right.json").unlink()
    run(*GRADE, cwd=graded, check=False)
    assert page(graded, "right") == marked
    with grades(graded, "right") as (found, _):
        assert (found[WORDS].manual_score, found[WORDS].needs_manual_grade) == (1.5, False)


def test_marks_given_through_the_gradebook_reach_page_and_summary(graded):
    """nbgrader's own interface, its own command, and ours agree; points of code can be changed."""
    with grades(graded, "half") as (found, entry):
        found["rnn_forward"].manual_score = 1.0
        found["rnn_forward"].needs_manual_grade = False
        entry.late_submission_penalty = 0.5
        next(c for c in entry.comments if c.name == "rnn_forward_solution").manual_comment = "Near."
    run("rnncourse", "feedback", "--student", "half", cwd=graded)
    ours = page(graded, "half")
    for said in ("1 of 2 points", "Near.", "the grading gave 0", "0.5 points are taken off"):
        assert said in ours
    summed = (graded / "feedback" / "half" / "index.html").read_text(encoding="utf-8")
    assert "0.5</strong> of 10" in summed
    assert "0.5 points off because it was late" in summed
    run("nbgrader", "generate_feedback", SLUG, "--force", cwd=graded)
    assert page(graded, "half") == ours


def test_answer_that_changed_waits_for_a_person_again(graded):
    """Points for another answer are kept, and shown to whoever marks, not to the student."""
    with grades(graded, "hostile") as (found, _):
        found[WORDS].manual_score, found[WORDS].needs_manual_grade = 2.0, False
    path = graded / "submitted" / "hostile" / SLUG / f"{SLUG}.ipynb"
    before = path.read_text()
    path.write_text(before.replace("window.hit=5", "window.hit=55"))
    run(*GRADE, cwd=graded, check=False)
    with grades(graded, "hostile") as (found, _):
        assert (found[WORDS].manual_score, found[WORDS].needs_manual_grade) == (2.0, True)
    assert "To be read by a person" in page(graded, "hostile")


def test_feedback_holds_nothing_that_is_the_instructors(graded, course):
    """No model answer, nothing for markers, no line of a solution, no number of a fresh case."""
    exercise = course.exercise(SLUG)
    rubric = exercise.rubrics[WORDS]
    secret = [c.looks_for for c in rubric.criteria] + [*rubric.typical.values()]
    secret += exercise.model_answer(WORDS).splitlines()
    secret += ["d_x = np.empty_like(x)", "reversed(range(x.shape[1]))"]
    seed = json.loads((graded / "outcomes" / SLUG / "half.json").read_text())["seed"]
    for paper in exercise.examination(seed).values():
        for case in paper.cases:
            values = [*case.inputs.values(), case.expected]
            secret += [written_out(value).splitlines()[0] for value in values]
    for student in ("half", "blank", "hostile"):
        text = html.unescape(page(graded, student))
        assert not [words for words in secret if words[:40] in text]

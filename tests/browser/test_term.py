"""An instructor's term, in real browsers: release, solve, collect, grade, mark, return, read."""

import csv
import json
import os
import re
import subprocess
import sys

import nbformat
import pytest

from tests.classroom import SLUGS, running_class, sample, write_small_course

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
FIRST, WITH_WORDS = SLUGS
ANSWER = "Steps up to 4: the loss uses nothing that comes later."
LOADED = "window.formgrader?.grades?.loaded && window.formgrader.comments?.loaded"
"""Whether formgrader knows what it would overwrite."""
COMMENT = "The kernel is used at every step, too."


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course of two exercises."""
    return write_small_course(tmp_path_factory.mktemp("course"))


class Desk:
    """What one person does in a browser of their own."""

    def __init__(self, browser, class_, name):
        self.name, self.root = name, f"{class_.address}/user/{name}"
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(60_000)
        self.page.goto(class_.address)
        self.page.fill("#username_input", name)
        self.page.fill("#password_input", class_.passwords[name])
        self.page.click("#login_submit")
        self.page.wait_for_url("**/lab**")

    def row(self, name):
        """Return the row of formgrader's table that begins with a name."""
        return self.page.locator("#main-table tr", has=self.page.get_by_text(name, exact=True))

    def press(self, name, button):
        """Press a button of formgrader's table, and wait until it says how that went."""
        self.row(name).locator(f".{button} a").click()
        dialog = self.page.locator(".modal.in")
        assert dialog.locator(".modal-title").inner_text() == "Success", dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")

    def formgrader(self, page):
        """Open a page of formgrader."""
        self.page.goto(f"{self.root}/formgrader/{page}")

    def assignments(self):
        """Open the assignment list."""
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        self.page.get_by_text("Assignment List", exact=True).click()
        return self

    def act(self, name, button, then):
        """Press a button of the assignment list, and wait for what the list says then."""
        listed = self.page.locator("#assignments .list_item", has_text=name)
        listed.get_by_role("button", name=button, exact=True).click()
        listed.get_by_text(then).first.wait_for()

    def save(self, path, text):
        """Save a notebook as JupyterLab does."""
        model = {"type": "notebook", "format": "json", "content": json.loads(text)}
        status = self.page.evaluate(
            """async ([address, model]) => (await fetch(address, {
                method: "PUT",
                body: JSON.stringify(model),
                headers: {"X-XSRFToken": document.cookie.match(/_xsrf=([^;]+)/)[1]},
            })).status""",
            [f"{self.root}/api/contents/{path}", model],
        )
        assert status == 200

    def solve(self, course, slug, sample_student, **words):
        """Fetch, solve and submit an exercise; return the mark that it should get."""
        self.act(slug, "Fetch", "Submit")
        text, mark = sample(course, slug, sample_student)
        notebook = nbformat.reads(text, as_version=4)
        for cell in notebook.cells:
            cell.source = words.get(cell.id, cell.source)
        self.save(f"{slug}/{slug}.ipynb", nbformat.writes(notebook))
        self.act(slug, "Submit", "Fetch Feedback")
        return mark

    def feedback(self, slug):
        """Fetch the feedback, and return what its page says."""
        self.act(slug, "Fetch Feedback", "view feedback")
        folder = f"{slug}/feedback"
        listed = self.page.request.get(f"{self.root}/api/contents/{folder}").json()
        (time,) = (entry["name"] for entry in listed["content"])
        reader = self.page.context.new_page()
        reader.goto(f"{self.root}/files/{folder}/{time}/{slug}.html")
        return reader.locator("body").inner_text()

    def mark(self, slug, question, points, comment):
        """Mark the one answer in words that is to be marked, as a person does."""
        self.formgrader(f"gradebook/{slug}/{slug}")
        self.page.locator("#main-table a").first.click()
        self.page.wait_for_function(LOADED)
        for place, value in ((f"#{question}", points), (f"#{question}-comment", comment)):
            self.page.fill(place, value)
            with self.page.expect_response(lambda answer: answer.request.method == "PUT"):
                self.page.keyboard.press("Tab")


def test_a_term_from_release_to_export(browser, course, tmp_path):
    """Students read what their answers deserve, and the export has it, and nothing else."""
    with running_class(course, tmp_path / "term", "chen", "garcia") as class_:
        instructor = Desk(browser, class_, "instructor")
        instructor.formgrader("manage_assignments")
        for slug in SLUGS:
            instructor.press(slug, "assign")
            instructor.press(slug, "release")

        chen = Desk(browser, class_, "chen").assignments()
        garcia = Desk(browser, class_, "garcia").assignments()
        assert chen.solve(course, FIRST, "right") == 10
        curious = f"print(open({str(class_.folder / 'gradebook.db')!r}).read())"
        assert garcia.solve(course, FIRST, "half-done", rnn_two_steps_solution=curious) == 4
        assert chen.solve(course, WITH_WORDS, "right", which_steps_matter=ANSWER) == 8

        for slug, names in ((FIRST, ("chen", "garcia")), (WITH_WORDS, ("chen",))):
            instructor.formgrader("manage_assignments")
            instructor.press(slug, "collect")
            instructor.formgrader(f"manage_submissions/{slug}")
            for name in names:
                instructor.press(name, "autograde")
        instructor.mark(WITH_WORDS, "which_steps_matter", "1.5", COMMENT)
        instructor.formgrader("manage_assignments")
        for slug in SLUGS:
            instructor.press(slug, "generate-feedback")
            instructor.press(slug, "release-feedback")

        assert re.search(r"\b10 of 10\b", chen.feedback(FIRST))
        assert re.search(r"\b4 of 10\b", garcia.feedback(FIRST))
        of_words = chen.feedback(WITH_WORDS)
        assert re.search(r"\b9\.5 of 10\b", of_words)
        assert COMMENT in of_words
        class_.stop()

    graded = class_.folder / "autograded" / "garcia" / FIRST / f"{FIRST}.ipynb"
    assert "FileNotFoundError" in graded.read_text()
    marks = {
        ("chen", FIRST): 10,
        ("garcia", FIRST): 4,
        ("chen", WITH_WORDS): 9.5,
        ("garcia", WITH_WORDS): None,
    }
    assert exported(course, class_.folder) == marks
    assert reported(course, class_.folder) == marks


def desk(course, folder, command):
    """Run a command of the instructor's on a class; return the finished process."""
    return subprocess.run(
        [sys.executable, "-m", "rnncourse", command, "--course-dir", str(folder)],
        env=os.environ | {"RNNCOURSE_ROOT": str(course.root)},
        capture_output=True,
        text=True,
        check=False,
    )


def exported(course, folder):
    """Return the points that the export has, by student and exercise."""
    done = desk(course, folder, "export")
    assert done.stderr == f"{WITH_WORDS}: not handed in (1): garcia\n"
    rows = csv.DictReader(done.stdout.splitlines())
    given = {(row["student"], row["exercise"]): row["points"] for row in rows}
    return {who: float(points) if points else None for who, points in given.items()}


def reported(course, folder):
    """Return the points that the class report has, by student and exercise."""
    done = desk(course, folder, "report")
    assert done.returncode == 0, done.stderr
    marks = json.loads((folder / "report.json").read_text())["marks"]
    return {(who, slug): mark["points"] for slug in marks for who, mark in marks[slug].items()}

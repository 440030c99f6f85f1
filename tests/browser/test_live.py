"""Live cells as a reader uses them: edit, run, stop, reset, check an answer."""

import re
import time

import pytest

from tests.browser.conftest import Cells, Visit, note
from tests.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST = "01_recurrent_neurons"
LIVE = [path.stem for path in sorted((ROOT / "book").glob("*.md")) if "[live]" in path.read_text()]
ANSWER = """
import numpy as np
from rnncourse import check

def rnn_step(x, h, kernel, recurrent_kernel, bias):
    return np.tanh(x @ kernel + h @ recurrent_kernel + bias)

check("01_recurrent_neurons/rnn_step", rnn_step)
"""


@pytest.fixture(scope="module")
def shared(browser, book):
    """Yield the first chapter, open once for tests that leave no trace in it."""
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: note(problems, message))
    page.goto(book.page(FIRST))
    yield Cells(Visit(page, problems, []))
    assert problems == []
    context.close()


def test_first_run_is_light(cells, book):
    """The first run fetches at most 9 MB."""
    found = cells(FIRST, service_workers="block")
    before = book.sent.copy()
    assert found.run(0).startswith("Done")
    assert (book.sent - before).total() <= 9e6
    assert found.visit.problems == []


@pytest.mark.parametrize("name", LIVE)
def test_cells_show_in_the_page_what_they_show_in_the_book(cells, book, name, record_property):
    """Every live cell of every chapter runs in the page, and prints what the book prints."""
    found = cells(name, service_workers="block")
    before, begun = book.sent.copy(), time.perf_counter()
    found.run(0)
    noted = {"page": name, "first run s": time.perf_counter() - begun}
    record_property("browser", noted | {"first run MB": (book.sent - before).total() / 1e6})
    for place in range(found.page.locator(".cell.tag_live").count()):
        cell = found.cell(place)
        if "live-of-" in cell.get_attribute("class"):
            continue
        printed = cell.locator(".cell_output pre")
        expected = "".join(printed.all_text_contents())
        assert found.run(place).startswith("Done"), found.output(place)
        shown = cell.locator(".live-output pre").all_text_contents()
        assert comparable("".join(shown)) == comparable(expected)
    assert found.visit.problems == []


def comparable(text):
    """Return words without what rounding decides: differences of the size of an epsilon."""
    return re.sub(r"\d\.\de-1[5-7]|\b0\.0e\+00", "tiny", text).split()


def test_edited_cell_runs_by_keyboard(shared):
    """Shift+Enter runs what was typed, after the cells above that it needs."""
    shared.write(2, "print('units', units, neuron_states([1.0], 1, 1).shape)")
    shared.page.keyboard.press("Shift+Enter")
    assert shared.wait(2).startswith("Done")
    assert shared.output(2).strip() == "units 5 (1,)"


def test_last_value_is_shown(shared):
    """A value at the end is shown as in a notebook; None and a semicolon hide it."""
    shared.run(0, "np.arange(3)")
    assert shared.output(0).strip() == "array([0, 1, 2])"
    shared.run(0, "np.arange(3);")
    assert shared.output(0) == ""


def test_figure_is_drawn(shared):
    """A picture comes as SVG, with its description."""
    shared.run(0, "from rnncourse.plots import svg_lines\nsvg_lines([0, 1, 4], title='A rise')")
    picture = shared.cell(0).locator(".live-output svg")
    assert picture.locator("title").text_content() == "A rise"
    assert picture.bounding_box()["width"] > 300


def test_display_shows_several_values(shared):
    """`display` and tables work as in a notebook."""
    source = "class T:\n    def _repr_html_(self):\n        return '<table><tr><td>7</table>'\n"
    shared.run(0, source + "print('one')\ndisplay(T(), 2)")
    assert shared.output(0).split() == ["one", "7", "2"]
    assert shared.cell(0).locator(".live-output td").inner_text() == "7"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a = 1\nb = a +\nc = 2", 2, "SyntaxError"),
        ("def f():\n    return nothing\n\n\nf()", 2, "NameError: name 'nothing' is not defined"),
        ("x = 1\nnp.ones(3) @ np.ones(4)", 2, "mismatch in its core dimension"),
        ("import keras", 1, "run the chapter in Jupyter"),
    ],
)
def test_error_marks_its_line(shared, source, line, said):
    """The line of the reader's own code is marked, and the message names it."""
    assert shared.run(0, source) == f"An error in line {line}."
    marked = shared.cell(0).locator(".live-wrong-line")
    assert marked.inner_text() == source.splitlines()[line - 1]
    shown = shared.output(0)
    assert said in shown
    assert "site-packages" not in shown
    shared.write(0, "1")
    assert shared.cell(0).locator(".live-wrong-line").count() == 0


def test_exit_ends_the_cell_only(shared):
    """`exit()` and `sys.exit()` do not take the page's Python along."""
    assert shared.run(0, "import sys\nkept = 1\nsys.exit('enough')") == "An error in line 3."
    assert shared.run(0, "print(kept)").startswith("Done")


def test_memory_runs_out_gracefully(shared):
    """An array for which there is no room is an error of its line, with advice."""
    assert shared.run(0, "[np.empty(2 * 10**8) for _ in range(2)]") == "An error in line 1."
    assert "Make the arrays smaller" in shared.output(0)


def test_error_above_stops_the_cells_below(cells):
    """A cell does not run on the ruins of one that failed."""
    found = cells(FIRST, service_workers="block")
    found.write(0, "1 / 0")
    assert found.run(2) == "Not run: cell 1, above, ended in an error."
    assert "ZeroDivisionError" in found.output(0)


def test_stop_ends_an_endless_loop(cells):
    """Stop works while Python is busy, also for cells that wait; then everything starts anew."""
    found = cells(FIRST, service_workers="block")
    found.run(0, "y = 1")
    found.write(0, "while True:\n    pass")
    found.page.keyboard.press("Shift+Enter")
    found.page.wait_for_function(
        "[...document.querySelectorAll('.live-status')].some(s => s.textContent === 'Running …')"
    )
    found.cell(1).get_by_role("button", name="Run").click()  # it waits for the first
    found.cell(0).locator(".cm-content").focus()
    found.page.keyboard.press("Control+.")
    assert "All variables are gone" in found.wait(0)
    assert "All variables are gone" in found.wait(1)
    assert found.run(0, "print('y' in globals(), np.e)").startswith("Done")
    assert found.output(0).split() == ["False", "2.718281828459045"]


def test_flood_of_output_is_cut(shared):
    """100 MB of text neither freeze the page nor arrive there."""
    said = shared.run(0, "for _ in range(100):\n    print('x' * 1_000_000)")
    assert said.startswith("Done")
    shown = shared.cell(0).locator(".live-output").text_content()
    assert len(shown) < 101_000
    assert "cut after 100,000 characters; 99,900,100 more" in shown


def test_edits_are_kept_until_reset(cells):
    """What a reader wrote is there after a reload; Reset brings the book's text back."""
    found = cells(FIRST, service_workers="block")
    original = found.cell(0).locator(".cm-content").inner_text()
    found.write(0, "print('mine')")
    found.page.reload()
    assert found.cell(0).locator(".cm-content").inner_text() == "print('mine')"
    found.run(0)
    assert not found.cell(0).locator(".cell_output").is_visible()
    found.cell(0).get_by_role("button", name="Reset").click()
    assert found.cell(0).locator(".cm-content").inner_text() == original
    assert found.cell(0).locator(".cell_output").is_visible()
    found.page.reload()
    assert found.cell(0).locator(".cm-content").inner_text() == original


def test_keyboard_enters_and_leaves(shared):
    """Tab indents in the editor; Escape, then Tab, goes on to the buttons."""
    shared.write(0, "x = 1")
    shared.page.keyboard.press("Home")
    shared.page.keyboard.press("Tab")
    assert shared.cell(0).locator(".cm-content").inner_text() == "    x = 1"
    shared.page.keyboard.press("Escape")
    shared.page.keyboard.press("Tab")
    focused = shared.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Run cell 1"


def test_public_check_runs_in_the_page(cells):
    """An answer to a question is checked in the page, with the released cases."""
    found = cells(FIRST, service_workers="block")
    place = found.page.locator(".cell.tag_live").count() - 2
    assert "rnn_step" in found.cell(place).locator(".cm-content").inner_text()
    assert found.run(place) == "Not right yet."
    assert "0 of 4 points" in found.output(place)
    assert found.run(place, ANSWER).startswith("Done")
    assert "4 of 4 points" in found.output(place)
    assert found.visit.problems == []

"""What a marker opens in formgrader: text and rubrics, whatever was handed in."""

import html
import re
from base64 import b64encode

import pytest
from nbconvert.filters import markdown2html
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from nbgrader.server_extensions.formgrader.base import BaseHandler

from rnncourse.grading.feedback.marker import PNG, ForMarker, as_text
from rnncourse.grading.formgrader import escape_names
from rnncourse.grading.records import RECORD
from rnncourse.grading.submissions import read_submission
from tests.conftest import ROOT
from tests.hostile import ATTACKS, HOSTILE

SLUG = "06_bptt"


def opened(*cells, record=True):
    """Return the cells of a notebook as a marker gets them."""
    notebook = new_notebook(cells=list(cells), metadata={RECORD: {}} if record else {})
    part = ForMarker(course=str(ROOT))
    made, _ = part.preprocess(notebook, {"nbgrader": {"assignment": SLUG}})
    return made.cells


def with_outputs(*outputs):
    """Return the outputs of a learner's cell as a marker gets them."""
    return opened(new_code_cell("x", outputs=list(outputs)))[0].outputs


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("text", [*ATTACKS, HOSTILE, "# heading\n\n- a\n\n    b\n\n$$x$$"])
def test_learners_text_is_shown_letter_by_letter(make, text):
    """Formgrader's own renderer makes one element of it, with the text inside."""
    (cell,) = opened(make(text))
    shown = markdown2html(cell.source)
    assert cell.cell_type == "markdown"
    assert set(re.findall(r"<(/?\w+)", shown)) == {"pre", "/pre"}
    inside = html.unescape(re.sub(r"</?pre[^>]*>", "", shown)).strip()
    assert inside.startswith(text[:20])


def test_released_text_is_left_as_it_is():
    """The exercise's own words keep their headings, tables and formulas."""
    released = read_submission(ROOT / "exercises" / SLUG / f"{SLUG}.ipynb")
    own = [cell for cell in released.cells if cell.cell_type == "markdown"]
    sources = [cell.source for cell in own]
    assert [c.source for c in opened(*own) if c.source in sources] == sources


def test_outputs_keep_text_and_pictures_alone():
    """HTML, SVG, JavaScript, LaTeX, Markdown and widgets are left out."""
    kinds = ("text/html", "image/svg+xml", "application/javascript", "text/latex", "text/markdown")
    bundle = dict.fromkeys([*kinds, "application/vnd.jupyter.widget-view+json"], HOSTILE)
    assert with_outputs(new_output("display_data", bundle)) == []
    (kept,) = with_outputs(
        new_output("display_data", bundle | {"text/plain": HOSTILE}, metadata={"image/png": "x"})
    )
    assert set(kept.data) == {"text/plain"}
    assert kept.metadata == {}
    assert "\x1b" not in kept.data["text/plain"]


@pytest.mark.parametrize(
    ("data", "is_kept"),
    [
        (b64encode(PNG + b"x").decode(), True),
        (b64encode(b"<svg onload=alert(1)>").decode(), False),
        ("x' onerror='window.hit=9", False),
        ("not base64 é", False),
    ],
)
def test_pictures_are_png_or_nothing(data, is_kept):
    """What is named a picture is decoded and encoded anew; it must be one."""
    assert bool(with_outputs(new_output("display_data", {"image/png": data}))) is is_kept


def test_long_and_painted_outputs_are_cut_and_plain():
    """Ten megabytes in a line, and a traceback in colours."""
    outputs = with_outputs(
        new_output("stream", text="A" * 10_000_000),
        new_output("error", ename=HOSTILE, evalue=HOSTILE, traceback=["\x1b[0;31mNo\x1b[0m"]),
    )
    assert len(outputs[0].text) < 1000
    assert outputs[1].traceback == ["No"]
    assert outputs[1].ename == ""


def test_verdict_of_the_examiner_stays():
    """The question's own cell shows the table that we wrote."""
    nbgrader = {"grade": True, "solution": False, "grade_id": "rnn_forward"}
    verdict = new_output("execute_result", {"text/html": "<table></table>"})
    (cell,) = opened(new_code_cell("check()", metadata={"nbgrader": nbgrader}, outputs=[verdict]))
    assert cell.outputs == [verdict]


def test_rubric_stands_below_the_answer():
    """The marker reads criteria, typical answers and the model answer beside the learner's."""
    nbgrader = {"grade": True, "solution": True, "grade_id": "which_steps_matter"}
    answer, rubric = opened(new_markdown_cell("Because.", metadata={"nbgrader": nbgrader}))
    assert answer.source == as_text("Because.")
    assert "Rubric, 2 points" in rubric.source
    assert "A model answer" in rubric.source


def test_notebook_that_was_not_examined_is_left_alone():
    """An assignment of the instructor's own is nbgrader's business."""
    assert opened(new_markdown_cell("<b>x</b>"), record=False)[0].source == "<b>x</b>"


@pytest.fixture
def handler():
    """Return formgrader's handler, with the method that makes its pages as nbgrader has it."""
    before = BaseHandler.render
    yield BaseHandler
    BaseHandler.render = before


def test_escape_names_keeps_names_out_of_formgraders_pages(handler):
    """Names of HTML are coded once, however often the settings are read; others are as before."""
    handler.render = lambda _, name, **content: (name, content)
    escape_names()
    escape_names()
    name, content = handler.render(None, "page", student_id='<b>"\\', other="O'Brien & co", n=1)
    assert name == "page"
    assert content == {"student_id": "&lt;b&gt;&quot;&#92;", "other": "O'Brien & co", "n": 1}

"""Notebooks in any state are read, or refused with a reason; question cells are put right."""

import copy
import json

import nbformat
import pytest

from rnncourse.errors import NotebookError
from rnncourse.grading.submissions import read_submission, repair


@pytest.fixture(scope="module")
def released(course):
    """Return the released notebook of the first exercise."""
    slug = course.slugs()[0]
    return nbformat.read(course.exercises / slug / f"{slug}.ipynb", as_version=4)


@pytest.fixture
def submitted(released):
    """Return a submission, free to change."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        if cell.id.endswith("_solution"):
            cell.source = f"# my {cell.id}"
    return notebook


def order(notebook):
    """Return the ids of the exercise's own code cells, in order."""
    return [c.id for c in notebook.cells if "nbgrader" in c.metadata]


CANONICAL = ["rnn_step_solution", "rnn_step", "rnn_two_steps_solution", "rnn_two_steps"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b'{"cells": [', "damaged or cut off at line 1"),
        ("é".encode("latin-1"), "not UTF-8"),
        (b"[]", "no cells"),
        (b"10", "no cells"),
        (b'{"cells": 3}', "no cells"),
        (b'{"cells": [], "nbformat": 99}', "its format, 99, is not known"),
        (b'{"cells": [], "nbformat": "x"}', "its format, x, is not known"),
        (b'{"worksheets": [], "nbformat": 4}', "no cells"),
        (b'{"worksheets": []}', "no cells"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cells": [], "metadata": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deeply"),
        (b'{"cells": [], "nbformat": NaN}', "its format, nan, is not known"),
        (b'{"cells": [], "nbformat": ' + b"9" * 5000 + b"}", "thousands of digits"),
    ],
)
def test_unreadable_files_say_why(tmp_path, content, said):
    """Every refusal begins with `could not be read` and gives a reason."""
    path = tmp_path / "n.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookError, match=f"could not be read: .*{said}"):
        read_submission(path)


@pytest.mark.parametrize(
    "cells",
    [
        [{}],
        [3, None, {"cell_type": "code", "source": ["a\n", "b"], "metadata": 7}],
        [{"cell_type": "sorcery", "source": 5, "id": 9}],
        [{"cell_type": "code", "outputs": "?", "execution_count": "x", "source": ""}],
    ],
)
def test_unsound_cells_become_sound(tmp_path, released, cells):
    """Whatever a cell's fields hold, the repaired notebook is valid."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    repaired = repair(read_submission(path), released)
    nbformat.validate(repaired)
    assert order(repaired) == ["rnn_step", "rnn_two_steps"]


def test_old_formats_are_read(tmp_path):
    """A notebook of format 3 is converted."""
    sheet = {
        "cells": [{"cell_type": "code", "input": "a = 1", "language": "python", "outputs": []}]
    }
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [sheet]}))
    assert [cell.source for cell in read_submission(path).cells] == ["a = 1"]


def test_untouched_order_is_kept(submitted, released):
    """A submission that is in order stays in order, with the learner's code."""
    repaired = repair(submitted, released)
    assert order(repaired) == CANONICAL
    assert [c.source for c in repaired.cells] == [c.source for c in submitted.cells]
    nbformat.validate(repaired)


def test_question_cells_come_from_the_release(submitted, released):
    """Edited checks, points, tags and schema versions are not believed."""
    for cell in submitted.cells:
        cell.metadata["tags"] = ["skip-execution"]
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=1000, schema_version=99, locked=False)
        if cell.id == "rnn_step":
            cell.source = "100.0"
    repaired = repair(submitted, released)
    own = {cell.id: cell for cell in repaired.cells if "nbgrader" in cell.metadata}
    for cell in released.cells:
        if cell.id in own:
            assert own[cell.id].metadata.nbgrader == cell.metadata.nbgrader
    assert own["rnn_step"].source == 'check("01_recurrent_neurons/rnn_step", rnn_step)'
    assert not [cell for cell in repaired.cells if "tags" in cell.metadata]


def test_deleted_questions_come_back_after_their_solution(submitted, released):
    """Each returns behind the solution that it asks for."""
    submitted.cells = [c for c in submitted.cells if c.id not in ("rnn_step", "rnn_two_steps")]
    assert order(repair(submitted, released)) == CANONICAL


def test_questions_above_their_solution_move_below_it(submitted, released):
    """A check that was moved up asks after the solution all the same."""
    submitted.cells.sort(key=lambda c: c.id not in ("rnn_step", "rnn_two_steps"))
    repaired = order(repair(submitted, released))
    for name in ("rnn_step", "rnn_two_steps"):
        assert repaired.index(name) > repaired.index(f"{name}_solution")


def test_question_of_a_deleted_solution_stands_at_the_end(submitted, released):
    """The answer may be anywhere: it is asked for when all cells have run."""
    for cell in submitted.cells:
        if cell.id == "rnn_step_solution":
            del cell.metadata["nbgrader"]
            cell.id = "rewritten"
    submitted.cells.append(submitted.cells.pop(3))
    assert [c.id for c in repair(submitted, released).cells][-2:] == ["rnn_step", "rnn_two_steps"]


def test_duplicates_keep_one_question_and_all_code(submitted, released):
    """Copy and paste is ordinary: both copies run, the last bears the name."""
    submitted.cells = [copy.deepcopy(c) for c in submitted.cells for _ in range(2)]
    repaired = repair(submitted, released)
    nbformat.validate(repaired)
    assert order(repaired) == CANONICAL
    sources = [cell.source for cell in repaired.cells]
    assert sources.count("# my rnn_step_solution") == 2


def test_untouched_copy_of_the_stub_does_not_count(submitted, released):
    """A leftover stub further down is not the answer."""
    stub = next(c for c in released.cells if c.id == "rnn_step_solution")
    submitted.cells.append(copy.deepcopy(stub))
    repaired = repair(submitted, released)
    assert order(repaired) == CANONICAL
    named = next(cell for cell in repaired.cells if cell.id == "rnn_step_solution")
    assert named.source == "# my rnn_step_solution"


def test_code_written_into_a_question_cell_is_kept(submitted, released):
    """Learners write above the check, or merge the cells: it runs, before the question."""
    for cell in submitted.cells:
        if cell.id == "rnn_step":
            cell.source = f"act = np.tanh\n{cell.source}"
    cells = repair(submitted, released).cells
    place = next(i for i, cell in enumerate(cells) if cell.id == "rnn_step")
    assert cells[place - 1].source.startswith("act = np.tanh")
    assert cells[place].source == 'check("01_recurrent_neurons/rnn_step", rnn_step)'


def test_lone_surrogates_are_replaced(submitted, released, tmp_path):
    """Text that no file can hold does not end the grading."""
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "'\ud800'"}]}))
    assert read_submission(path).cells[0].source == "'?'"


def test_lost_metadata_is_found_by_id_and_by_source(submitted, released):
    """An editor that strips metadata costs nothing."""
    for cell in submitted.cells:
        cell.metadata = {}
    assert order(repair(submitted, released)) == CANONICAL
    for number, cell in enumerate(submitted.cells):
        cell.id = f"x{number}"
    assert order(repair(submitted, released)) == ["rnn_step", "rnn_two_steps"]


def test_solution_turned_into_text_is_code_again(submitted, released):
    """The key M in the notebook turns code into text; the answer still counts."""
    for cell in submitted.cells:
        if cell.id == "rnn_step_solution":
            cell.cell_type = "markdown"
    repaired = {cell.id: cell for cell in repair(submitted, released).cells}
    assert repaired["rnn_step_solution"].cell_type == "code"


def test_deleted_answer_in_words_comes_back_as_its_stub(submitted, released):
    """A person sees that nothing was written; what was written stays as it is."""
    released = copy.deepcopy(released)
    stub = nbformat.v4.new_markdown_cell("YOUR ANSWER HERE", id="why")
    stub.metadata["nbgrader"] = {"grade_id": "why", "grade": True, "solution": True, "points": 2}
    released.cells.append(copy.deepcopy(stub))
    assert repair(submitted, released).cells[-1].source == "YOUR ANSWER HERE"
    stub.source = "Because."
    submitted.cells.insert(0, stub)
    repaired = repair(submitted, released)
    assert [c.source for c in repaired.cells if c.id == "why"] == ["Because."]


def written(path, notebook, **options):
    """Write a notebook as JSON, as it stands, valid or not; return where."""
    path.write_text(json.dumps(notebook, **options), newline="")
    return path


def test_windows_line_ends_are_no_change(submitted, released, tmp_path):
    """Stubs stay stubs, checks stay checks: an editor that writes CRLF costs nothing."""
    for cell in submitted.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    path = written(tmp_path / "n.ipynb", submitted, indent=1)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    repaired = repair(read_submission(path), released)
    assert order(repaired) == CANONICAL
    assert len(repaired.cells) == len(released.cells)
    assert "\r" not in "".join(cell.source for cell in repaired.cells)


@pytest.mark.parametrize("change", ["grade_ids", "cell ids", "both"])
def test_renamed_cells_are_found_or_asked_at_the_end(submitted, released, change):
    """One of the two names is enough; without both the code runs, and is asked about last."""
    for number, cell in enumerate(submitted.cells):
        if "nbgrader" in cell.metadata and change != "cell ids":
            cell.metadata.nbgrader.grade_id = f"renamed{number}"
        if change != "grade_ids":
            cell.id = f"renamed{number}"
    repaired = order(repair(submitted, released))
    assert repaired == (["rnn_step", "rnn_two_steps"] if change == "both" else CANONICAL)


def test_points_of_any_type_are_those_of_the_release(submitted, released):
    """What a submission says about points is never read."""
    for points, cell in zip(["many", None, [3], {}] * 9, submitted.cells, strict=False):
        cell.metadata["nbgrader"] = {**cell.metadata.get("nbgrader", {}), "points": points}
    points = {
        c.id: c.metadata.nbgrader.get("points")
        for c in repair(submitted, released).cells
        if "nbgrader" in c.metadata
    }
    assert points == {
        c.id: c.metadata.nbgrader.get("points") for c in released.cells if "nbgrader" in c.metadata
    }


def test_cells_with_one_id_keep_their_own_names(submitted, released):
    """Editors that copy cells copy their ids."""
    for cell in submitted.cells:
        cell.id = "same"
    repaired = repair(submitted, released)
    nbformat.validate(repaired)
    assert order(repaired) == CANONICAL


def test_kernel_and_language_are_those_of_the_release(submitted, released, tmp_path):
    """A notebook that names R, Python 2 or an environment of its own runs as it was released."""
    submitted.metadata = {"kernelspec": {"name": "ir", "language": "R"}, "language_info": 3}
    repaired = repair(read_submission(written(tmp_path / "n.ipynb", submitted)), released)
    assert repaired.metadata == released.metadata


def test_nan_in_metadata_is_left_behind(submitted, released, tmp_path):
    """Python's JSON writes NaN, and no other reads it."""
    submitted.metadata["score"] = float("nan")
    for cell in submitted.cells:
        cell.metadata["weight"] = float("inf")
    path = written(tmp_path / "n.ipynb", submitted)
    assert "NaN" in path.read_text()
    repaired = repair(read_submission(path), released)
    assert order(repaired) == CANONICAL
    json.dumps(repaired, allow_nan=False)


def test_deep_outputs_are_not_looked_into(submitted, released, tmp_path):
    """What is nested deeply costs no mark where it is not needed."""
    deep = []
    for _ in range(700):
        deep = [deep]
    submitted = json.loads(json.dumps(submitted))
    submitted["cells"][-1]["outputs"] = deep
    path = written(tmp_path / "n.ipynb", submitted)
    assert order(repair(read_submission(path), released)) == CANONICAL

"""The command line: what people type, what they read, how it exits."""

import copy
import json
import subprocess
import sys

import nbformat
import pytest
from click.testing import CliRunner

from rnncourse.cli import cli
from rnncourse.errors import SandboxError
from rnncourse.grading import isolation
from rnncourse.notebooks import instructor_notebook
from tests.conftest import ROOT

SLUG = "01_recurrent_neurons"
RELEASED = ROOT / "exercises" / SLUG / f"{SLUG}.ipynb"


def invoke(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def solved(course):
    """Return the released notebook with the solutions in it."""
    return instructor_notebook(course.exercise(SLUG))


def write(path, notebook):
    """Write a notebook where the learner would have it."""
    nbformat.write(notebook, path)
    return path


@pytest.mark.e2e
def test_check_of_the_released_notebook_is_friendly():
    """Nobody has done anything wrong yet."""
    result = invoke("check", RELEASED)
    assert result.exit_code == 1
    assert "0 of 10 points" in result.output
    assert result.output.count("not written yet") == 2
    assert "case" not in result.output


@pytest.mark.e2e
def test_check_of_a_half_solved_notebook_gives_half(tmp_path, solved):
    """The finished question counts, whatever the other one does."""
    notebook = copy.deepcopy(solved)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["rnn_two_steps_solution"].source = "def rnn_two_steps(*a): return rnn_step(*a)"
    result = invoke("check", write(tmp_path / "mine.ipynb", notebook))
    assert result.exit_code == 1
    assert "4 of 10 points" in result.output


@pytest.mark.e2e
def test_check_of_the_solution_gives_all(tmp_path, solved):
    """Ten of ten, exit 0, whatever the file is called."""
    result = invoke("check", write(tmp_path / "renamed (1).ipynb", solved))
    assert (result.exit_code, "10 of 10 points" in result.output) == (0, True)


@pytest.mark.e2e
@pytest.mark.parametrize("metadata", [{}, {"nbgrader": [1]}, {"nbgrader": {"grade_id": [1]}}])
def test_check_puts_cells_right_as_grading_does(tmp_path, solved, metadata):
    """Lost or odd metadata and moved check cells cost nothing here either."""
    notebook = copy.deepcopy(solved)
    notebook.cells.sort(key=lambda cell: "check(" not in cell.source)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(metadata)
    result = invoke("check", write(tmp_path / f"{SLUG}.ipynb", notebook))
    assert (result.exit_code, "10 of 10 points" in result.output) == (0, True), result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "Did you mean"),
        ("", "could not be read: the file is empty"),
        (json.dumps({"cells": []}), "has no check cell"),
    ],
)
def test_check_says_what_is_wrong_with_the_file(tmp_path, content, said):
    """A message with the likely fix, and no traceback."""
    (tmp_path / "exercise.ipynb").write_text(content if content is not None else "{}")
    path = tmp_path / ("exercis.ipynb" if content is None else "exercise.ipynb")
    result = invoke("check", path)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())


def test_build_check_passes_on_what_is_committed(monkeypatch):
    """CI runs this."""
    monkeypatch.chdir(ROOT)
    result = invoke("build", "--check")
    assert (result.exit_code, "up to date" in result.output) == (0, True)


def test_build_check_fails_and_names_the_command(tmp_path, monkeypatch):
    """A source without its derived exercise is told what to do."""
    import shutil

    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = invoke("build", "--check")
    assert result.exit_code == 1
    assert "Run: rnncourse build" in result.output
    assert not (tmp_path / "exercises").exists()


def test_doctor_says_what_it_found():
    """Every finding is on one line; what is missing names its mend."""
    result = invoke("doctor")
    assert "Python" in result.output
    assert "sandbox" in result.output
    assert result.exit_code == 0, result.output


def test_doctor_names_the_mend(monkeypatch):
    """A missing part fails, and the command that mends it is printed."""
    import rnncourse.doctor

    monkeypatch.setattr(rnncourse.doctor, "PACKAGES", ("no-such-package",))
    result = invoke("doctor")
    assert result.exit_code == 1
    assert "mend it: make course" in result.output


def test_command_without_its_parts_says_what_to_install():
    """The NumPy core alone has no command; it says how to get it, without a traceback."""
    code = "import sys; sys.modules['click'] = None\nfrom rnncourse.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'pip install "rnncourse[grade]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command():
    """A newcomer finds the commands."""
    result = invoke("--help")
    for command in ("build", "check", "doctor", "grade", "sample-class"):
        assert command in result.output


def test_grade_refuses_strangers_where_no_sandbox_holds(tmp_path, solved, monkeypatch):
    """Nothing is run and nothing written; the message says why, and names the option."""

    def leaky(*_, **__):
        raise SandboxError("The sandbox has holes here.")

    monkeypatch.setattr(isolation, "_chosen", leaky)
    folder = tmp_path / "submitted" / "stranger" / SLUG
    folder.mkdir(parents=True)
    write(folder / f"{SLUG}.ipynb", solved)
    result = invoke("grade", "--course-dir", tmp_path)
    assert result.exit_code == 1
    assert "has holes" in result.output
    assert "--unsafe-no-sandbox" in result.output
    assert not list(tmp_path.rglob("*.json"))

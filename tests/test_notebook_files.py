"""Which file of a submission counts, and what is not read of it."""

import json
import os
import tracemalloc

import pytest

from rnncourse.errors import NotebookError
from rnncourse.grading.notebook_files import (
    LARGE,
    MAX_BYTES,
    MAX_REST,
    find_notebook,
    notebook_text,
    shown,
)
from rnncourse.grading.outputs import DEPTH, without_outputs
from rnncourse.grading.submissions import read_submission

NAME = "01_recurrent_neurons.ipynb"


@pytest.mark.parametrize(
    "given", ["Name (1).ipynb", "01_recurrent_neurons-copy.ipynb", "X.IPYNB", "a[x]*?.ipynb"]
)
def test_only_notebook_counts_whatever_its_name(tmp_path, given):
    """A browser's (1) costs no mark; what was graded is said."""
    (tmp_path / given).write_text("{}")
    for other in ("data.csv", "._Name (1).ipynb", ".~x.ipynb"):
        (tmp_path / other).write_text("")
    path, note = find_notebook(tmp_path, NAME)
    assert path.name == given
    assert note == f"The notebook is called {given}, not {NAME}."


def test_right_name_counts_among_several(tmp_path):
    """What lies beside it is the learner's own."""
    for name in (NAME, "scratch.ipynb", "a-copy.ipynb"):
        (tmp_path / name).write_text("{}")
    assert find_notebook(tmp_path, NAME) == (tmp_path / NAME, "")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["b.ipynb", "a.ipynb"], "no 01_recurrent_neurons.ipynb, but a.ipynb, b.ipynb. Which"),
        ([f"{NAME}.txt"], f"Found {NAME}.txt: was it renamed?"),
        (["\x1b[2J.py"], r"Found \?\[2J.py: was it renamed?"),
        ([], "The folder has no file."),
    ],
)
def test_unclear_folders_say_what_is_there(tmp_path, names, said):
    """The reason lists the files, as they can be printed."""
    for name in names:
        (tmp_path / name).write_text("{}")
    with pytest.raises(NotebookError, match=f"could not be read: .*{said}"):
        find_notebook(tmp_path, NAME)


@pytest.mark.parametrize("name", [NAME, "Name (1).ipynb"])
def test_no_link_is_followed(tmp_path, name):
    """A link could name the solutions, a peer's work or a password file."""
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / name).symlink_to(tmp_path / "secret")
    path, _ = find_notebook(tmp_path / "folder", NAME)
    with pytest.raises(NotebookError, match="could not be read: it is a link, not a file"):
        read_submission(path)


def test_only_files_are_read(tmp_path):
    """A link is not followed, a pipe not waited for, a missing file not fatal."""
    (tmp_path / "real").write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    said = {"link": "a link", "pipe": "not a file", ".": "not a file", "none": "no such file"}
    for name, reason in said.items():
        with pytest.raises(NotebookError, match=f"could not be read: .*{reason}"):
            notebook_text(tmp_path / name)


@pytest.mark.parametrize("lines", [1, 100_000])
def test_giant_outputs_cost_neither_mark_nor_memory(tmp_path, lines):
    """A hundred megabytes of output are passed over, in one line or in many."""
    path = tmp_path / NAME
    piece = b"x" * (100 * 2**20 // lines - 3) + b"\\n"
    with path.open("wb") as file:
        file.write(b'{"cells": [{"cell_type": "code", "outputs": [{"text": ["')
        for _ in range(lines):
            file.write(piece + b'","')
        file.write(b'"]}], "source": "answer = 1"}]}')
    tracemalloc.start()
    notebook = read_submission(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [cell.source for cell in notebook.cells] == ["answer = 1"]
    assert peak < 2**20


@pytest.mark.parametrize(
    ("size", "key", "said"),
    [
        (MAX_BYTES + 1, b"outputs", "larger than 200 MB. Clear its outputs"),
        (MAX_REST + 1, b"source", "larger than 20 MB without its outputs"),
        (LARGE + 1, b"source", "damaged or cut off at line 1"),
    ],
)
def test_what_is_too_large_says_so(tmp_path, size, key, said):
    """There is an end to what is looked at, and to what is parsed."""
    path = tmp_path / NAME
    with path.open("wb") as file:
        file.write(b'{"cells": [{"' + key + b'": "')
        file.truncate(size)
    with pytest.raises(NotebookError, match=said):
        read_submission(path)


def outputs_emptied(tree):
    """Return a JSON tree whose lists under the key "outputs" are empty."""
    if isinstance(tree, list):
        return [outputs_emptied(part) for part in tree]
    if isinstance(tree, dict):
        return {
            k: [] if k == "outputs" and isinstance(v, list) else outputs_emptied(v)
            for k, v in tree.items()
        }
    return tree


@pytest.mark.parametrize("indent", [None, 1])
def test_without_outputs_changes_nothing_else(indent):
    """Text that looks like outputs, brackets in strings, escapes: all stay as they are."""
    tricky = ['"outputs": [1]', "]", "}", '\\"', "\\", '"outputs":', "outputs", "é\n"]
    tree = {
        "cells": [
            {"source": tricky, "outputs": [{"text": tricky, "data": {"a": [[{}], tricky]}}]},
            {"outputs": [], "source": '"outputs": ["]'},
            {"outputs": "none", "metadata": {"outputs": 3, "x": "outputs"}},
            {'say "outputs': [1], "outputs ": [2]},
        ]
    }
    text = json.dumps(tree, indent=indent, ensure_ascii=False).encode()
    assert json.loads(without_outputs(text)) == outputs_emptied(tree)


def test_what_is_nested_deeper_or_cut_off_is_left_in():
    """Nothing is guessed: the parser says what is wrong."""
    for text in (b'{"outputs": ' + b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), b'{"outputs": [1, "'):
        assert without_outputs(text) == text


def test_shown_is_one_short_plain_line():
    """A file's name cannot draw on the terminal."""
    assert shown("a\x1b[2J\n\u202eb.ipynb") == "a?[2J??b.ipynb"
    assert len(shown("x" * 5000)) == 80

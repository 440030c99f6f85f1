"""Run folders are private, locked while their owner lives, and swept when it was killed."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from rnncourse.grading.kernels.runs import YOUNG, RunFolder, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Make folders below the test's own folder; return it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def aged(path):
    """Return the folder as if it had lain there for longer than `YOUNG`."""
    then = time.time() - 2 * YOUNG
    os.utime(path, (then, then))
    return path


def left_behind():
    """Return a run folder whose owner was killed."""
    dies = (
        "import os; from rnncourse.grading.kernels.runs import RunFolder\n"
        "print(RunFolder().path, flush=True); os.kill(os.getpid(), 9)"
    )
    return subprocess.run(
        [sys.executable, "-c", dies],
        env=os.environ | {"TMPDIR": tempfile.gettempdir()},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout.strip()


def test_run_folder_is_private_and_goes():
    """Nobody else can enter it; it may be removed twice."""
    run = RunFolder()
    assert run.path.stat().st_mode & 0o077 == 0
    run.remove()
    run.remove()
    assert not run.path.exists()


def test_sweep_removes_what_a_killed_grader_left(temporary):
    """The lock ends with its owner, however it ends."""
    path = temporary / left_behind()
    (path / "socket-1").touch()
    assert sweep((os.geteuid(),)) == []  # it might be new, and about to be locked
    aged(path)
    assert sweep((os.geteuid(),)) == [path]
    assert not path.exists()


def test_sweep_keeps_what_has_an_owner():
    """However old it is."""
    run = RunFolder()
    aged(run.path)
    assert sweep((os.geteuid(),)) == []
    assert run.path.exists()
    run.remove()


def test_sweep_keeps_what_is_not_ours(temporary):
    """Another user's folder, a link, a file, a folder of another name."""
    theirs = aged(temporary / left_behind())
    other = temporary / "rnn-homework"
    other.mkdir()
    (temporary / "rnncourse-run-link").symlink_to(aged(other))
    (temporary / "rnncourse-run-file").touch()
    assert sweep((os.geteuid() + 1,)) == []
    assert sweep(()) == []
    assert theirs.exists()
    assert other.exists()

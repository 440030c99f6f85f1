"""Limits on what the processes of a kernel take together: control groups, made by systemd.

setrlimit(2) limits each process for itself; what many take together, a cgroup
limits. systemd makes one around a command, as root or in a user's own session:

    rnncourse-….scope     a cold kernel, and its limits; or the server of warm kernels:
        server            the server itself
        rnncourse-run-…   a warm kernel, and its limits: its process enters by itself

Where systemd or cgroups of version 2 are missing, nothing here does anything.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from rnncourse.grading.sandbox.limits import MIB, Limits

ROOT = Path("/sys/fs/cgroup")
RUNNING = Path("/run/systemd/system")
"""Is there where systemd runs."""


def scoped(command: list[str], limits: Limits) -> list[str]:
    """Return the command, in a cgroup with these limits where one can be had."""
    return [*_scope(limits.together, limits.processes), *command] if available() else command


def divisible(command: list[str]) -> list[str]:
    """Return the command, in a cgroup that `divide` can divide where one can be had."""
    return [*_systemd_run(), "--property=Delegate=yes", *command] if available() else command


@cache
def available() -> bool:
    """Return whether a cgroup limits memory here; it is tried."""
    if shutil.which("systemd-run") is None:
        return False
    look = f'cat "{ROOT}$(cut -d: -f3- /proc/self/cgroup)/memory.max"'
    trial = [*_scope(64 * MIB, 16), "sh", "-c", look]
    done = subprocess.run(trial, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == str(64 * MIB)


def missing() -> str:
    """Return why no cgroup limits memory here and what helps, or "" where one does."""
    if available():
        return ""
    if not RUNNING.is_dir():
        return "systemd does not run here."
    if not (ROOT / "cgroup.controllers").exists():
        return "Cgroups are of version 1: start Linux with systemd.unified_cgroup_hierarchy=1."
    return (
        "systemd has no session of yours: sudo loginctl enable-linger $USER, "
        "then export XDG_RUNTIME_DIR=/run/user/$(id -u)."
    )


def divide(pid: int) -> None:
    """Make it possible that each kernel has a cgroup of its own within that of their server.

    Args:
        pid: A process of the server, which was started by a `divisible` command.
    """
    if not available():
        return
    scope = _of(pid)
    (scope / "server").mkdir()
    while pids := (scope / "cgroup.procs").read_text().split():
        for number in pids:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                (scope / "server" / "cgroup.procs").write_text(number)
    (scope / "cgroup.subtree_control").write_text("+memory +pids")


def make_room(pid: int, name: str, limits: Limits) -> Path | None:
    """Make a cgroup for a kernel and return it, or None where there can be none.

    Args:
        pid: A process of the server that will fork the kernel.
        name: The cgroup's.
        limits: What its processes may take together.
    """
    server = _of(pid)
    if server.name != "server" or not available():
        return None
    room = server.with_name(name)
    room.mkdir()
    settings = {"memory.max": limits.together, "memory.swap.max": 0, "memory.oom.group": 1}
    for file, value in {**settings, "pids.max": limits.processes}.items():
        if (room / file).exists():  # swap is not counted everywhere
            (room / file).write_text(str(value))
    return room


@contextmanager
def entrance(room: Path | None) -> Iterator[list[int]]:
    """Open a cgroup: a process goes in by writing "0" to the descriptor, which it may be sent."""
    if room is None:
        yield []
        return
    door = os.open(room / "cgroup.procs", os.O_WRONLY)
    try:
        yield [door]
    finally:
        os.close(door)


def remove(room: Path | None) -> None:
    """Remove the cgroup of a kernel that has ended."""
    if room is not None:
        with contextlib.suppress(OSError):  # something is still ending: it goes with the scope
            room.rmdir()


def _of(pid: int) -> Path:
    """Return the cgroup that a process is in."""
    lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    own = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    return ROOT.joinpath(*own)


def _scope(memory: int, processes: int) -> list[str]:
    limits = {"MemoryMax": memory, "MemorySwapMax": 0, "TasksMax": processes}
    return [*_systemd_run(), *(f"--property={name}={value}" for name, value in limits.items())]


def _systemd_run() -> list[str]:
    whose = [] if os.geteuid() == 0 else ["--user"]
    return ["systemd-run", *whose, "--scope", "--quiet", "--collect"]

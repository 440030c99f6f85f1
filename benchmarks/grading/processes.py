"""What a command and everything that it started cost: processor time, and memory."""

import os
import time
from contextlib import contextmanager
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup/cpuacct"), Path("/sys/fs/cgroup")
"""Where the kernel keeps accounts of groups of processes: its older and its newer way."""
JOIN = 'echo $$ > "$0"; exec "$@"'


class Account:
    """The processor time of a group of processes, or of none, where the system lets us have none.

    Sums over processes would not do: what the processes of a sandbox have used is in
    nobody's sum once it is closed.
    """

    def __init__(self, folder):
        self._folder = folder

    def seconds(self):
        """Return what all members together have used, or NaN."""
        if self._folder is None:
            return float("nan")
        if (usage := self._folder / "cpuacct.usage").exists():
            return int(usage.read_text()) / 1e9
        lines = (self._folder / "cpu.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6

    def joined(self, command):
        """Return a command that joins the group, and becomes `command`."""
        if self._folder is None:
            return command
        return ["sh", "-c", JOIN, str(self._folder / "cgroup.procs"), *command]


@contextmanager
def account():
    """Open an account, which root can."""
    for parent in CGROUPS:
        folder = parent / f"rnncourse-benchmark-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        yield Account(folder)
        while (folder / "cgroup.procs").read_text():  # the last ones are just ending
            time.sleep(0.05)
        folder.rmdir()
        return
    yield Account(None)


def descendants(root):
    """Return the ids of all processes below a process."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
    found, below = set(), {root}
    while below := {pid for pid, parent in parents.items() if parent in below}:
        found |= below
    return found


def memory(pids):
    """Return the MiB that processes hold: PSS (shared pages divided among users), and USS (own)."""
    pss = uss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:  # it has just ended
            continue
        sizes = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        pss += sizes["Pss"]
        uss += sizes["Private_Clean"] + sizes["Private_Dirty"]
    return {"pss": pss / 1024, "uss": uss / 1024}

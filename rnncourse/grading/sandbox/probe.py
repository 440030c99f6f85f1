"""Tries, from inside a sandboxed kernel, what must not work there.

The self-test runs `probe()` as a cell of a real kernel and reads what it
prints. Nothing is attempted that could do harm if it worked: sockets are made
and not connected, memory and processes are taken in small steps up to the limit
and given back, files are only looked for.
"""

import contextlib
import ctypes
import json
import os
import resource
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rnncourse.grading.sandbox.linux import CLONE_NEWUSER, mount, unshare

FAMILIES = {"vsock": 40, "packet": 17, "bluetooth": 31, "can": 29, "alg": 38, "xdp": 44}
READ_ONLY = ("/usr", "/opt/env/site-packages", "/opt/course/rnncourse", "/conn", "/dev", "/")
MIB = 2**20


def probe(decoys: Mapping[str, str]) -> str:
    """Return, as JSON, what could be done by its name: true is a hole.

    Args:
        decoys: Files of the host that must not be seen, by name.
    """
    tried = {f"reads {name}": _works(Path(path).read_bytes) for name, path in decoys.items()}
    for name, family in FAMILIES.items():
        tried[f"makes a {name} socket"] = _works(partial(_make_socket, family))
    for folder in READ_ONLY:
        tried[f"writes in {folder}"] = _works(Path(folder, "probe").touch)
    tried["has a network interface besides lo"] = [n for _, n in socket.if_nameindex()] != ["lo"]
    tried["sees processes of the host"] = sum(p.name.isdigit() for p in Path("/proc").iterdir()) > 4
    tried["has capabilities"] = _capabilities() != 0
    tried["makes a user namespace"] = _works(lambda: unshare(CLONE_NEWUSER))
    tried["mounts"] = _works(lambda: mount("tmpfs", "/mnt", "tmpfs"))
    tried["traces a process"] = ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0
    tried["is root"] = os.geteuid() == 0
    tried["has unlimited memory"] = resource.getrlimit(resource.RLIMIT_DATA)[1] < 0
    tried["writes a file without limit"] = resource.getrlimit(resource.RLIMIT_FSIZE)[1] < 0
    tried["starts processes without limit"] = resource.getrlimit(resource.RLIMIT_NPROC)[1] < 0
    tried["fills the scratch folder without limit"] = _size("/box") > 1024 * MIB
    tried["fills the shared memory without limit"] = _size("/dev/shm") > 1024 * MIB  # noqa: S108
    return json.dumps(tried)


def _make_socket(family: int) -> None:
    socket.socket(family, socket.SOCK_DGRAM).close()


def _works(attempt: Callable[[], object]) -> bool:
    with contextlib.suppress(OSError):
        attempt()
        return True
    return False


def _capabilities() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(line.split()[1], 16) for line in lines if line.startswith("Cap"))


def _size(folder: str) -> int:
    found = os.statvfs(folder)
    return found.f_blocks * found.f_frsize

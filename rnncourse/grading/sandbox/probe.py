"""Tries, from inside a sandboxed kernel, what must not work there.

The self-test runs `probe()` as a cell of a real kernel and reads what it
prints. Nothing here would do harm if it worked: sockets are made and not
connected, nothing is written, a mount names a file system that does not exist,
and what changes a process is tried in a child that ends at once.
"""

import ctypes
import errno
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
IN_MEMORY = ("/box", "/tmp", "/home", "/dev/shm")  # noqa: S108 - the sandbox's own
PTRACE_TRACEME = 0
GIB = 2**30


def probe(decoys: Mapping[str, str]) -> str:
    """Return, as JSON, what could be done by its name: true is a hole.

    Args:
        decoys: Files of the host that must not be seen, by name.
    """
    tried = {f"reads {name}": _works(Path(path).read_bytes) for name, path in decoys.items()}
    for name, family in FAMILIES.items():
        tried[f"makes a {name} socket"] = _works(partial(_make_socket, family))
    for folder in READ_ONLY:
        tried[f"writes in {folder}"] = os.access(folder, os.W_OK)
    for folder in IN_MEMORY:
        tried[f"fills {folder} without limit"] = _size(folder) > GIB
    for name in ("DATA", "FSIZE", "NPROC", "CPU"):
        limit = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        tried[f"has no limit on {name}"] = limit[1] == resource.RLIM_INFINITY
    tried["has a network interface besides lo"] = [n for _, n in socket.if_nameindex()] != ["lo"]
    tried["sees processes of the host"] = sum(p.name.isdigit() for p in Path("/proc").iterdir()) > 4
    tried["is root"] = os.geteuid() == 0
    tried["has capabilities"] = _capabilities() != 0
    tried["mounts"] = _refusal(partial(mount, None, "/", "no-such-file-system")) != errno.EPERM
    tried["makes a user namespace"] = _works_in_child(partial(unshare, CLONE_NEWUSER))
    tried["traces a process"] = _works_in_child(_trace)
    return json.dumps(tried)


def _refusal(attempt: Callable[[], object]) -> int | None:
    """Return the number of the error that an attempt ends in, or None."""
    try:
        attempt()
    except OSError as error:
        return error.errno
    return None


def _works(attempt: Callable[[], object]) -> bool:
    return _refusal(attempt) is None


def _works_in_child(attempt: Callable[[], object]) -> bool:
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if _works(attempt) else 1)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _make_socket(family: int) -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        if _refusal(lambda: socket.socket(family, kind).close()) is None:  # noqa: B023 - called now
            return
    raise OSError(errno.EAFNOSUPPORT, "no kind of socket")


def _trace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(PTRACE_TRACEME, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _capabilities() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(line.split()[1], 16) for line in lines if line.startswith("Cap"))


def _size(folder: str) -> int:
    """Return the bytes that fit into a folder; none into one that is not there."""
    if not Path(folder).is_dir():
        return 0
    found = os.statvfs(folder)
    return found.f_blocks * found.f_frsize

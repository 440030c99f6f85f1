"""The forking server: imports once, and forks a kernel for each request.

It runs inside one sandbox, as PID 1's child there, and holds no secret: what a
fork inherits is the interpreter with its imports. Each fork goes into
namespaces of its own, sees its own run folder alone, and is then supervised
like a cold kernel.

Forking is safe because nothing but imports has happened: one thread, and not a
single TensorFlow operation. The server checks that, and refuses to serve if an
import has started a thread.

`python -m rnncourse.grading.kernels.server tensorflow,keras`
"""

import contextlib
import gc
import importlib
import os
import random
import selectors
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

import numpy as np

from rnncourse.grading.kernels.protocol import MOST, from_message, listen, to_message
from rnncourse.grading.sandbox import linux
from rnncourse.grading.sandbox.confine import supervise
from rnncourse.grading.sandbox.layout import CONNECTION, WORK
from rnncourse.grading.sandbox.limits import MIB, Limits

ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "matplotlib.pyplot",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "matplotlib_inline.backend_inline",
    "rnncourse.checks",
    "pyseccomp",
    "sqlite3",
    "tornado.platform.asyncio",
)
ASIDE = "/mnt"
RUN = Path(CONNECTION)
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41


def main() -> None:
    """Import, then serve."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in (*ALWAYS, *filter(None, sys.argv[1].split(","))):
        importlib.import_module(name)
    del sys.modules["debugpy"]
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        sys.exit(f"The imports started {threads - 1} threads: a fork would be broken.")
    gc.collect()
    gc.freeze()  # so that the forks do not copy what they only look at
    Server().serve()


@dataclass(frozen=True)
class _Kernel:
    pid: int
    handle: int
    connection: socket.socket


class Server:
    """Waits for requests, for the ends of kernels, and for provisioners that go away."""

    def __init__(self) -> None:
        self._listener = listen(RUN)
        self._events = selectors.DefaultSelector()
        self._events.register(self._listener, selectors.EVENT_READ, self._accept)
        self._events.register(0, selectors.EVENT_READ, sys.exit)

    def serve(self) -> None:
        """Answer until whoever started this ends, and with it the other end of our input."""
        while True:
            for key, _ in self._events.select():
                if key.fileobj in self._events.get_map():  # not unregistered just now
                    key.data()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        data, doors, *_ = socket.recv_fds(connection, MOST, 1)
        pid = os.fork()
        if pid == 0:
            _as_fork(connection, from_message(data), doors)
        for door in doors:
            os.close(door)
        kernel = _Kernel(pid, os.pidfd_open(pid), connection)
        self._events.register(kernel.handle, selectors.EVENT_READ, lambda: self._ended(kernel))
        self._events.register(connection, selectors.EVENT_READ, lambda: self._told(kernel))

    def _told(self, kernel: _Kernel) -> None:
        """Kill a kernel that is not wanted any more: said so, or by hanging up."""
        try:
            told = from_message(kernel.connection.recv(MOST))
        except OSError:
            told = {}
        signal.pidfd_send_signal(kernel.handle, signal.SIGTERM)
        if not told:
            self._events.unregister(kernel.connection)

    def _ended(self, kernel: _Kernel) -> None:
        self._events.unregister(kernel.handle)
        os.close(kernel.handle)
        _, status = os.waitpid(kernel.pid, 0)
        if kernel.connection.fileno() in self._events.get_map():
            self._events.unregister(kernel.connection)
        with contextlib.suppress(OSError):  # nobody is there to hear it
            kernel.connection.send(to_message(exit=os.waitstatus_to_exitcode(status)))
        kernel.connection.close()


def _as_fork(connection: socket.socket, request: dict[str, object], doors: list[int]) -> None:
    """Be the kernel's side of a request; never return."""
    try:
        for door in doors:  # of a cgroup, where there is one
            os.write(door, b"0")
        _close_all_but(connection.fileno())
        os.setsid()
        linux.divide(
            linux.CLONE_NEWPID | linux.CLONE_NEWIPC | linux.CLONE_NEWNET | linux.CLONE_NEWUTS
        )
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        inner = os.fork()  # the first process of the new namespaces
        if inner:
            connection.close()
            _wait_or_kill(inner)
        linux.die_with_parent()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        limits = Limits(**request["limits"])  # type: ignore[arg-type]
        _see_only(str(request["kernel"]), limits)
        random.seed()
        np.random.seed()  # noqa: NPY002 - the learner's global generator: forks must differ

        def started() -> None:
            connection.send(to_message(pid=os.getpid()))
            connection.close()

        os._exit(supervise(limits, started=started) & 0xFF)
    finally:
        os._exit(70)


def _wait_or_kill(inner: int) -> None:
    """Wait for the namespaces to end; on SIGTERM end them. Whoever ends first leaves an orphan."""
    signal.signal(signal.SIGTERM, lambda *_: os.kill(inner, signal.SIGKILL))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    _, status = os.waitpid(inner, 0)
    os._exit(max(os.waitstatus_to_exitcode(status), 0) or status & 0x7F)


def _close_all_but(kept: int) -> None:
    """Close the server's descriptors: its listener, and the connections of other kernels."""
    for path in list(Path("/proc/self/fd").iterdir()):
        descriptor = int(path.name)
        if descriptor > 2 and descriptor != kept:
            with contextlib.suppress(OSError):  # the listing's own
                os.close(descriptor)


def _see_only(kernel: str, limits: Limits) -> None:
    """Put the kernel's own run folder over everyone's, and empty folders over the shared ones."""
    closed = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount(str(RUN / Path(kernel).name), ASIDE, flags=linux.MS_BIND)
    linux.mount(ASIDE, CONNECTION, flags=linux.MS_BIND)
    linux.unmount(ASIDE)
    for folder, size in (
        ("/tmp", limits.scratch),  # noqa: S108 - the sandbox's own
        (WORK, limits.scratch),
        ("/home", 16 * MIB),
        ("/dev/shm", limits.shared_memory),  # noqa: S108
    ):
        linux.mount("tmpfs", folder, "tmpfs", closed, f"size={size},mode=755")
    linux.mount("proc", "/proc", "proc", closed | linux.MS_NOEXEC)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_RUNNING))


if __name__ == "__main__":
    main()

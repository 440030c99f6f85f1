"""A kernel of the forking server, with the methods of a `subprocess.Popen`."""

import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

from rnncourse.grading.kernels.protocol import MOST, connect, from_message, to_message
from rnncourse.grading.sandbox import cgroup
from rnncourse.grading.sandbox.limits import Limits

SERVER = "RNNCOURSE_KERNEL_SERVER"
"""Environment variable that names the run folder of a forking server."""
PATIENCE = 60.0
"""Seconds that the server may take for its imports, and for a kernel."""


class ForkedKernel:
    """A kernel of the forking server, with the methods of a `subprocess.Popen`.

    Args:
        folder: Its run folder, which lies in that of the server.
        limits: What it may use.

    Raises:
        OSError: If there is no server, or it could not make the kernel.
    """

    stdin = stdout = stderr = None
    lost = False
    """Whether it ended because the server did, which no learner's code can bring about."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._exit: int | None = None
        self._connection = connect(folder.parent)
        try:
            self._connection.settimeout(PATIENCE)
            self._room = cgroup.make_room(self._server_pid(), folder.name, limits)
            request = to_message(kernel=folder.name, limits=limits.to_tree())
            with cgroup.entrance(self._room) as doors:
                socket.send_fds(self._connection, [request], doors)
            answer = from_message(self._connection.recv(MOST))
            if "pid" not in answer:
                raise OSError(f"The server of warm kernels made none: {answer}")
        except OSError:
            self._connection.close()
            raise
        self.pid: int = answer["pid"]

    def _server_pid(self) -> int:
        peer = self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("3i", peer)[0])

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        if self._exit is None:
            self._connection.setblocking(False)
            try:
                self._note(self._connection.recv(MOST))
            except BlockingIOError:
                return None
            except OSError:
                self._note(b"")
        return self._exit

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit status."""
        if self._exit is None:
            self._connection.settimeout(timeout)
            try:
                self._note(self._connection.recv(MOST))
            except TimeoutError:
                raise subprocess.TimeoutExpired("kernel", timeout or 0.0) from None
            except OSError:
                self._note(b"")
        return self._exit if self._exit is not None else -9

    def send_signal(self, number: int) -> None:
        """Kill it, whatever the signal: interrupts go as messages."""
        self.kill()

    def kill(self) -> None:
        """Kill it and everything that it started."""
        if self._exit is None:
            try:
                self._connection.send(to_message(kill=True))
            except OSError:
                self._note(b"")

    terminate = kill

    def close(self) -> None:
        """Hang up: the server ends the kernel, if it has not ended."""
        if self._exit is None:
            self._note(b"")

    def _note(self, data: bytes) -> None:
        answer: dict[str, Any] = from_message(data)
        self.lost = not answer  # the server itself has gone, and so has the kernel
        self._exit = int(answer.get("exit", -9))
        self._connection.close()
        cgroup.remove(self._room)

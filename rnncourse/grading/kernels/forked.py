"""The forking server from outside: start it, and hold its kernels like processes."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from rnncourse.errors import SandboxError
from rnncourse.grading.kernels.protocol import CONTROL, MOST, connect, from_message, to_message
from rnncourse.grading.sandbox.bubblewrap import command, owner
from rnncourse.grading.sandbox.limits import Limits

SERVER = "RNNCOURSE_KERNEL_SERVER"
"""Environment variable that names the run folder of a forking server."""
PATIENCE = 60.0
"""Seconds that the server may take for its imports."""


@dataclass(frozen=True)
class KernelServer:
    """A forking server that runs.

    Args:
        folder: Its run folder.
        process: The sandbox that it runs in.
    """

    folder: Path
    process: subprocess.Popen[bytes]


@contextmanager
def kernel_server(imports: tuple[str, ...] = ("tensorflow", "keras")) -> Iterator[KernelServer]:
    """Run a forking server; kernels that are started meanwhile are forks of it.

    Args:
        imports: What it imports before it serves.

    Raises:
        SandboxError: If it does not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="rnn-server-"))
    os.chown(folder, owner(), owner())
    program = ["-m", "rnncourse.grading.kernels.server", ",".join(imports)]
    arguments = command(folder, program, Limits())
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    before = os.environ.get(SERVER)
    try:
        _wait_for(folder, process)
        os.environ[SERVER] = str(folder)
        yield KernelServer(folder, process)
    finally:
        os.environ.pop(SERVER) if before is None else os.environ.update({SERVER: before})
        process.kill()
        process.wait()
        rmtree(folder, ignore_errors=True)


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (folder / CONTROL).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            said = (folder / "server.log").read_text(errors="replace").strip()[-300:]
            raise SandboxError(f"The server of warm kernels did not come up. It said: {said}")
        time.sleep(0.02)


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
            self._connection.send(to_message(kernel=folder.name, limits=limits.to_tree()))
            answer = from_message(self._connection.recv(MOST))
            if "pid" not in answer:
                raise OSError(f"The server of warm kernels made none: {answer}")
        except OSError:
            self._connection.close()
            raise
        self.pid: int = answer["pid"]

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

"""Keeps a forking server running while submissions are graded."""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rnncourse.errors import SandboxError
from rnncourse.grading.kernels.forked import PATIENCE, SERVER
from rnncourse.grading.kernels.protocol import CONTROL
from rnncourse.grading.kernels.runs import RunFolder
from rnncourse.grading.sandbox import cgroup
from rnncourse.grading.sandbox.bubblewrap import command, hand_over
from rnncourse.grading.sandbox.limits import Limits

LOGGER = logging.getLogger(__name__)
PAUSES = (0.5, 2.0, 8.0)
"""Seconds before a dead server is started again; it is not, after the last."""


class KernelServer:
    """A forking server, which is started again when it dies.

    Until it is back, kernels start cold.

    Args:
        imports: What it imports before it serves.

    Raises:
        SandboxError: If it does not come up.
    """

    def __init__(self, imports: tuple[str, ...]) -> None:
        self._run = RunFolder()
        self.folder = self._run.path
        self._program = ["-m", "rnncourse.grading.kernels.server", ",".join(imports)]
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        try:
            hand_over(self.folder)
            self.process = self._started()
            self._serving()
        except SandboxError:
            self._run.remove()
            raise
        self._keeper.start()

    def end(self) -> None:
        """End it, and remove its folder."""
        self._ending.set()
        while self._keeper.is_alive():
            self.process.kill()
            self._keeper.join(0.1)
        self.process.kill()
        self._wait()
        self._run.remove()

    def _keep(self) -> None:
        for pause in PAUSES:
            self._wait()
            if self._ending.wait(pause):
                return
            LOGGER.warning("The server of warm kernels has died, and is started again.")
            try:
                self.process = self._started()
                self._serving()
            except SandboxError as error:
                LOGGER.warning("%s", error)

    def _wait(self) -> None:
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def _started(self) -> subprocess.Popen[bytes]:
        (self.folder / CONTROL).unlink(missing_ok=True)  # of the one before
        sandboxed = cgroup.divisible(command(self.folder, self._program, Limits()))
        with (self.folder / "server.log").open("wb") as log:
            # It ends when its input does, and so whenever this process ends.
            return subprocess.Popen(sandboxed, stdout=log, stderr=log, stdin=subprocess.PIPE)

    def _serving(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + PATIENCE
        while not (self.folder / CONTROL).exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                said = (self.folder / "server.log").read_text(errors="replace").strip()[-300:]
                raise SandboxError(f"The server of warm kernels did not come up. It said: {said}")
            time.sleep(0.02)
        cgroup.divide(self.process.pid)


@contextmanager
def kernel_server(imports: tuple[str, ...] = ("tensorflow", "keras")) -> Iterator[KernelServer]:
    """Run a forking server; kernels that are started meanwhile are forks of it.

    Args:
        imports: What it imports before it serves.

    Raises:
        SandboxError: If it does not come up.
    """
    server = KernelServer(imports)
    before = os.environ.get(SERVER)
    os.environ[SERVER] = str(server.folder)
    try:
        yield server
    finally:
        os.environ.pop(SERVER) if before is None else os.environ.update({SERVER: before})
        server.end()

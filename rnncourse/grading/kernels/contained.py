"""A kernel in a container, with the methods of a `subprocess.Popen`."""

import os
import select
import subprocess
from pathlib import Path

from rnncourse.grading.kernels.forked import PATIENCE
from rnncourse.grading.sandbox.confine import READY
from rnncourse.grading.sandbox.container import write_protect

ENGINE = "RNNCOURSE_CONTAINER_ENGINE"
"""Environment variable that names the engine whose containers kernels run in."""


class ContainedKernel:
    """A kernel in a container of its own.

    Args:
        command: What runs the container, named as the folder that `run` is in.
        run: The run folder.

    Raises:
        OSError: If the container does not start; says what the engine said.
    """

    stdin = stdout = stderr = None

    def __init__(self, command: list[str], run: Path) -> None:
        self._engine, self._name = command[0], run.parent.name
        log = run.parent / "engine.log"
        with log.open("wb") as said:
            self._client = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, bufsize=0
            )
        self.pid = self._client.pid
        if not self._is_ready():
            self.close()
            words = log.read_text(errors="replace").strip()[-300:]
            raise OSError(f"{self._engine} made no container. It said: {words}")
        write_protect(run)
        self._tell(READY)

    def _is_ready(self) -> bool:
        """Wait until the kernel has bound its sockets."""
        output = self._client.stdout
        if output is None or not select.select([output], [], [], PATIENCE)[0]:
            return False
        return os.read(output.fileno(), 1) == READY

    def _tell(self, word: bytes) -> None:
        if self._client.stdin is not None:
            self._client.stdin.write(word)

    def poll(self) -> int | None:
        """Return its exit status, or None while it runs."""
        return self._client.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit status."""
        return self._client.wait(timeout)

    def send_signal(self, number: int) -> None:
        """Kill it, whatever the signal: interrupts go as messages."""
        self.kill()

    def kill(self) -> None:
        """Kill it and everything that it started."""
        if self.poll() is None:
            stop = [self._engine, "kill", self._name]
            subprocess.run(stop, capture_output=True, check=False)  # it may just have ended

    terminate = kill

    def close(self) -> None:
        """Kill it, wait for its end, and close what was open to it."""
        self.kill()
        for pipe in (self._client.stdin, self._client.stdout):
            if pipe is not None:
                pipe.close()  # the container's first process ends at this, if nothing else helped
        self._client.wait()

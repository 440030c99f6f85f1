"""nbclient with an end to the output that it keeps: a learner's cell may print for ever."""

import asyncio
import math
import time
from queue import Empty
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets import Type

from rnncourse.errors import SandboxError

MOST = 16 * 2**20
"""Characters of output that are kept of one cell."""


class PromptClient(AsyncKernelClient):
    """Talks to a kernel as soon as it answers; Jupyter's own then waits for 0.2 s of silence."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has been heard on both channels.

        Raises:
            RuntimeError: If it has died, or is not heard in `timeout` seconds.
        """
        deadline = time.monotonic() + (timeout or math.inf)
        while time.monotonic() < deadline:
            self.kernel_info()
            try:
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)  # or it is not subscribed yet
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("The kernel died before it answered.") from None
            else:
                return
        raise RuntimeError(f"The kernel did not answer in {timeout} s.")


class PromptManager(AsyncKernelManager):
    """Starts and ends a kernel without the pauses that Jupyter makes."""

    client_factory = Type(PromptClient)

    async def _async_wait(self, pollinterval: float = 0.01) -> None:
        await super()._async_wait(min(pollinterval, 0.01))


class Capped(NotebookClient):
    """Runs cells; one that sends too much is interrupted, and the rest of its output dropped.

    To be mixed into nbclient's client, or into what nbgrader made of it.

    `flooded` says whether the last cell did.
    """

    flooded = False
    _sent = 0
    _interruptions: list[asyncio.Future[None]]

    async def async_execute_cell(
        self, cell: NotebookNode, cell_index: int, *args: Any, **kwargs: Any
    ) -> NotebookNode:
        """Run a cell, and wait until an interrupt of it has arrived."""
        self.flooded, self._sent, self._interruptions = False, 0, []
        try:
            return await super().async_execute_cell(cell, cell_index, *args, **kwargs)
        finally:
            await asyncio.gather(*self._interruptions)

    execute_cell = run_sync(async_execute_cell)

    def require_own_end(self) -> None:
        """Raise an error if a kernel that has ended was ended from outside.

        Raises:
            SandboxError: If so: nothing that it ran is to blame.
        """
        process = getattr(self.km.provisioner, "process", None)
        if getattr(process, "lost", False):
            raise SandboxError("The server of warm kernels ended, and its kernels with it.")

    def output(self, outs: list[NotebookNode], msg: Any, *rest: Any) -> NotebookNode | None:
        """Keep one output of the cell, if there is room."""
        self._sent += _size(msg["content"])
        if self._sent <= MOST:
            return super().output(outs, msg, *rest)
        if not self.flooded:
            self.flooded = True
            self._interruptions.append(asyncio.ensure_future(self.km.interrupt_kernel()))
        return None


class CappedClient(Capped):
    """The client that an examination talks through."""


def _size(content: Any) -> int:
    """Return the characters in a message's content, whatever it is made of."""
    if isinstance(content, dict):
        return sum(_size(value) for value in content.values())
    if isinstance(content, list):
        return sum(_size(value) for value in content)
    return len(content) if isinstance(content, str) else 8

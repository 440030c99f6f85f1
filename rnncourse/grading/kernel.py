"""The learner's kernel: runs cells, answers questions, and is revived after a death.

Nothing that comes from the kernel is trusted: answers are plain text of a
limited size, matched by the id of the request, and read without running code.
"""

import os
import time
from dataclasses import dataclass
from queue import Empty
from subprocess import DEVNULL
from types import TracebackType
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from rnncourse.checks.calls import Inputs, Outcome
from rnncourse.checks.marking import KERNEL_DIED, TIME_LIMIT
from rnncourse.checks.values import to_text
from rnncourse.errors import KernelError
from rnncourse.grading.client import MOST, CappedClient, PromptManager
from rnncourse.grading.kernels.runs import RunFolder
from rnncourse.grading.replies import asks_to_exit, read_reply

REQUEST = (
    "__import__('rnncourse.checks.calls', fromlist=['answer'])"
    ".answer(__import__('IPython').get_ipython().user_ns, {name!r}, {inputs!r}, {through!r})"
)
QUIET_TENSORFLOW = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
"""No start-up lines on stderr, and the same sums on every processor."""
OUTPUT_LIMIT = "OutputLimit"
MAX_REVIVALS = 3
INTERRUPT_GRACE = 4.0
"""Seconds in which an interrupted kernel must listen."""
PATIENCE = 0.25
"""Seconds between two looks whether a silent kernel is alive."""


@dataclass(frozen=True)
class TimeLimits:
    """How long a learner's code may run, in seconds.

    Args:
        cell: One cell.
        notebook: All cells and answers together; what is running then is waited for.
    """

    cell: float = 60.0
    notebook: float = 900.0


class LearnerKernel:
    """A kernel that runs one learner's notebook; use it as an async context.

    A cell or a question that kills the kernel, or ignores the interrupt at
    its time limit, costs only itself: a new kernel runs the cells before it
    again, and goes on.

    Args:
        kernel_name: Name of the Jupyter kernel.
        folder: Folder that the cells run in.
        limits: How long the notebook may run.
    """

    def __init__(
        self, kernel_name: str, folder: str | None, limits: TimeLimits | None = None
    ) -> None:
        self._kernel_name = kernel_name
        self._folder = folder
        self._limits = limits or TimeLimits()
        self._deadline = time.monotonic() + self._limits.notebook
        self._client: CappedClient | None = None
        self._sockets: RunFolder | None = None
        self._done: list[str] = []
        self._revivals = 0
        self._trouble = ("", "")

    async def __aenter__(self) -> "LearnerKernel":
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self._stop()

    async def run(self, cell: NotebookNode) -> None:
        """Run a code cell; its outputs, errors included, are left in the cell."""
        trouble, message = await self._run(cell)
        cell.setdefault("execution_count", None)  # where the kernel died before it said one
        _merge_streams(cell)
        if not trouble:
            self._done.append(cell.source)
            return
        cell.outputs.append(new_output("error", ename=trouble, evalue=message, traceback=[message]))
        if trouble == KERNEL_DIED:
            await self._revive()

    async def ask(self, name: str, inputs: Inputs, time_limit: float, through: str = "") -> Outcome:
        """Return what the learner's function `name` gives for `inputs`.

        The answer comes back in the reply to the request, which no output of
        the learner's can delay or crowd out.

        Args:
            name: Name of a function that the notebook's cells define.
            inputs: Its arguments.
            time_limit: Seconds until it is interrupted.
            through: The adapter that makes the call; "" for none.
        """
        expression = REQUEST.format(name=name, inputs=to_text(inputs), through=through)
        request = self._begin().kc.execute(
            "", store_history=False, allow_stdin=False, user_expressions={"answer": expression}
        )
        try:
            reply = await self._reply(request, time_limit)
        except DeadKernelError:
            await self._revive()
            return Outcome(raised=KERNEL_DIED)
        except TimeoutError:
            await self._interrupt(request)
            return Outcome(raised=TIME_LIMIT)
        if asks_to_exit(reply):
            await self._revive()
        return read_reply(reply)

    async def _start(self) -> None:
        self._sockets = RunFolder()  # paths of sockets are short: 107 characters at most
        self._client = CappedClient(
            new_notebook(),
            kernel_name=self._kernel_name,
            timeout=self._limits.cell,
            interrupt_on_timeout=True,
            allow_errors=True,
            raise_on_iopub_timeout=True,
            iopub_timeout=INTERRUPT_GRACE,
            error_on_timeout={"ename": TIME_LIMIT, "evalue": "", "traceback": []},
            resources={"metadata": {"path": self._folder}},
            kernel_manager_class=PromptManager,
            skip_cells_with_tag="",
            on_cell_executed=self._on_reply,
        )
        manager = self._client.create_kernel_manager()
        manager.transport = "ipc"  # no port that others could connect to
        manager.connection_file = str(self._sockets.path / "kernel.json")
        try:
            await self._client.async_start_new_kernel(
                stdout=DEVNULL, stderr=DEVNULL, env=os.environ | QUIET_TENSORFLOW
            )
            await self._client.async_start_new_kernel_client()
        except Exception as error:
            self._sockets.remove()
            raise KernelError(
                f"The kernel {self._kernel_name!r} did not start: {error}. "
                "`rnncourse doctor` says what is missing."
            ) from error

    async def _stop(self) -> None:
        client, self._client = self._client, None
        if client is None or self._sockets is None:
            return
        try:
            await client.km.shutdown_kernel(now=True)
            client.kc.stop_channels()
        finally:
            self._sockets.remove()

    async def _revive(self) -> None:
        """Start a new kernel, and run again the cells that went well.

        Raises:
            SandboxError: If the old one was ended from outside.
            KernelError: If this notebook has ended too many.
        """
        self._alive().require_own_end()
        self._revivals += 1
        if self._revivals > MAX_REVIVALS:
            raise KernelError(f"The notebook ended its kernel {self._revivals} times.")
        await self._stop()
        await self._start()
        for source in self._done:
            trouble, message = await self._run(new_code_cell(source))
            if trouble:
                raise KernelError(f"A cell that ran once did not run again. {message}")

    async def _run(self, cell: NotebookNode) -> tuple[str, str]:
        """Run a cell; return what ended it early with a message, or two empty texts."""
        client = self._begin()
        client.nb.cells.append(cell)
        self._trouble = ("", "")
        began = time.monotonic()
        late = f"This cell had not ended after {self._limits.cell:g} s"
        flood = f"This cell sent more than {MOST // 2**20} MB of output"
        try:
            await client.async_execute_cell(cell, len(client.nb.cells) - 1)
        except DeadKernelError:  # of what it has not yet sent, perhaps: that takes memory
            return KERNEL_DIED, f"{flood}." if client.flooded else "This cell ended the kernel."
        except CellTimeoutError:  # its last messages are late or lost
            if not await self._responds():
                why = flood if client.flooded else late
                return KERNEL_DIED, f"{why}, and did not heed an interrupt."
            if time.monotonic() - began >= self._limits.cell:
                return TIME_LIMIT, f"{late}, and was interrupted."
        except Exception as error:  # outputs come from the learner and may be anything
            return KERNEL_DIED, f"This cell sent an output that cannot be read: {error!r:.200}"
        if client.flooded:
            heard = await self._responds()
            return (OUTPUT_LIMIT, f"{flood}.") if heard else (KERNEL_DIED, f"{flood}.")
        return self._trouble

    def _on_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        """Note what the reply to a cell says beyond the cell's outputs."""
        content = execute_reply["content"]
        if content.get("ename") == TIME_LIMIT:
            late = f"This cell had not ended after {self._limits.cell:g} s, and was interrupted."
            self._trouble = (TIME_LIMIT, late)
        if asks_to_exit(content):
            self._trouble = (KERNEL_DIED, "This cell ended the kernel: it called exit or quit.")

    async def _responds(self) -> bool:
        """Return whether the kernel answers, which it does when no cell is running."""
        try:
            await self._reply(self._alive().kc.kernel_info(), INTERRUPT_GRACE)
        except (TimeoutError, DeadKernelError):
            return False
        return True

    async def _reply(self, request: str, time_limit: float) -> dict[str, Any]:
        """Return the content of the reply; raise DeadKernelError or TimeoutError."""
        client = self._alive()
        deadline = time.monotonic() + time_limit
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await client.kc.shell_channel.get_msg(timeout=min(PATIENCE, left))
            except Empty:
                if not await client.km.is_alive():
                    raise DeadKernelError from None
            except Exception:  # noqa: S112 - what is no message of the protocol is no reply
                continue
            else:
                if message["parent_header"].get("msg_id") == request:
                    return message["content"]
        raise TimeoutError

    async def _interrupt(self, request: str) -> None:
        """Interrupt the kernel; one that does not listen is replaced."""
        await self._alive().km.interrupt_kernel()
        try:
            await self._reply(request, INTERRUPT_GRACE)
        except (TimeoutError, DeadKernelError):
            await self._revive()

    def _alive(self) -> CappedClient:
        if self._client is None:
            raise KernelError("The kernel is not running: use it inside `async with`.")
        return self._client

    def _begin(self) -> CappedClient:
        """Return the client for something new, if there is time for it."""
        if time.monotonic() > self._deadline:
            most = self._limits.notebook
            raise KernelError(f"All that it runs together had not ended after {most:g} s.")
        return self._alive()


def _merge_streams(cell: NotebookNode) -> None:
    """Join neighbouring pieces of the same stream."""
    merged: list[NotebookNode] = []
    for output in cell.outputs:
        last = merged[-1] if merged else None
        kinds = {(o.output_type, o.get("name")) for o in (last, output) if o is not None}
        if last is not None and len(kinds) == 1 and output.output_type == "stream":
            last.text += output.text
        else:
            merged.append(output)
    cell.outputs = merged

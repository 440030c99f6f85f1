"""The provisioner of sandboxed kernels: forks of a warm server, or a sandbox for each.

A Jupyter kernel provisioner starts and ends the process of a kernel, however it
likes; the kernel `rnncourse` names this one in its kernel.json.
"""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from rnncourse.grading.kernels.contained import ENGINE, ContainedKernel
from rnncourse.grading.kernels.forked import SERVER, ForkedKernel
from rnncourse.grading.kernels.runs import RunFolder
from rnncourse.grading.sandbox import bubblewrap, cgroup, container
from rnncourse.grading.sandbox.layout import CONNECTION
from rnncourse.grading.sandbox.limits import Limits

FILES = "files"
MOST = 64 * 2**20
"""Bytes of the notebook's own files that are taken along."""


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel in a sandbox: warm where a server runs, in a container, or else cold.

    The connection goes over sockets in a folder of its own: the sandbox has no
    network. Interrupts go as messages, since its processes are out of reach.
    """

    _run: RunFolder | None = None
    _folder = Path()
    _own: ForkedKernel | ContainedKernel | None = None
    _lifeline: int | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the run folder, and say what to run."""
        engine = os.environ.get(ENGINE)
        self._run = RunFolder(os.environ.get(SERVER))
        self._folder = self._run.path
        if engine:  # what the container's user may write in is in what nobody else may enter
            self._folder /= "conn"
            self._folder.mkdir()
        outside = use_sockets_in(self._folder, self.parent)
        kwargs = await super().pre_launch(**kwargs)
        fill(self._folder, outside, kwargs.get("cwd"))
        confined = (
            _confined_in_container(engine, self._folder) if engine else _confined(self._folder)
        )
        return kwargs | {"cmd": confined, "cwd": "/", "env": dict(os.environ)}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have the server fork a kernel, or the engine make a container; or else start one."""
        if ENGINE in os.environ:
            return self._hold(await asyncio.to_thread(ContainedKernel, cmd, self._folder))
        if SERVER in os.environ:
            try:
                forked = await asyncio.to_thread(ForkedKernel, self._folder, Limits())
            except OSError as error:
                self.log.warning("%s A cold kernel takes its place.", error)
            else:
                return self._hold(forked)
        its_input, self._lifeline = os.pipe()  # it ends with whoever holds the other end
        try:
            return await super().launch_kernel(cmd, stdin=its_input, **kwargs)
        finally:
            os.close(its_input)

    def _hold(self, kernel: ForkedKernel | ContainedKernel) -> KernelConnectionInfo:
        self.process = self._own = kernel
        self.pid, self.pgid = kernel.pid, None
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Hang up, whether the kernel was waited for or not, and remove the run folder."""
        await super().cleanup(restart=restart)
        if self._own is not None:
            self._own.close()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._run is not None:
            self._run.remove()


def _confined(run: Path) -> list[str]:
    """Return the command of a cold kernel."""
    bubblewrap.hand_over(run)
    limits = Limits()
    program = ["-m", "rnncourse.grading.sandbox.confine", json.dumps(limits.to_tree())]
    return cgroup.scoped(bubblewrap.command(run, program, limits), limits)


def _confined_in_container(engine: str, run: Path) -> list[str]:
    """Return the command of a kernel in a container."""
    container.hand_over(run)
    limits = Limits()
    program = ["-m", "rnncourse.grading.sandbox.contained", json.dumps(limits.to_tree())]
    return container.command(engine, run, program, limits)


def use_sockets_in(folder: Path, manager: Any) -> Path:
    """Have a kernel manager connect by sockets in `folder`; return its connection file."""
    manager.transport = "ipc"
    manager.ip = str(folder / "socket")
    manager.shell_port, manager.iopub_port, manager.stdin_port = 1, 2, 3
    manager.hb_port, manager.control_port = 4, 5
    manager.connection_file = str(folder / "outside.json")
    return folder / "outside.json"


def fill(folder: Path, outside: Path, cwd: str | None) -> None:
    """Put into a run folder the connection file as the kernel sees it, and its files.

    Args:
        folder: The run folder, which the kernel sees as /conn.
        outside: The file that Jupyter has written, with this side's paths.
        cwd: The folder that the notebook is in, whose files are copied; links are not followed.
    """
    inside = json.loads(outside.read_text(encoding="utf-8"))
    inside["ip"] = f"{CONNECTION}/{Path(inside['ip']).name}"
    outside.unlink()  # the manager has it in memory
    (folder / "kernel.json").write_text(json.dumps(inside), encoding="utf-8")
    (folder / FILES).mkdir()
    if cwd:
        _copy_files(Path(cwd), folder / FILES)


def _copy_files(source: Path, target: Path) -> None:
    """Copy what a notebook may read beside itself, up to a size; plain files only."""
    left = MOST
    for path in sorted(source.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        left -= path.stat().st_size
        if left < 0:
            return
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)

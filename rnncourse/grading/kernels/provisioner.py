"""The provisioner of sandboxed kernels: forks of a warm server, or a sandbox for each.

A Jupyter kernel provisioner starts and ends the process of a kernel, however it
likes; the kernel `rnncourse` names this one in its kernel.json.
"""

import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from rnncourse.grading.kernels.forked import SERVER, ForkedKernel
from rnncourse.grading.sandbox.bubblewrap import command, owner
from rnncourse.grading.sandbox.confine import CONNECTION
from rnncourse.grading.sandbox.limits import Limits

FILES = "files"
MOST = 64 * 2**20
"""Bytes of the notebook's own files that are taken along."""


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel in new namespaces: warm where a server runs, and else cold.

    The connection goes over sockets in a folder of its own: the sandbox has no
    network. Interrupts go as messages, since its processes are out of reach.
    """

    _folder: Path | None = None
    _forked: ForkedKernel | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the run folder, and say what to run."""
        server = os.environ.get(SERVER)
        folder = self._folder = Path(tempfile.mkdtemp(prefix="rnn-", dir=server))
        outside = use_sockets_in(folder, self.parent)
        kwargs = await super().pre_launch(**kwargs)
        fill(folder, outside, kwargs.get("cwd"))
        limits = Limits()
        program = ["-m", "rnncourse.grading.sandbox.confine", json.dumps(limits.to_tree())]
        confined = command(folder, program, limits)
        return kwargs | {"cmd": confined, "cwd": "/", "env": dict(os.environ)}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have the server fork a kernel; without a server, start one."""
        if self._folder is not None and SERVER in os.environ:
            try:
                self._forked = await asyncio.to_thread(ForkedKernel, self._folder, Limits())
            except OSError as error:
                self.log.warning("%s A cold kernel takes its place.", error)
            else:
                self.process = self._forked
                self.pid, self.pgid = self._forked.pid, None
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Hang up, whether the kernel was waited for or not, and remove the run folder."""
        await super().cleanup(restart=restart)
        if self._forked is not None:
            self._forked.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


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
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner(), owner(), follow_symlinks=False)


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

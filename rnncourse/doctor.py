"""`rnncourse doctor`: what is installed, what is missing, and the command that mends it."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnncourse.errors import CourseError, SandboxError
from rnncourse.exercises import Course

PACKAGES = ("numpy", "keras", "nbgrader", "nbclient", "jupyter-book", "matplotlib")
SET_UP = "make course, in the folder of the course"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What it is.
        ok: Whether it is well; None where it is missing but not needed for most work.
        text: What was found.
        mend: The command that mends it, or "".
    """

    name: str
    ok: bool | None
    text: str
    mend: str = ""


def findings() -> list[Finding]:
    """Return what was found, the needed things first."""
    return [
        _python(),
        *_packages(),
        _tensorflow(),
        _alembic(),
        _kernel(),
        *_course(),
        _data(),
        _sandbox(),
        _cgroup(),
        _classroom(),
    ]


def _python() -> Finding:
    version = platform.python_version()
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("Python", ok, version, "" if ok else "install Python 3.11, 3.12 or 3.13")


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        version = _version(name)
        yield Finding(name, bool(version), version or "not installed", "" if version else SET_UP)


def _tensorflow() -> Finding:
    for name in ("tensorflow-cpu", "tensorflow"):
        if version := _version(name):
            gpu = "; a GPU device is present" if Path("/dev/nvidia0").exists() else "; no GPU seen"
            return Finding("TensorFlow", True, f"{name} {version}{gpu}")
    return Finding("TensorFlow", None, "not installed: NumPy questions work without it", SET_UP)


def _alembic() -> Finding:
    path = shutil.which("alembic")
    text = "found" if path else "not on PATH: nbgrader cannot make its gradebook"
    return Finding("alembic", bool(path), text, "" if path else SET_UP)


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding(
            "kernel python3", False, "not installed", "python -m ipykernel install --sys-prefix"
        )
    program = sys.executable if spec.argv[0] in ("python", "python3") else spec.argv[0]
    return Finding("kernel python3", True, program)


def _course() -> Iterator[Finding]:
    from rnncourse.notebooks import build

    try:
        course = Course.find()
    except CourseError as error:
        yield Finding("course", None, str(error))
        return
    yield Finding("course", True, f"{course.root}: {', '.join(course.slugs())}")
    stale = build(course, write=False)
    text = f"{len(stale)} files differ from solutions/" if stale else "up to date"
    yield Finding("exercises", not stale, text, "rnncourse build" if stale else "")


def _data() -> Finding:
    folder = os.environ.get("RNNCOURSE_DATA_DIR")
    if not folder:
        return Finding("data", None, "no RNNCOURSE_DATA_DIR: bundled digits stand in for MNIST")
    present = Path(folder).is_dir()
    text = folder if present else f"{folder} does not exist"
    return Finding(
        "data", present, text, "" if present else "unset RNNCOURSE_DATA_DIR, or correct it"
    )


def _sandbox() -> Finding:
    from rnncourse.grading.isolation import isolation

    try:
        with isolation("auto") as chosen:
            return Finding("sandbox", True, chosen.text)
    except SandboxError as error:
        return Finding("sandbox", None, f"none: grade only what you trust. {error}")


def _cgroup() -> Finding:
    from rnncourse.grading.sandbox.cgroup import missing

    if why := missing():
        return Finding("cgroup", None, f"none: a kernel's processes share no limit. {why}")
    return Finding("cgroup", True, "limits what all processes of a kernel take together")


def _classroom() -> Finding:
    from rnncourse.classroom.hub import proxy_command

    try:
        proxy_command(Path.cwd())
    except CourseError as error:
        return Finding("classroom", None, str(error))
    version = _version("jupyterhub")
    text = f"JupyterHub {version}, and its proxy" if version else "no JupyterHub"
    return Finding("classroom", bool(version) or None, text, "" if version else SET_UP)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""

"""The command that runs a program in a container of Podman or Docker.

For machines where whoever grades may not make namespaces, but an engine may.
The container's image is empty: the system, the interpreter and its packages
are bound from this machine, as bubblewrap does it, so nothing is fetched.
"""

import json
import secrets
import shutil
import subprocess
from functools import cache
from pathlib import Path

from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox.layout import (
    CONNECTION,
    ENVIRONMENT,
    HOME,
    PYTHON,
    READ_ONLY,
    SETTINGS,
    SYSTEM,
    WORK,
)
from rnncourse.grading.sandbox.limits import MIB, Limits
from rnncourse.grading.sandbox.stage import USER

ENGINES = ("podman", "docker")
INSTALL = "sudo apt-get install podman"
IMAGE = "rnncourse-empty"
EMPTY_TAR = bytes(10240)
PODMAN = ["--read-only-tmpfs=false", "--passwd=false", "--no-hosts"]
"""No folders in memory and no files in /etc besides ours; Docker makes none by itself."""
USERS = 1000
"""Users that containers run as, so that one's processes do not count against another's."""


def find_engine() -> str:
    """Return the engine that works here, with the empty image in its store.

    Raises:
        SandboxError: If there is none.
    """
    troubles = []
    for engine in filter(shutil.which, ENGINES):
        try:
            if _ask(engine, "images", "--quiet", IMAGE) == "":
                _ask(engine, "import", "-", IMAGE, given=EMPTY_TAR)
        except SandboxError as error:
            troubles.append(str(error))
        else:
            return engine
    found = " ".join(troubles) or f"Neither Podman nor Docker is here. Install one: {INSTALL}."
    raise SandboxError(found)


def command(engine: str, run: Path, program: list[str], limits: Limits) -> list[str]:
    """Return the command that runs a Python program in a container.

    Args:
        engine: "podman" or "docker".
        run: The folder that becomes /conn; the one that it is in names the container.
        program: Arguments of the interpreter.
        limits: What the container may use.
    """
    user = USER + secrets.randbelow(USERS)
    return [
        *(engine, "run", "--rm", "--interactive", "--pull", "never", "--name", run.parent.name),
        *("--network", "none", "--read-only", "--cap-drop", "ALL", "--user", f"{user}:{user}"),
        *(
            "--security-opt",
            "no-new-privileges",
            "--security-opt",
            "label=disable",
            "--hostname",
            "sandbox",
        ),
        *(PODMAN if engine == "podman" else []),
        *("--ulimit", f"nofile={limits.open_files}", "--ulimit", f"nproc={limits.processes}"),
        *(_together(limits) if counts_together(engine) else ["--cgroups=disabled"]),
        *_folders(limits),
        *_bound(run),
        *("--workdir", WORK),
        *(part for name, value in ENVIRONMENT.items() for part in ("--env", f"{name}={value}")),
        IMAGE,
        PYTHON,
        *program,
    ]


def hand_over(run: Path) -> None:
    """Let the container's user read all of a run folder, and write in it until `write_protect`."""
    for path in run.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    run.chmod(0o777)


def write_protect(run: Path) -> None:
    """Let nobody write in a run folder but its owner, who has no process in the container."""
    run.chmod(0o755)


@cache
def counts_together(engine: str) -> bool:
    """Return whether the engine can limit what all processes of a container take together."""
    if engine != "podman":
        return True
    host = json.loads(_ask(engine, "info", "--format", "json"))["host"]
    found = host["cgroupVersion"] == "v2", {"memory", "pids"} <= set(host["cgroupControllers"])
    return all(found)


def _together(limits: Limits) -> list[str]:
    memory = str(limits.together)
    return [
        *("--memory", memory, "--memory-swap", memory),
        *("--pids-limit", str(limits.processes)),
    ]


def _folders(limits: Limits) -> list[str]:
    """Return the folders in memory."""
    sizes = {"/tmp": limits.scratch, WORK: limits.scratch, HOME: 16 * MIB}  # noqa: S108
    return [
        *("--shm-size", str(limits.shared_memory)),
        *(
            part
            for place, size in sizes.items()
            for part in ("--tmpfs", f"{place}:rw,nosuid,nodev,size={size},mode=1777")
        ),
    ]


def _bound(run: Path) -> list[str]:
    """Return what is bound from this machine."""
    system = [path for path in (Path("/usr"), *SYSTEM, *SETTINGS) if path.exists()]
    seen = [(path.resolve(), str(path)) for path in system] + list(READ_ONLY.values())
    read_only = [("--volume", f"{path}:{place}:ro") for path, place in seen]
    return [*(part for pair in read_only for part in pair), "--volume", f"{run}:{CONNECTION}"]


def _ask(engine: str, *words: str, given: bytes = b"") -> str:
    """Return what the engine answers.

    Raises:
        SandboxError: If it fails.
    """
    done = subprocess.run([engine, *words], input=given, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise SandboxError(f"{engine} {words[0]} fails here: {said}")
    return done.stdout.decode().strip()

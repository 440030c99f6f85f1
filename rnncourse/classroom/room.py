"""The sandbox that a student's server runs in, and what is mounted there.

    /usr, /bin, /lib …                  the system, read-only
    Python, its packages, the course's  at their own places, read-only; nothing of a solution
    /home/<id>                          the student's files
    /srv/exchange/rnncourse/outbound    what is released, read-only
    /srv/exchange/rnncourse/inbound     the student's own letter box
    /srv/exchange/rnncourse/feedback    what was returned to this student, read-only
    /tmp, /dev/shm                      in memory, of limited size

Everything else of the machine and of the class is not there. The network is: the
server listens on the loopback, where the hub's proxy finds it. So nothing else of
the student's may listen there without a key; kernels speak over files in /tmp.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import rnncourse
from rnncourse.classroom.folder import COURSE_ID, SETTINGS, Classroom, StudentFolder
from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox import cgroup
from rnncourse.grading.sandbox.bubblewrap import launcher, owner, system
from rnncourse.grading.sandbox.layout import ENVIRONMENT
from rnncourse.grading.sandbox.limits import MIB, Limits
from rnncourse.grading.sandbox.refusals import refusal

EXCHANGE = "/srv/exchange"
LIMITS = Limits(
    scratch=512 * MIB,
    open_files=4096,
    cpu=resource.RLIM_INFINITY,  # a server runs for days
    together=4096 * MIB,
)
"""Of one student's server with all its kernels and terminals."""
NETWORK = ("resolv.conf", "hosts", "nsswitch.conf", "ssl", "ca-certificates", "services")
LOOKS = ("ld.so.cache", "fonts", "localtime", "alternatives", "bash.bashrc")
"""Files and folders of /etc that programs look at."""
OF_SYSTEMD = ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
"""What the command that makes a cgroup needs, and a program in the room must not have."""


def command(classroom: Classroom, student: StudentFolder, program: list[str]) -> list[str]:
    """Return the command that runs a program in a student's room.

    Args:
        classroom: The class.
        student: Whose room it is.
        program: The program and its arguments.

    Raises:
        SandboxError: If there is no bubblewrap.
    """
    package = Path(rnncourse.__file__).parent
    own = {"home": student.home, "inbound": student.inbound}
    shown = {"outbound": classroom.outbound, "feedback": student.feedback}
    places = [Path(sys.base_prefix), Path(sys.base_prefix).resolve(), Path(sys.prefix), package]
    installed = {
        f"installed{number}": path
        for number, path in enumerate(dict.fromkeys(places))
        if not path.is_relative_to("/usr")
    }
    accounts = {"passwd": student.root / "passwd"}
    begin, seen = launcher({**own, **shown, **installed, **accounts})
    course = f"{EXCHANGE}/{COURSE_ID}"
    return [
        *begin,
        *_namespaces(),
        *system(),
        *(
            part
            for name in NETWORK + LOOKS
            for part in ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
        ),
        *(part for name, path in installed.items() for part in _shown(seen[name], path)),
        *_shown(seen["passwd"], "/etc/passwd"),
        *("--bind", str(seen["home"]), home(student)),
        *("--size", str(MIB), "--tmpfs", EXCHANGE),
        *_shown(seen["outbound"], f"{course}/outbound"),
        *_shown(seen["feedback"], f"{course}/feedback"),
        *("--bind", str(seen["inbound"]), f"{course}/inbound"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", home(student)),
        *program,
    ]


def server(classroom: Classroom, student: StudentFolder, program: list[str]) -> list[str]:
    """Return the command that runs a student's server: in the room, within limits."""
    _write_account(student)
    limits = json.dumps(LIMITS.to_tree())
    limited = [sys.executable, "-m", "rnncourse.classroom.inside", limits, *program]
    return cgroup.scoped(command(classroom, student, limited), LIMITS)


def environment(student: StudentFolder) -> dict[str, str]:
    """Return what a student's server finds in its environment, beside what the hub tells it."""
    quiet = {name: ENVIRONMENT[name] for name in ("LANG", "KERAS_BACKEND", "CUDA_VISIBLE_DEVICES")}
    tensorflow = {name: ENVIRONMENT[name] for name in ENVIRONMENT if name.startswith("TF_")}
    return {
        **{name: os.environ[name] for name in OF_SYSTEMD if name in os.environ},
        **quiet,
        **tensorflow,
        "HOME": home(student),
        "USER": student.id,
        "LOGNAME": student.id,
        "SHELL": "/bin/bash",
        "PATH": f"{Path(sys.prefix, 'bin')}:/usr/bin:/bin",
        "PYTHONPATH": str(Path(rnncourse.__file__).parents[1]),
        "JUPYTER_CONFIG_PATH": str(SETTINGS / "student"),
        "JUPYTER_RUNTIME_DIR": "/tmp/jupyter",  # noqa: S108 - the room's own
    }


def home(student: StudentFolder) -> str:
    """Return where a student's files are in the room."""
    return f"/home/{student.id}"


def require_tight(classroom: Classroom, student: StudentFolder, hidden: list[Path]) -> None:
    """Start a room, and have it try to open what must not be seen there.

    Args:
        classroom: The class.
        student: Whose room is tried.
        hidden: Files of the class, of the course or of others.

    Raises:
        SandboxError: If it does not start, or if a file could be opened; says what helps.
    """
    _write_account(student)
    look = [sys.executable, "-m", "rnncourse.classroom.inside", "--try", *map(str, hidden)]
    trial = command(classroom, student, look)
    done = subprocess.run(
        trial, env=environment(student), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip()[-300:]
        raise SandboxError(
            f"Students' servers cannot be kept apart here: {said}. {refusal()}".strip()
        )
    if found := done.stdout.strip():
        raise SandboxError(f"A student could read {found} here. Please report this.")


def _namespaces() -> list[str]:
    return [
        *("--unshare-all", "--share-net", "--die-with-parent", "--new-session"),
        *(part for name in OF_SYSTEMD for part in ("--unsetenv", name)),
        *("--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"),
        *("--size", str(LIMITS.scratch), "--tmpfs", "/tmp"),  # noqa: S108 - the room's own
        *("--size", str(LIMITS.shared_memory), "--tmpfs", "/dev/shm"),  # noqa: S108
    ]


def _shown(source: Path, target: Path | str) -> list[str]:
    return ["--ro-bind", str(source), str(target)]


def _write_account(student: StudentFolder) -> None:
    """Write the list of accounts that the student sees: nbgrader and shells ask who they are."""
    me = f"{student.id}:x:{owner()}:{owner()}::{home(student)}:/bin/bash\n"
    (student.root / "passwd").write_text(me, encoding="utf-8")
    (student.root / "passwd").chmod(0o644)

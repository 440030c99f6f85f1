"""Which sandbox submissions run in here: chosen, tried, and held while they are graded.

warm       forks of one server that has imported TensorFlow; fast
cold       a new interpreter for each notebook; slower by the import, and no less tight
container  a new container for each; where namespaces are refused, but not to Podman or Docker
none       as whoever grades, with all their files: only on demand
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rnncourse.errors import SandboxError
from rnncourse.grading.kernels.contained import ENGINE
from rnncourse.grading.kernels.keeper import kernel_server
from rnncourse.grading.kernels.runs import sweep
from rnncourse.grading.sandbox import cgroup, container
from rnncourse.grading.sandbox.bubblewrap import owner, require_start
from rnncourse.grading.sandbox.selftest import require_tight

SANDBOXED, UNPROTECTED = "rnncourse", "python3"
"""Names of Jupyter kernels."""
MODES = ("auto", "warm", "cold", "container", "none")


@dataclass(frozen=True)
class Isolation:
    """Where submissions run.

    Args:
        mode: "warm", "cold", "container" or "none".
        kernel: Name of the Jupyter kernel.
        text: What whoever grades should know about it.
    """

    mode: str
    kernel: str
    text: str


@contextmanager
def isolation(mode: str, *, hidden: dict[str, Path] | None = None) -> Iterator[Isolation]:
    """Choose a sandbox and try it; what it needs runs while the context is open.

    Args:
        mode: One of MODES; "auto" takes the first of warm, cold and container that holds.
        hidden: Files that a submission must not see, by name; the self-test tries.

    Raises:
        SandboxError: If none holds; says what would help.
    """
    sweep((os.geteuid(), owner()))
    with ExitStack() as held:
        yield _chosen(mode, held, hidden or {})


def _chosen(mode: str, held: ExitStack, hidden: dict[str, Path]) -> Isolation:
    if mode == "none":
        return Isolation(
            mode, UNPROTECTED, "No sandbox: submissions run as you, with all your files."
        )
    troubles: dict[str, str] = {}
    for name in SANDBOXES if mode == "auto" else (mode,):
        attempt = ExitStack()
        try:
            text = attempt.enter_context(SANDBOXES[name]())
            tried = require_tight(SANDBOXED, hidden=hidden)
        except SandboxError as error:
            attempt.close()
            troubles[str(error)] = name
        else:
            held.push(attempt)
            failed = "".join(f" Not {other}: {error}" for error, other in troubles.items())
            text = f"Sandbox: {text}; {len(tried)} ways out tried in vain.{failed}"
            return Isolation(name, SANDBOXED, text)
    raise SandboxError(" ".join(troubles))


@contextmanager
def _warm() -> Iterator[str]:
    require_start()
    with kernel_server():
        yield f"bubblewrap, warm kernels{_counted(cgroup.available())}"


@contextmanager
def _cold() -> Iterator[str]:
    require_start()
    yield f"bubblewrap{_counted(cgroup.available())}"


@contextmanager
def _container() -> Iterator[str]:
    engine = os.environ[ENGINE] = container.find_engine()
    try:
        yield f"containers of {engine}{_counted(container.counts_together(engine))}"
    finally:
        del os.environ[ENGINE]


def _counted(together: bool) -> str:
    return "" if together else ", no limit on the memory of all processes together"


SANDBOXES: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "warm": _warm,
    "cold": _cold,
    "container": _container,
}
"""What a sandbox needs while it is in use, the fastest first."""

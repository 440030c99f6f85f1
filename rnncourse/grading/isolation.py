"""Which sandbox submissions run in here: chosen, tried, and held while they are graded.

warm   forks of one server that has imported TensorFlow; fast
cold   a new interpreter for each notebook; slower by the import, and no less tight
none   as whoever grades, with all their files: only on demand
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rnncourse.errors import SandboxError
from rnncourse.grading.kernels.forked import kernel_server
from rnncourse.grading.sandbox.selftest import require_tight

SANDBOXED, UNPROTECTED = "rnncourse", "python3"
"""Names of Jupyter kernels."""
MODES = ("auto", "warm", "cold", "none")


@dataclass(frozen=True)
class Isolation:
    """Where submissions run.

    Args:
        mode: "warm", "cold" or "none".
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
        mode: One of MODES; "auto" takes the first of warm and cold that holds.
        hidden: Files that a submission must not see, by name; the self-test tries.

    Raises:
        SandboxError: If none holds; says what would help.
    """
    with ExitStack() as held:
        yield _chosen(mode, held, hidden or {})


def _chosen(mode: str, held: ExitStack, hidden: dict[str, Path]) -> Isolation:
    if mode == "none":
        return Isolation(
            mode, UNPROTECTED, "No sandbox: submissions run as you, with all your files."
        )
    trouble = ""
    if mode in ("auto", "warm"):
        try:
            held.enter_context(kernel_server())
            tried = require_tight(SANDBOXED, hidden=hidden)
        except SandboxError as error:
            held.close()
            if mode == "warm":
                raise
            trouble = f" Warm kernels do not work here: {error}"
        else:
            return Isolation("warm", SANDBOXED, f"{_tight(tried)}, warm kernels.")
    tried = require_tight(SANDBOXED, hidden=hidden)
    return Isolation("cold", SANDBOXED, f"{_tight(tried)}.{trouble}")


def _tight(tried: list[str]) -> str:
    return f"Sandbox: bubblewrap; {len(tried)} ways out tried in vain"

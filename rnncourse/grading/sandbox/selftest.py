"""The self-test: a real kernel of the sandbox tries what must not work there.

It is run before anything is graded, in the very way that submissions will be.
"""

import json
import tempfile
from pathlib import Path
from queue import Empty

from jupyter_client.manager import run_kernel

from rnncourse.errors import SandboxError

SECONDS = 60
CELL = "from rnncourse.grading.sandbox.probe import probe; print(probe({decoys!r}))"


def require_tight(kernel_name: str, *, hidden: dict[str, Path] | None = None) -> list[str]:
    """Start a kernel, have it try everything, and return what it tried in vain.

    Args:
        kernel_name: Name of the sandboxed Jupyter kernel.
        hidden: Files that it must not see, by name; a file made for the purpose is among them.

    Raises:
        SandboxError: If the kernel does not start, or if something worked that must not.
    """
    with tempfile.NamedTemporaryFile() as decoy:
        decoy.write(b"not for learners")
        decoy.flush()
        Path(decoy.name).chmod(0o644)
        hidden = {"a file of the host": Path(decoy.name), **(hidden or {})}
        decoys = {name: str(path.resolve()) for name, path in hidden.items()}
        tried = _run(kernel_name, CELL.format(decoys=decoys))
    if holes := [what for what, worked in tried.items() if worked]:
        raise SandboxError(
            "The sandbox has holes here, so nothing is graded in it: a kernel "
            f"{', '.join(holes)}. Please report this."
        )
    return list(tried)


def _run(kernel_name: str, source: str) -> dict[str, bool]:
    """Return what a cell prints, as JSON."""
    try:
        with run_kernel(kernel_name=kernel_name) as client:
            printed = []

            def hear(message: dict[str, dict[str, str]]) -> None:
                printed.append(message["content"].get("text", ""))

            client.execute_interactive(
                source, store_history=False, timeout=SECONDS, output_hook=hear
            )
            return dict(json.loads("".join(printed)))
    except (RuntimeError, TimeoutError, Empty, OSError, ValueError) as error:
        raise SandboxError(f"A sandboxed kernel does not work here: {error!r:.300}") from error

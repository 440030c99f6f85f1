"""Where root shows an unprivileged user what it cannot read, and becomes that user.

bubblewrap started by an unprivileged user can bind only what that user may
read; an interpreter, a virtual environment or a run folder under root's
private home is not. So root binds them, in a mount namespace of its own, below
a folder that all may read, gives up being root, and runs the rest:

    python -m rnncourse.grading.sandbox.stage '{"python": FOLDER, …}' bwrap …
"""

import json
import os
import sys
from pathlib import Path

from rnncourse.grading.sandbox.linux import (
    CLONE_NEWNS,
    MS_BIND,
    MS_NODEV,
    MS_NOSUID,
    MS_PRIVATE,
    MS_REC,
    forbid_new_privileges,
    mount,
    unshare,
)

STAGE = Path("/run/rnncourse")
"""Empty but in the namespaces made here."""
USER = 64200
"""The user and group that root becomes: nobody else's, and no file belongs to it."""


def become_unprivileged(trees: dict[str, str]) -> None:
    """Bind each folder or file to its name below STAGE, then give up being root."""
    STAGE.mkdir(exist_ok=True)
    unshare(CLONE_NEWNS)
    mount(None, "/", flags=MS_REC | MS_PRIVATE)
    handles = {name: os.open(path, os.O_PATH) for name, path in trees.items()}
    mount("tmpfs", str(STAGE), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    for name, handle in handles.items():
        target = STAGE / name
        target.mkdir() if Path(trees[name]).is_dir() else target.touch()
        mount(f"/proc/self/fd/{handle}", str(target), flags=MS_BIND)
        os.close(handle)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    forbid_new_privileges()


if __name__ == "__main__":
    become_unprivileged(json.loads(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - a list, and no shell

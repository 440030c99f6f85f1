"""Run folders: where a kernel, or the server of kernels, meets whoever started it.

The files that a notebook may read are put into one, too.

A run folder is locked while its owner lives. One whose lock is free was left by
a grader that was killed, and is swept away when the next one starts.
"""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "rnncourse-run-"
YOUNG = 60.0
"""Seconds; a younger folder may be about to be locked."""


class RunFolder:
    """A new private folder, locked until it is removed.

    Args:
        parent: Where it is made; by default among temporary files.
    """

    def __init__(self, parent: str | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove it with all that is in it, and the lock; once is enough."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


def sweep(users: tuple[int, ...]) -> list[Path]:
    """Remove the run folders that nobody owns any more, and return them.

    Args:
        users: Whose folders may be removed.
    """
    orphans = [path for path in _folders() if _is_orphan(path, users)]
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True)
    return orphans


def _folders() -> list[Path]:
    return sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _is_orphan(path: Path, users: tuple[int, ...]) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone, or somebody else's
        return False
    try:
        found = os.fstat(handle)
        if found.st_uid not in users or time.time() - found.st_mtime < YOUNG:
            return False
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # its owner lives
        return False
    finally:
        os.close(handle)
    return True

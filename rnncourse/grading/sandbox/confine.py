"""PID 1 of a kernel's namespaces: it starts the kernel, seals it, and waits for it.

    supervisor (here)         kernel
      fork ─────────────────> limits, no capabilities, filter
                              ipykernel binds its sockets in /conn
      <────────────── ready
      /conn becomes read-only: no socket can be put in the place of another
      sealed ───────────────> serves, until it ends
      reaps; ends as the kernel ended

`python -m rnncourse.grading.sandbox.confine LIMITS` is what bubblewrap runs for
one cold kernel; the forking server calls `supervise` for each warm one, and
`contained` for one in a container.
"""

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from rnncourse.grading.sandbox import filter as system_calls
from rnncourse.grading.sandbox.layout import CONNECTION, WORK
from rnncourse.grading.sandbox.limits import Limits
from rnncourse.grading.sandbox.linux import (
    MS_BIND,
    MS_NODEV,
    MS_NOSUID,
    MS_RDONLY,
    MS_REMOUNT,
    die_with_parent,
    divide,
    drop_capabilities,
    forbid_new_privileges,
    mount,
)

READY = b"r"


def write_protect() -> None:
    """Make the run folder read-only in this namespace, for good."""
    mount(None, CONNECTION, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    drop_capabilities()


def end_with_starter() -> None:
    """From now on, end when whoever started this does: it holds the other end of our input.

    With process 1 all others in its namespace end. `die_with_parent` alone would come too
    late for a parent that was killed just before.
    """

    def watch() -> None:
        os.read(0, 1)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def supervise(
    limits: Limits,
    *,
    seal: Callable[[], None] = write_protect,
    started: Callable[[], None] = lambda: None,
) -> int:
    """Run one kernel to its end; return its exit status, negative for a signal.

    Args:
        limits: What it may use.
        seal: Makes the run folder read-only, once the kernel has bound its sockets there.
        started: Called when it serves, and can do nothing any more that it should not.
    """
    ready, says_ready = os.pipe()
    sealed, says_sealed = os.pipe()
    kernel = os.fork()
    if kernel == 0:
        try:
            os.close(ready)
            os.close(says_sealed)
            _serve(limits, says_ready, sealed)
        finally:
            os._exit(1)
    os.close(says_ready)
    os.close(sealed)
    if os.read(ready, 1) == READY:
        seal()
        os.write(says_sealed, READY)
        started()
    return _reap(kernel)


def _reap(kernel: int) -> int:
    """Wait for whatever ends, until the kernel has; PID 1 inherits every orphan."""
    while True:
        pid, status = os.wait()
        if pid == kernel:
            return os.waitstatus_to_exitcode(status)


def _serve(limits: Limits, says_ready: int, sealed: int) -> None:
    """Become the kernel: give up all that it must not have, then serve."""
    for path in Path(CONNECTION, "files").iterdir():
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, Path(WORK, path.name))
    os.chdir(WORK)
    os.umask(0)  # for the sockets: whoever connects may be another user; the folder is private
    die_with_parent()
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    restrict(limits)
    drop_capabilities()
    forbid_new_privileges()
    system_calls.load()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # its pipes could fill up, and nobody reads them
        os.dup2(nowhere, descriptor)

    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance(connection_file=f"{CONNECTION}/kernel.json", log_level=40)
    app.initialize(["--HistoryManager.hist_file=:memory:"])
    os.umask(0o077)
    os.write(says_ready, READY)
    if os.read(sealed, 1) == READY:
        app.start()


def restrict(limits: Limits) -> None:
    """Put the limits of one process on this one, for good, and on all that it starts."""
    for name, most in (
        ("DATA", limits.data),
        ("AS", limits.address_space),
        ("FSIZE", limits.file),
        ("CPU", limits.cpu),
        ("NPROC", limits.processes),
        ("NOFILE", limits.open_files),
        ("CORE", 0),
    ):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def main(**how: Callable[[], None]) -> None:
    """Supervise a kernel within the limits on the command line; end as it ended."""
    Path("/proc/self/oom_score_adj").write_text("500")  # the learner's before the grader's
    status = supervise(Limits(**json.loads(sys.argv[1])), **how)
    sys.exit(status if status >= 0 else 128 - status)


def seal_cold() -> None:
    """Do what makes a cold kernel's sandbox complete."""
    write_protect()
    end_with_starter()


if __name__ == "__main__":
    divide()  # bubblewrap leaves no right to mount
    main(seal=seal_cold)

"""PID 1 of a kernel's container: as `confine`, by means that need no privilege.

In a container nothing can be mounted any more. So the run folder belongs to
another user, whoever grades, who lets everyone write until the sockets are there:

    provisioner                     here
                    <──── ready     the kernel has bound its sockets in /conn
    protects /conn
    sealed ───────────────────>     the kernel serves
    (closes, or dies) ────────>     ends, and with PID 1 the whole container

It runs as `python -m rnncourse.grading.sandbox.contained LIMITS`, and talks by
its standard input and output.
"""

import os
import sys

from rnncourse.grading.sandbox.confine import READY, end_with_starter, main
from rnncourse.grading.sandbox.layout import CONNECTION
from rnncourse.grading.sandbox.linux import hide_from_same_user


def seal() -> None:
    """Wait until the run folder is write-protected from outside."""
    hide_from_same_user()
    os.write(1, READY)
    if os.read(0, 1) != READY or os.access(CONNECTION, os.W_OK):
        sys.exit("The run folder was not write-protected.")
    end_with_starter()


if __name__ == "__main__":
    main(seal=seal)

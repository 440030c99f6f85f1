"""Asks to be traced, and so to trace.

Mark: 6
"""

import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)


def attempt():
    return libc.ptrace(0, 0, 0, 0)


child = os.fork()
if child == 0:
    os._exit(0 if attempt() >= 0 else 1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
    print("ESCAPED")

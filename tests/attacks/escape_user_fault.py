"""Handles page faults itself, as exploits do.

Mark: 6
"""

import ctypes, os, pyseccomp

libc = ctypes.CDLL(None, use_errno=True)


def number(name):
    return pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)


def attempt():
    return libc.syscall(number("userfaultfd"), 1)


child = os.fork()
if child == 0:
    os._exit(0 if attempt() >= 0 else 1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
    print("ESCAPED")

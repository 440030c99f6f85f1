"""Leaves System V shared memory for others.

Mark: 6
"""

import ctypes

libc = ctypes.CDLL(None)
if libc.shmget(4711, 4096, 0) != -1:
    print("ESCAPED")
libc.shmget(4711, 4096, 0o1666)

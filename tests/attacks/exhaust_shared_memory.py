"""Fills the shared memory.

Mark: 6
"""

import os

written = 0
try:
    with open("/dev/shm/fill", "wb", buffering=0) as file:
        while written < 2**28:
            written += file.write(bytes(2**20))
    print("ESCAPED")
except OSError:
    os.unlink("/dev/shm/fill")

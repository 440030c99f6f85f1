"""Writes one file without end.

Mark: 6
"""

import os, signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open("fill", "wb", buffering=0) as file:
        file.truncate(2**40)
    print("ESCAPED")
except OSError:
    os.unlink("fill")

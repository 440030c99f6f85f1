"""Looks for open files and sockets of the server that it was forked from.

Mark: 6
"""

import os, stat

for name in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if "control" in target or "rnn-server" in target or SECRET in target:
        print("ESCAPED")

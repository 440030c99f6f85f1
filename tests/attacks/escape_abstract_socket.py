"""Connects to a local socket of the host that has no path.

Mark: 6
"""

import socket

try:
    socket.socket(socket.AF_UNIX).connect("\0" + ABSTRACT)
    print("ESCAPED")
except OSError:
    pass

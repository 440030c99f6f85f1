"""Connects to a local socket of the host by its path.

Mark: 6
"""

import socket

try:
    socket.socket(socket.AF_UNIX).connect(LOCAL)
    print("ESCAPED")
except OSError:
    pass

"""Connects to a listener of the host over the loopback address.

Mark: 6
"""

import socket

try:
    socket.create_connection(("127.0.0.1", PORT), timeout=2)
    print("ESCAPED")
except OSError:
    pass

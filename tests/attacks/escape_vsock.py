"""Makes a socket to the machine around this one.

Mark: 6
"""

import socket

try:
    socket.socket(40, socket.SOCK_STREAM)
    print("ESCAPED")
except OSError:
    pass

"""Makes sockets that see raw packets.

Mark: 6
"""

import socket

for family, kind in ((17, socket.SOCK_RAW), (2, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind, 255)
        print("ESCAPED")
    except OSError:
        pass

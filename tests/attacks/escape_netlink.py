"""Makes netlink sockets of other protocols than the one that libzmq asks.

Mark: 6
"""

import socket

for protocol in (4, 9, 15, 16):
    try:
        socket.socket(16, socket.SOCK_RAW, protocol)
        print("ESCAPED")
    except OSError:
        pass

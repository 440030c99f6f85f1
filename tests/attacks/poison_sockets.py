"""Puts another file in the place of its own sockets.

Mark: 6
"""

import os

try:
    os.unlink("/conn/socket-1")
    print("ESCAPED")
except OSError:
    pass

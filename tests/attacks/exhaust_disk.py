"""Fills its own folder.

Mark: 6
"""

import os

try:
    for number in range(8):
        with open(f"fill{number}", "wb", buffering=0) as file:
            for _ in range(64):
                file.write(bytes(2**20))
    print("ESCAPED")
except OSError:
    for number in range(8):
        if os.path.exists(f"fill{number}"):
            os.unlink(f"fill{number}")

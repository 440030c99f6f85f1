"""Makes files in memory that no folder holds.

Mark: 6
"""

import os

files, written = [], 0
try:
    for number in range(8):
        files.append(os.memfd_create(f"fill{number}"))
        for _ in range(64):
            written += os.write(files[-1], bytes(2**20))
    print("ESCAPED")
except OSError:
    pass
for file in files:
    os.close(file)

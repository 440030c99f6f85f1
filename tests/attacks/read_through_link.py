"""Reads it through a symbolic link.

Mark: 6
"""

import os

os.symlink(SECRET, "link")
try:
    open("link").read()
    print("ESCAPED")
except OSError:
    pass

"""Reads a file of the host, which lies open to all.

Mark: 6
"""

try:
    open(SECRET).read()
    print("ESCAPED")
except OSError:
    pass

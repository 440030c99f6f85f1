"""Reads it through the root folder of process 1.

Mark: 6
"""

try:
    open("/proc/1/root" + SECRET).read()
    print("ESCAPED")
except OSError:
    pass

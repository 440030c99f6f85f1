"""Reads the memory of process 1 of its namespace.

Mark: 6
"""

try:
    open("/proc/1/mem", "rb").read(1)
    print("ESCAPED")
except OSError:
    pass

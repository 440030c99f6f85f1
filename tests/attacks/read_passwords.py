"""Reads the list of users.

Mark: 6
"""

try:
    open("/etc/passwd").read()
    print("ESCAPED")
except OSError:
    pass

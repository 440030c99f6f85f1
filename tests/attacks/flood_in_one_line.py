"""Prints a hundred megabytes in one line.

Mark: 6
"""

print("x" * 10**8)

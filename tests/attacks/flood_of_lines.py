"""Prints without end in a cell.

Mark: 0
"""

while True:
    print("x" * 1000)

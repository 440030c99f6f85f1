"""Runs a program that belongs to root and takes its rights.

Mark: 6
"""

import subprocess

found = subprocess.run(["su", "-c", "id"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
if "uid=0" in found.stdout:
    print("ESCAPED")

"""Leaves files for the kernels after it, and looks for those before it.

Mark: 6
"""

import os

for folder in ("/tmp", "/dev/shm", "/box", "/home"):
    if os.path.exists(folder + "/poison"):
        print("ESCAPED")
    open(folder + "/poison", "w").write("x")

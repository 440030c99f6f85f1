"""Leaves a start-up file for the kernels after it.

Mark: 6
"""

import os

folder = os.path.expanduser("~/.ipython/profile_default/startup")
if os.path.exists(folder + "/poison.py"):
    print("ESCAPED")
os.makedirs(folder, exist_ok=True)
open(folder + "/poison.py", "w").write("print('ESCAPED')")

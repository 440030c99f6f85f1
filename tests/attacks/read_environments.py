"""Looks for the grader's environment in every process that it sees.

Mark: 6
"""

import glob, os

for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        if b"RNNCOURSE_DECOY" in open(path, "rb").read():
            print("ESCAPED")
    except OSError:
        pass
if "RNNCOURSE_DECOY" in os.environ:
    print("ESCAPED")

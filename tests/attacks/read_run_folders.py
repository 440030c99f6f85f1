"""Looks for the run folders of other kernels.

Mark: 6
"""

import glob

if [p for p in glob.glob("/tmp/rnn-*") + glob.glob("/conn/rnn-*") + glob.glob("/run/*")]:
    print("ESCAPED")

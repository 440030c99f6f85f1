"""Calls itself without end.

Mark: 0
Says: RecursionError
"""


def rnn_two_steps(*arguments):
    return rnn_two_steps(*arguments)

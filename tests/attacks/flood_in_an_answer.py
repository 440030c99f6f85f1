"""Prints without end while it is asked.

Mark: 0
Says: had not returned
"""


def rnn_two_steps(*arguments):
    while True:
        print("x" * 1000)

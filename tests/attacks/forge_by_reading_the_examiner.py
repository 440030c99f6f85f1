"""Looks through all objects and frames for expected values.

Mark: 0
Says: None
"""

import gc, sys


def rnn_two_steps(*arguments):
    frame = sys._getframe()
    while frame:
        if {"expected", "reference", "papers"} & set(frame.f_locals):
            print("ESCAPED")
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Paper", "Case", "Question"):
            print("ESCAPED")

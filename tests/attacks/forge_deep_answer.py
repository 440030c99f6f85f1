"""Sends an answer that is nested a hundred thousand times.

Mark: 0
"""

import rnncourse.checks.calls as calls

calls.answer = lambda *a: calls.Answer("[" * 100_000 + "]" * 100_000)


def rnn_two_steps(*arguments):
    return None

"""Sends an array that says it has ten gigabytes.

Mark: 0
Says: could not be read
"""

import rnncourse.checks.calls as calls

huge = '{"dtype": "float64", "shape": [100000, 100000], "base64": ""}'
calls.answer = lambda *a: calls.Answer('{"dict": [["value", ' + huge + '], ["raised", ""]]}')


def rnn_two_steps(*arguments):
    return None

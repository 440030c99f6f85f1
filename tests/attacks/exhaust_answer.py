"""Returns half a gigabyte.

Mark: 0
"""


def rnn_two_steps(*arguments):
    return np.ones(2**26), np.ones(2**26)

"""Takes four gigabytes at once.

Mark: 0
Says: MemoryError
"""


def rnn_two_steps(*arguments):
    return np.ones(2**29), 1

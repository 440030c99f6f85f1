"""Takes memory piece by piece, and keeps it.

Mark: 0
Says: MemoryError
"""

hoard = []


def rnn_two_steps(*arguments):
    while True:
        hoard.append(np.empty(2**24))

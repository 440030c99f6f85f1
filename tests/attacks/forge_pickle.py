"""Returns an object that runs code where it is unpickled.

Mark: 0
"""

import os


class Bomb:
    def __reduce__(self):
        return os.system, ("echo ESCAPED",)


def rnn_two_steps(*arguments):
    bomb = np.empty(1, dtype=object)
    bomb[0] = Bomb()
    return bomb, Bomb()

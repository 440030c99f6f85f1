"""Never returns.

Mark: 0
Says: had not returned
"""


def rnn_two_steps(*arguments):
    while True:
        pass

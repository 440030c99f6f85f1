"""Never returns, and ignores every interrupt.

Mark: 0
Says: had not returned
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)


def rnn_two_steps(*arguments):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

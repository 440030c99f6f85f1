"""Waits for a lock that nobody gives back.

Mark: 0
Says: had not returned
"""

import threading

lock = threading.Lock()
lock.acquire()


def rnn_two_steps(*arguments):
    lock.acquire()

"""Starts threads that wait, as many as it can.

Mark: 6
"""

import threading

gate = threading.Event()
started = []
try:
    for _ in range(400):
        thread = threading.Thread(target=gate.wait)
        thread.start()
        started.append(thread)
    print("ESCAPED")
except RuntimeError:
    pass
gate.set()
for thread in started:
    thread.join()

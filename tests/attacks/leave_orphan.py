"""Leaves a grandchild behind that ignores every signal.

Mark: 6
"""

import os, signal, time

if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.execvp("sleep", ["sleep", "86399"])
    os._exit(0)
os.wait()

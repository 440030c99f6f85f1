"""Types into the terminal of whoever grades.

Mark: 6
"""

import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)


def attempt():
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return -1
    return libc.ioctl(terminal, 0x5412, b"x")


child = os.fork()
if child == 0:
    os._exit(0 if attempt() >= 0 else 1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
    print("ESCAPED")

"""Lists the home folders of the host.

Mark: 6
"""

import os

try:
    os.listdir("/root")
    print("ESCAPED")
except OSError:
    pass

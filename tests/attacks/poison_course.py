"""Writes into the course's package.

Mark: 6
"""

import rnncourse

try:
    open(rnncourse.__file__, "a").write("#")
    print("ESCAPED")
except OSError:
    pass

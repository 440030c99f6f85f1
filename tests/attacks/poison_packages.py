"""Writes into the packages that every kernel imports.

Mark: 6
"""

import numpy

try:
    open(numpy.__file__, "a").write("#")
    print("ESCAPED")
except OSError:
    pass

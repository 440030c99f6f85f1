"""Recurrent Neural Networks, Step by Step: the helper package of the course.

`import rnncourse` loads NumPy and nothing heavier; the parts that need more
(`rnncourse.notebooks`, `rnncourse.grading`, `rnncourse.cli`) are imported by
name. The core also runs in the browser, under Pyodide.
"""

from rnncourse import cells, checks, errors
from rnncourse.checks import check

__version__ = "0.1.0"

__all__ = ["__version__", "cells", "check", "checks", "errors"]

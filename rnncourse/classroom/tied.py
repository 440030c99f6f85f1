"""Runs a program that ends when its parent does, however that ends.

python -m rnncourse.classroom.tied PROGRAM …
"""

import os
import sys

from rnncourse.grading.sandbox.linux import die_with_parent

TIED = [sys.executable, "-m", "rnncourse.classroom.tied"]

if __name__ == "__main__":
    die_with_parent()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - a list, and no shell

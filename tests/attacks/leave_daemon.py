"""Leaves a process behind, in a session of its own.

Mark: 6
"""

import subprocess

subprocess.Popen(["sleep", "86399"], start_new_session=True)

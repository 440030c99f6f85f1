"""Inside the cap: stock nbgrader grades a course in memory, and what came of it is printed.

Runs alone, as process 1 of the sandbox: `python capped.py`. Everything that it may touch is
a copy in this sandbox's own memory, and gone with it.
"""

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

MIB = 2**20
# Room for what an attack tries where that does no harm; an end to what would.
CAPS = {"DATA": 2048 * MIB, "AS": 6144 * MIB, "FSIZE": 1024 * MIB, "CPU": 120, "NPROC": 600}
PATIENCE = 150.0
COURSE = Path("/box/course")


def main():
    shutil.copytree("/conn/course", COURSE)
    with ExitStack() as held:
        where = decoys(held)
        for path in COURSE.glob("submitted/*/*/*.ipynb"):
            path.write_text(path.read_text().replace("WHERE", json.dumps(where)[1:-1]))
        for name, most in CAPS.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
        seconds, exit_status = grade()
    left = [name for pid in running() if pid != 1 and (name := command_of(pid))]
    found = {"seconds": seconds, "exit": exit_status, "left": left, "students": students()}
    print("FOUND", json.dumps(found), flush=True)


def decoys(held):
    """Set up what attacks may aim at; return the assignments that tell them where it is."""
    Path("/box/secret").write_text("not for learners")
    listener = held.enter_context(socket.create_server(("127.0.0.1", 0)))
    for address in ("/box/local", "\0decoy"):
        bound = held.enter_context(socket.socket(socket.AF_UNIX))
        bound.bind(address)
        bound.listen()
    os.environ["RNNCOURSE_DECOY"] = "not for learners"
    port = listener.getsockname()[1]
    return f"SECRET, PORT, LOCAL, ABSTRACT = '/box/secret', {port}, '/box/local', 'decoy'"


def grade():
    """Run nbgrader; return the seconds that it took, and its exit status."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "nbgrader", "autograde", "attacked"]
    with Path("/tmp/log").open("wb") as log:  # noqa: S108 - the sandbox's own
        process = subprocess.Popen(command, cwd=COURSE, stdout=log, stderr=log, env=environment())
        while process.returncode is None and time.monotonic() - begun < PATIENCE:
            reap(process)
            time.sleep(0.1)
        if process.returncode is None:
            process.kill()
            process.wait()
            return PATIENCE, "timeout"
    return round(time.monotonic() - begun, 1), process.returncode


def environment():
    return {**os.environ, "NBGRADER_LOG_LEVEL": "INFO"}


def reap(process):
    """Wait for whatever has ended: process 1 inherits every orphan."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)


def running():
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def command_of(pid):
    """Return a process's command line; nothing for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:60].strip()
    except OSError:
        return ""


def students():
    """Return of each student: the points by check, and whether a cell shows that it got out."""
    import sqlite3

    with sqlite3.connect(COURSE / "gradebook.db") as book:
        rows = book.execute(
            "SELECT handed_in.student_id, base_cell.name, grade.auto_score FROM grade"
            " JOIN submitted_notebook AS notebook ON notebook.id = grade.notebook_id"
            " JOIN submitted_assignment AS handed_in ON handed_in.id = notebook.assignment_id"
            " JOIN base_cell ON base_cell.id = grade.cell_id"
        ).fetchall()
    found = {}
    for folder in sorted((COURSE / "submitted").iterdir()):
        graded = COURSE / "autograded" / folder.name / "attacked" / "attacked.ipynb"
        points = {cell: score for student, cell, score in rows if student == folder.name}
        found[folder.name] = {"points": points if graded.is_file() else {}, "out": shows(graded)}
    return found


def shows(path):
    """Return whether an output of a notebook holds the word that a successful attack prints."""
    if not path.is_file():
        return False
    cells = json.loads(path.read_text())["cells"]
    return "ESCAPED" in json.dumps([cell.get("outputs", []) for cell in cells])


if __name__ == "__main__":
    main()

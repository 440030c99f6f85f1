"""The attack suite against stock nbgrader, under a cap that makes every attack harmless.

`python -m benchmarks.grading.attacks [PREFIX]` runs each file of `tests/attacks` as a submission
between two others to `nbgrader autograde` with its plain kernel, inside bubblewrap: as an
unprivileged user, without a network, with a copy of the course in memory, with limits on
memory, processes, files and time. Nothing of it is ever run outside that.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.grading.folders import PYTHON, SETTINGS, graded_cell
from benchmarks.measure import RESULTS
from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox.bubblewrap import command, owner
from rnncourse.grading.sandbox.limits import MIB, Limits
from rnncourse.notebooks import instructor_notebook
from tests.attacks.suite import EXERCISE, FIRST, SECOND, attacks

SLUG = "attacked"
ROOM = Limits(scratch=1024 * MIB, shared_memory=512 * MIB)
PATIENCE = 240
SETTING = f"{SETTINGS}c.Execute.timeout = 10\n"
GIVEN = "import numpy as np"
ARGUMENTS = """rng = np.random.default_rng(0)
x0, x1 = rng.normal(size=(2, 3, 4))
kernel, recurrent_kernel, bias = rng.normal(size=(4, 5)), rng.normal(size=(5, 5)), np.ones(5)
"""
TESTS = {
    FIRST: ARGUMENTS
    + "h = rng.normal(size=(3, 5))\n"
    + "np.testing.assert_allclose(rnn_step(x0, h, kernel, recurrent_kernel, bias),"
    + " np.tanh(x0 @ kernel + h @ recurrent_kernel + bias))",
    SECOND: ARGUMENTS
    + "y0, y1 = rnn_two_steps(x0, x1, kernel, recurrent_kernel, bias)\n"
    + "right = np.tanh(x0 @ kernel + bias)\n"
    + "np.testing.assert_allclose(y0, right)\n"
    + "np.testing.assert_allclose(y1, np.tanh(x1 @ kernel + right @ recurrent_kernel + bias))",
}
LEFT_OUT = {
    "escape_bpf": "it would change the system's kernel, which the cap shares",
    "escape_keyring": "keyrings are in no namespace: the key would stay on the machine",
    "escape_vsock": "such sockets are in no namespace: they lead out of the machine",
}
BY_CAP = {
    "escape_terminal": "there is no terminal",
    "exhaust_memory": "2 GiB a process",
    "exhaust_memory_in_steps": "2 GiB a process",
    "exhaust_one_file": "1 GiB a file",
    "poison_course": "packages are read-only",
    "poison_packages": "packages are read-only",
    "read_memory_of_init": "process 1 is the cap's own",
    "read_passwords": "the file is not there",
    "read_private_home": "the folder is not there",
}
"""Attacks whose end the cap decides, and not nbgrader."""
AIMED = ("poison_sockets", "read_descriptors", "read_run_folders", "escape_unmount")
"""Attacks on parts that only this course's sandbox has."""


def write_course(folder):
    """Write the exercise as an nbgrader course whose tests are plain assertions."""
    source = folder / "source" / SLUG
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(SETTING)
    right = _right()
    cells = [new_code_cell(GIVEN, id="given")]
    for name in (FIRST, SECOND):
        lines = right[name].splitlines()
        head = next(n for n, line in enumerate(lines) if line.lstrip().startswith('"""')) + 1
        body = ["    ### BEGIN SOLUTION", *lines[head:], "    ### END SOLUTION"]
        solution = "\n".join([*lines[:head], *body])
        cells.append(graded_cell(solution, f"{name}_solution", solution=True))
        hidden = f"### BEGIN HIDDEN TESTS\n{TESTS[name]}\n### END HIDDEN TESTS"
        cells.append(graded_cell(hidden, name, points=EXERCISE.questions[name].points))
    nbformat.write(new_notebook(cells=cells, metadata=PYTHON), source / f"{SLUG}.ipynb")
    generate = [sys.executable, "-m", "nbgrader", "generate_assignment", SLUG]
    subprocess.run(generate, cwd=folder, check=True, capture_output=True)


def _right():
    """Return the source of each question's right answer, without markers."""
    sources = {cell.id: cell.source for cell in instructor_notebook(EXERCISE).cells}
    return {
        name: "\n".join(
            line
            for line in sources[f"{name}_solution"].splitlines()
            if not line.strip().startswith("###")
        )
        for name in (FIRST, SECOND)
    }


def hand_in(course, student, second):
    """Hand in the right answer to the first question, and this one to the second."""
    released = course / "release" / SLUG / f"{SLUG}.ipynb"
    folder = course / "submitted" / student / SLUG
    folder.mkdir(parents=True)
    notebook = nbformat.read(released, as_version=4)
    answers = {f"{FIRST}_solution": _right()[FIRST], f"{SECOND}_solution": second}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(notebook, folder / released.name)


def try_one(attack, course):
    """Grade the attack, once more where it leaves something for later, and an honest student."""
    right = _right()[SECOND]
    with tempfile.TemporaryDirectory(prefix="rnncourse-attack-") as place:
        run = Path(place, "run")
        shutil.copytree(course, run / "course")
        shutil.copy(Path(__file__).with_name("capped.py"), run)
        code = f"WHERE\n{attack.code}\n\n{right if attack.mark else ''}" if attack else right
        for student in ("attacker", "attacker_again")[: 1 + bool(attack)]:
            hand_in(run / "course", student, code)
        hand_in(run / "course", "honest", right)
        Path(place).chmod(0o755)
        for path in (run, *run.rglob("*")):
            os.chown(path, owner(), owner())
        inside = command(run, ["/conn/capped.py"], ROOM)
        done = subprocess.run(
            inside, capture_output=True, text=True, check=False, timeout=PATIENCE, errors="replace"
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if not lines:
        return {"lost": done.stderr.strip()[-200:] or f"exit {done.returncode}"}
    return json.loads(lines[-1].removeprefix("FOUND "))


def judge(name, wanted, found):
    """Return what stock nbgrader made of an attack, as the cells of the table.

    Args:
        name: The attack's.
        wanted: Points that the attacked question should get.
        found: What `try_one` gave.

    Returns:
        Its mark, whether the goal was reached, and what became of the batch.
    """
    if "lost" in found:
        return {"mark": "–", "goal": "reached", "batch": "lost, and everything with it"}
    first, again, honest = (found["students"][s] for s in ("attacker", "attacker_again", "honest"))
    mark = first["points"].get(SECOND)
    forged = mark is not None and mark > wanted
    reached = forged or first["out"] or again["out"] or bool(found["left"])
    goal = "reached" if reached else _not_reached(name)
    if mark is None and not reached:
        goal = "no mark at all"
    full = {question: EXERCISE.questions[question].points for question in (FIRST, SECOND)}
    survived = honest["points"] == full and not honest["out"]
    batch = "goes on" if survived else "poisoned" if honest["points"] else "lost"
    return {"mark": "none" if mark is None else f"{mark:g}", "goal": goal, "batch": batch}


def _not_reached(name):
    if name in BY_CAP:
        return f"stopped by the cap: {BY_CAP[name]}"
    return "aims at our sandbox" if name in AIMED else "not reached"


def kind_lines(found):
    """Yield the lines of a table of kinds: how many attacks there were, and what came of them."""
    yield "| kind | attacks | goal reached | no mark at all | batch lost or poisoned |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    rows = _rows(found)
    for kind in sorted({name.partition("_")[0] for name in rows}):
        own = [row for name, row in rows.items() if name.partition("_")[0] == kind]
        goals = [row["goal"] for row in own]
        harmed = sum(row["batch"] != "goes on" for row in own)
        counts = len(own), goals.count("reached"), goals.count("no mark at all"), harmed
        yield f"| {kind} | {' | '.join(map(str, counts))} |"


def lines(found):
    """Yield the lines of the table of all attacks."""
    yield "| attack | what it tries | right mark | mark | goal | rest of the batch |"
    yield "| --- | --- | ---: | ---: | --- | --- |"
    rows = _rows(found)
    for attack in attacks():
        if attack.name in rows:
            cells = " | ".join(rows[attack.name].values())
            yield f"| {attack.name} | {attack.tries} | {attack.mark:g} | {cells} |"


def _rows(found):
    return {
        attack.name: judge(attack.name, attack.mark, found[attack.name])
        for attack in attacks()
        if attack.name in found
    }


def main(prefix=""):
    if os.geteuid() != 0:
        raise SystemExit("Run it as root, which gives up its rights first: see the sandbox.")
    found = {}
    with tempfile.TemporaryDirectory(prefix="rnncourse-course-") as folder:
        course = Path(folder, "course")
        write_course(course)
        honest = try_one(None, course)
        if "lost" in honest or honest["students"]["attacker"]["points"].get(SECOND) != 6:
            raise SandboxError(f"Even an honest submission is not graded in the cap: {honest}")
        for attack in attacks(prefix):
            if attack.name not in LEFT_OUT:
                found[attack.name] = try_one(attack, course)
                print(judge(attack.name, attack.mark, found[attack.name]), flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "attacks.json").write_text(json.dumps(found, indent=1))
    for part in (kind_lines, lines):
        print("\n".join(part(found)), end="\n\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])

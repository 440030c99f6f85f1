"""The same assignment and class as an nbgrader course, and as otter-grader wants them."""

import json
import shutil
import subprocess
import sys
import zipfile

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SETTINGS = """c = get_config()
c.CourseDirectory.course_id = "bench"
c.Execute.timeout = 600
"""
OTTER = "import otter\ngrader = otter.Notebook()"


def write_nbgrader(task, folder, students):
    """Write an nbgrader course, with the assignment generated and the class handed in."""
    source = folder / "source" / task.name
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(SETTINGS)
    solution = f"{task.signature}\n    ### BEGIN SOLUTION\n{task.right}\n    ### END SOLUTION"
    nbformat.write(_nbgrader_notebook(task, solution), source / f"{task.name}.ipynb")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", task.name]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    released = folder / "release" / task.name / f"{task.name}.ipynb"
    for number in range(students):
        submitted = folder / "submitted" / student(number) / task.name
        submitted.mkdir(parents=True)
        notebook = nbformat.read(released, as_version=4)
        notebook.cells[1].source = task.of(number)
        nbformat.write(notebook, submitted / released.name)


def write_otter(task, folder, students):
    """Write otter-grader's autograder, and the same class."""
    folder.mkdir(parents=True)
    names = [f"check_{number}" for number in (1, 2)]
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
        for name, code in zip(names, task.checks, strict=True):
            archive.writestr(f"tests/{name}.py", _otter_test(name, code))
    for number in range(students):
        checks = [f'grader.check("{name}")' for name in names]
        sources = [OTTER, task.given, task.of(number), task.use, *checks]
        cells = [new_code_cell(source) for source in sources]
        nbformat.write(
            new_notebook(cells=cells, metadata=PYTHON), folder / f"{student(number)}.ipynb"
        )


def copy_of(folder, place):
    """Return a fresh copy of a course at `place`, whatever was there."""
    shutil.rmtree(place, ignore_errors=True)
    return shutil.copytree(folder, place)


def student(number):
    return f"s{number:03}"


def _nbgrader_notebook(task, solution):
    cells = [
        new_code_cell(task.given, id="given"),
        graded_cell(solution, "solution", solution=True),
    ]
    cells += [new_code_cell(task.use, id="use")]
    cells += [
        graded_cell(code, f"check_{n}", points=1) for n, code in enumerate(task.checks, start=1)
    ]
    return new_notebook(cells=cells, metadata=PYTHON)


def graded_cell(source, name, *, points=None, solution=False, markdown=False):
    """Return a cell of an nbgrader assignment."""
    made = (new_markdown_cell if markdown else new_code_cell)(source, id=name)
    made.metadata["nbgrader"] = {
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "grade_id": name,
        "schema_version": 3,
        **({"points": points} if points is not None else {}),
    }
    return made


def _otter_test(name, code):
    case = {"code": f">>> {code}", "hidden": False, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {"name": name, "points": 1, "suites": [suite]}
    return f"OK_FORMAT = True\ntest = {test!r}\n"

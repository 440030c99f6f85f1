"""What may import what: upward in the architecture's table, and nothing heavy in the core."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "rnncourse"
LAYERS = [
    {"errors"},
    {"cells", "sequences", "datasets"},
    {"bptt"},
    {"models", "training", "plots"},
    {"checks"},
    {"exercises"},
    {"notebooks"},
    {"grading"},
    {"checking", "tables", "doctor", "serving", "classroom"},
    {"cli"},
    {"__main__"},
]
CORE = ("errors", "cells", "sequences", "bptt", "checks", "__init__")
HEAVY = ["tensorflow", "keras", "matplotlib", "nbgrader", "jupytext", "nbformat", "click", "rich"]


def layer(module):
    """Return the number of the layer that a module of the package is in."""
    return next(number for number, names in enumerate(LAYERS) if module in names)


def imports(path):
    """Return the modules that a file imports, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_part(path):
    """Return the top-level part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


FILES = sorted(path for path in PACKAGE.rglob("*.py") if own_part(path) != "__init__")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    """A module imports its own layer or a lower one."""
    for name in imports(path):
        parts = name.split(".")
        known = parts[0] == "rnncourse" and len(parts) > 1
        if known and any(parts[1] in names for names in LAYERS):
            assert layer(parts[1]) <= layer(own_part(path)), f"{path} imports {name}"


def test_core_imports_numpy_and_the_standard_library_alone():
    """What runs in the browser needs nothing else; the rest is imported where it is called."""
    allowed = {*sys.stdlib_module_names, "numpy", "rnncourse"}
    found = {
        (path.name, name)
        for path in PACKAGE.rglob("*.py")
        if own_part(path) in CORE
        for name in imports(path)
        if name.split(".")[0] not in allowed
    }
    assert found <= {
        ("learner.py", "IPython.display"),
        ("learner.py", "IPython.display.publish_display_data"),
        ("adapters.py", "tensorflow"),
        ("models.py", "keras"),
    }


def test_importing_the_package_loads_nothing_heavy():
    """A learner's first cell starts at once."""
    code = "import sys, rnncourse; print(*[m for m in sys.modules if '.' not in m])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.home()
    )
    assert not set(HEAVY) & set(done.stdout.split())
    assert "numpy" in done.stdout.split()

"""The steps of CONTRIBUTING.md are followed as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FENCE = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(name):
    """Return the fenced blocks of one section: language, title, text."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return FENCE.findall(text.split(f"\n## {name}\n")[1].split("\n## ")[0])


@pytest.mark.e2e
def test_add_a_question_works_as_it_is_written(tmp_path):
    """Files are pasted, commands typed; the new question is built, checked and proven."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    environment = os.environ | {
        "RNNCOURSE_ROOT": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    printed = ""
    for language, title, text in section("Add a question"):
        if language == "python":
            path = tmp_path / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        for command in text.splitlines():
            done = subprocess.run(
                command.removeprefix("$ ").split(),
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            printed += done.stdout + done.stderr
            unsolved = "rnncourse check" in command
            assert done.returncode == (1 if unsolved else 0), printed
    assert "wrote exercises/00_centring/00_centring.ipynb" in printed
    assert "0 of 10 points" in printed
    assert "test_bank.py" in printed
    assert re.search(r"\d+ passed", printed)


def test_every_locked_direct_dependency_is_named():
    """A dependency earns its place, and its reason is written down."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["dependency-groups"]["dev"], project["project"]["dependencies"]]
    named = [re.match(r"[\w-]+", entry)[0] for group in [*extras, *groups] for entry in group]
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Dependencies")[1]
    assert not [name for name in named if name not in reasons]


def test_readme_names_commands_and_files_that_exist():
    """What a newcomer types and opens is there."""
    from rnncourse.cli import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"rnncourse (\w[\w-]*)", text))
    assert commands
    assert commands <= set(cli.commands)
    targets = set(re.findall(r"make (\w+)", text)) - {"sets"}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert not [name for name in targets if f"\n{name}:" not in makefile]
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    assert not [link for link in links if not (ROOT / link).exists()]

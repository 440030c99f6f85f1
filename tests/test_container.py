"""Kernels in containers: the command, the engine that is found, and kernels where one works."""

import os
import subprocess

import pytest

from rnncourse.errors import SandboxError
from rnncourse.grading.isolation import SANDBOXED, isolation
from rnncourse.grading.kernels.contained import ENGINE, ContainedKernel
from rnncourse.grading.sandbox import container
from rnncourse.grading.sandbox.limits import Limits
from tests.attacks.suite import attacks, decoys, run

BOUNDARY = [a for a in attacks() if a.name.split("_")[0] in ("escape", "read", "poison", "leave")]
"""The half of the suite that the container itself has to withstand."""


@pytest.fixture(scope="module")
def engine():
    """Return the engine that works here, or skip."""
    try:
        with isolation("container"):
            return os.environ[ENGINE]
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture
def contained(engine, monkeypatch):
    """Have kernels run in containers; return the name of the kernel."""
    monkeypatch.setenv(ENGINE, engine)
    return SANDBOXED


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Return a function that puts an engine on the path: a name, and a shell script."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(container, "ENGINES", ("engine-one", "engine-two"))

    def put(name, script):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)

    return put


def words(engine, tmp_path, together=True):
    """Return the command for a kernel, where limits on all processes together hold or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "counts_together", lambda _: together)
        return container.command(engine, tmp_path / "name" / "conn", ["-m", "x"], Limits())


@pytest.mark.parametrize("engine", ["podman", "docker"])
def test_command_gives_a_container_nothing(engine, tmp_path):
    """No network, no privilege, no image of anybody's, nothing writable but /conn."""
    command = words(engine, tmp_path)
    text = " ".join(command)
    assert command[:2] == [engine, "run"]
    for option in ("--network none", "--read-only", "--cap-drop ALL", "--pull never", "--rm"):
        assert f" {option} " in text
    assert "--security-opt no-new-privileges" in text
    assert "privileged " not in text.replace("no-new-privileges", "")
    volumes = [command[i + 1] for i, word in enumerate(command) if word == "--volume"]
    assert [v for v in volumes if not v.endswith(":ro")] == [f"{tmp_path}/name/conn:/conn"]
    user = int(command[command.index("--user") + 1].split(":")[0])
    assert user >= container.USER
    assert command[-4:] == [container.IMAGE, container.PYTHON, "-m", "x"]


def test_command_limits_what_processes_take_together(tmp_path):
    """Where the engine can count it; elsewhere it would refuse to start."""
    memory = str(Limits().together)
    limited = " ".join(words("podman", tmp_path))
    assert f"--memory {memory} --memory-swap {memory} --pids-limit 256" in limited
    unlimited = " ".join(words("podman", tmp_path, together=False))
    assert "--memory" not in unlimited
    assert "--cgroups=disabled" in unlimited


def test_find_engine_says_what_to_install(fake):
    """Where there is none."""
    with pytest.raises(SandboxError, match="apt-get install podman"):
        container.find_engine()


def test_find_engine_says_why_each_fails(fake):
    """In the engine's own words."""
    fake("engine-one", "echo no subuids >&2; exit 125")
    fake("engine-two", "echo no daemon >&2; exit 1")
    with pytest.raises(SandboxError, match=r"one images fails here: no subuids.*two.*no daemon"):
        container.find_engine()


def test_find_engine_makes_the_empty_image_once(fake, tmp_path):
    """From nothing: no image is fetched."""
    log, store = tmp_path / "log", tmp_path / "store"
    fake("engine-one", "echo no daemon >&2; exit 1")
    fake(
        "engine-two",
        f'echo "$*" >> {log}\n'
        f'if [ "$1" = images ]; then [ ! -e {store} ] || echo 0123; else cat > {store}; fi',
    )
    assert container.find_engine() == "engine-two"
    assert container.find_engine() == "engine-two"
    look = f"images --quiet {container.IMAGE}"
    assert log.read_text().splitlines() == [look, f"import - {container.IMAGE}", look]
    assert store.read_bytes() == container.EMPTY_TAR


def test_run_folder_can_be_written_until_it_is_protected(tmp_path):
    """By everyone; what it is in keeps the rest of the machine out."""
    run_folder = tmp_path / "conn"
    (run_folder / "files").mkdir(parents=True)
    (run_folder / "kernel.json").write_text("{}")
    (run_folder / "kernel.json").chmod(0o600)
    container.hand_over(run_folder)
    modes = [path.stat().st_mode & 0o777 for path in (run_folder, *sorted(run_folder.iterdir()))]
    assert modes == [0o777, 0o755, 0o644]
    container.write_protect(run_folder)
    assert run_folder.stat().st_mode & 0o777 == 0o755


def test_container_that_does_not_start_is_said_in_the_engines_words(fake, tmp_path):
    """The kernel is not waited for."""
    fake("engine-one", "echo no cgroups >&2; exit 126")
    (tmp_path / "name" / "conn").mkdir(parents=True)
    with pytest.raises(OSError, match=r"engine-one made no container.*no cgroups"):
        ContainedKernel(["engine-one"], tmp_path / "name" / "conn")


@pytest.fixture(scope="module")
def where():
    """Return what tells an attack where its decoys are."""
    with decoys() as told:
        yield told


@pytest.mark.e2e
@pytest.mark.parametrize("attack", BOUNDARY, ids=lambda attack: attack.name)
def test_attack_is_contained_in_a_container(attack, contained, where):
    """As in the other kinds of kernel."""
    assert run(attack, contained, where).problem(attack) == ""


@pytest.mark.e2e
def test_killed_container_leaves_nothing(contained, engine, where):
    """Nor does one that ends by itself, nor one that is not waited for."""
    for name in ("hang_deaf", "end_at_once", "exhaust_processes"):
        (attack,) = attacks(name)
        assert run(attack, contained, where).problem(attack) == ""
    listed = subprocess.run([engine, "ps", "--all", "--quiet"], capture_output=True, check=True)
    assert listed.stdout == b""

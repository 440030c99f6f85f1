"""What refuses namespaces or cgroups on a machine is said with the command that allows them."""

import subprocess
import sys

import pytest

from rnncourse.errors import SandboxError
from rnncourse.grading.sandbox import bubblewrap, cgroup
from rnncourse.grading.sandbox.limits import Limits
from rnncourse.grading.sandbox.refusals import refusal


def machine(root, **settings):
    """Return a root folder with these settings below /proc/sys."""
    for knob, value in settings.items():
        path = root / "proc/sys" / knob.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
    return root


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"kernel__apparmor_restrict_unprivileged_userns": 1},
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (
            {"kernel__unprivileged_userns_clone": 0},
            "sudo sysctl kernel.unprivileged_userns_clone=1",
        ),
        ({"user__max_user_namespaces": 0}, "sudo sysctl user.max_user_namespaces=15000"),
    ],
    ids=["ubuntu", "debian", "none at all"],
)
def test_refusal_names_the_setting(settings, says, tmp_path):
    """And the command that changes it, now and for good."""
    text = refusal(machine(tmp_path, **settings))
    assert says in text
    assert "sudo tee /etc/sysctl.d/" in text


def test_refusal_is_silent_where_nothing_refuses(tmp_path):
    """Settings that allow are no reason."""
    allowing = {"kernel__apparmor_restrict_unprivileged_userns": 0, "user__max_user_namespaces": 9}
    assert refusal(machine(tmp_path, **allowing)) == ""
    assert refusal(tmp_path / "another system") == ""


@pytest.mark.parametrize("sign", [".dockerenv", "run/.containerenv"])
def test_refusal_names_what_a_container_must_be_given(sign, tmp_path):
    """Its engine's options."""
    (tmp_path / "run").mkdir()
    (tmp_path / sign).touch()
    assert "--security-opt seccomp=unconfined" in refusal(tmp_path)


def test_require_start_says_what_bubblewrap_said_and_what_helps(monkeypatch):
    """As on Ubuntu, where AppArmor lets bubblewrap begin and then refuses."""
    said = "bwrap: setting up uid map: Permission denied"
    program = f"import sys; sys.exit({said!r})"
    monkeypatch.setattr(bubblewrap, "command", lambda *_: [sys.executable, "-c", program])
    monkeypatch.setattr(bubblewrap, "refusal", lambda: "Allow them: sudo sysctl x=0.")
    with pytest.raises(SandboxError, match=r"uid map: Permission denied\. Allow them: sudo sysctl"):
        bubblewrap.require_start()


@pytest.fixture
def systemd(monkeypatch):
    """Return a function that sets what systemd-run answers; forgets what was found before."""

    def answers(status, text):
        done = subprocess.CompletedProcess([], status, text, "")
        monkeypatch.setattr(cgroup.shutil, "which", lambda _: "/usr/bin/systemd-run")
        monkeypatch.setattr(cgroup.subprocess, "run", lambda *_, **__: done)
        cgroup.available.cache_clear()

    yield answers
    cgroup.available.cache_clear()


def test_scoped_limits_a_command_where_a_trial_was_limited(systemd):
    """All its processes together, and no swap beyond."""
    systemd(0, f"{64 * 2**20}\n")
    words = cgroup.scoped(["program"], Limits())
    assert words[0] == "systemd-run"
    assert f"--property=MemoryMax={Limits().together}" in words
    assert "--property=MemorySwapMax=0" in words
    assert words[-1] == "program"
    assert cgroup.divisible(["program"])[-2:] == ["--property=Delegate=yes", "program"]
    assert cgroup.missing() == ""


@pytest.mark.parametrize(("status", "text"), [(1, ""), (0, "max\n")])
def test_scoped_changes_nothing_where_a_trial_was_not(status, text, systemd):
    """Without systemd, or where it has no say over memory."""
    systemd(status, text)
    assert cgroup.scoped(["program"], Limits()) == ["program"]
    assert cgroup.divisible(["program"]) == ["program"]
    assert cgroup.make_room(1, "name", Limits()) is None


def test_missing_says_what_helps(systemd, tmp_path, monkeypatch):
    """From the outermost reason to the innermost."""
    systemd(1, "")
    monkeypatch.setattr(cgroup, "RUNNING", tmp_path / "systemd")
    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    assert "systemd does not run" in cgroup.missing()
    (tmp_path / "systemd").mkdir()
    assert "unified_cgroup_hierarchy=1" in cgroup.missing()
    (tmp_path / "cgroup.controllers").touch()
    assert "loginctl enable-linger" in cgroup.missing()


@pytest.fixture
def scope(systemd, tmp_path, monkeypatch):
    """Return a folder that looks like the cgroup of process 1, divided for a server."""
    systemd(0, f"{64 * 2**20}\n")
    (tmp_path / "scope" / "server").mkdir(parents=True)
    monkeypatch.setattr(cgroup, "_of", lambda _: tmp_path / "scope" / "server")
    return tmp_path / "scope"


def test_make_room_is_beside_the_server(scope, monkeypatch):
    """With the limits of one kernel."""

    def mkdir(path):  # as the kernel does it, with files in it
        os_mkdir(path)
        for name in ("memory.max", "memory.oom.group", "pids.max", "cgroup.procs"):
            (path / name).touch()

    os_mkdir = type(scope).mkdir
    monkeypatch.setattr(type(scope), "mkdir", mkdir)
    room = cgroup.make_room(1, "kernel", Limits())
    assert room == scope / "kernel"
    assert (room / "memory.max").read_text() == str(Limits().together)
    assert (room / "memory.oom.group").read_text() == "1"
    assert (room / "pids.max").read_text() == str(Limits().processes)
    assert not (room / "memory.swap.max").exists()
    with cgroup.entrance(room) as doors:
        assert len(doors) == 1
    with cgroup.entrance(None) as doors:
        assert doors == []


def test_remove_takes_an_empty_room_away(scope):
    """And leaves one alone in which something is still ending."""
    room = scope / "kernel"
    room.mkdir()
    cgroup.remove(room)
    assert not room.exists()
    (scope / "other" / "process").mkdir(parents=True)
    cgroup.remove(scope / "other")
    assert (scope / "other").exists()
    cgroup.remove(None)

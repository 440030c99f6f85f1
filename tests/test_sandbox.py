"""The sandbox, for real: what a kernel in it cannot do, cold and warm, and what remains."""

import asyncio
import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from jupyter_client import KernelManager
from nbformat.v4 import new_code_cell

from rnncourse.errors import SandboxError
from rnncourse.grading import isolation as isolation_module
from rnncourse.grading.isolation import SANDBOXED, UNPROTECTED, isolation
from rnncourse.grading.kernel import LearnerKernel, TimeLimits
from rnncourse.grading.kernels import forked, keeper
from rnncourse.grading.kernels.keeper import kernel_server
from rnncourse.grading.kernels.protocol import connect
from rnncourse.grading.kernels.provisioner import fill, use_sockets_in
from rnncourse.grading.kernels.runs import PREFIX, RunFolder
from rnncourse.grading.sandbox import bubblewrap
from rnncourse.grading.sandbox.bubblewrap import command, hand_over
from rnncourse.grading.sandbox.limits import Limits
from rnncourse.grading.sandbox.selftest import require_tight

pytestmark = pytest.mark.e2e
GRADER = """
import contextlib, sys
from jupyter_client.manager import start_new_kernel
from rnncourse.grading.kernels.keeper import kernel_server

with kernel_server(imports=()) if sys.argv[1] == "warm" else contextlib.nullcontext():
    _, client = start_new_kernel(kernel_name="rnncourse")
    client.execute_interactive("import subprocess; p = subprocess.Popen(['sleep', '999'])")
    print("at work", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["cold", "warm"])
def kernel(request, monkeypatch):
    """Return the name of the sandboxed kernel, first cold, then warm."""
    if request.param == "warm":
        return request.getfixturevalue("warm_kernels")
    request.getfixturevalue("warm_kernels")  # or skip, where there is no sandbox
    monkeypatch.delenv(forked.SERVER)
    return SANDBOXED


def printed(kernel_name, *sources, folder=None):
    """Return what cells print in one kernel."""

    async def talk():
        async with LearnerKernel(kernel_name, folder, TimeLimits(cell=30.0)) as learner:
            cells = [new_code_cell(source) for source in sources]
            for cell in cells:
                await learner.run(cell)
            return cells

    cells = asyncio.run(talk())
    return ["".join(o.get("text", o.get("ename", "")) for o in cell.outputs) for cell in cells]


def children(pid):
    """Return the processes that a process has started and not waited for."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def descendants(pid):
    """Return the processes that a process has started, and that those have, and so on."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for task in tasks for child in task.read_text().split()]
    return own + [further for child in own for further in descendants(child)]


def run_folders():
    """Return the run folders that there are."""
    return set(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def serves(folder):
    """Return whether a server of warm kernels listens."""
    try:
        connect(folder).close()
    except OSError:
        return False
    return True


def test_kernel_finds_no_way_out(kernel, tmp_path):
    """The self-test's probe, with further files that it must not see."""
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks")
    tried = require_tight(
        kernel, hidden={"the gradebook": secret, "passwords": Path("/etc/passwd")}
    )
    assert len(tried) >= 28
    assert "reads the gradebook" in tried


def test_self_test_finds_holes_where_there_are_some():
    """A kernel without a sandbox does not pass for one with."""
    with pytest.raises(SandboxError, match="reads a file of the host"):
        require_tight(UNPROTECTED)


def test_kernel_computes_draws_and_starts_programs(kernel):
    """What notebooks do all day works."""
    texts = printed(
        kernel,
        "import numpy as np; print(np.linalg.norm([3.0, 4.0]))",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('drawn')",
        "!echo hello",
        "import tempfile, pathlib\npathlib.Path('x.txt').write_text('1')\n"
        "with tempfile.NamedTemporaryFile() as f: print(f.write(b'12'))",
        "import os, getpass; print(getpass.getuser(), os.getcwd(), 'PATH' in os.environ)",
    )
    assert texts[0] == "5.0\n"
    assert "drawn" in texts[1]
    assert "hello" in texts[2]
    assert texts[3:] == ["2\n", "learner /box True\n"]


def test_kernel_gets_the_plain_files_beside_its_notebook(kernel, tmp_path):
    """They are copies; links and notebooks stay behind."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "series.csv").write_text("1,2\n")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "other.ipynb").write_text("{}")
    look = "import pathlib; print(sorted(str(p) for p in pathlib.Path().rglob('*')))"
    write = "pathlib.Path('data/series.csv').write_text('changed')"
    (seen, _) = printed(kernel, look, write, folder=str(tmp_path))
    assert seen == "['data', 'data/series.csv']\n"
    assert (tmp_path / "data" / "series.csv").read_text() == "1,2\n"


def test_kernels_do_not_see_each_other(kernel, monkeypatch):
    """Neither files nor environment go from one kernel to the next, or come from the grader."""
    monkeypatch.setenv("RNNCOURSE_SECRET", "42")
    leave = "for d in ('/tmp', '/box', '/home', '/dev/shm'): open(d + '/left', 'w').write('x')"
    look = (
        "import os\nprint([d for d in ('/tmp', '/box', '/home', '/dev/shm')"
        " if os.path.exists(d + '/left')], 'RNNCOURSE_SECRET' in os.environ)"
    )
    assert printed(kernel, leave, look)[1] == "['/tmp', '/box', '/home', '/dev/shm'] False\n"
    assert printed(kernel, look) == ["[] False\n"]


def test_memory_has_an_end(kernel):
    """Four gigabytes are refused; the kernel lives on."""
    texts = printed(kernel, "import numpy as np\nx = np.ones(2**29)", "print('alive')")
    assert texts[0] in ("MemoryError", "_ArrayMemoryError")
    assert texts[1] == "alive\n"


def test_nothing_is_left_behind(kernel):
    """A daemon in a session of its own ends with its kernel, and so does the run folder."""
    before = run_folders()
    daemon = "import subprocess\nsubprocess.Popen(['sleep', '98765'], start_new_session=True)"
    printed(kernel, daemon)
    assert run_folders() == before
    found = subprocess.run(["pgrep", "-f", "sleep 98765"], capture_output=True, check=False)
    assert found.returncode == 1


def test_forks_differ_in_their_random_numbers(warm_kernels):
    """Each kernel has its own seed, as new interpreters have."""
    draw = "import random, numpy as np; print(random.random(), np.random.rand())"
    assert printed(warm_kernels, draw) != printed(warm_kernels, draw)


def test_warm_kernel_has_tensorflow_and_trains(warm_kernels):
    """A fork after the import computes what a new interpreter does."""
    (text,) = printed(
        warm_kernels,
        "import sys; was = 'tensorflow' in sys.modules\nimport keras, numpy as np\n"
        "model = keras.Sequential([keras.layers.SimpleRNN(2), keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((4, 3, 1)), np.ones((4, 1)), epochs=2, verbose=0)\nprint(was)",
    )
    assert text == "True\n"


def test_cold_kernel_takes_the_place_of_a_dead_server(warm_kernels, caplog, monkeypatch):
    """A crash of the server costs time, and no submission."""
    monkeypatch.setattr(keeper, "PAUSES", ())
    with kernel_server(imports=()) as server:
        server.process.kill()
        server.process.wait()
        assert printed(warm_kernels, "print(6 * 7)") == ["42\n"]
    assert "A cold kernel takes its place" in caplog.text


def test_dead_server_is_started_again(warm_kernels, caplog):
    """In the same run folder, so that whoever knows it gets warm kernels again."""
    with kernel_server(imports=()) as server:
        first = server.process
        first.kill()
        while server.process is first or not serves(server.folder):
            assert server._keeper.is_alive()  # it is being started
        assert printed(warm_kernels, "print(6 * 7)") == ["42\n"]
        second = server.process
    assert first.pid != second.pid
    assert second.poll() is not None
    assert not server.folder.exists()
    assert "is started again" in caplog.text
    assert "A cold kernel" not in caplog.text


def test_server_that_cannot_be_started_again_is_given_up(warm_kernels, caplog, monkeypatch):
    """A few times it is tried, and then kernels start cold."""
    monkeypatch.setattr(keeper, "PAUSES", (0.0, 0.0))
    with kernel_server(imports=()) as server:
        server._program = ["-c", "raise SystemExit('no more')"]
        server.process.kill()
        server._keeper.join()
        assert printed(warm_kernels, "print(6 * 7)") == ["42\n"]
    assert caplog.text.count("did not come up. It said: no more") == 2


@pytest.mark.parametrize("mode", ["warm", "cold"])
def test_nothing_outlives_a_killed_grader(mode, warm_kernels, monkeypatch):
    """Server, kernels and what they started end with it, though it cannot end them."""
    monkeypatch.delenv(forked.SERVER)
    command = [sys.executable, "-c", GRADER, mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as grader:
        assert grader.stdout.readline() == b"at work\n"
        handles = [os.pidfd_open(pid) for pid in descendants(grader.pid)]
        assert len(handles) >= 4
        grader.kill()
    for handle in handles:
        assert select.select([handle], [], [], 30.0)[0], "a process is still there"
        os.close(handle)


@pytest.mark.parametrize("program", ["kernels.server", "sandbox.confine"])
def test_sandbox_ends_with_its_input(program, tmp_path, monkeypatch):
    """So it does however early its starter was killed: nobody holds the other end."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    run = RunFolder()
    manager = KernelManager(connection_file=str(run.path / "outside.json"))
    outside = use_sockets_in(run.path, manager)
    manager.write_connection_file()
    fill(run.path, outside, None)
    hand_over(run.path)
    argument = "" if program == "kernels.server" else json.dumps(Limits().to_tree())
    sandboxed = command(run.path, ["-m", f"rnncourse.grading.{program}", argument], Limits())
    with subprocess.Popen(sandboxed, stdin=subprocess.PIPE) as process:
        process.stdin.close()
        handle = os.pidfd_open(process.pid)
        ended = select.select([handle], [], [], 60.0)[0]
        os.close(handle)
        process.kill()
    run.remove()
    assert ended


def test_server_keeps_no_dead_kernels(warm_kernels):
    """Processes that have ended are waited for, however they ended."""
    with kernel_server(imports=()) as server:
        for source in ("print(1)", "import os; os.kill(os.getpid(), 9)", "exit()"):
            printed(warm_kernels, source)
        (inside,) = children(server.process.pid)
        assert children(inside) == []


def test_kernel_that_nobody_waits_for_is_ended_by_hanging_up(warm_kernels):
    """Closing is enough, may be done twice, and leaves no socket open."""
    with kernel_server(imports=()) as server:
        folder = server.folder / "one"
        (folder / "files").mkdir(parents=True)
        (folder / "kernel.json").write_text("{}")
        hand_over(folder)
        kernel = forked.ForkedKernel(folder, Limits())
        kernel.close()
        kernel.close()
        assert (kernel.poll(), kernel.wait()) == (-9, -9)
        (inside,) = children(server.process.pid)
        while children(inside):  # the server sees to it
            pass


def test_kernel_that_is_killed_is_noticed(warm_kernels):
    """Its end is an outcome of the cell, like that of any kernel."""
    assert printed(warm_kernels, "import os; os.kill(os.getpid(), 9)") == ["KernelDied"]


def test_missing_bubblewrap_is_said_with_its_cure(monkeypatch):
    """The command that installs it is in the message."""
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    monkeypatch.setattr(bubblewrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"), isolation("auto"):
        pass


def test_hole_refuses_the_whole_grading(monkeypatch):
    """No mode is taken whose self-test fails."""

    def leaky(*_, **__):
        raise SandboxError("The sandbox has holes here")

    monkeypatch.setattr(isolation_module, "require_tight", leaky)
    with pytest.raises(SandboxError, match="holes"), isolation("auto"):
        pass

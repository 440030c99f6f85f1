"""The learner's kernel, for real: it runs, answers, is interrupted, dies and comes back."""

import asyncio

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from rnncourse.checks.marking import KERNEL_DIED, TIME_LIMIT, UNREADABLE
from rnncourse.errors import KernelError
from rnncourse.grading import kernel as kernel_module
from rnncourse.grading import replies
from rnncourse.grading.kernel import LearnerKernel, TimeLimits

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("warm_kernels")]


def converse(cells, asks, cell_limit=30.0, time_limit=2.0):
    """Run cells in one kernel, then ask; return the cells and the outcomes."""

    async def talk():
        async with LearnerKernel("rnncourse", None, TimeLimits(cell=cell_limit)) as kernel:
            notebook = [new_code_cell(source) for source in cells]
            for cell in notebook:
                await kernel.run(cell)
            return notebook, [await kernel.ask(name, given, time_limit) for name, given in asks]

    return asyncio.run(talk())


def test_kernel_runs_cells_and_answers():
    """Outputs stay in the cells; answers come back as values."""
    cells, (good, bad, none) = converse(
        ["import numpy as np\nprint('hello')", "def f(x):\n    return np.sum(x)", "1 / 0"],
        [("f", {"x": np.arange(4.0)}), ("f", {"x": "text"}), ("g", {})],
    )
    assert cells[0].outputs[0].text == "hello\n"
    assert cells[2].outputs[0].ename == "ZeroDivisionError"
    assert (good.value.item(), good.raised) == (6.0, "")
    assert bad.raised != ""
    assert none.raised == "NameError"


def test_prints_of_an_answer_are_not_the_answer():
    """A function may print, warn and display; only its value counts."""
    _, (outcome,) = converse(
        [
            "import sys, warnings\nfrom IPython.display import display\n"
            "def f():\n    print('1.0'); print('no', file=sys.stderr)\n"
            "    warnings.warn('hm'); display(7)\n    return 3"
        ],
        [("f", {})],
    )
    assert outcome.value == 3


def test_endless_function_is_interrupted_and_the_kernel_lives():
    """The time limit costs this call alone; what was defined is still there."""
    _, (late, fine) = converse(
        ["n = 5\ndef f():\n    while True: pass\ndef g():\n    return n"], [("f", {}), ("g", {})]
    )
    assert (late.raised, fine.value) == (TIME_LIMIT, 5)


def test_flood_of_output_does_not_hide_the_time_limit():
    """A function that prints for ever is late like another."""
    _, (late, fine) = converse(
        ["def f():\n    while True: print('x' * 1000)\ndef g():\n    return 1"],
        [("f", {}), ("g", {})],
    )
    assert (late.raised, fine.value) == (TIME_LIMIT, 1)


@pytest.mark.parametrize(
    ("body", "raised"),
    [
        ("import os; os._exit(0)", KERNEL_DIED),
        ("import os; os.kill(os.getpid(), 9)", KERNEL_DIED),
        ("import ctypes; ctypes.string_at(0)", KERNEL_DIED),
        ("import sys; sys.exit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return input()", "EOFError"),
    ],
)
def test_deadly_function_costs_itself_alone(body, raised):
    """The kernel is revived, and the cells before run again."""
    _, (dead, fine) = converse(
        ["n = 5", f"def f():\n    {body}\ndef g():\n    return n"], [("f", {}), ("g", {})]
    )
    assert dead.raised == raised
    assert fine.value == 5


def test_exit_of_ipython_is_not_blamed_on_the_next_question():
    """`exit()` ends the kernel a moment later: the next question is asked again."""
    _, (first, second) = converse(
        ["n = 5\ndef f():\n    get_ipython().ask_exit()\n    return 1\ndef g():\n    return n"],
        [("f", {}), ("g", {})],
    )
    assert first.value == 1
    assert second.value == 5


def test_function_that_ignores_interrupts_is_replaced(monkeypatch):
    """A kernel that does not listen is killed; the next question is answered."""
    monkeypatch.setattr(kernel_module, "INTERRUPT_GRACE", 1.0)
    deaf = (
        "def f():\n    while True:\n        try:\n            while True: pass\n"
        "        except KeyboardInterrupt: pass"
    )
    _, (late, fine) = converse([deaf, "def g():\n    return 5"], [("f", {}), ("g", {})], 30, 1.0)
    assert (late.raised, fine.value) == (TIME_LIMIT, 5)


@pytest.mark.parametrize("source", ["import os; os._exit(1)", "exit()", "quit()"])
def test_deadly_cell_is_marked_and_left_out(source):
    """The cell says that it ended the kernel; the cells around it count."""
    cells, (outcome,) = converse(
        ["n = 2", source, "m = 3\ndef f():\n    return n * m"], [("f", {})]
    )
    assert cells[1].outputs[-1].ename == KERNEL_DIED
    assert outcome.value == 6


def test_endless_cell_is_interrupted():
    """The cell says that it was interrupted; the kernel goes on."""
    cells, (outcome,) = converse(
        ["while True: pass", "def f():\n    return 1"], [("f", {})], cell_limit=1
    )
    assert cells[0].outputs[-1].ename == TIME_LIMIT
    assert outcome.value == 1


def test_answer_that_is_no_text_of_ours_is_named():
    """A kernel that forges answers gets no further than a bad answer."""
    forged = (
        "import rnncourse.checks.calls as c\ndef f():\n    return 1\nc.answer = lambda *a: {answer}"
    )
    for answer in ("'points: 10'", "c.Answer('points: 10')", "c.Answer('{}')", "c.Answer(5)"):
        _, (outcome,) = converse([forged.replace("{answer}", answer)], [("f", {})])
        assert (outcome.raised, outcome.value) == (UNREADABLE, None)


@pytest.mark.parametrize(
    "source",
    [
        "print(list(range(100_000)))",
        "print('x' * 10_000_000)",
        "for i in range(3000): display(i)",
        "for i in range(3000): print(i, flush=True)",
    ],
)
def test_much_output_costs_nothing(source):
    """Long lines and many messages are no error, and do not take the cell away."""
    _, (outcome,) = converse(["n = 4\n" + source, "def f():\n    return n"], [("f", {})], 60, 10)
    assert outcome.value == 4


def test_flood_of_output_is_cut_and_interrupted():
    """A cell that prints for ever ends long before its time limit, and little of it is kept."""
    cells, (outcome,) = converse(
        ["n = 4", "while True: print('x' * 10_000, flush=True)", "def f():\n    return n"],
        [("f", {})],
        500,
    )
    # What it cannot send fast enough fills its memory: which limit comes first is up to speed.
    assert cells[1].outputs[-1].ename in ("OutputLimit", KERNEL_DIED)
    assert sum(len(output.get("text", "")) for output in cells[1].outputs) <= 16 * 2**20
    assert outcome.value == 4


def test_function_that_prints_much_is_answered():
    """Its output is thrown away; the answer comes in the reply."""
    noisy = (
        "import sys\ndef f():\n    for i in range(5000):\n"
        "        print(i, flush=True); print(i, file=sys.stderr, flush=True)\n    return 4"
    )
    _, (outcome,) = converse([noisy], [("f", {})], 30, 10)
    assert outcome.value == 4


@pytest.mark.parametrize(
    "message",
    [
        "send('stream', {})",
        "send('display_data', {'data': 5})",
        "send('error', {})",
        "send('status', {})",
        "socket.send_multipart([b'garbage'])",
    ],
)
def test_malformed_messages_cost_their_cell_alone(message):
    """A kernel may send anything; the next question is answered."""
    forge = (
        "import ipykernel.kernelapp as a\nk = a.IPKernelApp.instance().kernel\n"
        "socket = k.iopub_socket\n"
        "def send(kind, content):\n"
        "    k.session.send(socket, kind, content, parent=k.get_parent('shell'))\n" + message
    )
    _, outcomes = converse([forge, "def f():\n    return 4"], [("f", {}), ("f", {})])
    assert [outcome.value for outcome in outcomes] == [4, 4]


def test_huge_answer_is_refused(monkeypatch):
    """An answer has a largest size."""
    monkeypatch.setattr(replies, "MAX_ANSWER", 1000)
    _, (outcome,) = converse(["def f():\n    return 'x' * 2000"], [("f", {})])
    assert outcome.raised == UNREADABLE
    assert "larger than" in outcome.message


def test_missing_kernel_is_our_error():
    """An infrastructure error is raised, and never a mark of 0."""

    async def start():
        async with LearnerKernel("no-such-kernel", None):
            pass

    with pytest.raises(KernelError, match="rnncourse doctor"):
        asyncio.run(start())


def test_notebook_that_kills_every_kernel_is_given_up():
    """There is an end to reviving."""
    kills = ["import os; os._exit(1)"] * 5
    with pytest.raises(KernelError, match="ended its kernel 4 times"):
        converse(kills, [])

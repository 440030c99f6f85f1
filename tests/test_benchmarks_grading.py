"""The benchmark of grading: its arithmetic, its simulation, and what it says of attacks."""

import pytest

pytest.importorskip("nbgrader")

from benchmarks.grading.attacks import BY_CAP, LEFT_OUT, judge, kind_lines
from benchmarks.grading.notebooks import TASKS
from benchmarks.grading.processes import account
from benchmarks.grading.report import kernel_lines, rate_lines, ratio_lines, ratios
from benchmarks.grading.simulate import Costs, scenarios, simulate
from tests.attacks.suite import FIRST, SECOND, attacks

PARTS = {"prepare": 0.01, "enter": 0.03, "pages": 0.04, "read": 0.01}


def runs(seconds):
    """Return a grader's runs of these rates."""
    return [
        {"seconds": s, "cpu": s, "start": 1.0, "cores": 1, "load": 0.5, "submissions": 3}
        for s in seconds
    ]


@pytest.fixture
def results():
    """Return results as the benchmark leaves them."""
    rates = {
        "nbgrader": runs([6.0, 5.0, 4.0]),
        "ours, 1 worker": runs([0.5, 0.6, 0.4]),
        "ours, 2 workers": runs([0.25, 0.3, 0.2]),
    }
    memory = {"pss": 50.0, "uss": 40.0}
    kernel = {"one": memory, "further": memory, "load": 0.0}
    kernels = {
        "plain": kernel | {"ready": [1.0], "first_cell": [3.0, 4.0, 5.0]},
        "warm in the sandbox": kernel | {"ready": [0.2], "first_cell": [0.4, 0.5, 0.6]},
    }
    return {"rates": {"tiny": rates, "exercise 01": {"ours, 1 worker": runs([1.0])}}} | {
        "kernels": kernels
    }


def test_what_the_machine_can_do_is_shown_without_a_target(results):
    """Two workers are to be seen beside two processes that share nothing."""
    text = "\n".join(ratio_lines(results | {"machine": 1.75}))
    assert "| two processes that share nothing: times the rate of one | 1.75 | – | |" in text


def test_benchmark_says_what_it_can_measure(capsys, monkeypatch):
    """Its parts can be imported, and an unknown name is answered with the known ones."""
    from benchmarks.grading import __main__ as program

    monkeypatch.setattr("sys.argv", ["benchmarks.grading", "tniy"])
    with pytest.raises(SystemExit):
        program.main()
    assert (
        "no part tniy; there are tiny, lstm, numpy, own, machine, kernels"
        in capsys.readouterr().err
    )


def test_ratios_are_of_medians(results):
    """Rates, times and memory are compared by their medians."""
    assert ratios(results) == {
        "tiny: times nbgrader's rate, a core": pytest.approx(10.0),
        "tiny: times nbgrader's rate, a core second": pytest.approx(10.0),
        "first cell: times sooner than a plain kernel's": pytest.approx(8.0),
        "MiB of a further warm kernel": 50.0,
        "two workers: times the rate of one": pytest.approx(2.0),
    }


def test_ratio_lines_judge_each_target(results):
    """A rate below its target is missed; memory below its own is met."""
    text = "\n".join(ratio_lines(results))
    assert "times nbgrader's rate, a core | **10** | 12 | missed |" in text
    assert "further warm kernel | **50** | 80 | met |" in text


def test_rate_lines_compare_with_nbgrader_where_it_ran(results):
    """The spread is shown; what no peer can do is compared with nothing."""
    lines = list(rate_lines(results))
    assert "| 0.5 (0.4–0.6) |" in lines[3]
    assert " 120 | 10 |" in lines[3]
    assert " 60 | – |" in lines[5]


def test_kernel_lines_give_both_memories(results):
    """One line a kind, with PSS and USS."""
    assert sum("50 (40) | 50 (40)" in line for line in kernel_lines(results)) == 2


@pytest.mark.parametrize("workers", [1, 3])
def test_simulate_is_bound_by_workers_where_there_are_few(workers):
    """Then the writer is busy in the gaps, and the time is the workers' alone."""
    costs = Costs(prepare=0.01, work=1.0, enter=0.02)
    seconds = simulate(costs, workers=workers, submissions=300)
    assert seconds == pytest.approx(300 / workers, rel=0.02)


def test_simulate_is_bound_by_the_writer_where_there_are_many():
    """Beyond the knee, the time is the writer's alone, and more workers gain nothing."""
    costs = Costs(prepare=0.1, work=1.0, enter=0.1)
    assert costs.knee == pytest.approx(5.0)
    for workers in (10, 100):
        seconds = simulate(costs, workers=workers, submissions=500)
        assert seconds == pytest.approx(100.0, rel=0.02)


def test_simulate_divides_the_writing_among_writers():
    """Two writers take half the time of one, where the writing is the limit."""
    costs = Costs(prepare=0.1, work=0.1, enter=0.1)
    one, two = (simulate(costs, workers=50, writers=number, submissions=500) for number in (1, 2))
    assert one / two == pytest.approx(2.0, rel=0.02)


def test_scenarios_move_pages_and_lose_no_work():
    """What a writer no longer does, a worker does."""
    before, after = (scenarios(PARTS, 0.3)[name][0] for name in ("one writer", "pages by workers"))
    assert before.prepare + before.work + before.enter == pytest.approx(
        after.prepare + after.work + after.enter
    )
    assert after.enter < before.enter


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_tasks_have_wrong_answers_among_right_ones(task):
    """Every fourth answer is wrong, and costs the second check alone."""
    assert [task.marks(number) for number in range(4)] == [(1.0, 1.0)] * 3 + [(1.0, 0.0)]
    assert task.wrong in task.of(3)
    assert task.right in task.of(0)


def test_account_names_a_command_that_runs_as_it_is():
    """With a group or without, the command itself comes last."""
    with account() as spent:
        assert spent.joined(["true"])[-1] == "true"


def graded(second, *, out=False):
    """Return what the cap says of one student."""
    return {"points": {FIRST: 4.0} | ({} if second is None else {SECOND: second}), "out": out}


def found(second, *, out=False, again=False, honest=6.0, left=()):
    """Return what the cap says of a class of three."""
    students = {
        "attacker": graded(second, out=out),
        "attacker_again": graded(second, out=again),
        "honest": graded(honest),
    }
    return {"students": students, "left": list(left)}


@pytest.mark.parametrize(
    ("what", "goal"),
    [
        (found(6.0), "reached"),
        (found(0.0), "not reached"),
        (found(0.0, out=True), "reached"),
        (found(0.0, again=True), "reached"),
        (found(0.0, left=["sleep 86399"]), "reached"),
        (found(None), "no mark at all"),
        ({"lost": "exit 137"}, "reached"),
    ],
)
def test_judge_says_whether_the_goal_was_reached(what, goal):
    """A forged mark, a word that got out, a process left behind, a batch that is gone."""
    assert judge("forge_shape", 0.0, what)["goal"] == goal


def test_judge_says_what_became_of_the_batch():
    """The honest student after the attack has the right marks, or not."""
    assert judge("forge_shape", 0.0, found(0.0))["batch"] == "goes on"
    assert judge("forge_shape", 0.0, found(0.0, honest=0.0))["batch"] == "poisoned"


def test_judge_does_not_credit_nbgrader_with_the_cap():
    """Where the cap itself decided, it is said."""
    assert judge("exhaust_memory", 0.0, found(0.0))["goal"].startswith("stopped by the cap")


def test_attacks_are_named_that_the_cap_cannot_hold_or_decides():
    """No list names a file that is not there, and none is in both."""
    names = {attack.name for attack in attacks()}
    assert set(LEFT_OUT) | set(BY_CAP) <= names
    assert not set(LEFT_OUT) & set(BY_CAP)


def test_kind_lines_count_by_kind_of_attack():
    """One line a kind, with what stock nbgrader let happen."""
    what = {"forge_shape": found(6.0), "hang_loop": found(None)}
    lines = list(kind_lines(what))
    assert "| forge | 1 | 1 | 0 | 0 |" in lines
    assert "| hang | 1 | 0 | 1 | 0 |" in lines

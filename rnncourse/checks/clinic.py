"""Tests as answers: a learner's test must tell wrong programs from right ones.

The programs travel as text. It is base64, so that nobody who looks into the cases
reads a right program by accident: it is the answer to another question. What a
program computes is not looked at here, only what the test says of it.
"""

import base64
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncourse.checks.adapters import UnreadableAnswer, adapter
from rnncourse.checks.compare import Comparison, Difference
from rnncourse.checks.values import describe

Function = Callable[..., Any]
BROKEN = "the broken program itself"
"""What the program is called that the test was written for: a message names it first."""
PLACE = f"{__file__}:program"
"""Where a program's lines are said to be: not in the learner's own code."""


def sealed(program: Function) -> str:
    """Return the source of a function that needs nothing but `np`, as base64."""
    return base64.b64encode(inspect.getsource(program).encode()).decode()


@adapter
def verdicts(test: Function, programs: dict[str, tuple[str, bool]]) -> dict[str, bool]:
    """Call a test with each program, in the given order, and return which ones it catches.

    Any exception catches a wrong program. Of a right one only an `AssertionError` is a
    verdict; another exception comes from the test itself, and goes through.

    Args:
        test: Takes a program; raises where that is wrong.
        programs: By name, the sealed source, and whether the program is right.

    Raises:
        UnreadableAnswer: If the test returns something, or never calls the program.
    """
    with np.errstate(all="ignore"):
        return {name: _catches(test, *program) for name, program in programs.items()}


@dataclass(frozen=True)
class Catches(Comparison):
    """A test is right if it catches the programs that it shall catch, and no others."""

    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return which program is judged otherwise in `received`, or None where none is."""
        if not isinstance(received, dict) or received.keys() != expected.keys():
            return Difference(f"{name} is {describe(received)}, not one verdict for each program.")
        stopped = [program for program in expected if received[program] and not expected[program]]
        missed = [program for program in expected if expected[program] and not received[program]]
        missed.sort(key=lambda program: program != BROKEN)
        if stopped:
            return Difference(
                f"It raises AssertionError for {stopped[0]}. Does it compare floats with ==, or "
                "with rounded numbers, or ask for something that the text does not say?"
            )
        if missed:
            others = f" (and on {len(missed) - 1} more)" if missed[1:] else ""
            return Difference(f"It is silent on this wrong program: {missed[0]}{others}.")
        return None


def _catches(test: Function, source: str, right: bool) -> bool:
    """Return whether the test raises for the program."""
    program, calls = _counted(_opened(source))
    returned, raised = None, False
    try:
        returned = test(program)
    except AssertionError:
        raised = True
    except Exception:
        if right:
            raise
        return True
    if returned is not None:
        raise UnreadableAnswer(
            f"The test returns {describe(returned)}, and nobody looks at that: it must raise. "
            "Write `assert` before what shall hold, and return nothing."
        )
    if not calls:
        raise UnreadableAnswer(
            "The test never calls its argument `program`. Call that, not a function of your own."
        )
    return raised


def _opened(source: str) -> Function:
    """Return the function that a sealed source defines, made in a namespace of its own."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(base64.b64decode(source), PLACE, "exec"), namespace)  # noqa: S102 - our own
    function: Function = namespace.popitem()[1]  # what was defined last
    return function


def _counted(function: Function) -> tuple[Function, list[None]]:
    """Return the function under no name of its own, and a list that grows with each call."""
    calls: list[None] = []

    def program(*arguments: Any, **named: Any) -> Any:
        calls.append(None)
        return function(*arguments, **named)

    return program, calls

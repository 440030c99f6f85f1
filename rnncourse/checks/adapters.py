"""Adapters: other ways to call a learner's function than a plain call with plain values.

An adapter runs where the function lives: in the learner's kernel, or here for
a reference. It takes the function and plain arguments, and returns a plain
value; a question names it with `through=`. What it reports of the function
besides its values (whether it has a loop in its graph) is the word of the
learner's own kernel, as the state of the arguments after a call is.

TensorFlow is imported only where an adapter that needs it is called.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from rnncourse.errors import QuestionError

Function = Callable[..., Any]
ADAPTERS: dict[str, Callable[..., Any]] = {}


class UnreadableAnswer(Exception):  # noqa: N818 - not an error of ours, but an answer
    """An answer of a form that cannot be compared; its text is what the learner is told."""


def adapted(function: Function, through: str) -> Function:
    """Return what calls `function` through the adapter of that name; itself for "".

    Raises:
        QuestionError: If there is no such adapter.
    """
    if not through:
        return function
    if through not in ADAPTERS:
        raise QuestionError(
            f"The adapter {through!r} is unknown here. "
            "Are the cases newer than rnncourse? Update it."
        )
    return partial(ADAPTERS[through], function)


def adapter(function: Function) -> Function:
    """Register an adapter under its own name."""
    ADAPTERS[function.__name__] = function
    return function

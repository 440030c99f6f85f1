"""Calling a learner's function once, and what came of it.

`call` is the same in the learner's own kernel, where checking is a plain
call, and in an examination, where `answer` runs in the learner's kernel and
only its text crosses to the examiner.
"""

import contextlib
import copy
import os
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnncourse.checks.adapters import adapted
from rnncourse.checks.values import from_text, printable, to_text, to_tree

Inputs = dict[str, Any]
"""The arguments of one call, by name, in the order of the signature."""

ANSWER = "application/vnd.rnncourse.answer"
"""MIME type of an answer; its data is text of `rnncourse.checks.values`."""
NOT_WRITTEN = "NotImplementedError"
STUB_HINT = "It is not written yet: put your own code in the place of the stub, and run its cell."


@dataclass(frozen=True)
class Outcome:
    """What one call gave.

    Args:
        value: What came back, if nothing was raised.
        raised: The name of the exception's type, or "".
        message: The exception's text.
        place: The learner's line that raised, if it is known.
        changed: The names of the arguments that the call changed in place.
    """

    value: Any = None
    raised: str = ""
    message: str = ""
    place: str = ""
    changed: tuple[str, ...] = ()


PACKAGE = str(Path(__file__).parents[1])
STANDARD_LIBRARY = sysconfig.get_path("stdlib")

Ask = Callable[[Inputs], Outcome]
"""Something that calls the learner's function, here or in another process."""


def call(function: Callable[..., Any], inputs: Inputs, through: str = "") -> Outcome:
    """Call `function` with copies of `inputs`, in their order, and say what came of it.

    Args:
        function: The function.
        inputs: Its arguments by name.
        through: The adapter that makes the call; "" for none.

    An exception is an outcome like another, `SystemExit` included; only
    `KeyboardInterrupt` goes through.

    >>> call(lambda x: 1 / x, {"x": 0}).raised
    'ZeroDivisionError'
    """
    given = copy.deepcopy(inputs)
    try:
        value = adapted(function, through)(*given.values())
    except (Exception, SystemExit) as error:
        return Outcome(raised=_cut(type(error).__name__), message=_cut(error), place=_place(error))
    changed = tuple(name for name in inputs if to_tree(given[name]) != to_tree(inputs[name]))
    # The value as it is after travelling, so that both ways give the same verdict.
    return Outcome(from_text(to_text(value)), changed=changed)


def asking(function: Callable[..., Any], through: str = "") -> Ask:
    """Return what asks `function` by a call in this process."""
    return lambda inputs: call(function, inputs, through)


@dataclass(frozen=True)
class Answer:
    """The text of an outcome, as the kernel shows it to the examiner.

    Args:
        text: The outcome, as `outcome_to_text` wrote it.
    """

    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {ANSWER: self.text}


def answer(namespace: dict[str, Any], name: str, inputs: str, through: str = "") -> Answer:
    """Return the outcome of calling `namespace[name]`; runs in the learner's kernel.

    Args:
        namespace: The names that the notebook's cells have defined.
        name: The function to call.
        inputs: Its arguments, as `to_text` wrote them.
        through: The adapter that makes the call; "" for none.
    """
    if not callable(namespace.get(name)):
        given = type(namespace[name]).__name__ if name in namespace else None
        return Answer(outcome_to_text(_undefined(name, given)))
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return Answer(outcome_to_text(call(namespace[name], from_text(inputs), through)))


def outcome_to_text(outcome: Outcome) -> str:
    """Return `outcome` as text that crosses a process boundary."""
    return to_text(vars(outcome))


def outcome_from_text(text: str) -> Outcome:
    """Return the outcome that `outcome_to_text` wrote, whoever wrote the text.

    Raises:
        CourseError: If the text is not a stored outcome.
    """
    fields = from_text(text)
    fields = fields if isinstance(fields, dict) else {}
    raised, message, place = (_cut(fields.get(k, "")) for k in ("raised", "message", "place"))
    changed = fields.get("changed")
    names = tuple(str(name)[:80] for name in changed) if isinstance(changed, tuple) else ()
    return Outcome(fields.get("value"), raised, message, place, names)


def _undefined(name: str, given: str | None) -> Outcome:
    if given is None:
        return Outcome(raised="NameError", message=f"name {name!r} is not defined")
    return Outcome(raised="TypeError", message=f"{name!r} is of type {given}, not a function")


def _cut(text: object) -> str:
    """Return the beginning of a text that a learner's code chose."""
    return printable(str(text)[:300])


def _place(error: BaseException) -> str:
    """Return the last line of the learner's own code in the traceback."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
        and not frame.filename.startswith((PACKAGE, STANDARD_LIBRARY, "<frozen "))
    ]
    return _cut(f"line {own[-1].lineno} of {own[-1].name}: {own[-1].line}") if own else ""

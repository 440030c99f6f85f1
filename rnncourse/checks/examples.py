"""What a learner's function gives on a public case, written out beside what was expected.

A fresh case of an examination is never shown; the public ones lie beside the
learner's notebook, so nothing is given away here.
"""

from typing import Any

import numpy as np

from rnncourse.checks.calls import Ask, Outcome
from rnncourse.checks.compare import Close
from rnncourse.checks.marking import Example, Trial, try_case
from rnncourse.checks.papers import Case, Paper
from rnncourse.checks.values import describe, printable

MOST = 1200
"""Characters of a value that is written out."""
MANY = 6
"""Items of a list of arrays that are written out."""


def first_wrong_case(paper: Paper, ask: Ask) -> Example | None:
    """Return the first public case that an answer gets wrong; None where it gets all right.

    Args:
        paper: The released paper.
        ask: Calls the learner's function, here or in another process.
    """
    for number, case in enumerate(paper.cases, start=1):
        outcome = ask(case.inputs)
        trial = try_case(paper, case, outcome, number)
        if not trial.passed:
            return _example(paper, case, outcome, trial)
    return None


def written_out(value: Any, names: tuple[str, ...] = ()) -> str:
    """Return a value as a person would write it; a long one is shortened.

    Args:
        value: Any value.
        names: What to call its items, if it is a tuple of as many.

    >>> print(written_out(np.array([[1.0, 0.25], [0.0, -3.5]])))
    [[ 1.    0.25]
     [ 0.   -3.5 ]]
    """
    if isinstance(value, np.ndarray):
        text = np.array2string(
            value, precision=4, suppress_small=True, threshold=48, edgeitems=2, max_line_width=64
        )
        text = f"{text}\nshape {value.shape}" if "..." in text else text
    elif isinstance(value, list | tuple) and any(isinstance(v, np.ndarray) for v in value):
        heads = [f"{name}\n" for name in names] if len(names) == len(value) else [""] * len(value)
        shown = [f"{h}{written_out(v)}" for h, v in zip(heads[:MANY], value[:MANY], strict=True)]
        text = "\n".join([*shown, "…"] if len(value) > MANY else shown)
    elif isinstance(value, float):
        text = f"{value:.6g}"
    else:
        text = describe(value)
    return printable(text if len(text) <= MOST else f"{text[:MOST]}…")


def _example(paper: Paper, case: Case, outcome: Outcome, trial: Trial) -> Example:
    if not isinstance(paper.compare, Close):  # other values could be right as well
        return Example(trial.title, f"{trial.finding} {trial.detail}".strip())
    given = {name: written_out(value) for name, value in case.inputs.items()}
    if outcome.raised:
        wanted = written_out(case.expected, paper.returns)
        return Example(trial.title, trial.finding, given, wanted)
    item, expected, received = _parting(paper, case.expected, outcome.value)
    names = () if item else paper.returns
    wanted, came = written_out(expected, names), written_out(received, names)
    return Example(trial.title, trial.detail or trial.finding, given, wanted, came, item)


def _parting(paper: Paper, expected: Any, received: Any) -> tuple[str, Any, Any]:
    """Return the item in which two answers differ first, with its name; or both answers."""
    alike = isinstance(expected, tuple) and isinstance(received, tuple)
    if alike and len(expected) == len(received) == len(paper.returns):
        for name, one, other in zip(paper.returns, expected, received, strict=True):
            if not paper.compare.equal(one, other):
                return name, one, other
    return "", expected, received

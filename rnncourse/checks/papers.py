"""Papers: cases and properties of one question, as plain values.

A paper from a fixed seed is released with the notebook as the public cases; a
paper from a fresh seed is an examination. Both are marked by the same code.
Papers are drawn from a `Question`, in `rnncourse.checks.questions`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rnncourse.checks.calls import Ask, Inputs, Outcome, asking
from rnncourse.checks.compare import Close, Comparison, comparison_from_tree
from rnncourse.checks.properties import Property, property_from_tree
from rnncourse.checks.values import from_tree, rounded, to_tree
from rnncourse.errors import QuestionError


@dataclass(frozen=True)
class Case:
    """One call: its arguments, the expected outcome, and that of each wrong answer.

    Args:
        inputs: Arguments by name, in the order of the signature.
        expected: What the reference gives.
        mistakes: What each wrong answer of the bank gives, by its message.
    """

    inputs: Inputs
    expected: Any
    mistakes: dict[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Paper:
    """Cases and properties of one question, as plain values that can be stored.

    Args:
        name: Name of the question, and of the function that it asks for.
        points: Points of a right answer.
        cases: The calls to try, in this order.
        properties: What must hold beyond the cases.
        returns: What to call the items of the result, if it is a tuple.
        blame: The bank's message for what a property finds, where a wrong
            answer of the bank gets all cases right and breaks just that.
        compare: When an answer equals the expected one.
        seed: Seed of the properties' randomness.
        time_limit: Seconds that one call may take.
        through: The adapter of `rnncourse.checks.adapters` that makes the call; "" for none.
        public: The released paper of the same question, in an examination: its cases may
            be shown to the learner.
    """

    name: str
    points: float
    cases: tuple[Case, ...]
    properties: tuple[Property, ...] = ()
    returns: tuple[str, ...] = ()
    blame: Mapping[str, str] = field(default_factory=dict)
    compare: Comparison = field(default_factory=Close)
    seed: int = 0
    time_limit: float = 10.0
    through: str = ""
    public: "Paper | None" = None


class CallFailed(Exception):  # noqa: N818 - not an error of ours, but an answer
    """A call raised, where a property expects a value."""

    def __init__(self, outcome: Outcome) -> None:
        said = f"{outcome.raised}: {outcome.message}".rstrip(": ")
        super().__init__(f"Called with other arguments, it raised {said}")
        self.outcome = outcome


def finding(prop: Property, paper: Paper, ask: Ask, rng: np.random.Generator) -> str | None:
    """Return how an answer to `paper` breaks one of its properties, or None.

    Raises:
        CallFailed: If one of the calls raised.
    """

    def value(inputs: Inputs) -> Outcome:
        outcome = ask(inputs)
        if outcome.raised:
            raise CallFailed(outcome)
        return outcome

    try:
        return prop.broken(value, paper.cases[0].inputs, paper.compare, rng)
    except (TypeError, ValueError, IndexError):  # what came back cannot be put together
        return "Called with other arguments, it gave a result of another form."


def broken_properties(paper: Paper, function: Callable[..., Any]) -> list[str]:
    """Return what the properties find wrong with `function`, called here."""
    rng, ask = np.random.default_rng(paper.seed), asking(function, paper.through)
    found = []
    try:
        for prop in paper.properties:
            found.append(finding(prop, paper, ask, rng))
    except CallFailed as failed:  # a marking stops there, too
        found.append(str(failed))
    return [text for text in found if text is not None]


def papers_to_text(papers: Mapping[str, Paper]) -> str:
    """Return the released papers of one exercise as text, one line a case.

    Float arrays are rounded to nine significant digits: the text is the same
    on every machine.
    """
    lines = []
    for name, paper in papers.items():
        cases = ",\n".join(f"   {json.dumps(_case_to_tree(case))}" for case in paper.cases)
        head = {
            "points": paper.points,
            "compare": paper.compare.to_tree(),
            "seed": paper.seed,
            "time_limit": paper.time_limit,
            "through": paper.through,
            "returns": list(paper.returns),
            "properties": [p.to_tree() for p in paper.properties],
            "blame": dict(paper.blame),
        }
        inside = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in head.items())
        lines.append(f' {json.dumps(name)}: {{\n{inside},\n  "cases": [\n{cases}\n  ]\n }}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def papers_from_text(text: str) -> dict[str, Paper]:
    """Return the papers that `papers_to_text` wrote, by exercise and question.

    Raises:
        QuestionError: If the text is damaged, or newer than this package.
    """
    try:
        trees = json.loads(text)
        return {key: _paper_from_tree(key.split("/")[-1], tree) for key, tree in trees.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise QuestionError(
            f"The public cases cannot be read ({error}). Download the exercise again."
        ) from error


def _case_to_tree(case: Case) -> dict[str, Any]:
    def tree(value: Any) -> Any:
        return to_tree(rounded(value), readable=True)

    return {
        "inputs": tree(case.inputs),
        "expected": tree(case.expected),
        "mistakes": {m: tree(_stored(outcome)) for m, outcome in case.mistakes.items()},
    }


def _stored(outcome: Outcome) -> dict[str, Any]:
    """Return what is not empty of a wrong answer's outcome, without the line of its code."""
    fields = vars(replace(outcome, place=""))
    return {k: v for k, v in fields.items() if isinstance(v, np.ndarray) or v not in ("", (), None)}


def _paper_from_tree(name: str, tree: dict[str, Any]) -> Paper:
    cases = tuple(
        Case(
            from_tree(case["inputs"]),
            from_tree(case["expected"]),
            {m: Outcome(**from_tree(outcome)) for m, outcome in case["mistakes"].items()},
        )
        for case in tree["cases"]
    )
    return Paper(
        name=name,
        points=float(tree["points"]),
        cases=cases,
        properties=tuple(property_from_tree(p) for p in tree["properties"]),
        returns=tuple(tree["returns"]),
        blame=tree["blame"],
        compare=comparison_from_tree(tree["compare"]),
        seed=tree["seed"],
        time_limit=tree["time_limit"],
        through=tree["through"],
    )

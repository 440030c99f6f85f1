"""Questions: what is asked, what counts as right, what usually goes wrong.

A `Question` is written by hand. It knows the bank of wrong answers, and stays
with the instructor; what leaves its hands is a `Paper`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from rnncourse.checks.calls import Inputs, Outcome, call
from rnncourse.checks.compare import Close, Comparison
from rnncourse.checks.papers import Case, Paper, broken_properties
from rnncourse.checks.properties import Property
from rnncourse.checks.values import describe, rounded, to_text
from rnncourse.errors import QuestionError

Function = Callable[..., Any]
Draw = Callable[[np.random.Generator], Inputs]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, what counts as right, and what usually goes wrong.

    Args:
        points: Points of a right answer; 0 for a bonus, which is checked and not counted.
        section: The heading in the exercise's chapter under which to read on.
        draw: Returns the arguments of one call, by name and in the order of
            the signature, from a random generator. Draw pairwise distinct
            sizes, so that a wrong axis shows. Several functions take turns, so
            that every paper has a case of each.
        mistakes: Wrong answers by the message that each deserves.
        also_right: Right answers, written differently from the reference.
        properties: What must hold beyond the cases.
        returns: What to call the items of the result, if it is a tuple.
        compare: When an answer equals the expected one.
        cases: Number of calls that an examination tries.
        public_cases: Number of calls that the learner's own check tries.
        time_limit: Seconds that one call may take.
        through: The adapter of `rnncourse.checks.adapters` that makes the call, where a
            plain call with plain values is not what is asked; "" for none.
    """

    points: float
    draw: Draw | tuple[Draw, ...]
    mistakes: dict[str, Function]
    also_right: tuple[Function, ...] = ()
    properties: tuple[Property, ...] = ()
    returns: tuple[str, ...] = ()
    compare: Comparison = field(default_factory=Close)
    cases: int = 5
    public_cases: int = 3
    time_limit: float = 10.0
    through: str = ""
    section: str = ""

    def paper(self, name: str, reference: Function, seed: int) -> Paper:
        """Return an examination of fresh cases.

        Args:
            name: Name of the question.
            reference: The right answer: the solution cell's own function.
            seed: Seed of everything that is drawn.

        Raises:
            QuestionError: If the reference raises, changes its arguments, or
                does not pass its own properties.
        """
        cases = self._cases(name, reference, seed, self.cases)
        return self._paper(name, reference, cases, seed, costly=False)

    def public_paper(self, name: str, reference: Function) -> Paper:
        """Return the paper that is released: always the same, with rounded numbers."""
        seed = crc32(name.encode())
        cases = self._cases(name, reference, seed, self.public_cases)
        return self._paper(name, reference, cases, seed, costly=True)

    def _cases(self, name: str, reference: Function, seed: int, count: int) -> tuple[Case, ...]:
        rng = np.random.default_rng(seed)
        draws = self.draw if isinstance(self.draw, tuple) else (self.draw,)
        return tuple(
            self._case(name, reference, rounded(draws[number % len(draws)](rng)))
            for number in range(count)
        )

    def _case(self, name: str, reference: Function, inputs: Inputs) -> Case:
        expected = call(reference, inputs, self.through)
        if expected.raised or expected.changed:
            raise QuestionError(
                f"The reference of {name!r} must return and leave its arguments alone. It gave "
                f"{expected.raised or 'changed arguments'}: {expected.message} {expected.place}"
            )
        if _holds_foreign(inputs) or _holds_foreign(expected.value):
            raise QuestionError(
                f"{name!r}: arguments and answers must be arrays, numbers, text, or lists, tuples "
                f"and dicts of them. Received: {describe(inputs)} and {describe(expected.value)}."
            )
        mistakes = {m: call(wrong, inputs, self.through) for m, wrong in self.mistakes.items()}
        return Case(inputs, expected.value, mistakes)

    def _paper(
        self, name: str, reference: Function, cases: tuple[Case, ...], seed: int, *, costly: bool
    ) -> Paper:
        paper = Paper(
            name=name,
            points=float(self.points),
            cases=cases,
            properties=self.properties,
            returns=self.returns,
            compare=self.compare,
            seed=seed,
            time_limit=self.time_limit,
            through=self.through,
        )
        cheap = tuple(prop for prop in self.properties if costly or not prop.costly)
        proven = replace(paper, properties=cheap)
        if broken := broken_properties(proven, reference):
            raise QuestionError(f"The reference of {name!r} breaks its own property: {broken}")
        return replace(paper, blame=self._blame(proven))

    def _blame(self, paper: Paper) -> dict[str, str]:
        """Return the wrong answer behind each finding of a property, its values being all right."""
        blame: dict[str, str] = {}
        for message, wrong in self.mistakes.items():
            outcomes = [case.mistakes[message] for case in paper.cases]
            pairs = zip(outcomes, paper.cases, strict=True)
            if all(_gives(paper, outcome, case.expected) for outcome, case in pairs):
                for finding in broken_properties(paper, wrong):
                    blame.setdefault(finding, message)
        return blame


def _holds_foreign(value: Any) -> bool:
    return '{"foreign":' in to_text(value)


def _gives(paper: Paper, outcome: Outcome, expected: Any) -> bool:
    return not outcome.raised and paper.compare.equal(expected, outcome.value)

"""What must hold over several calls: a small vocabulary of properties.

A property only asks, and looks at what comes back. So the same property runs
in the learner's own kernel and in an examination, and is stored with the
public cases as its name and settings.
"""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from rnncourse.checks.calls import Ask, Inputs, Outcome
from rnncourse.checks.compare import Comparison
from rnncourse.errors import QuestionError

KINDS: dict[str, type["Property"]] = {}


@dataclass(frozen=True)
class Property(ABC):
    """Something that must hold over several calls of one function.

    Subclasses say what they are in `title`, and in `broken` ask and return a
    message, or None where the property holds.
    """

    cost: ClassVar[float] = 1.0
    """The share of a question's points that is lost where the property is broken."""
    costly: ClassVar[bool] = False
    """Whether the references are held to it only when the exercise is built."""

    def __init_subclass__(cls) -> None:
        KINDS[cls.__name__] = cls

    @abstractmethod
    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words.

        Args:
            items: What to call the items of the result, if it is a tuple.
        """

    @abstractmethod
    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Return how the property is broken, or None where it holds.

        Args:
            ask: Calls the function; what it raises never comes back here.
            inputs: Arguments to start from.
            compare: The question's comparison.
            rng: Source of randomness.
        """

    def to_tree(self) -> dict[str, Any]:
        """Return the property as its name and settings."""
        return {"name": type(self).__name__, **asdict(self)}


def property_from_tree(tree: dict[str, Any]) -> Property:
    """Return the property that `Property.to_tree` described."""
    settings = dict(tree)
    name = settings.pop("name")
    if name not in KINDS:
        raise QuestionError(
            f"The property {name!r} is unknown here. Are the cases newer than rnncourse? Update it."
        )
    return KINDS[name](**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})


@dataclass(frozen=True)
class InputsUntouched(Property):
    """The arguments are the same after a call as before it."""

    cost: ClassVar[float] = 0.5

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return "leaves its arguments as they were"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Ask once, and look at the arguments."""
        changed = ask(inputs).changed
        if not changed:
            return None
        names = " and ".join(f"`{name}`" for name in changed)
        return (
            f"{names} {'was' if len(changed) == 1 else 'were'} changed in place: "
            "what the caller has is not what it was. "
            "Write `a = a + b` where you wrote `a += b`, or work on a copy."
        )


@dataclass(frozen=True)
class BatchIndependent(Property):
    """The instances of a batch do not see each other.

    Some of them, in another order, get the same results as among all.

    Args:
        arguments: Names of the arguments whose first axis is the batch.
    """

    arguments: tuple[str, ...]

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return "each instance of the batch is on its own"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Ask for the last instance alone, and for all but the first in reverse order."""
        batch = len(inputs[self.arguments[0]])
        among_all = ask(inputs)
        for some in (np.array([batch - 1]), np.arange(batch)[:0:-1]):
            fewer = inputs | {name: inputs[name][some] for name in self.arguments}
            expected = _rows(among_all.value, batch, some)
            difference = compare.difference(expected, ask(fewer).value) if some.size else None
            if difference is not None and "shape" in difference.reason:
                return f"With a batch of {len(some)}, {difference.reason} Keep the batch axis."
            if difference is not None:
                return (
                    "Instances of one batch influence each other: among others, they get other "
                    "results. Is there a sum or a mean over axis 0?"
                )
        return None


@dataclass(frozen=True)
class IndependentOf(Property):
    """A result does not depend on some argument.

    Args:
        argument: Name of the argument that must not matter.
        zeros: Names of arguments that are set to zero for the trial.
        item: Which item of a tuple to look at; None for the whole result.
    """

    argument: str
    zeros: tuple[str, ...] = ()
    item: int | None = None

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        given = f" where {' and '.join(self.zeros)} is 0" if self.zeros else ""
        return f"{_name(self.item, items)} does not depend on {self.argument}{given}"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Change the argument, and look whether the result changes."""
        base = inputs | {name: np.zeros_like(inputs[name]) for name in self.zeros}
        one, other = (
            _item(ask(case), self.item) for case in (base, _changed(base, self.argument, rng))
        )
        return None if _same(compare, one, other) else f"Changing `{self.argument}` changed it."


@dataclass(frozen=True)
class DependsOn(Property):
    """A result depends on some argument.

    Args:
        argument: Name of the argument that must matter.
        item: Which item of a tuple to look at; None for the whole result.
    """

    argument: str
    item: int | None = None

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return f"{_name(self.item, items)} depends on {self.argument}"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Change the argument, and look whether the result stays."""
        cases = (inputs, _changed(inputs, self.argument, rng))
        one, other = (_item(ask(case), self.item) for case in cases)
        return (
            f"Changing `{self.argument}` changed nothing." if _same(compare, one, other) else None
        )


def _changed(inputs: Inputs, argument: str, rng: np.random.Generator) -> Inputs:
    array = inputs[argument]
    return inputs | {argument: array + rng.uniform(0.5, 1.0, size=array.shape).astype(array.dtype)}


def _same(compare: Comparison, one: Outcome, other: Outcome) -> bool:
    return compare.equal(one.value, other.value)


def _item(outcome: Outcome, item: int | None) -> Outcome:
    if item is None or not isinstance(outcome.value, list | tuple) or item >= len(outcome.value):
        return outcome
    return replace(outcome, value=outcome.value[item])


def _name(item: int | None, items: tuple[str, ...]) -> str:
    if item is None:
        return "the result"
    return items[item] if item < len(items) else f"item {item} of the result"


def _rows(value: Any, batch: int, some: np.ndarray) -> Any:
    """Return the rows `some` of every array whose first axis is the batch."""
    if isinstance(value, np.ndarray) and value.ndim and len(value) == batch:
        return value[some]
    if isinstance(value, list | tuple):
        return type(value)(_rows(item, batch, some) for item in value)
    return value

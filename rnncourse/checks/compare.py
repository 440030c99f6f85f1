"""Is an answer the expected one, and if not, where do they part?"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnncourse.checks.values import Foreign, describe
from rnncourse.errors import QuestionError

COMPARISONS: dict[str, type["Comparison"]] = {}


@dataclass(frozen=True)
class Difference:
    """How an answer differs from what was expected.

    Args:
        reason: What is wrong and the likely fix; gives no expected number away.
        detail: The numbers, for cases that the learner may see.
    """

    reason: str
    detail: str = ""


class Comparison(ABC):
    """When an answer counts as the expected one. Subclasses are frozen dataclasses."""

    def __init_subclass__(cls) -> None:
        COMPARISONS[cls.__name__] = cls

    @abstractmethod
    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return how `received` differs from `expected`, or None where it does not.

        Args:
            expected: The reference's answer.
            received: The learner's answer, which may be anything.
            name: What to call the answer in the message.
            items: What to call its items, if it is a tuple.
        """

    def equal(self, one: Any, other: Any) -> bool:
        """Return whether two answers count as the same."""
        return self.difference(one, other) is None

    def to_tree(self) -> dict[str, Any]:
        """Return the comparison as its name and settings."""
        return {"name": type(self).__name__, **vars(self)}


def comparison_from_tree(tree: dict[str, Any]) -> Comparison:
    """Return the comparison that `Comparison.to_tree` described."""
    settings = dict(tree)
    name = settings.pop("name")
    if name not in COMPARISONS:
        raise QuestionError(
            f"The comparison {name!r} is unknown here. "
            "Are the cases newer than rnncourse? Update it."
        )
    return COMPARISONS[name](**settings)


@dataclass(frozen=True)
class Close(Comparison):
    """Equality of values within a tolerance; types and shapes must be equal.

    Args:
        rtol: Relative tolerance. Stored cases have nine digits: not below 1e-8.
        atol: Absolute tolerance.
    """

    rtol: float = 1e-6
    atol: float = 1e-9

    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return how `received` differs from `expected`, or None where it does not."""
        if isinstance(expected, np.ndarray) and expected.ndim == 0:
            expected = expected.item()
        if received is None and expected is not None:
            return Difference(f"{name} is None. Does the function end without `return`?")
        if isinstance(expected, np.ndarray):
            return self._array_difference(expected, received, name)
        if isinstance(expected, list | tuple):
            names = tuple(f"`{item}`" for item in items)
            names = names or tuple(f"item {i} of {name}" for i in range(len(expected)))
            return self._items_difference(expected, received, name, names)
        if isinstance(expected, dict):
            return self._dict_difference(expected, received, name)
        return self._number_difference(expected, received, name)

    def _array_difference(
        self, expected: np.ndarray, received: Any, name: str
    ) -> Difference | None:
        if not isinstance(received, np.ndarray):
            return Difference(
                f"{name} is {describe(received)}, not a NumPy array. {_cure(received)}"
            )
        if received.shape != expected.shape:
            return Difference(
                f"{name} has shape {received.shape}, expected {expected.shape}."
                + _shape_hint(expected.shape, received.shape)
            )
        if received.dtype != expected.dtype:
            return Difference(
                f"{name} has dtype {received.dtype}, expected {expected.dtype}. "
                + _dtype_hint(expected.dtype, received.dtype)
            )
        return self._values_difference(expected, received, name)

    def _values_difference(
        self, expected: np.ndarray, received: np.ndarray, name: str
    ) -> Difference | None:
        wrong = ~self._close(expected, received)
        if not wrong.any():
            return None
        strange = ~np.isfinite(received) & np.isfinite(expected)
        if strange.any():
            return Difference(
                f"{name} holds NaN or infinity at {strange.sum()} of {received.size} places. "
                "Look for a division by zero or np.empty without values."
            )
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        return Difference(
            f"{name} is wrong at {wrong.sum()} of {received.size} places.",
            f"At {list(place)}: expected {_number(expected[place])}, "
            f"received {_number(received[place])}.",
        )

    def _items_difference(
        self,
        expected: list[Any] | tuple[Any, ...],
        received: Any,
        name: str,
        items: tuple[str, ...],
    ) -> Difference | None:
        if not isinstance(received, list | tuple) or len(received) != len(expected):
            wanted = f"a {type(expected).__name__} of {len(expected)}"
            if isinstance(expected, tuple):  # whose places have a meaning each
                wanted += f": {', '.join(items)}"
            return Difference(f"{name} is {describe(received)}; expected {wanted}.")
        found = {
            item: self.difference(one, other, item)
            for item, one, other in zip(items, expected, received, strict=True)
        }
        wrong = {item: difference for item, difference in found.items() if difference}
        if not wrong:
            return None
        if isinstance(expected, tuple) and self._reordered(expected, received):
            return Difference(f"The items are right, but in another order: {', '.join(items)}.")
        first = next(iter(wrong.values()))
        if isinstance(expected, tuple) and len(found) > 1:
            return replace(first, reason=f"{first.reason}{_standing(found)}")
        return first

    def _reordered(self, expected: tuple[Any, ...], received: Any) -> bool:
        """Return whether the received items are the expected ones, in whatever order."""
        places = [
            next((i for i, one in enumerate(expected) if self.difference(one, other) is None), -1)
            for other in received
        ]
        return sorted(places) == list(range(len(expected)))

    def _dict_difference(
        self, expected: dict[str, Any], received: Any, name: str
    ) -> Difference | None:
        if not isinstance(received, dict) or sorted(received) != sorted(expected):
            keys = ", ".join(sorted(expected))
            return Difference(f"{name} is {describe(received)}, expected a dict of {keys}.")
        for key, one in expected.items():
            if difference := self.difference(one, received[key], f"{key!r} of {name}"):
                return difference
        return None

    def _number_difference(self, expected: Any, received: Any, name: str) -> Difference | None:
        if isinstance(received, np.ndarray) and received.ndim == 0:
            received = received.item()
        if self._same_number(expected, received):
            return None
        tensor = isinstance(received, Foreign) and "Tensor" in received.type_name
        cure = " Make a plain number of it: float(…)." if tensor else ""
        return Difference(
            f"{name} is wrong: {describe(received)}.{cure}", f"Expected {describe(expected)}."
        )

    def _same_number(self, expected: Any, received: Any) -> bool:
        """Return whether two plain values are equal; True is no 1, and 1 is 1.0."""
        numbers = (int, float, complex)
        both = isinstance(expected, numbers) and isinstance(received, numbers)
        if not both or isinstance(expected, bool) or isinstance(received, bool):
            return type(expected) is type(received) and bool(expected == received)
        try:
            return bool(self._close(expected, received))
        except (OverflowError, TypeError):  # an integer that no float holds
            return bool(expected == received)

    def _close(self, expected: Any, received: Any) -> Any:
        if self.rtol == self.atol == 0:
            return (received == expected) | ((received != received) & (expected != expected))
        return np.isclose(received, expected, rtol=self.rtol, atol=self.atol, equal_nan=True)


EXACT = Close(0.0, 0.0)
"""No error is allowed: for integers, and for numbers with few digits."""


def _cure(received: Any) -> str:
    if isinstance(received, list | tuple):
        return (
            "Make one array of it with np.array or np.stack, of tensors with tf.stack; or return "
            "one item, not several."
        )
    cures = {
        "Tensor": "This question is NumPy: use np instead of tf, or return tensor.numpy().",
        "generator": "It uses `yield`: return one array.",
        "coroutine": "Write def, not async def.",
        "function": "Are parentheses missing after its name?",
        "dtype object": "Its rows have different lengths, or it holds what is no number.",
    }
    name = received.type_name if isinstance(received, Foreign) else ""
    return next((cure for part, cure in cures.items() if part in name), "Look at the return line.")


def _standing(found: dict[str, Difference | None]) -> str:
    """Return which items are right, and which are wrong, too."""
    right = ", ".join(item for item, difference in found.items() if not difference)
    others = ", ".join([item for item, difference in found.items() if difference][1:])
    return (f" Wrong, too: {others}." if others else "") + (f" Right: {right}." if right else "")


def _dtype_hint(expected: np.dtype, received: np.dtype) -> str:
    if expected.kind == "b":
        return "Return a comparison, or make the array with dtype=bool."
    if expected.kind == "f" and received.kind in "iu":
        return "Whole numbers came back: is there an integer dtype, an astype(int) or a `//`?"
    hint = "Let the dtype follow from the inputs: no astype, no dtype=, no rounding."
    if (str(expected), str(received)) == ("float64", "float32"):
        hint += ' A layer or cell of Keras computes in float32 unless it gets dtype="float64".'
    return hint


def _number(value: Any) -> str:
    return str(value) if isinstance(value, np.bool) else f"{value:.6g}"


def _shape_hint(expected: tuple[int, ...], received: tuple[int, ...]) -> str:
    if received == expected[::-1]:
        return " It looks transposed."
    if sorted(received) == sorted(expected):
        return " The axes are in another order."
    if len(received) < len(expected):
        return " An axis was lost: a sum, a mean or an index too many?"
    if len(received) > len(expected):
        return " There is an axis too many: a slice where an index belongs, or a missing sum?"
    differing = [axis for axis in range(len(expected)) if expected[axis] != received[axis]]
    if len(differing) > 1:
        return " Print the shape of each factor: which product gives this size?"
    axis = differing[0]
    few = received[axis] < expected[axis]
    return f" Axis {axis} is too {'short' if few else 'long'}: where should it begin and end?"

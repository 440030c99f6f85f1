"""How much memory an answer takes: measured where the function lives.

The number is the word of the learner's own kernel, so it may cost at most half of a
question; see `cost` in `rnncourse.checks.properties`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnncourse.checks.adapters import adapter
from rnncourse.checks.calls import Ask, Inputs
from rnncourse.checks.compare import Close, Comparison, Difference
from rnncourse.checks.properties import Property


@adapter
def measurable(function: Callable[..., Any], numbers: Any, bits: int, measure: bool = False) -> Any:
    """Call `function`; if asked to, return the bytes that it took at its peak instead."""
    if not measure:
        return function(numbers, bits)
    import tracemalloc

    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        function(numbers, bits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not tracing:
            tracemalloc.stop()
    return peak - before


@dataclass(frozen=True)
class Frugal(Property):
    """A data set of bit strings is made without taking much more memory than it has.

    The peak is measured where the function lives, with `through="measurable"`.

    Args:
        most: Bytes for each string of 20 bits.
    """

    cost: ClassVar[float] = 0.5
    strings: ClassVar[int] = 2048

    most: float

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return f"it takes at most {self.most:g} bytes for each string of 20 bits"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Ask for many strings, and for the memory that they took."""
        numbers = rng.integers(2**20, size=self.strings)
        asked = inputs | {"numbers": numbers, "bits": 20, "measure": True}
        each = ask(asked).value / self.strings
        if each <= self.most:
            return None
        # In classes: the number itself differs from one Python to the next.
        at_least = next(size for size in (500, 120, self.most) if each > size)
        return (
            f"At its peak it takes more than {at_least:g} bytes for each of {self.strings} strings "
            "of 20 bits. Which arrays or lists are there at the same time, and how many bytes does "
            "each digit take in them?"
        )


@dataclass(frozen=True)
class SmallIntegers(Close):
    """Equality of arrays of `uint8`; what has another type is told how to get that one."""

    rtol: float = 0.0
    atol: float = 0.0

    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return how `received` differs from `expected`, or None where it does not."""
        found = super().difference(expected, received, name, items)
        if found is None or " has dtype " not in found.reason:
            return found
        types, _, _ = found.reason.partition(". ")
        return Difference(f"{types}. Write dtype=np.uint8 where the array is made or summed.")

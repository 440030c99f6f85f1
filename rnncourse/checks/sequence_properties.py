"""What must hold over several calls with sequences: a vocabulary of properties, continued."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncourse.checks.calls import Ask, Inputs
from rnncourse.checks.compare import Comparison
from rnncourse.checks.properties import Property


@dataclass(frozen=True)
class IgnoresPadding(Property):
    """What stands at masked steps does not matter, as long as it is finite.

    Args:
        argument: Name of the argument that has padding; its first axes are the mask's.
        mask: Name of the argument that is True at valid steps.
    """

    argument: str
    mask: str

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return f"the padding of {self.argument} changes nothing"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Write rubbish into the padding, and look whether the result changes."""
        rubbish = inputs[self.argument].copy()
        padding = rubbish[~inputs[self.mask]]
        rubbish[~inputs[self.mask]] = rng.uniform(50, 100, size=padding.shape)
        changed = ask(inputs | {self.argument: rubbish})
        if compare.equal(ask(inputs).value, changed.value):
            return None
        return (
            f"Other numbers in the padding of `{self.argument}` change the result. "
            f"Where `{self.mask}` is False, nothing may be read."
        )


@dataclass(frozen=True)
class LinearIn(Property):
    """The result is linear in one argument: that of a sum is the sum of the results.

    Args:
        argument: Name of the argument.
    """

    argument: str

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return f"the result is linear in {self.argument}"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Ask for `a`, for `b` and for `a − 3 b`."""
        a = inputs[self.argument]
        b = rng.normal(size=a.shape).astype(a.dtype)
        of_a, of_b, of_both = (
            ask(inputs | {self.argument: value}).value for value in (a, b, a - 3 * b)
        )
        if compare.equal(_combined(of_a, of_b), of_both):
            return None
        return (
            f"With `{self.argument}` = a − 3 b, the result is not that of a minus 3 times that "
            f"of b. Each term must hold `{self.argument}`, or what came of it, exactly once."
        )


@dataclass(frozen=True)
class SplitsAnywhere(Property):
    """Two parts of a sequence, one after the other, give what the whole gives.

    The function returns the outputs of all steps, of which the last is the
    state; or the pair of the outputs and the last state.

    Args:
        sequence: Name of the argument with the sequence; its second axis is time.
        state: Name of the argument with the state to start from.
    """

    sequence: str
    state: str

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return f"{self.sequence} in two parts, with the state carried, gives the same as in one"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Split at a random step, and go on from the first part's last state."""
        x = inputs[self.sequence]
        at = int(rng.integers(1, x.shape[1]))
        whole, whole_state = _run(ask(inputs).value)
        first, state = _run(ask(inputs | {self.sequence: x[:, :at]}).value)
        second, last = _run(ask(inputs | {self.sequence: x[:, at:], self.state: state}).value)
        both = np.concatenate([first, second], axis=1)
        if compare.equal(whole, both) and compare.equal(whole_state, last):
            return None
        return (
            f"Steps 0 to {at - 1}, then the others from the state that those left, give another "
            f"result than all {x.shape[1]} steps at once. Is `{self.state}` used, and the last "
            "state the one after the last step?"
        )


def _combined(one: Any, other: Any) -> Any:
    """Return `one − 3 other`, item by item."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return type(one)(_combined(a, b) for a, b in zip(one, other, strict=True))
    return one - 3 * other


def _run(value: Any) -> tuple[Any, Any]:
    """Return the outputs and the last state of a run."""
    return (value[0], value[1]) if isinstance(value, list | tuple) else (value, value[:, -1])

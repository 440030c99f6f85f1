"""Layers with weights set by hand, compared by what they do.

Many weights make the same layer: its units may stand in any order, and be larger
or smaller if their outgoing weights make up for it. So both layers read the same
stream, and their outputs are compared. Weights that must equal given numbers
belong to `rnncourse.checks.compare`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnncourse.checks.compare import Comparison, Difference
from rnncourse.checks.values import describe
from rnncourse.errors import QuestionError

Values = NDArray[np.float64]
Layer = tuple[Values, Values, Values, Values]
"""Kernel, recurrent kernel, bias and output kernel."""

ACTIVATIONS: dict[str, Callable[[Values], Values]] = {
    "linear": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
}
PARTS = ("kernel", "recurrent_kernel", "bias", "output_kernel")
STEPS = 100
MOST_UNITS = 64
"""A larger layer is refused before it runs."""


@dataclass(frozen=True)
class SameLayer(Comparison):
    """Two layers are the same if they give the same outputs, whatever their weights.

    A layer is a tuple of kernel (1, units), recurrent kernel (units, units), bias (units,)
    and output kernel (units, 1): `h_t = φ(x_t W + h_{t-1} U + b)` and `y_t = h_t V`. It may
    have as many units as the expected one, and starts at zero. Whole numbers pass for floats.

    Starting at zero is enough for a linear layer without a unit to spare, such as a delay
    line: some stream leads to each of its states, so what holds after every stream holds
    from every state.

    Args:
        activation: φ, "linear" or "relu".
        bits: Whether the stream holds 0 and 1; else whole numbers, all different.
    """

    activation: str = "linear"
    bits: bool = False

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise QuestionError(
                f"`activation` must be one of {known}. Received: {self.activation!r}."
            )

    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return how the layer `received` differs from `expected`, or None where it does not."""
        names = items or PARTS
        units = len(expected[2])
        if complaint := _complaint(received, name, names) or _too_large(received, units, names):
            return Difference(complaint)
        return self._probed(expected, received) or self._streamed(expected, received)

    def equal(self, one: Any, other: Any) -> bool:
        """Return whether two layers do the same, or are none for the same reason."""
        complaints = [_complaint(layer, "", PARTS) for layer in (one, other)]
        if any(complaints):
            return complaints[0] == complaints[1]
        return bool(_close(self._run(one, self._stream()), self._run(other, self._stream())).all())

    def _probed(self, expected: Layer, received: Layer) -> Difference | None:
        """Compare on a stream that a person can follow: ones, or a one and then zeros."""
        stream = np.ones(STEPS)
        if not self.bits:
            stream[1:] = 0
        wanted, given = self._run(expected, stream), self._run(received, stream)
        wrong = np.flatnonzero(~_close(wanted, given))
        if not wrong.size:
            return None
        seen = int(wrong[0]) + 1
        fed = "ones" if self.bits else "a single 1 at step 0"
        return Difference(
            f"Fed with {fed}, the layer answers {_listed(given[:seen])}: "
            f"step {wrong[0]} is wrong.{self._hint(given)}",
            f"Expected {_listed(wanted[:seen])}.",
        )

    def _hint(self, given: Values) -> str:
        """Return what a wrong answer to the probe looks like, or ""."""
        if not np.isfinite(given).all():
            return " It grows beyond all numbers later."
        if not given.any():
            return " It never says anything but 0."
        if self.bits:
            return ""
        answers = np.flatnonzero(given)
        if len(answers) == 1:
            steps = "1 step" if answers[0] == 1 else f"{answers[0]} steps"
            factor = given[answers[0]]
            multiplied = "" if factor == 1 else f", and multiplies by {factor:.6g}"
            return f" It delays by {steps}{multiplied}."
        return f" One input comes out {len(answers)} times, or a bias adds to it."

    def _streamed(self, expected: Layer, received: Layer) -> Difference | None:
        stream = self._stream()
        wanted, given = self._run(expected, stream), self._run(received, stream)
        wrong = np.flatnonzero(~_close(wanted, given))
        if not wrong.size:
            return None
        t = wrong[0]
        return Difference(
            f"On a random stream of {STEPS} steps, the outputs are wrong at {wrong.size} of them, "
            f"for the first time at step {t}.",
            f"There: expected {wanted[t]:.6g}, received {given[t]:.6g}.",
        )

    def _stream(self) -> Values:
        rng = np.random.default_rng(0)
        if self.bits:
            return rng.integers(2, size=STEPS).astype(float)
        return rng.permutation(np.arange(1.0, STEPS + 1)) * rng.choice([-1, 1], size=STEPS)

    def _run(self, layer: Layer, stream: Values) -> Values:
        """Return the outputs of a layer, shape `(timesteps,)`; too large a number is infinite."""
        kernel, recurrent_kernel, bias, output_kernel = (part.astype(float) for part in layer)
        activation = ACTIVATIONS[self.activation]
        h, states = np.zeros(len(bias)), np.zeros((len(stream), len(bias)))
        with np.errstate(all="ignore"):
            projected = stream[:, np.newaxis] * kernel + bias
            for t in range(len(stream)):
                states[t] = h = activation(projected[t] + h @ recurrent_kernel)
            return (states @ output_kernel)[:, 0]


def missing_parts(layer: Any, name: str, names: tuple[str, ...]) -> str:
    """Return why something is no tuple of the parts of a layer, or "".

    Args:
        layer: What was returned, which may be anything.
        name: What to call it in the message.
        names: What to call the parts, one name for each.
    """
    if layer is None:
        return f"{name} is None. Does the function end without `return`?"
    if not isinstance(layer, list | tuple) or len(layer) != len(names):
        wanted = ", ".join(f"`{part}`" for part in names)
        return f"{name} is {describe(layer)}; expected a tuple of {len(names)}: {wanted}."
    return ""


def _complaint(layer: Any, name: str, names: tuple[str, ...]) -> str:
    """Return why something is no layer, with the likely fix, or ""."""
    if missing := missing_parts(layer, name, names):
        return missing
    for part, array in zip(names, layer, strict=True):
        if not isinstance(array, np.ndarray):
            return f"`{part}` is {describe(array)}, not a NumPy array. Write np.array(…)."
        if array.dtype.kind not in "biuf":
            return f"`{part}` has dtype {array.dtype}, expected real numbers."
    return _misfit(layer, names) or _not_finite(layer, names)


def _misfit(layer: Any, names: tuple[str, ...]) -> str:
    """Return which array has the wrong shape; the square recurrent kernel says how many units."""
    square = layer[1].shape
    if len(square) != 2 or square[0] != square[1] or not square[0]:
        return f"`{names[1]}` has shape {square}, expected (units, units), with 1 unit at least."
    units = square[0]
    if units > MOST_UNITS:
        return f"`{names[1]}` has shape {square}: more than {MOST_UNITS} units are not tried."
    if layer[2].shape == (units, 1) and layer[3].shape == (units,):
        return f"`{names[2]}` and `{names[3]}` are exchanged: the order is {', '.join(names)}."
    shapes = ((1, units), square, (units,), (units, 1))
    for part, array, shape in zip(names, layer, shapes, strict=True):
        if array.shape != shape:
            return (
                f"`{part}` has shape {array.shape}, expected {shape}, as `{names[1]}` has "
                f"{square}.{_shape_hint(array.shape, shape)}"
            )
    return ""


def _shape_hint(received: tuple[int, ...], expected: tuple[int, ...]) -> str:
    if received == expected[::-1]:
        return " It looks transposed."
    if len(received) == 1 and np.prod(received) == np.prod(expected):
        return f" Write .reshape{expected} after it, or double brackets."
    if len(received) > len(expected) and np.prod(received) == np.prod(expected):
        return " It has an axis too many: write single brackets."
    return ""


def _not_finite(layer: Any, names: tuple[str, ...]) -> str:
    for part, array in zip(names, layer, strict=True):
        if not np.isfinite(array).all():
            return f"`{part}` holds NaN or infinity. Is it np.empty without values?"
    return ""


def _too_large(layer: Layer, units: int, names: tuple[str, ...]) -> str:
    given = len(layer[2])
    if given <= units:
        return ""
    return f"`{names[2]}` and the others are for {given} units, at most {units} are allowed here."


def _close(one: Values, other: Values) -> NDArray[np.bool_]:
    return np.isclose(one, other, rtol=1e-6, atol=1e-6, equal_nan=True)


def _listed(values: Values) -> str:
    """Return the last few of some numbers as text."""
    shown = ", ".join(f"{value:.6g}" for value in values[-12:])
    return f"…, {shown}" if len(values) > 12 else shown

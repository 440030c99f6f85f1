"""An LSTM with weights set by hand that counts ones: compared by what it shows.

Many weights count, so the LSTM is run, and a wrong one is called by the one repair that
makes it right: with the forget gate held open, say. Simple layers with weights set by
hand belong to `rnncourse.checks.layers`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnncourse.cells import LSTMWeights, lstm_gates
from rnncourse.cells.weights import require_shape
from rnncourse.checks.adapters import adapter
from rnncourse.checks.compare import Comparison, Difference
from rnncourse.checks.layers import missing_parts
from rnncourse.checks.values import describe, from_text, to_text
from rnncourse.errors import ShapeError

Values = NDArray[np.float32]
PARTS = ("kernel", "recurrent_kernel", "bias", "output_kernel")
MOST_UNITS = 64
"""A larger LSTM is refused before it runs."""
OTHER_ORDERS = ("icfo", "ifoc", "fico", "fioc", "cifo")
"""Orders of the blocks in other programs and papers; Keras has i, f, c, o."""


@dataclass(frozen=True)
class Counter:
    """An LSTM with a readout, and what a repair changes in its steps.

    Args:
        weights: Weights of the LSTM.
        output_kernel: Shape `(units, 1)`.
        remembers: Whether the forget gate is held open.
        shows: Whether the output gate is held open.
        ignores: Whether what comes in at a zero is left out.
        straight: Whether `c` is shown as it is, without tanh.
    """

    weights: LSTMWeights
    output_kernel: Values
    remembers: bool = False
    shows: bool = False
    ignores: bool = False
    straight: bool = False

    def run(self, x: Values) -> Values:
        """Return what is shown at each step, shape `(batch, timesteps)`, for bits −1 and 1."""
        shown = np.empty_like(x)
        h: Any = np.zeros((len(x), self.weights.units), np.float32)
        c = h
        projected = x[..., np.newaxis] * self.weights.kernel[0] + self.weights.bias
        for t in range(x.shape[1]):
            i, f, candidate, o = lstm_gates(projected[:, t], h, self.weights)
            entering = np.where(self.ignores & (x[:, t : t + 1] < 0), 0, i * candidate)
            c = (c if self.remembers else f * c) + entering
            bent = c if self.straight else np.tanh(c)
            h = bent if self.shows else o * bent
            shown[:, t] = (h @ self.output_kernel)[:, 0]
        return shown


@dataclass(frozen=True)
class CountsOnes(Comparison):
    """An LSTM is right if it shows how many ones it has read, after each step.

    An answer is the pair of its weights and of the length that was asked for, as the adapter
    `with_length` gives it. The weights are kernel (1, 4·units), recurrent kernel
    (units, 4·units) and bias (4·units,) in Keras's order i, f, c, o, and output kernel
    (units, 1). The bits are −1 and 1. It runs in float32, and what it shows is rounded.
    """

    @np.errstate(all="ignore")
    def difference(
        self,
        expected: Any,
        received: Any,
        name: str = "the result",
        items: tuple[str, ...] = (),
    ) -> Difference | None:
        """Return at which step the LSTM `received` is wrong first, or None if it never is."""
        layer, length = _layer(received), expected[1]
        if complaint := _complaint(layer, name, items or PARTS):
            return Difference(complaint)
        counter = _counter(layer)
        for fed, x in _streams(length).items():
            shown, counts = counter.run(x), _counts(x)
            wrong = np.flatnonzero(~_right(shown, counts))
            if wrong.size:
                t = int(wrong[0])
                return Difference(
                    f"Asked for a length of {length} and fed with {fed}, it shows "
                    f"{_listed(shown[0, : t + 1])}: step {t} is wrong.{_gates_as_text(counter)}",
                    f"Expected {_listed(counts[0, : t + 1])}.",
                )
        return None

    def equal(self, one: Any, other: Any) -> bool:
        """Return whether two answers are right, or wrong in the same way."""
        length = one[1] if isinstance(one, tuple) and len(one) == 2 else 0
        return _fault(to_text(_layer(one)), length) == _fault(to_text(_layer(other)), length)


@adapter
def with_length(function: Callable[[int], Any], length: int) -> tuple[Any, int]:
    """Call `function`, and return the length beside its answer: the comparison needs both."""
    return function(length), length


def _layer(answer: Any) -> Any:
    return answer[0] if isinstance(answer, tuple) and len(answer) == 2 else None


def _complaint(layer: Any, name: str, names: tuple[str, ...]) -> str:
    """Return why something is no LSTM with a readout, or ""."""
    if missing := missing_parts(layer, name, names):
        return missing
    for part, array in zip(names, layer, strict=True):
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            return f"`{part}` is {describe(array)}, not a NumPy array of numbers."
        if array.size > 4 * MOST_UNITS**2:
            return f"`{part}` has shape {array.shape}: more than {MOST_UNITS} units are not tried."
        if not np.isfinite(array).all():
            return f"`{part}` holds NaN or infinity. Is it np.empty without values?"
    return _misfit(layer)


def _misfit(layer: Any) -> str:
    kernel, recurrent_kernel, bias, output_kernel = layer
    if kernel.ndim == 1:
        return "`kernel` is a vector: its shape is (1, 4·units), a row in double brackets."
    try:
        weights = LSTMWeights(kernel, recurrent_kernel, bias)
        require_shape("kernel", kernel, (1, 4 * weights.units))
        require_shape("output_kernel", output_kernel, (weights.units, 1))
    except ShapeError as error:
        return str(error)
    return ""


def _counter(layer: Any) -> Counter:
    *weights, output_kernel = (part.astype(np.float32) for part in layer)
    return Counter(LSTMWeights(*weights), output_kernel)


def _streams(length: int) -> dict[str, Values]:
    """Return what the LSTM is fed with, by name, each of shape `(1, timesteps)`."""
    half = length // 2
    ones, zeros = np.ones(length - half), -np.ones(half)
    streams = {
        "ones": np.ones(length),
        "ones and zeros in turn": np.resize([1, -1], length),
        "zeros, then ones": np.concatenate([zeros, ones]),
        "ones, then zeros": np.concatenate([ones, zeros]),
        "random bits": np.random.default_rng(0).choice([-1, 1], size=length),
    }
    return {name: x[np.newaxis].astype(np.float32) for name, x in streams.items()}


def _counts(x: Values) -> Values:
    return np.cumsum(x > 0, axis=1).astype(np.float32)


def _right(shown: Values, counts: Values) -> NDArray[np.bool_]:
    return np.abs(shown - counts) < 0.5


def _listed(values: Values) -> str:
    """Return the last few of some numbers as text."""
    shown = ", ".join(f"{value:.4g}" for value in values[-6:])
    return f"…, {shown}" if len(values) > 6 else shown


# What is wrong with it --------------------------------------------------------------------


def _gates(counter: Counter) -> dict[str, tuple[float, ...]]:
    """Return i, f, candidate and o of unit 0 at a first one, and at a first zero."""
    weights = counter.weights
    x, h = np.array([[1.0], [-1.0]]), np.zeros((2, weights.units))
    parts = lstm_gates(x * weights.kernel + weights.bias, h, weights)
    one, zero = (tuple(float(part[row, 0]) for part in parts) for row in (0, 1))
    return {"one": one, "zero": zero}


def _gates_as_text(counter: Counter) -> str:
    names = ("i", "f", "candidate", "o")
    values = {
        bit: ", ".join(f"{name} {value:.3g}" for name, value in zip(names, gates, strict=True))
        for bit, gates in _gates(counter).items()
    }
    return f" Unit 0 has at a first one {values['one']}, and at a first zero {values['zero']}."


@lru_cache(maxsize=100)
@np.errstate(all="ignore")
def _fault(text: str, length: int) -> str:
    """Return what is wrong with a layer, in a word, or "" where it counts right."""
    layer = from_text(text)
    if complaint := _complaint(layer, "", PARTS):
        return complaint
    counter, x = _counter(layer), np.concatenate(list(_streams(length).values()))
    counts, shown = _counts(x), counter.run(x)
    if _right(shown, counts).all():
        return ""
    if not shown.any() and not any(parts[2] for parts in _gates(counter).values()):
        return "no candidate"
    for fault, repaired in _repairs(counter, shown[0, 0]):
        if _right(repaired.run(x), counts).all():
            return fault
    return f"it shows {np.round(shown, 3).tolist()}"


def _repairs(counter: Counter, first: float) -> Iterator[tuple[str, Counter]]:
    """Yield faults, each with the repair that mends just that; `first` is what a one shows."""
    weights = counter.weights
    (i1, f1, new1, o1), (i0, f0, new0, o0) = _gates(counter).values()
    one, zero = i1 * new1, i0 * new0  # what each adds to c
    step = "whole numbers" if one > 0.5 else "large step"
    forgets = "a little" if min(f1, f0) > 0.9 else "at a one" if f0 > 0.9 else "always"
    yield f"forgets {forgets}", replace(counter, remembers=True)
    yield "shows at times" if abs(o1 - o0) > 0.1 else "does not show", replace(counter, shows=True)
    counted = "steps" if zero > 0.9 * one else "difference" if zero < -0.9 * one else "some zeros"
    yield counted, replace(counter, ignores=True)
    yield step, replace(counter, straight=True)
    still = replace(weights, recurrent_kernel=np.zeros_like(weights.recurrent_kernel))
    yield "hears itself", replace(counter, weights=still)
    yield "zeros", replace(counter, weights=replace(weights, kernel=-weights.kernel))
    if 0.1 < i1 < 0.999 and np.isclose(first, i1, rtol=1e-3):
        read = counter.output_kernel / np.float32(first)
        yield "half open", replace(counter, ignores=True, output_kernel=read)
    yield from _scaled(counter, first, one)
    for order in OTHER_ORDERS:
        fault = "input and forget gate" if order == "fico" else "order"
        yield fault, replace(counter, weights=_from_order(order, weights))
    yield f"{counted}, {step}", replace(counter, ignores=True, straight=True)


def _scaled(counter: Counter, first: float, one: float) -> Iterator[tuple[str, Counter]]:
    """Yield repairs of the readout, alone and together with a `c` that is shown straight."""
    if not first or not np.isfinite(first) or not one:
        return
    plain = np.isin(counter.output_kernel, (0, 1)).all()
    fault = "unscaled" if plain else "loud" if first > 1 else "quiet"
    yield fault, replace(counter, output_kernel=counter.output_kernel / np.float32(first))
    unbent = np.float32(first * one / np.tanh(one))  # what a one would show without tanh
    fault = "saturated" if one > 0.5 else "large step"
    read = counter.output_kernel / unbent
    yield fault, replace(counter, output_kernel=read, straight=True)


def _from_order(order: str, weights: LSTMWeights) -> LSTMWeights:
    """Return weights whose blocks stand in another order, in Keras's order."""

    def moved(part: Values) -> Values:
        blocks = dict(zip(order, np.split(part, 4, axis=-1), strict=True))
        return np.concatenate([blocks[name] for name in "ifco"], axis=-1)

    return LSTMWeights(*map(moved, weights))

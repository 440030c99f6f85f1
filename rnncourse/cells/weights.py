"""The weights of a layer: three arrays that travel together, with their shapes checked.

What a layer computes with them is in `rnncourse.cells.steps`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import ShapeError

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]
State = Array | tuple[Array, Array]
"""h alone, or the h and c of an LSTM."""


@dataclass(frozen=True, eq=False)
class Weights:
    """What the weights of the three layers have in common.

    Iterating gives the arrays in Keras's order: `LSTMWeights(*layer.get_weights())` copies
    them from a layer, and `layer.set_weights(list(weights))` to one.

    Raises:
        ShapeError: If the three shapes disagree.

    >>> weights = RNNWeights(np.ones((3, 5)), np.ones((5, 5)), np.ones(5))
    >>> [array.shape for array in weights]
    [(3, 5), (5, 5), (5,)]
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array

    blocks: ClassVar[int] = 1
    """How many blocks of `units` columns a kernel has."""

    def __post_init__(self) -> None:
        shape = np.shape(self.kernel)
        if len(shape) != 2 or 0 in shape or shape[1] % self.blocks:
            columns = "units" if self.blocks == 1 else f"{self.blocks}·units"
            hint = " Is it a vector? Use kernel[:, np.newaxis]." if len(shape) == 1 else ""
            raise ShapeError(
                f"`kernel` must have shape (features, {columns}). Received: {shape}.{hint}"
            )
        require_shape("recurrent_kernel", self.recurrent_kernel, (self.units, shape[1]))
        require_shape("bias", self.bias, self._bias_shape())

    def __iter__(self) -> Iterator[Array]:
        yield from (self.kernel, self.recurrent_kernel, self.bias)

    @property
    def features(self) -> int:
        """Number of input features."""
        return self.kernel.shape[0]

    @property
    def units(self) -> int:
        """Number of neurons in the layer."""
        return self.kernel.shape[1] // self.blocks

    @property
    def input_bias(self) -> Array:
        """What is added to the inputs' part, shape `(blocks·units,)`."""
        return self.bias

    def state_shape(self, batch: int) -> tuple[int, ...]:
        """Return the shape of a batch's state."""
        return (batch, self.units)

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.kernel.shape[1],)


class RNNWeights(Weights):
    """Weights of a simple recurrent layer.

    Args:
        kernel: Input weights, shape `(features, units)`.
        recurrent_kernel: State weights, shape `(units, units)`.
        bias: Bias, shape `(units,)`.
    """


class LSTMWeights(Weights):
    """Weights of an LSTM, in blocks: input gate, forget gate, candidate, output gate.

    Args:
        kernel: Input weights, shape `(features, 4·units)`.
        recurrent_kernel: State weights, shape `(units, 4·units)`.
        bias: Bias, shape `(4·units,)`.
    """

    blocks = 4

    def state_shape(self, batch: int) -> tuple[int, ...]:
        """Return the shape of a batch's state: h and c together."""
        return (2, batch, self.units)


class GRUWeights(Weights):
    """Weights of a GRU, in blocks: update gate, reset gate, candidate.

    Args:
        kernel: Input weights, shape `(features, 3·units)`.
        recurrent_kernel: State weights, shape `(units, 3·units)`.
        bias: Shape `(2, 3·units)` in Keras's usual form, one row for the inputs and one for
            the state, which is reset after its product with the recurrent kernel.
            Shape `(3·units,)` in the paper's form, which resets the state before.
    """

    blocks = 3

    @property
    def reset_after(self) -> bool:
        """Whether the state is reset after the product with the recurrent kernel."""
        return np.ndim(self.bias) == 2

    @property
    def input_bias(self) -> Array:
        """What is added to the inputs' part, shape `(3·units,)`."""
        return self.bias[0] if self.reset_after else self.bias

    def _bias_shape(self) -> tuple[int, ...]:
        columns = self.kernel.shape[1]
        return (2, columns) if self.reset_after else (columns,)


W = TypeVar("W", bound=Weights)


def require_shape(name: str, array: ArrayLike, shape: tuple[int, ...]) -> None:
    """Raise unless an array has the shape that it must have.

    Args:
        name: What the caller calls the array.
        array: The array, of any shape.
        shape: The shape that it must have.

    Raises:
        ShapeError: If it has another shape.

    >>> require_shape("h", np.zeros((4, 5)), (4, 5))
    """
    if np.shape(array) != shape:
        raise ShapeError(f"`{name}` must have shape {shape}. Received: {np.shape(array)}.")

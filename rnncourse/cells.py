"""NumPy cells: recurrent layers as functions on dataclass weights, for one step or a sequence.

Names, orientation and shapes are those of Keras: `kernel` is `(features, units)`,
inputs are `(batch, timesteps, features)`, states `(batch, units)`. The kernels of an
LSTM hold four such blocks side by side (i, f, c, o), those of a GRU three (z, r, h).
Backward passes live in `rnncourse.bptt`, layouts and masks in `rnncourse.sequences`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError

Array = NDArray[np.floating]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Weights:
    """What the weights of all three layers have in common.

    Iterating gives the arrays in the order of Keras, so that
    `LSTMWeights(*layer.get_weights())` and `layer.set_weights(list(weights))` copy them.

    Args:
        kernel: Input weights, shape `(features, blocks·units)`.
        recurrent_kernel: State weights, shape `(units, blocks·units)`.
        bias: Bias, shape `(blocks·units,)`.

    Raises:
        ShapeError: If the three shapes disagree.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array

    blocks: ClassVar[int] = 1

    def __post_init__(self) -> None:
        shape = np.shape(self.kernel)
        if len(shape) != 2 or 0 in shape or shape[1] % self.blocks:
            columns = "units" if self.blocks == 1 else f"{self.blocks}·units"
            hint = " Is it a vector? Use kernel[:, np.newaxis]." if len(shape) == 1 else ""
            raise ShapeError(
                f"`kernel` must have shape (features, {columns}). Received: {shape}.{hint}"
            )
        _require("recurrent_kernel", self.recurrent_kernel, (self.units, shape[1]))
        _require("bias", self.bias, (*np.shape(self.bias)[:-1][:0], shape[1]))

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

"""NumPy cells: one step of a recurrent layer, as a function on dataclass weights.

Names, orientation and shapes are those of Keras: `kernel` is
`(features, units)`, inputs are `(batch, features)`, states `(batch, units)`.
Backward passes live in `rnncourse.bptt`, data in `rnncourse.datasets`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import ShapeError

Array = NDArray[np.floating]


@dataclass(frozen=True)
class RNNWeights:
    """Weights of a simple recurrent layer.

    Args:
        kernel: Input weights, shape `(features, units)`.
        recurrent_kernel: State weights, shape `(units, units)`.
        bias: Bias, shape `(units,)`.

    Raises:
        ShapeError: If the three shapes disagree.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array

    def __post_init__(self) -> None:
        if np.ndim(self.kernel) != 2:
            raise ShapeError(
                "`kernel` must have shape (features, units). "
                f"Received: {np.shape(self.kernel)}. Is it a vector? Use kernel[:, np.newaxis]."
            )
        _require("recurrent_kernel", self.recurrent_kernel, (self.units, self.units))
        _require("bias", self.bias, (self.units,))

    @property
    def features(self) -> int:
        """Number of input features."""
        return self.kernel.shape[0]

    @property
    def units(self) -> int:
        """Number of neurons in the layer."""
        return self.kernel.shape[1]


def init_rnn(features: int, units: int, rng: np.random.Generator) -> RNNWeights:
    """Return fresh weights, drawn as Keras draws them.

    The kernel is Glorot uniform, the recurrent kernel orthogonal, the bias zero.

    Args:
        features: Number of input features.
        units: Number of neurons.
        rng: Source of randomness.

    Returns:
        The weights, in float64.

    Source: Glorot & Bengio (2010), equation 16; Saxe et al. (2014).

    >>> init_rnn(3, 5, np.random.default_rng(0)).recurrent_kernel.shape
    (5, 5)
    """
    limit = np.sqrt(6 / (features + units))
    kernel = rng.uniform(-limit, limit, size=(features, units))
    q, r = np.linalg.qr(rng.normal(size=(units, units)))
    return RNNWeights(kernel, q * np.sign(np.diag(r)), np.zeros(units))


def rnn_step(x: ArrayLike, h: ArrayLike, weights: RNNWeights) -> Array:
    """Return the next state of a simple recurrent layer: tanh(x·W + h·U + b).

    Args:
        x: Inputs at one step, shape `(batch, features)`.
        h: Previous state, shape `(batch, units)`.
        weights: Weights of the layer.

    Returns:
        The next state, shape `(batch, units)`. The output of the layer is its state.

    Raises:
        ShapeError: If `x` or `h` does not fit the weights, or their batches differ.

    Source: Elman (1990).

    >>> weights = init_rnn(3, 5, np.random.default_rng(0))
    >>> rnn_step(np.ones((4, 3)), np.zeros((4, 5)), weights).shape
    (4, 5)
    """
    x, h = np.asarray(x), np.asarray(h)
    if x.ndim != 2 or x.shape[1] != weights.features:
        transposed = x.ndim == 2 and x.shape[0] == weights.features
        hint = " Did you pass (features, batch)? Transpose it." if transposed else ""
        raise ShapeError(
            f"`x` must have shape (batch, {weights.features}). Received: {x.shape}.{hint}"
        )
    _require("h", h, (x.shape[0], weights.units))
    return np.tanh(x @ weights.kernel + h @ weights.recurrent_kernel + weights.bias)


def _require(name: str, array: ArrayLike, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise ShapeError(f"`{name}` must have shape {shape}. Received: {np.shape(array)}.")

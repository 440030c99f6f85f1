"""One step of a layer: the equations of the simple recurrent cell, the LSTM and the GRU.

A `*_step` takes the inputs of one step, checks them and returns the next state. A `*_gates`
and a `*_update` take the inputs' part of the sums ready-made (`x·W + b`), because a sequence
gets it for all its steps in one matrix product: see `rnncourse.cells.unrolling`.
"""

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.cells.fitting import fitting_step
from rnncourse.cells.weights import Array, GRUWeights, LSTMWeights, RNNWeights, State


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

    >>> from rnncourse.cells import init_rnn
    >>> weights = init_rnn(3, 5, np.random.default_rng(0))
    >>> rnn_step(np.ones((4, 3)), np.zeros((4, 5)), weights).shape
    (4, 5)
    """
    x, h = fitting_step(x, weights, h=h)
    return np.tanh(x @ weights.kernel + h @ weights.recurrent_kernel + weights.bias)


def rnn_update(projected: Array, h: Array, weights: RNNWeights) -> Array:
    """Return the next state from `projected`, which is x·W + b; see `rnn_step`."""
    return np.tanh(projected + h @ weights.recurrent_kernel)


def lstm_step(
    x: ArrayLike, h: ArrayLike, c: ArrayLike, weights: LSTMWeights
) -> tuple[Array, Array]:
    """Return the next state and cell state of an LSTM.

    Args:
        x: Inputs at one step, shape `(batch, features)`.
        h: Previous state, shape `(batch, units)`.
        c: Previous cell state, shape `(batch, units)`.
        weights: Weights of the layer.

    Returns:
        The next h and c, each of shape `(batch, units)`. The output of the layer is h.

    Raises:
        ShapeError: If `x`, `h` or `c` does not fit the weights, or their batches differ.

    Source: Hochreiter & Schmidhuber (1997); Gers et al. (2000) for the forget gate.

    >>> from rnncourse.cells import init_lstm
    >>> weights = init_lstm(3, 5, np.random.default_rng(0))
    >>> h, c = lstm_step(np.ones((4, 3)), np.zeros((4, 5)), np.zeros((4, 5)), weights)
    >>> h.shape, c.shape
    ((4, 5), (4, 5))
    """
    x, h, c = fitting_step(x, weights, h=h, c=c)
    return lstm_update(x @ weights.kernel + weights.bias, (h, c), weights)


def lstm_update(projected: Array, state: State, weights: LSTMWeights) -> tuple[Array, Array]:
    """Return the next h and c from `projected`, which is x·W + b; see `lstm_step`."""
    h, c = state
    i, f, candidate, o = lstm_gates(projected, h, weights)
    c = f * c + i * candidate
    h = o * np.tanh(c)
    return h, c


def lstm_gates(
    projected: Array, h: Array, weights: LSTMWeights
) -> tuple[Array, Array, Array, Array]:
    """Return input gate, forget gate, candidate and output gate of an LSTM.

    Args:
        projected: The inputs' part x·W + b, shape `(..., 4·units)`: one step or many.
        h: Previous states, shape `(..., units)`.
        weights: Weights of the layer.

    Returns:
        i, f, the candidate for c, and o, each of shape `(..., units)`.

    Source: Gers et al. (2000).

    >>> from rnncourse.cells import init_lstm
    >>> weights = init_lstm(3, 5, np.random.default_rng(0))
    >>> i, f, candidate, o = lstm_gates(np.zeros((4, 20)) + weights.bias, np.zeros((4, 5)), weights)
    >>> bool((f > i).all())
    True
    """
    i, f, candidate, o = blocks(projected + h @ weights.recurrent_kernel, 4)
    return sigmoid(i), sigmoid(f), np.tanh(candidate), sigmoid(o)


def gru_step(x: ArrayLike, h: ArrayLike, weights: GRUWeights) -> Array:
    """Return the next state of a GRU.

    Args:
        x: Inputs at one step, shape `(batch, features)`.
        h: Previous state, shape `(batch, units)`.
        weights: Weights of the layer; their bias says which of its two forms.

    Returns:
        The next state, shape `(batch, units)`. The output of the layer is its state.

    Raises:
        ShapeError: If `x` or `h` does not fit the weights, or their batches differ.

    Source: Cho et al. (2014), equations 5 to 8.

    >>> from rnncourse.cells import init_gru
    >>> weights = init_gru(3, 5, np.random.default_rng(0))
    >>> gru_step(np.ones((4, 3)), np.zeros((4, 5)), weights).shape
    (4, 5)
    """
    x, h = fitting_step(x, weights, h=h)
    return gru_update(x @ weights.kernel + weights.input_bias, h, weights)


def gru_update(projected: Array, h: Array, weights: GRUWeights) -> Array:
    """Return the next state from `projected`, which is x·W + b; see `gru_step`."""
    z, _, candidate = gru_gates(projected, h, weights)
    return z * h + (1 - z) * candidate


def gru_gates(projected: Array, h: Array, weights: GRUWeights) -> tuple[Array, Array, Array]:
    """Return update gate, reset gate and candidate of a GRU.

    Args:
        projected: The inputs' part x·W + b, shape `(..., 3·units)`: one step or many.
        h: Previous states, shape `(..., units)`.
        weights: Weights of the layer; their bias says which of its two forms.

    Returns:
        z, r and the candidate for h, each of shape `(..., units)`.

    Source: Cho et al. (2014), equations 5, 6 and 8; the form with `reset_after` as in Keras.

    >>> from rnncourse.cells import init_gru
    >>> z, r, candidate = gru_gates(
    ...     np.zeros((4, 15)), np.zeros((4, 5)), init_gru(3, 5, np.random.default_rng(0))
    ... )
    >>> float(z[0, 0]), float(r[0, 0]), float(candidate[0, 0])
    (0.5, 0.5, 0.0)
    """
    x_z, x_r, x_h = blocks(projected, 3)
    if weights.reset_after:
        h_z, h_r, h_h = blocks(h @ weights.recurrent_kernel + weights.bias[1], 3)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        return z, r, np.tanh(x_h + r * h_h)
    U_z, U_r, U_h = blocks(weights.recurrent_kernel, 3)
    z, r = sigmoid(x_z + h @ U_z), sigmoid(x_r + h @ U_r)
    return z, r, np.tanh(x_h + (r * h) @ U_h)


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), without overflow for any z.

    Args:
        z: Numbers, any shape.

    Returns:
        Numbers from 0 to 1, of the same shape and precision.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return 0.5 * (1 + np.tanh(0.5 * z))  # tanh is this curve at twice the scale


def blocks(array: Array, count: int) -> list[Array]:
    """Return the blocks of equally many columns that an array holds side by side, as views.

    >>> [block.shape for block in blocks(np.zeros((4, 15)), 3)]
    [(4, 5), (4, 5), (4, 5)]
    """
    width = array.shape[-1] // count
    return [array[..., k * width : (k + 1) * width] for k in range(count)]

"""Fresh weights, drawn as Keras draws them; other distributions belong to their chapters."""

import numpy as np

from rnncourse.cells.weights import Array, GRUWeights, LSTMWeights, RNNWeights


def init_rnn(features: int, units: int, rng: np.random.Generator) -> RNNWeights:
    """Return fresh weights of a simple recurrent layer.

    Args:
        features: Number of input features.
        units: Number of neurons.
        rng: Source of randomness.

    Returns:
        Weights in float64. The kernel is Glorot's, the recurrent kernel orthogonal, the bias zero.

    >>> init_rnn(3, 5, np.random.default_rng(0)).recurrent_kernel.shape
    (5, 5)
    """
    kernel = glorot_uniform(features, units, rng)
    return RNNWeights(kernel, orthogonal(units, units, rng), np.zeros(units))


def init_lstm(features: int, units: int, rng: np.random.Generator) -> LSTMWeights:
    """Return fresh weights of an LSTM, with a forget bias of one.

    Args:
        features: Number of input features.
        units: Number of neurons.
        rng: Source of randomness.

    Returns:
        The weights, in float64. The forget gate starts open, so the cell starts by remembering.

    Source: Gers et al. (2000), the bias of the forget gate; its value as in Keras.

    >>> init_lstm(3, 2, np.random.default_rng(0)).bias
    array([0., 0., 1., 1., 0., 0., 0., 0.])
    """
    kernel = glorot_uniform(features, 4 * units, rng)
    bias = np.repeat([0.0, 1.0, 0.0, 0.0], units)  # i, f, c, o
    return LSTMWeights(kernel, orthogonal(units, 4 * units, rng), bias)


def init_gru(
    features: int, units: int, rng: np.random.Generator, *, reset_after: bool = True
) -> GRUWeights:
    """Return fresh weights of a GRU.

    Args:
        features: Number of input features.
        units: Number of neurons.
        rng: Source of randomness.
        reset_after: True for Keras's usual form, False for that of the paper.

    Returns:
        The weights, in float64; the shape of their bias says which form they are for.

    >>> init_gru(3, 5, np.random.default_rng(0)).bias.shape
    (2, 15)
    """
    kernel = glorot_uniform(features, 3 * units, rng)
    bias = np.zeros((2, 3 * units) if reset_after else 3 * units)
    return GRUWeights(kernel, orthogonal(units, 3 * units, rng), bias)


def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Return a matrix that keeps the variance of signals and gradients about the same.

    Args:
        rows: Number of inputs.
        columns: Number of outputs.
        rng: Source of randomness.

    Returns:
        Uniform numbers within ±√(6 / (rows + columns)), shape `(rows, columns)`.

    Source: Glorot & Bengio (2010), equation 16.

    >>> bool(np.abs(glorot_uniform(2, 4, np.random.default_rng(0))).max() <= 1)
    True
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, size=(rows, columns))


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Return a matrix whose rows are orthonormal, or its columns where they are fewer.

    Args:
        rows: Number of rows.
        columns: Number of columns.
        rng: Source of randomness.

    Returns:
        The matrix, shape `(rows, columns)`. A square one keeps the length of every vector.

    Source: Saxe et al. (2014).

    >>> Q = orthogonal(3, 5, np.random.default_rng(0))
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # else the signs would be QR's choice, not chance's
    return q if rows >= columns else q.T

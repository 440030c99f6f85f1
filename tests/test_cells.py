"""The recurrent cell, against its equations and against Keras."""

import numpy as np
import pytest

from rnncourse.cells import RNNWeights, init_rnn, rnn_step
from rnncourse.errors import ShapeError

SIZES = [(1, 1, 1), (4, 3, 5), (2, 7, 3)]


def inputs(batch, features, units, seed=0):
    """Return x, h and weights with all parts non-zero."""
    rng = np.random.default_rng(seed)
    weights = RNNWeights(
        rng.normal(size=(features, units)), rng.normal(size=(units, units)), rng.normal(size=units)
    )
    return rng.normal(size=(batch, features)), rng.normal(size=(batch, units)), weights


def test_rnn_step_linspace_values():
    """The result is the equation's, element by element, summed in plain Python."""
    x, h = np.linspace(-1, 1, 6).reshape(2, 3), np.linspace(0, 1, 4).reshape(2, 2)
    weights = RNNWeights(
        np.linspace(-1, 1, 6).reshape(3, 2), np.linspace(-1, 1, 4).reshape(2, 2), np.array([0.5, 0])
    )
    result = rnn_step(x, h, weights)
    for i in range(2):
        for j in range(2):
            total = weights.bias[j]
            total += sum(x[i, k] * weights.kernel[k, j] for k in range(3))
            total += sum(h[i, k] * weights.recurrent_kernel[k, j] for k in range(2))
            assert result[i, j] == pytest.approx(np.tanh(total), rel=1e-14)


def test_rnn_step_without_recurrence_is_a_dense_layer():
    """With a zero recurrent kernel the previous state has no influence."""
    x, h, weights = inputs(4, 3, 5)
    dense = RNNWeights(weights.kernel, np.zeros((5, 5)), weights.bias)
    expected = np.tanh(x @ weights.kernel + weights.bias)
    np.testing.assert_allclose(rnn_step(x, h, dense), expected, rtol=1e-14)


def test_rnn_step_permutes_with_its_batch():
    """Instances of a batch do not see each other."""
    x, h, weights = inputs(4, 3, 5)
    order = [2, 0, 3, 1]
    permuted = rnn_step(x[order], h[order], weights)
    np.testing.assert_allclose(permuted, rnn_step(x, h, weights)[order], rtol=1e-14)


def test_rnn_step_leaves_its_inputs():
    """Nothing is changed in place."""
    x, h, weights = inputs(4, 3, 5)
    before = [a.copy() for a in (x, h, weights.kernel, weights.recurrent_kernel, weights.bias)]
    rnn_step(x, h, weights)
    after = (x, h, weights.kernel, weights.recurrent_kernel, weights.bias)
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.tensorflow
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 1e-5)])
def test_rnn_step_equals_keras(sizes, dtype, rtol):
    """A Keras cell with the same weights gives the same state."""
    import keras

    x, h, weights = inputs(*sizes)
    parts = [weights.kernel, weights.recurrent_kernel, weights.bias]
    parts = [part.astype(dtype) for part in parts]
    cell = keras.layers.SimpleRNNCell(sizes[2], dtype=dtype)
    cell.build((None, sizes[1]))
    cell.set_weights(parts)
    expected = cell(x.astype(dtype), [h.astype(dtype)])[0]
    result = rnn_step(x.astype(dtype), h.astype(dtype), RNNWeights(*parts))
    assert result.dtype == dtype
    np.testing.assert_allclose(result, expected, rtol=rtol, atol=rtol)


def test_init_rnn_draws_as_keras_draws():
    """The recurrent kernel is orthogonal, the kernel inside Glorot's limit, the bias zero."""
    weights = init_rnn(30, 50, np.random.default_rng(1))
    identity = weights.recurrent_kernel @ weights.recurrent_kernel.T
    np.testing.assert_allclose(identity, np.eye(50), atol=1e-12)
    limit = np.sqrt(6 / 80)
    assert 0.99 * limit < np.abs(weights.kernel).max() <= limit
    assert not weights.bias.any()


def test_init_rnn_follows_its_generator():
    """Equal generators give equal weights, and the next draw differs."""
    one, other = (init_rnn(3, 5, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.recurrent_kernel, other.recurrent_kernel)
    rng = np.random.default_rng(7)
    assert not np.array_equal(init_rnn(3, 5, rng).kernel, init_rnn(3, 5, rng).kernel)


@pytest.mark.parametrize(
    ("x_shape", "h_shape", "said"),
    [
        ((3, 4), (4, 5), r"`x` must have shape \(batch, 3\). Received: \(3, 4\). .* Transpose it"),
        ((4, 2), (4, 5), r"`x` must have shape \(batch, 3\). Received: \(4, 2\)"),
        ((3,), (4, 5), r"`x` must have shape"),
        ((4, 3), (2, 5), r"`h` must have shape \(4, 5\). Received: \(2, 5\)"),
        ((4, 3), (5,), r"`h` must have shape \(4, 5\). Received: \(5,\)"),
    ],
)
def test_rnn_step_names_the_wrong_shape(x_shape, h_shape, said):
    """The error names the argument, what was expected and what came."""
    weights = init_rnn(3, 5, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=said):
        rnn_step(np.ones(x_shape), np.ones(h_shape), weights)


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (((3,), (5, 5), (5,)), "`kernel` must have shape"),
        (((3, 5), (3, 5), (5,)), "`recurrent_kernel` must have shape"),
        (((3, 5), (5, 5), (1, 5)), "`bias` must have shape"),
    ],
)
def test_weights_must_agree(shapes, said):
    """Weights whose shapes disagree are refused when they are made, not when they are used."""
    with pytest.raises(ShapeError, match=said):
        RNNWeights(*(np.ones(shape) for shape in shapes))

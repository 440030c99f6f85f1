"""The recurrent cells, against their equations and against Keras."""

import numpy as np
import pytest

from rnncourse.cells import (
    GRUWeights,
    LSTMWeights,
    RNNWeights,
    forward,
    gru_step,
    init_gru,
    init_lstm,
    init_rnn,
    lstm_step,
    orthogonal,
    rnn_step,
    sigmoid,
    unroll,
)
from rnncourse.errors import DataError, ShapeError

SIZES = [(1, 1, 1), (4, 3, 5), (2, 7, 3)]
SEQUENCES = [(1, 1, 1, 1), (4, 2, 3, 5), (3, 30, 2, 16)]
"""Batch, timesteps, features and units of whole sequences."""
CELLS = ["rnn", "lstm", "gru", "gru of the paper"]
MASKS = ["none", "full", "right", "left", "gaps", "an empty row"]
PRECISIONS = [("float64", 1e-12), ("float32", 1e-5)]


def inputs(batch, features, units, seed=0):
    """Return x, h and weights with all parts non-zero."""
    rng = np.random.default_rng(seed)
    weights = RNNWeights(
        rng.normal(size=(features, units)), rng.normal(size=(units, units)), rng.normal(size=units)
    )
    return rng.normal(size=(batch, features)), rng.normal(size=(batch, units)), weights


def weights_of(cell, features, units, rng, dtype="float64"):
    """Return weights with all parts non-zero, biases included."""
    kinds = {"rnn": RNNWeights, "lstm": LSTMWeights}
    kind = kinds.get(cell, GRUWeights)
    columns = kind.blocks * units
    bias = (2, columns) if cell == "gru" else columns
    parts = [rng.normal(size=size) for size in [(features, columns), (units, columns), bias]]
    return kind(*((part / np.sqrt(units)).astype(dtype) for part in parts))


def state_of(weights, batch, rng):
    """Return a state with all parts non-zero, in the precision of the weights."""
    return rng.normal(size=weights.state_shape(batch)).astype(weights.kernel.dtype)


def mask_of(kind, batch, timesteps, rng):
    """Return a mask of a kind in `MASKS`, True at one step of each row at least, or None."""
    steps, lengths = np.arange(timesteps), rng.integers(1, timesteps + 1, size=(batch, 1))
    mask = {
        "full": np.ones((batch, timesteps), bool),
        "right": steps < lengths,
        "left": steps >= timesteps - lengths,
        "gaps": (rng.random((batch, timesteps)) < 0.5) | (steps == lengths - 1),
        "an empty row": np.arange(batch)[:, np.newaxis] + 0 * steps > 0,
    }
    return mask.get(kind)


def step(x, state, weights):
    """Return the next state of any cell by its public step."""
    if isinstance(weights, LSTMWeights):
        return np.stack(lstm_step(x, *state, weights))
    return (gru_step if isinstance(weights, GRUWeights) else rnn_step)(x, state, weights)


def keras_layer(weights):
    """Return a Keras layer with copies of the weights."""
    import keras

    options = {"dtype": str(weights.kernel.dtype), "return_sequences": True}
    options |= {"return_state": True, "zero_output_for_mask": True}
    if isinstance(weights, GRUWeights):
        layer = keras.layers.GRU(weights.units, reset_after=weights.reset_after, **options)
    else:
        kind = keras.layers.LSTM if weights.blocks == 4 else keras.layers.SimpleRNN
        layer = kind(weights.units, **options)
    layer.build((None, None, weights.features))
    layer.set_weights(list(weights))
    return layer


def keras_unroll(layer, x, *, state=None, mask=None):
    """Return outputs and final state of a Keras layer, in the shapes of `unroll`."""
    if state is not None:
        state = [*state] if state.ndim == 3 else [state]
    outputs, *final = layer(x, initial_state=state, mask=mask)
    return np.asarray(outputs), np.asarray(final) if len(final) == 2 else np.asarray(final[0])


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


@pytest.mark.parametrize("kind", [RNNWeights, LSTMWeights, GRUWeights])
def test_weights_of_every_cell_must_agree(kind):
    """Each kind of weights knows how many columns its parts have."""
    columns = kind.blocks * 5
    kind(np.ones((3, columns)), np.ones((5, columns)), np.ones(columns))
    with pytest.raises(ShapeError, match=r"`recurrent_kernel` must have shape \(5, "):
        kind(np.ones((3, columns)), np.ones((columns, columns + 1)), np.ones(columns))
    with pytest.raises(ShapeError, match="`bias` must have shape"):
        kind(np.ones((3, columns)), np.ones((5, columns)), np.ones((3, columns)))


def test_weights_need_whole_blocks():
    """A kernel that cannot be cut into gates is refused, with the number of gates."""
    with pytest.raises(ShapeError, match=r"\(features, 4·units\). Received: \(3, 10\)"):
        LSTMWeights(np.ones((3, 10)), np.ones((5, 10)), np.ones(10))


def test_weights_iterate_in_the_order_of_keras():
    """Kernel, recurrent kernel and bias: what `get_weights` gives and `set_weights` takes."""
    weights = init_gru(3, 5, np.random.default_rng(0))
    again = GRUWeights(*weights)
    assert again.kernel is weights.kernel
    assert again.recurrent_kernel is weights.recurrent_kernel
    assert again.bias is weights.bias


@pytest.mark.parametrize("size", [(5, 5), (3, 7), (7, 3)])
def test_orthogonal_is_orthonormal_along_its_short_side(size):
    """Rows or columns have length one and right angles."""
    Q = orthogonal(*size, np.random.default_rng(2))
    assert Q.shape == size
    product = Q @ Q.T if size[0] <= size[1] else Q.T @ Q
    np.testing.assert_allclose(product, np.eye(min(size)), atol=1e-14)


def test_init_lstm_opens_the_forget_gate():
    """The forget gate's block of the bias is one, the others zero; the kernels are Keras's."""
    weights = init_lstm(30, 50, np.random.default_rng(1))
    np.testing.assert_array_equal(weights.bias.reshape(4, 50).sum(axis=1), [0, 50, 0, 0])
    identity = weights.recurrent_kernel @ weights.recurrent_kernel.T
    np.testing.assert_allclose(identity, np.eye(50), atol=1e-12)
    limit = np.sqrt(6 / (30 + 200))
    assert 0.99 * limit < np.abs(weights.kernel).max() <= limit


@pytest.mark.parametrize(("reset_after", "shape"), [(True, (2, 15)), (False, (15,))])
def test_init_gru_gives_the_form_that_was_asked_for(reset_after, shape):
    """The shape of the bias says which form of the GRU the weights are for."""
    weights = init_gru(3, 5, np.random.default_rng(0), reset_after=reset_after)
    assert weights.bias.shape == shape
    assert weights.reset_after is reset_after


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_is_stable_and_keeps_precision(dtype):
    """No overflow far out, the right values near zero, no change of dtype."""
    far = sigmoid(np.array([-1e4, 0, 1e4], dtype))
    np.testing.assert_array_equal(far, [0, 0.5, 1])
    assert far.dtype == dtype
    near = np.linspace(-8, 8, 9)
    np.testing.assert_allclose(sigmoid(near), 1 / (1 + np.exp(-near)), rtol=1e-12)


def test_lstm_step_equations():
    """Gate by gate, in the order i, f, c, o, written out once more."""
    rng = np.random.default_rng(3)
    weights, x = weights_of("lstm", 3, 5, rng), rng.normal(size=(4, 3))
    h, c = rng.normal(size=(2, 4, 5))
    sums = x @ weights.kernel + h @ weights.recurrent_kernel + weights.bias
    i, f, o = (1 / (1 + np.exp(-sums[:, k : k + 5])) for k in (0, 5, 15))
    next_c = f * c + i * np.tanh(sums[:, 10:15])
    result = lstm_step(x, h, c, weights)
    np.testing.assert_allclose(result, (o * np.tanh(next_c), next_c), rtol=1e-13, atol=1e-15)


def test_lstm_step_with_an_open_forget_and_a_closed_input_gate_keeps_c():
    """Such a cell remembers for ever, whatever it reads."""
    weights = weights_of("lstm", 3, 5, np.random.default_rng(4))
    bias = np.repeat([-1000.0, 1000.0, 0.0, 0.0], 5)
    c = np.linspace(-2, 2, 20).reshape(4, 5)
    keeping = LSTMWeights(weights.kernel, weights.recurrent_kernel, bias)
    np.testing.assert_array_equal(lstm_step(np.ones((4, 3)), np.ones((4, 5)), c, keeping)[1], c)


@pytest.mark.parametrize("reset_after", [True, False])
def test_gru_step_equations(reset_after):
    """Update gate, reset gate and candidate, written out once more for both forms."""
    rng = np.random.default_rng(5)
    weights = weights_of("gru" if reset_after else "gru of the paper", 3, 5, rng)
    x, h = rng.normal(size=(4, 3)), rng.normal(size=(4, 5))
    W_z, W_r, W_h = np.split(weights.kernel, 3, axis=1)
    U_z, U_r, U_h = np.split(weights.recurrent_kernel, 3, axis=1)
    b, b_state = weights.bias if reset_after else (weights.bias, np.zeros(15))
    b_z, b_r, _ = np.split(b + b_state, 3)
    z = 1 / (1 + np.exp(-(x @ W_z + h @ U_z + b_z)))
    r = 1 / (1 + np.exp(-(x @ W_r + h @ U_r + b_r)))
    reset = r * (h @ U_h + b_state[10:]) if reset_after else (r * h) @ U_h
    candidate = np.tanh(x @ W_h + b[10:] + reset)
    expected = z * h + (1 - z) * candidate
    np.testing.assert_allclose(gru_step(x, h, weights), expected, rtol=1e-13, atol=1e-15)


def test_lstm_step_and_gru_step_name_the_wrong_shape():
    """The error names the argument that does not fit."""
    rng = np.random.default_rng(0)
    x, h = np.ones((4, 3)), np.ones((4, 5))
    with pytest.raises(ShapeError, match=r"`c` must have shape \(4, 5\). Received: \(2, 5\)"):
        lstm_step(x, h, np.ones((2, 5)), init_lstm(3, 5, rng))
    with pytest.raises(ShapeError, match=r"`h` must have shape \(4, 5\). Received: \(4, 6\)"):
        gru_step(x, np.ones((4, 6)), init_gru(3, 5, rng))


@pytest.mark.parametrize("sizes", SEQUENCES)
@pytest.mark.parametrize("cell", CELLS)
def test_unroll_is_step_after_step(cell, sizes):
    """The outputs are the states of the public step, one after another."""
    batch, timesteps, features, units = sizes
    rng = np.random.default_rng(6)
    weights = weights_of(cell, features, units, rng)
    x, state = rng.normal(size=(batch, timesteps, features)), state_of(weights, batch, rng)
    outputs, final = unroll(x, weights, state=state)
    assert outputs.shape == (batch, timesteps, units)
    for t in range(timesteps):
        state = step(x[:, t], state, weights)
        h = state[0] if cell == "lstm" else state
        np.testing.assert_allclose(outputs[:, t], h, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(final, state, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_unroll_splits_at_any_step(cell):
    """A sequence in two parts gives what it gives whole, if the state is carried."""
    rng = np.random.default_rng(7)
    weights, x = weights_of(cell, 3, 5, rng), rng.normal(size=(4, 6, 3))
    whole, final = unroll(x, weights)
    first, state = unroll(x[:, :2], weights)
    second, last = unroll(x[:, 2:], weights, state=state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)
    np.testing.assert_allclose(last, final, rtol=1e-12)


@pytest.mark.parametrize("kind", MASKS[1:])
@pytest.mark.parametrize("cell", CELLS)
def test_unroll_skips_masked_steps(cell, kind):
    """Each row gives what its valid steps alone give, and zero where it has none."""
    rng = np.random.default_rng(8)
    weights, x = weights_of(cell, 3, 5, rng), rng.normal(size=(4, 7, 3))
    state, mask = state_of(weights, 4, rng), mask_of(kind, 4, 7, rng)
    outputs, final = unroll(x, weights, state=state, mask=mask)
    assert not outputs[~mask].any()
    for b in range(4):
        row = slice(b, b + 1)
        if not mask[b].any():
            np.testing.assert_array_equal(final[..., row, :], state[..., row, :])
            continue
        alone, last = unroll(x[row, mask[b]], weights, state=state[..., row, :])
        np.testing.assert_allclose(outputs[row, mask[b]], alone, rtol=1e-12)
        np.testing.assert_allclose(final[..., row, :], last, rtol=1e-12)


@pytest.mark.parametrize("rubbish", [1e300, np.nan, -np.inf])
@pytest.mark.parametrize("cell", CELLS)
def test_unroll_never_sees_the_padding(cell, rubbish):
    """Whatever stands at a masked step, the result is the same to the last bit."""
    rng = np.random.default_rng(9)
    weights, x, mask = (
        weights_of(cell, 3, 5, rng),
        rng.normal(size=(4, 7, 3)),
        np.ones((4, 7), bool),
    )
    mask[1, 3:] = mask[2, 0] = False
    spoiled = np.where(mask[..., np.newaxis], x, rubbish)
    for one, other in zip(
        unroll(x, weights, mask=mask), unroll(spoiled, weights, mask=mask), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cell", CELLS)
def test_unroll_leaves_its_inputs(cell):
    """Nothing is changed in place, and nothing that comes back shares memory with the inputs."""
    rng = np.random.default_rng(10)
    weights, x = weights_of(cell, 3, 5, rng), rng.normal(size=(4, 2, 3))
    state, mask = state_of(weights, 4, rng), mask_of("gaps", 4, 2, rng)
    given = [x, state, mask, *weights]
    before = [array.copy() for array in given]
    results = unroll(x, weights, state=state, mask=mask)
    assert all(np.array_equal(one, other) for one, other in zip(before, given, strict=True))
    assert not any(np.shares_memory(result, array) for result in results for array in given)


def test_unroll_takes_h_and_c_as_a_pair():
    """What a step of the LSTM gives goes in as the state, as a tuple or as an array."""
    rng = np.random.default_rng(11)
    weights, x, (h, c) = weights_of("lstm", 3, 5, rng), np.ones((4, 2, 3)), np.ones((2, 4, 5))
    pair, array = (unroll(x, weights, state=state)[0] for state in [(h, c), np.stack([h, c])])
    np.testing.assert_array_equal(pair, array)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_unroll_keeps_precision(cell, dtype):
    """float32 stays float32 throughout; pixels and tokens as integers follow the weights."""
    rng = np.random.default_rng(12)
    weights = weights_of(cell, 3, 5, rng, dtype)
    x, mask = np.ones((4, 2, 3), dtype), mask_of("right", 4, 2, rng)
    for result in (*unroll(x, weights), *unroll(x, weights, mask=mask)):
        assert result.dtype == dtype
    assert unroll(np.ones((4, 2, 3), np.uint8), weights)[0].dtype == dtype
    assert forward(x, weights, state=state_of(weights, 4, rng)).states.dtype == dtype


@pytest.mark.tensorflow
@pytest.mark.parametrize("sizes", SEQUENCES)
@pytest.mark.parametrize(("dtype", "rtol"), PRECISIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_unroll_equals_keras(cell, dtype, rtol, sizes):
    """A Keras layer with the same weights gives the same, for all masks and initial states."""
    batch, timesteps, features, units = sizes
    rng = np.random.default_rng(13)
    weights = weights_of(cell, features, units, rng, dtype)
    x, layer = rng.normal(size=(batch, timesteps, features)).astype(dtype), keras_layer(weights)
    for kind in MASKS:
        mask = mask_of(kind, batch, timesteps, rng)
        for state in (None, state_of(weights, batch, rng)):
            results = unroll(x, weights, state=state, mask=mask)
            expected = keras_unroll(layer, x, state=state, mask=mask)
            for result, other in zip(results, expected, strict=True):
                assert result.dtype == dtype
                np.testing.assert_allclose(result, other, rtol=rtol, atol=rtol, err_msg=kind)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"x": np.ones((4, 3))}, ShapeError, r"`x` .* \(batch, timesteps, 3\).* x\[np.newaxis\]"),
        ({"x": np.ones((4, 2, 6))}, ShapeError, r"timesteps, 3\). Received: \(4, 2, 6\)"),
        ({"x": np.ones((0, 2, 3))}, DataError, r"an instance and a step at least.*\(0, 2, 3\)"),
        ({"x": np.ones((4, 0, 3))}, DataError, r"an instance and a step at least.*\(4, 0, 3\)"),
        ({"x": np.full((4, 2, 3), "a")}, DataError, "must hold real numbers. Received dtype: <U1"),
        ({"x": np.full((4, 2, 3), np.nan)}, DataError, "nan in instance 0, step 0, .* a mask"),
        ({"mask": np.ones((4, 2))}, DataError, "`mask` must be boolean.*mask_from_lengths"),
        ({"mask": np.ones((2, 4), bool)}, ShapeError, r"\(4, 2\), .* \(2, 4\). .* Transpose it"),
        ({"mask": np.ones((4, 7), bool)}, ShapeError, r"`mask` must have shape \(4, 2\)"),
        ({"state": np.ones((4, 5))}, ShapeError, r"`state` must have shape \(2, 4, 5\)"),
        ({"state": (np.ones((4, 5)), np.ones(5))}, ShapeError, r"\[\(4, 5\), \(5,\)\]"),
        ({"weights": [np.ones((3, 20))]}, DataError, "one of RNNWeights.*Received: list"),
    ],
)
def test_unroll_names_what_does_not_fit(options, error, said):
    """The error names the argument, what was expected, what came, and the likely fix."""
    weights = init_lstm(3, 5, np.random.default_rng(0))
    with pytest.raises(error, match=said):
        unroll(**{"x": np.ones((4, 2, 3)), "weights": weights} | options)


def test_unroll_says_where_the_input_is_not_finite():
    """One bad number is found again by instance, step and feature."""
    x = np.ones((4, 2, 3))
    x[2, 1, 0] = np.inf
    with pytest.raises(DataError, match="inf in instance 2, step 1, feature 0"):
        unroll(x, init_rnn(3, 5, np.random.default_rng(0)))

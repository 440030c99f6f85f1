"""Backpropagation through time, against finite differences and against TensorFlow."""

import numpy as np
import pytest

from rnncourse.bptt import (
    backward,
    clip_by_global_norm,
    forward,
    gradient_norms,
    jacobian_norms,
    numerical_gradient,
    truncated_windows,
)
from rnncourse.cells import RNNWeights, init_gru, init_lstm, init_rnn, orthogonal, unroll
from rnncourse.cells.unrolling import hidden
from rnncourse.errors import DataError, ShapeError
from tests.test_cells import CELLS, MASKS, keras_layer, mask_of, state_of, weights_of

BATCH, TIMESTEPS, FEATURES, UNITS = 2, 4, 3, 5


class Case:
    """A layer, a sequence, and a loss that is linear in the outputs and the final state."""

    def __init__(self, cell, kind="none", *, timesteps=TIMESTEPS, seed=0):
        rng = np.random.default_rng(seed)
        self.weights = weights_of(cell, FEATURES, UNITS, rng)
        self.x = rng.normal(size=(BATCH, timesteps, FEATURES))
        self.state = state_of(self.weights, BATCH, rng)
        self.mask = mask_of(kind, BATCH, timesteps, rng)
        self.d_outputs = rng.normal(size=(BATCH, timesteps, UNITS))
        self.d_state = rng.normal(size=self.state.shape)

    def arrays(self):
        """Return by name all arrays that a gradient is wanted for."""
        names = ["kernel", "recurrent_kernel", "bias"]
        return {"x": self.x, "state": self.state} | dict(zip(names, self.weights, strict=True))

    def loss(self, **changed):
        """Return the loss, with some of the arrays changed."""
        x, state, *parts = (self.arrays() | changed).values()
        outputs, final = unroll(x, type(self.weights)(*parts), state=state, mask=self.mask)
        return np.sum(outputs * self.d_outputs) + np.sum(final * self.d_state)

    def trace(self):
        """Return the trace of the forward pass."""
        return forward(self.x, self.weights, state=self.state, mask=self.mask)

    def gradients(self):
        """Return the gradients of the loss by name."""
        result = backward(self.d_outputs, self.trace(), d_state=self.d_state)
        arrays = [result.x, result.initial_state, *result.weights]
        return dict(zip(self.arrays(), arrays, strict=True))


def relative_error(one, other):
    """Return the length of the difference, as a share of the lengths of both."""
    return np.linalg.norm(one - other) / (np.linalg.norm(one) + np.linalg.norm(other))


@pytest.mark.parametrize("timesteps", [1, TIMESTEPS])
@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("cell", CELLS)
def test_backward_equals_finite_differences(cell, kind, timesteps):
    """Inputs, initial state, kernels and bias: all gradients are those of the forward pass."""
    case = Case(cell, kind, timesteps=timesteps)
    gradients = case.gradients()
    for name, array in case.arrays().items():
        expected = numerical_gradient(lambda a, n=name: case.loss(**{n: a}), array)
        assert gradients[name].shape == array.shape
        if expected.any():
            assert relative_error(gradients[name], expected) < 1e-7, name
        else:
            assert not gradients[name].any(), name


@pytest.mark.tensorflow
@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("cell", CELLS)
def test_backward_equals_gradient_tape(cell, kind):
    """TensorFlow finds the same gradients for a Keras layer with the same weights."""
    import tensorflow as tf

    case = Case(cell, kind, timesteps=9)
    layer = keras_layer(case.weights)
    x = tf.Variable(case.x)
    states = [tf.Variable(part) for part in case.state.reshape(-1, BATCH, UNITS)]
    with tf.GradientTape() as tape:
        outputs, *final = layer(x, initial_state=states, mask=case.mask)
        loss = tf.reduce_sum(outputs * case.d_outputs)
        loss += tf.reduce_sum(tf.reshape(tf.stack(final), case.state.shape) * case.d_state)
    variables = [variable.value for variable in layer.trainable_variables]
    d_x, d_states, d_weights = tape.gradient(loss, [x, states, variables])
    expected = [d_x, np.reshape(d_states, case.state.shape), *d_weights]
    for (name, result), other in zip(case.gradients().items(), expected, strict=True):
        np.testing.assert_allclose(result, other, rtol=1e-11, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
def test_backward_is_linear_in_the_upstream_gradient(cell):
    """Twice the upstream gives twice the gradients; sums go with sums."""
    case, trace = Case(cell), Case(cell).trace()
    one, other = case.d_outputs, np.cos(case.d_outputs)
    together = backward(2 * one + other, trace)
    parts = backward(one, trace), backward(other, trace)
    for name in ("x", "states"):
        expected = 2 * getattr(parts[0], name) + getattr(parts[1], name)
        np.testing.assert_allclose(getattr(together, name), expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_backward_is_causal(cell):
    """A loss on the outputs up to a step gives later inputs and states no gradient."""
    case = Case(cell)
    used = case.d_outputs * (np.arange(TIMESTEPS) < 2)[:, np.newaxis]
    gradients = backward(used, case.trace())
    assert gradients.x[:, :2].all()
    assert not gradients.x[:, 2:].any()
    assert gradients.states[..., :2, :].all()
    assert not gradients.states[..., 3:, :].any()


@pytest.mark.parametrize("rubbish", [1e300, np.nan])
@pytest.mark.parametrize("cell", CELLS)
def test_backward_gives_the_padding_no_gradient(cell, rubbish):
    """What stands in the padding gets a gradient of 0, and gives the weights none."""
    case = Case(cell, "gaps")
    padding = ~case.mask[..., np.newaxis]
    clean = backward(np.where(padding, 0, case.d_outputs), case.trace())
    case.x = np.where(padding, rubbish, case.x)
    spoiled = backward(np.where(padding, rubbish, case.d_outputs), case.trace())
    assert not spoiled.x[~case.mask].any()
    for one, other in zip(clean.weights, spoiled.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cell", CELLS)
def test_backward_keeps_precision_and_arguments(cell):
    """float32 stays float32, and neither the trace nor the upstream gradient is changed."""
    rng = np.random.default_rng(1)
    weights = weights_of(cell, 3, 5, rng, "float32")
    trace = forward(np.ones((4, 2, 3), "float32"), weights)
    given = [np.ones((4, 2, 5), "float32"), trace.x, trace.states, trace.mask, *weights]
    before = [array.copy() for array in given]
    gradients = backward(given[0], trace)
    for array in (gradients.x, gradients.states, *gradients.weights):
        assert array.dtype == "float32"
    assert all(np.array_equal(one, other) for one, other in zip(before, given, strict=True))


def test_backward_names_the_wrong_shape():
    """Upstream gradients must be those of the trace's outputs and final state."""
    trace = forward(np.ones((4, 2, 3)), init_lstm(3, 5, np.random.default_rng(0)))
    with pytest.raises(ShapeError, match=r"`d_outputs` must have shape \(4, 2, 5\)"):
        backward(np.ones((4, 5)), trace)
    with pytest.raises(ShapeError, match=r"`d_state` must have shape \(2, 4, 5\)"):
        backward(np.ones((4, 2, 5)), trace, d_state=np.ones((4, 5)))


@pytest.mark.parametrize("length", [1, 3, 7, 20])
@pytest.mark.parametrize("kind", ["none", "gaps"])
@pytest.mark.parametrize("cell", CELLS)
def test_truncated_windows_compute_the_sequence(cell, kind, length):
    """The state is carried: the outputs are those of the whole sequence, however it is cut."""
    case = Case(cell, kind, timesteps=7)
    pieces = truncated_windows(case.x, case.weights, length, state=case.state, mask=case.mask)
    steps, traces = zip(*pieces, strict=True)
    outputs = np.concatenate([trace.outputs for trace in traces], axis=1)
    np.testing.assert_allclose(outputs, case.trace().outputs, rtol=1e-11)
    np.testing.assert_allclose(traces[-1].final_state, case.trace().final_state, rtol=1e-11)
    assert [t for piece in steps for t in range(7)[piece]] == list(range(7))


@pytest.mark.parametrize("cell", CELLS)
def test_one_window_is_full_backpropagation(cell):
    """With a window as long as the sequence nothing is cut."""
    case = Case(cell)
    ((_, trace),) = truncated_windows(case.x, case.weights, TIMESTEPS, state=case.state)
    whole, window = (backward(case.d_outputs, t).weights for t in (case.trace(), trace))
    for one, other in zip(whole, window, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cell", CELLS)
def test_a_window_takes_its_first_state_as_a_constant(cell):
    """The gradient of each window is that of its loss with the state before it held fixed."""
    case = Case(cell)
    total = 0
    for steps, trace in truncated_windows(case.x, case.weights, 2, state=case.state):
        _, *parts = case.weights
        start = trace.states[..., 0, :].copy()

        def loss(kernel, steps=steps, start=start, parts=parts):
            weights = type(case.weights)(kernel, *parts)
            outputs, _ = unroll(case.x[:, steps], weights, state=start)
            return np.sum(outputs * case.d_outputs[:, steps])

        gradient = backward(case.d_outputs[:, steps], trace).weights.kernel
        assert relative_error(gradient, numerical_gradient(loss, case.weights.kernel)) < 1e-7
        total += gradient
    full = backward(case.d_outputs, case.trace()).weights.kernel
    assert relative_error(total, full) > 1e-2


def test_truncated_windows_learn_on_the_way():
    """Weights changed in place act from the next window on: an echo of two steps is learnt."""
    rng = np.random.default_rng(2)
    stream = rng.integers(0, 2, size=(8, 2000, 1)).astype(float)
    weights, losses = init_rnn(1, 8, rng), []
    for steps, trace in truncated_windows(stream[:, 2:], weights, 5):
        error = trace.outputs[..., :1] - stream[:, steps]
        losses.append(np.mean(error**2))
        d_outputs = np.concatenate([error, np.zeros((8, error.shape[1], 7))], axis=2)
        clipped, _ = clip_by_global_norm(backward(d_outputs, trace).weights, 1.0)
        for array, gradient in zip(weights, clipped, strict=True):
            array -= 0.1 * gradient
    baseline = stream.var()
    assert np.mean(losses[-20:]) < 0.1 * baseline < baseline < losses[0]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"length": 0}, DataError, "`length` must be at least 1. Received: 0"),
        ({"x": np.ones(3)}, ShapeError, r"`x` must have shape \(batch, timesteps, 3\)"),
        ({"mask": np.ones((4, 9), bool)}, ShapeError, r"`mask` must have shape \(4, 2\)"),
    ],
)
def test_truncated_windows_name_what_does_not_fit(options, error, said):
    """A mask that is too long is an error too, not cut to fit."""
    weights = init_gru(3, 5, np.random.default_rng(0))
    with pytest.raises(error, match=said):
        next(
            truncated_windows(
                **{"x": np.ones((4, 2, 3)), "weights": weights, "length": 1} | options
            )
        )


def test_numerical_gradient_of_a_known_function():
    """Central differences are exact for squares, up to rounding, in any shape."""
    array = np.linspace(-1, 1, 6).reshape(1, 2, 3)
    gradient = numerical_gradient(lambda a: np.sum(a**2), array)
    np.testing.assert_allclose(gradient, 2 * array, atol=1e-9)
    np.testing.assert_array_equal(array, np.linspace(-1, 1, 6).reshape(1, 2, 3))


def test_numerical_gradient_refuses_a_function_that_gives_an_array():
    """Usually the sum over the batch was forgotten."""
    with pytest.raises(ShapeError, match=r"Received shape: \(2,\). Did you forget the sum"):
        numerical_gradient(lambda a: a, np.ones(2))
    with pytest.raises(DataError, match=r"`epsilon` must be positive. Received: 0"):
        numerical_gradient(np.sum, np.ones(2), epsilon=0)


def test_jacobian_norms_are_those_of_finite_differences():
    """Each is the spectral norm of how the final state moves with an earlier one."""
    case = Case("rnn", "gaps", timesteps=5)
    trace = case.trace()
    norms = jacobian_norms(trace)
    for b in range(BATCH):
        for t in range(5):
            rest, row = slice(t + 1, None), slice(b, b + 1)

            def final(h, row=row, rest=rest):
                x, mask = case.x[row, rest], case.mask[row, rest]
                return unroll(x, case.weights, state=h, mask=mask)[1][0] if mask.size else h[0]

            h = trace.states[row, t + 1]
            rows = [numerical_gradient(lambda a, k=k: final(a)[k], h)[0] for k in range(UNITS)]
            np.testing.assert_allclose(norms[b, t], np.linalg.norm(rows, ord=2), rtol=1e-7)


def test_jacobian_norms_of_an_orthogonal_layer_stay():
    """Where tanh is linear and the recurrent kernel orthogonal, nothing vanishes."""
    recurrent_kernel = orthogonal(5, 5, np.random.default_rng(3))
    for scale in (0.9, 1.0, 1.1):
        weights = RNNWeights(np.zeros((3, 5)), scale * recurrent_kernel, np.zeros(5))
        norms = jacobian_norms(forward(np.ones((2, 40, 3)), weights))
        np.testing.assert_allclose(norms, np.tile(scale ** np.arange(39.0, -1, -1), (2, 1)))


def test_jacobian_norms_are_for_the_simple_layer():
    """Another cell's state is not its h alone."""
    trace = forward(np.ones((4, 2, 3)), init_gru(3, 5, np.random.default_rng(0)))
    with pytest.raises(DataError, match=r"RNNWeights. Received: GRUWeights. Use gradient_norms"):
        jacobian_norms(trace)


@pytest.mark.parametrize(("cell", "shape"), [("rnn", (2, 4)), ("gru", (2, 4)), ("lstm", (2, 2, 4))])
def test_gradient_norms_are_of_the_gradients_for_each_state(cell, shape):
    """They are what a run from that state would find for its initial state."""
    case = Case(cell)
    norms = gradient_norms(backward(case.d_outputs, case.trace()))
    assert norms.shape == shape
    middle = case.trace().states[..., 2, :]
    rest = backward(case.d_outputs[:, 2:], forward(case.x[:, 2:], case.weights, state=middle))
    d_state = rest.initial_state.copy()
    hidden(d_state[..., np.newaxis, :])[:, 0] += case.d_outputs[:, 1]
    if cell == "lstm":  # c also reaches the loss through the h beside it, o·tanh(c)
        (d_h, d_c), (h, c) = d_state, middle
        d_c += d_h * h / np.tanh(c) * (1 - np.tanh(c) ** 2)
    np.testing.assert_allclose(norms[..., 1], np.linalg.norm(d_state, axis=-1), rtol=1e-11)


def test_clip_by_global_norm_keeps_the_direction():
    """All arrays shrink by one factor, and together have the length that was asked for."""
    gradients = [np.linspace(-3, 3, 6).reshape(2, 3), np.full(4, 2.0, "float32")]
    clipped, norm = clip_by_global_norm(gradients, 0.5)
    assert norm == pytest.approx(np.sqrt(sum(np.sum(g**2) for g in gradients)))
    for one, other in zip(clipped, gradients, strict=True):
        np.testing.assert_allclose(one, other * 0.5 / norm, rtol=1e-6)
        assert one.dtype == other.dtype


@pytest.mark.parametrize("max_norm", [5.0, 5.1, 1e9])
def test_clip_by_global_norm_leaves_short_gradients(max_norm):
    """At the threshold and below it nothing is changed; zero is no special case."""
    gradients = [np.array([3.0]), np.array([[4.0]])]
    clipped, norm = clip_by_global_norm(gradients, max_norm)
    assert norm == 5
    assert all(one is other for one, other in zip(clipped, gradients, strict=True))
    assert clip_by_global_norm([np.zeros(3)], max_norm)[1] == 0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e200])
def test_clip_by_global_norm_refuses_what_has_exploded(wrong):
    """Dividing by an infinite length would silently make the step zero, or NaN."""
    with pytest.raises(DataError, match=r"must be finite. Received a global norm of (nan|inf)"):
        clip_by_global_norm([np.array([1.0, wrong])], 1.0)
    with pytest.raises(DataError, match=r"`max_norm` must be positive. Received: 0"):
        clip_by_global_norm([np.ones(1)], 0)


@pytest.mark.tensorflow
@pytest.mark.parametrize("max_norm", [0.1, 1.0, 100.0])
def test_clip_by_global_norm_equals_tensorflow(max_norm):
    """TensorFlow clips the same gradients to the same values."""
    import tensorflow as tf

    gradients = list(weights_of("lstm", 3, 5, np.random.default_rng(4)))
    clipped, norm = clip_by_global_norm(gradients, max_norm)
    expected, expected_norm = tf.clip_by_global_norm(gradients, max_norm)
    assert norm == pytest.approx(float(expected_norm), rel=1e-12)
    for one, other in zip(clipped, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)

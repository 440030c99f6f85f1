"""Adapters: functions of tensors are asked with arrays, and what they do wrong is said briefly."""

from importlib import import_module

import numpy as np
import pytest

from rnncourse.cells import RNNWeights, init_rnn, unroll
from rnncourse.checks import adapters
from rnncourse.checks.adapters import UnreadableAnswer, adapted
from rnncourse.checks.calls import call
from rnncourse.errors import QuestionError


@pytest.fixture
def tf():
    """Return TensorFlow."""
    return import_module("tensorflow")


@pytest.fixture
def x():
    """Return a sequence, all sizes different."""
    return np.random.default_rng(3).normal(size=(4, 6, 3))


def sum_over_time(x):
    """Return the sum over time, by a loop in the graph."""
    tf = import_module("tensorflow")
    steps = tf.shape(x)[1]
    before = (0, tf.zeros_like(x[:, 0]))
    return tf.while_loop(lambda t, _: t < steps, lambda t, h: (t + 1, h + x[:, t]), before)[1]


def test_unknown_adapter_is_refused():
    """A typing mistake in a question shows when its paper is drawn."""
    with pytest.raises(QuestionError, match="'tensor' is unknown"):
        adapted(len, "tensor")


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        (
            "Dimensions must be equal, but are 3 and 5 for '{{node MatMul}} = MatMul[T=DT_DOUBLE]"
            "(a, b)' with input shapes: [4,3], [5,5].",
            "Dimensions must be equal, but are 3 and 5 with input shapes: [4,3], [5,5].",
        ),
        (
            "Graph execution error:\n\nDetected at node while/x defined at (most recent call last):"
            '\n  File "a.py", line 3, in f\n\nslice index 6 of dimension 1 out of bounds.\n\t '
            "[[{{node while/x}}]] [Op:__inference_f_1009]",
            "slice index 6 of dimension 1 out of bounds.",
        ),
        (
            "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed. You can attempt the "
            "following resolutions to the problem: …",
            "Using a symbolic `tf.Tensor` as a Python `bool` is not allowed",
        ),
        (
            "Input tensor `Const:0` enters the loop with shape (), but has shape (4, 5) after one "
            "iteration. To allow the shape to vary, use the `shape_invariants` argument.",
            "Input tensor `Const:0` enters the loop with shape (), but has shape (4, 5) after one "
            "iteration. The body returns the loop variables in the order in which they came in, "
            "with the same shapes and dtypes.",
        ),
        (
            "Exception encountered when calling Sequential.call().\n\n\x1b[1mInput 0 with name "
            "'None' of layer 'dense_16' is incompatible with the layer: expected axis -1 of input "
            "shape to have value 6, but received input with shape (1, 6, 5)\x1b[0m\n\n"
            "Arguments received by Sequential.call():\n  • inputs=tf.Tensor(shape=(1, 6, 5))",
            "Input 0 of layer 'dense' is incompatible with the layer: expected axis -1 of input "
            "shape to have value 6, but received input with shape (1, 6, 5)",
        ),
        ("", ""),
        ("name 'np' is not defined", "name 'np' is not defined"),
    ],
)
def test_errors_are_brief(text, brief):
    """What a learner can use stays of TensorFlow's error, and nothing else."""
    assert adapters._brief(text) == brief


@pytest.mark.tensorflow
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_tensors_go_in_and_arrays_come_out(tf, dtype):
    """The function sees tensors of the arrays' dtype; lists and tuples keep their form."""
    seen = []

    def function(a, n):
        seen.append(a)
        return [a + n, (2 * a, "text")]

    first, (second, text) = adapted(function, "tensors")(np.ones((2, 3), dtype), 5)
    assert tf.is_tensor(seen[0])
    assert seen[0].dtype == dtype
    assert isinstance(first, np.ndarray)
    assert first.dtype == dtype
    np.testing.assert_array_equal(second, 2 * np.ones((2, 3)))
    assert text == "text"


@pytest.mark.tensorflow
def test_numpy_results_are_told(x):
    """Where a tensor is asked, an array is not a right answer."""
    outcome = call(lambda x: (x, x.numpy()), {"x": x}, "tensors")
    assert outcome.raised == UnreadableAnswer.__name__
    assert "NumPy array" in outcome.message


@pytest.mark.tensorflow
@pytest.mark.parametrize("through", ["tensors", "any_length"])
def test_tensor_arrays_are_told(tf, x, through):
    """A forgotten stack() is said so."""

    def function(x):
        array = tf.TensorArray(x.dtype, size=1)
        return tf.while_loop(
            lambda t, _: t < 1, lambda t, a: (t + 1, a.write(t, x[0])), (0, array)
        )[1]

    assert "stack()" in call(function, {"x": x}, through).message


@pytest.mark.tensorflow
def test_length_is_unknown_while_tracing(x):
    """The function is traced once, with time left open and the other sizes known."""
    shapes = []

    def function(x, y):
        shapes.append((tuple(x.shape), tuple(y.shape)))
        return sum_over_time(x) + y

    y = np.ones(3)
    np.testing.assert_allclose(adapted(function, "any_length")(x, y), x.sum(axis=1) + y)
    assert shapes == [((4, None, 3), (3,))]


@pytest.mark.tensorflow
def test_python_loops_fail_by_themselves(x):
    """A loop in Python has no length to go to; the learner's line is named."""
    outcome = call(lambda x: [x[:, t] for t in range(x.shape[1])], {"x": x}, "any_length")
    assert outcome.raised == "TypeError"
    assert "range(x.shape[1])" in outcome.place


@pytest.mark.tensorflow
def test_a_graph_without_a_loop_is_told(tf, x):
    """A right value that no loop computed is not what was asked."""
    assert "no loop" in call(lambda x: tf.reduce_sum(x, axis=1), {"x": x}, "any_length").message


@pytest.mark.tensorflow
def test_a_loop_inside_a_compiled_function_counts(tf, x):
    """A learner may decorate the function; its graph is then inside of ours."""
    outcome = call(tf.function(sum_over_time), {"x": x}, "any_length")
    np.testing.assert_allclose(outcome.value, x.sum(axis=1))


@pytest.mark.tensorflow
def test_endless_loops_are_ended(tf, x, monkeypatch):
    """TensorFlow heeds no interrupt in a loop, so the adapter ends it itself."""
    monkeypatch.setattr(adapters, "GRAPH_LIMIT", 0.2)
    steps_never_rise = call(
        lambda x: tf.while_loop(lambda t: t < tf.shape(x)[1], lambda t: (t,), (0,)),
        {"x": x},
        "any_length",
    )
    assert steps_never_rise.raised == UnreadableAnswer.__name__
    assert "not ended after 0.2 s" in steps_never_rise.message


@pytest.mark.tensorflow
def test_remarks_of_tensorflow_stay_off_the_page(tf, x, capfd):
    """A lost write makes TensorFlow log a stack trace; the verdict says it better."""

    def forgetful(x):
        array = tf.TensorArray(x.dtype, size=1)
        array.write(0, x[0])
        return array.stack()

    assert call(forgetful, {"x": x}, "tensors").value is not None
    assert capfd.readouterr() == ("", "")


@pytest.mark.tensorflow
def test_traces_are_counted(tf, x):
    """An open signature is traced once, others for every shape."""
    open_shape = tf.TensorSpec((None, None, 3), tf.float64)
    answers = {
        1: lambda function, features: tf.function(function, input_signature=[open_shape]),
        4: lambda function, features: tf.function(function),
    }
    for expected, answer in answers.items():
        sums, count = adapted(answer, "traces")(x)
        assert count == expected
        np.testing.assert_allclose(sums[0], x.sum(axis=1))


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda function, features: function, "not compiled"),
        (lambda *_: None, "NoneType, not a function. Does it end without `return`?"),
        (lambda function, features: (function(np.ones((2, 2, 3))), function)[1], "by hand"),
    ],
)
def test_what_is_not_compiled_is_told(x, answer, said):
    """A plain function, or no function, has no traces to count; a call by hand is none."""
    assert said in call(answer, {"x": x}, "traces").message


@pytest.mark.tensorflow
@pytest.mark.parametrize("shape", [(None, None, None), (2, 2, 3)])
def test_the_shape_of_the_only_trace_is_told(tf, x, shape):
    """One trace that happens to serve all calls is right for the features alone, and any size."""

    def answer(function, features):
        signature = [tf.TensorSpec(shape, tf.float64)]
        return tf.function(function).get_concrete_function(*signature)

    assert f"for the shape {shape}" in call(answer, {"x": x}, "traces").message


@pytest.mark.tensorflow
def test_a_signature_that_fits_not_every_call_is_told(tf, x):
    """TensorFlow's error names both shapes; the hint says what to do."""

    def answer(function, features):
        return tf.function(function, input_signature=[tf.TensorSpec((4, None, 3), tf.float64)])

    message = call(answer, {"x": x}, "traces").message
    assert "shape=(4, None, 3)" in message
    assert message.endswith("None leaves a size open.")


@pytest.mark.tensorflow
def test_a_list_that_leaves_a_loop_is_told(tf, x):
    """A tensor of the body is of no use outside of it."""

    def listing(x):
        found = []
        tf.while_loop(lambda t: t < 2, lambda t: (found.append(t + 1) or t + 1,), (0,))
        return tf.stack(found)

    assert "use a tf.TensorArray" in call(listing, {"x": x}, "any_length").message


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["unroll_static", "unroll_dynamic"])
def test_both_unrollings_equal_numpy_and_keras(course, x, name):
    """The exercise's solutions, the first chapter's layer and keras.layers.RNN are one function."""
    keras = import_module("keras")
    exercise = course.exercise("04_unrolling")
    weights = init_rnn(3, 5, np.random.default_rng(1))
    weights = RNNWeights(weights.kernel, weights.recurrent_kernel, np.linspace(-1, 1, 5))
    h0 = np.linspace(-0.5, 0.5, 20).reshape(4, 5)
    through = exercise.questions[name].through
    outputs, state = adapted(exercise.references[name], through)(x, h0, *weights)

    expected, last = unroll(x, weights, state=h0)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    np.testing.assert_allclose(state, last, atol=1e-12)

    cell = keras.layers.SimpleRNNCell(5, dtype="float64")
    cell.build((4, 3))
    cell.set_weights(list(weights))
    options = {"return_sequences": True, "return_state": True, "dtype": "float64"}
    layer = keras.layers.RNN(cell, unroll=name == "unroll_static", **options)
    in_keras, last_in_keras = layer(x, initial_state=keras.ops.convert_to_tensor(h0))
    np.testing.assert_allclose(outputs, in_keras, atol=1e-12)
    np.testing.assert_allclose(state, last_in_keras, atol=1e-12)

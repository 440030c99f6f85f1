"""Questions of 04_unrolling: a Python loop, one trace for every length, a loop in the graph."""

import numpy as np

from rnncourse.checks import BatchIndependent, DependsOn, Question, SplitsAnywhere
from rnncourse.checks.adapters import tf

LAYER = (BatchIndependent(("x", "h0")), SplitsAnywhere(sequence="x", state="h0"), DependsOn("h0"))


def layer_inputs(rng):
    """Return the arguments of both layers: float64, all sizes different, h0 not zero."""
    batch, timesteps, features, units = rng.choice([3, 4, 5, 6, 7], size=4, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "h0": rng.uniform(-0.9, 0.9, size=(batch, units)),
        "kernel": rng.normal(size=(features, units)) / 2,
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.uniform(0.3, 0.9, size=units) * rng.choice([-1, 1], size=units),
    }


# A Python loop ----------------------------------------------------------------------------


def step(x, h, W, U, b):
    return tf.tanh(x @ W + h @ U + b)


def states(x, h, W, U, b):
    """Return the states after each step, as a list."""
    found = []
    for x_t in tf.unstack(x, axis=1):
        h = step(x_t, h, W, U, b)
        found.append(h)
    return found


def static(x, h0, W, U, b):
    found = states(x, h0, W, U, b)
    return tf.stack(found, axis=1), found[-1]


def reset_at_every_step(x, h0, W, U, b):
    found = [step(x_t, h0, W, U, b) for x_t in tf.unstack(x, axis=1)]
    return tf.stack(found, axis=1), found[-1]


def state_before_the_last(x, h0, W, U, b):
    outputs, _ = static(x, h0, W, U, b)
    return outputs, outputs[:, -2]


def outputs_before_the_step(x, h0, W, U, b):
    found = [h0, *states(x, h0, W, U, b)]
    return tf.stack(found[:-1], axis=1), found[-1]


def over_the_batch(x, h0, W, U, b):
    outputs, h = [], h0
    for t in range(min(x.shape[:2])):
        h = step(x[:, t], h, W, U, b)
        outputs.append(h)
    return tf.stack(outputs, axis=1), h


def in_numpy(x, h0, W, U, b):
    return tuple(tensor.numpy() for tensor in static(x, h0, W, U, b))


def static_time_major(x, h0, W, U, b):
    outputs = []
    for x_t in tf.unstack(tf.transpose(x, [1, 0, 2])):
        h0 = tf.tanh(tf.concat([x_t, h0], axis=1) @ tf.concat([W, U], axis=0) + b)
        outputs.append(h0)
    return tf.transpose(tf.stack(outputs), [1, 0, 2]), outputs[-1]


def static_growing(x, h0, W, U, b):
    outputs = h0[:, tf.newaxis]
    for t in range(len(x[0])):
        new = tf.math.tanh(tf.linalg.matmul(x[:, t], W) + tf.linalg.matmul(outputs[:, -1], U) + b)
        outputs = tf.concat([outputs, new[:, tf.newaxis]], axis=1)
    return outputs[:, 1:], outputs[:, -1]


def static_in_keras(x, h0, W, U, b):
    options = {"unroll": True, "return_sequences": True, "return_state": True, "dtype": "float64"}
    layer = tf.keras.layers.SimpleRNN(b.shape[0], **options)
    layer.build(x.shape)
    layer.set_weights([W, U, b])
    return layer(x, initial_state=h0)


unroll_static = Question(
    points=3,
    draw=layer_inputs,
    through="tensors",
    returns=("outputs", "state"),
    properties=LAYER,
    mistakes={
        "the state is not carried: each step starts from the state that the one before left, "
        "not from `h0`": reset_at_every_step,
        "`h0` is ignored: the first step starts from it, not from zeros": (
            lambda x, h, W, U, b: static(x, 0 * h, W, U, b)
        ),
        "the outputs are time-major: tf.stack needs axis=1 here": lambda x, h, W, U, b: (
            tf.stack(states(x, h, W, U, b)),
            states(x, h, W, U, b)[-1],
        ),
        "time is the last axis of the outputs: tf.stack needs axis=1 here": lambda x, h, W, U, b: (
            tf.stack(states(x, h, W, U, b), axis=2),
            states(x, h, W, U, b)[-1],
        ),
        "the outputs are joined to one row: tf.stack makes the time axis, tf.concat does not": (
            lambda x, h, W, U, b: (
                tf.concat(states(x, h, W, U, b), axis=1),
                states(x, h, W, U, b)[-1],
            )
        ),
        "the outputs are a list: make one tensor of it with tf.stack": lambda x, h, W, U, b: (
            states(x, h, W, U, b),
            states(x, h, W, U, b)[-1],
        ),
        "the state is the one before the last step": state_before_the_last,
        "the state is that of the first step: return the last one": lambda x, h, W, U, b: (
            static(x, h, W, U, b)[0],
            states(x, h, W, U, b)[0],
        ),
        "the outputs are one step late: append the state after the step, not before it": (
            outputs_before_the_step
        ),
        "the last step is missing: range(n) ends at n - 1 by itself": lambda x, h, W, U, b: static(
            x[:, :-1], h, W, U, b
        ),
        "the first step is missing: steps are counted from 0": lambda x, h, W, U, b: static(
            x[:, 1:], h, W, U, b
        ),
        "time runs backwards: start with x[:, 0]": lambda x, h, W, U, b: static(
            x[:, ::-1], h, W, U, b
        ),
        "every step reads the first input: step t reads x[:, t]": lambda x, h, W, U, b: static(
            tf.repeat(x[:, :1], x.shape[1], axis=1), h, W, U, b
        ),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel": lambda x, h, W, U, b: (
            static(x, h, W, tf.transpose(U), b)
        ),
        "the bias is left out": lambda x, h, W, U, b: static(x, h, W, U, 0 * b),
        "the result was computed in float32: let the dtype follow from `x`": (
            lambda x, h, W, U, b: static(*(tf.cast(value, tf.float32) for value in (x, h, W, U, b)))
        ),
        "a float32 tensor meets float64 ones: tf.zeros makes float32; start from `h0`": (
            lambda x, h, W, U, b: static(x, tf.zeros(h.shape), W, U, b)
        ),
        "it returns NumPy arrays: stay with tensors, so no np.tanh and no .numpy()": in_numpy,
        "state and outputs are in the wrong order: return (outputs, state)": (
            lambda x, h, W, U, b: static(x, h, W, U, b)[::-1]
        ),
        "only the outputs are returned: return the pair (outputs, state)": lambda x, h, W, U, b: (
            static(x, h, W, U, b)[0]
        ),
    },
    also_right=(static_time_major, static_growing, static_in_keras),
)


# One trace --------------------------------------------------------------------------------


def sequence_inputs(rng):
    """Return a float64 sequence of at least 3 steps, all sizes different."""
    return {"x": rng.normal(size=rng.choice([3, 4, 5, 6, 7], size=3, replace=False))}


def compiled(function, shape, dtype="float64", **options):
    return tf.function(function, input_signature=[tf.TensorSpec(shape, dtype)], **options)


def traced_beforehand(function, features):
    return compiled(function, (None, None, features)).get_concrete_function()


def traced_by_decoration(function, features):
    @tf.function(input_signature=[tf.TensorSpec(shape=[None, None, features], dtype=tf.float64)])
    def run(x):
        return function(x)

    return run


trace_once = Question(
    points=3,
    draw=sequence_inputs,
    through="traces",
    returns=("results", "number of traces"),
    mistakes={
        "every new shape is traced anew: give tf.function an input_signature in which batch and "
        "timesteps are None": lambda function, features: tf.function(function),
        "reduce_retracing traces less, not once: give tf.function an input_signature": (
            lambda function, features: tf.function(function, reduce_retracing=True)
        ),
        "`function` comes back as it is: compile it with tf.function": (
            lambda function, features: function
        ),
        "every call compiles anew: call tf.function once, outside the function that you return": (
            lambda function, features: lambda x: compiled(function, (None, None, features))(x)
        ),
        "the signature has the dtype float32, which is the default of tf.TensorSpec: give "
        "tf.float64": lambda function, features: compiled(
            function, (None, None, features), "float32"
        ),
        "the signature has two axes: there are three, batch, timesteps and features": (
            lambda function, features: compiled(function, (None, features))
        ),
        "the axes of the signature are in another order: features are last": (
            lambda function, features: compiled(function, (features, None, None))
        ),
        "the signature has one step only: leave timesteps open with None": (
            lambda function, features: compiled(function, (None, 1, features))
        ),
        "the signature has one instance only: leave batch open with None": (
            lambda function, features: compiled(function, (1, None, features))
        ),
        "the signature is not in a list: write input_signature=[…], one entry an argument": (
            lambda function, features: tf.function(
                function, input_signature=tf.TensorSpec((None, None, features), tf.float64)
            )
        ),
        "a result comes back, not a function: do not call the compiled function": (
            lambda function, features: tf.function(function)(tf.zeros((2, 2, features), tf.float64))
        ),
    },
    also_right=(
        traced_beforehand,
        traced_by_decoration,
        lambda function, features: compiled(function, None),
    ),
)


# A loop in the graph ----------------------------------------------------------------------


def looped(x, h0, body, *, steps=None, size=None, dtype=None):
    """Return state and stacked outputs, time-major, of a loop whose body is t, h -> h."""
    steps = tf.shape(x)[1] if steps is None else steps
    size = steps if size is None else size
    array = tf.TensorArray(dtype or x.dtype, size, element_shape=h0.shape)

    def turn(t, h, outputs):
        h = body(t, h)
        return t + 1, h, outputs.write(t, h)

    _, h, outputs = tf.while_loop(lambda t, *_: t < steps, turn, (0, h0, array))
    return h, outputs.stack()


def batch_major(outputs):
    return tf.transpose(outputs, [1, 0, 2])


def dynamic(x, h0, W, U, b, **options):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b), **options)
    return batch_major(outputs), h


def loop_without_state(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h0, W, U, b))
    return batch_major(outputs), h


def loop_over_first_input(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, 0], h, W, U, b))
    return batch_major(outputs), h


def loop_time_major(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b))
    return outputs, h


def loop_reshaped(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b))
    return tf.reshape(outputs, (x.shape[0], -1, b.shape[0])), h


def loop_with_lost_writes(x, h0, W, U, b):
    steps = tf.shape(x)[1]

    def turn(t, h, outputs):
        h = step(x[:, t], h, W, U, b)
        outputs.write(t, h)
        return t + 1, h, outputs

    array = tf.TensorArray(x.dtype, steps, element_shape=h0.shape)
    _, h, outputs = tf.while_loop(lambda t, *_: t < steps, turn, (0, h0, array))
    return batch_major(outputs.stack()), h


def loop_one_short(x, h0, W, U, b):
    steps = tf.shape(x)[1]
    return dynamic(x, h0, W, U, b, steps=steps - 1, size=steps)


def loop_with_old_state(x, h0, W, U, b):
    outputs, _ = dynamic(x, h0, W, U, b)
    return outputs, outputs[:, -2]


def loop_not_stacked(x, h0, W, U, b):
    steps = tf.shape(x)[1]

    def turn(t, h, outputs):
        h = step(x[:, t], h, W, U, b)
        return t + 1, h, outputs.write(t, h)

    start = (0, h0, tf.TensorArray(x.dtype, steps))
    _, h, outputs = tf.while_loop(lambda t, *_: t < steps, turn, start)
    return outputs, h


def python_for(x, h0, W, U, b):
    return [step(x[:, t], h0, W, U, b) for t in range(x.shape[1])]


def python_for_over_a_tensor(x, h0, W, U, b):
    return [step(x[:, t], h0, W, U, b) for t in tf.range(tf.shape(x)[1])]


def python_range_of_a_tensor(x, h0, W, U, b):
    return [step(x[:, t], h0, W, U, b) for t in range(tf.shape(x)[1])]


def python_while(x, h0, W, U, b):
    t = 0
    while t < tf.shape(x)[1]:
        t += 1


def dynamic_by_scan(x, h0, W, U, b):
    outputs = tf.scan(
        lambda h, projected: tf.tanh(projected + h @ U), batch_major(x @ W + b), initializer=h0
    )
    return batch_major(outputs), outputs[-1]


def dynamic_backwards_count(x, h0, W, U, b):
    inputs = tf.TensorArray(x.dtype, size=tf.shape(x)[1]).unstack(batch_major(x))

    def turn(left, h, outputs):
        t = inputs.size() - left
        h = step(inputs.read(t), h, W, U, b)
        return left - 1, h, outputs.write(t, h)

    start = (inputs.size(), h0, tf.TensorArray(x.dtype, 0, dynamic_size=True))
    _, h, outputs = tf.while_loop(lambda left, h, outputs: left > 0, turn, start)
    return tf.einsum("tbu->btu", outputs.stack()), h


def dynamic_in_keras(x, h0, W, U, b):
    def cell(x_t, states):
        h = step(x_t, states[0], W, U, b)
        return h, [h]

    _, outputs, (h,) = tf.keras.backend.rnn(cell, x, [h0])
    return outputs, h


unroll_dynamic = Question(
    points=4,
    draw=layer_inputs,
    through="any_length",
    returns=("outputs", "state"),
    properties=LAYER,
    mistakes={
        "Python cannot loop to x.shape[1], which is None while the graph is traced: loop with "
        "tf.while_loop, to tf.shape(x)[1]": python_for,
        "Python cannot loop to tf.shape(x)[1], which has no value while the graph is traced: loop "
        "with tf.while_loop": python_range_of_a_tensor,
        "a Python for cannot run over a tensor of the graph: loop with tf.while_loop": (
            python_for_over_a_tensor
        ),
        "a Python while or if cannot ask a tensor of the graph: loop with tf.while_loop": (
            python_while
        ),
        "tf.unstack needs to know the number of steps: read x[:, t] inside tf.while_loop": (
            lambda x, h, W, U, b: static(x, h, W, U, b)
        ),
        "the condition compares with x.shape[1], which is None: compare with tf.shape(x)[1]": (
            lambda x, h, W, U, b: dynamic(x, h, W, U, b, steps=x.shape[1] or [None], size=1)
        ),
        "NumPy cannot compute with a tensor of the graph: use tf.tanh, not np.tanh": (
            lambda x, h, W, U, b: looped(x, h, lambda t, h: np.tanh(h @ U))
        ),
        "the write is lost: write returns a new array, so return outputs.write(t, h)": (
            loop_with_lost_writes
        ),
        "the array has the dtype float32: give it x.dtype": lambda x, h, W, U, b: dynamic(
            x, h, W, U, b, dtype=tf.float32
        ),
        "the array has no room: give it size=tf.shape(x)[1], or dynamic_size=True": (
            lambda x, h, W, U, b: dynamic(x, h, W, U, b, size=0)
        ),
        "the outputs are a TensorArray: its method stack() gives the tensor": loop_not_stacked,
        "the outputs are time-major: stack() puts time first, tf.transpose puts it second": (
            loop_time_major
        ),
        "the outputs are mixed up: time and batch need tf.transpose, not tf.reshape": loop_reshaped,
        "the state is not carried: the body starts from its own argument, not from `h0`": (
            loop_without_state
        ),
        "`h0` is ignored: the loop starts from it, not from zeros": lambda x, h, W, U, b: dynamic(
            x, 0 * h, W, U, b
        ),
        "a float32 tensor meets float64 ones: tf.zeros makes float32; start from `h0`": (
            lambda x, h, W, U, b: dynamic(x, tf.zeros(h.shape), W, U, b)
        ),
        "every step reads the first input: step t reads x[:, t]": loop_over_first_input,
        "the last step is missing: go on while t < steps": loop_one_short,
        "`x` is read past its end: read x[:, t], and go on while t < steps, not t <= steps": (
            lambda x, h, W, U, b: dynamic(x, h, W, U, b, steps=tf.shape(x)[1] + 1)
        ),
        "the number of steps is fixed: take it from tf.shape(x)[1]": lambda x, h, W, U, b: dynamic(
            x, h, W, U, b, steps=2
        ),
        "the state is the one before the last step": loop_with_old_state,
        "time runs backwards: start with x[:, 0]": lambda x, h, W, U, b: dynamic(
            x[:, ::-1], h, W, U, b
        ),
        "the bias is left out": lambda x, h, W, U, b: dynamic(x, h, W, U, 0 * b),
        "state and outputs are in the wrong order: return (outputs, state)": (
            lambda x, h, W, U, b: dynamic(x, h, W, U, b)[::-1]
        ),
        "only the outputs are returned: return the pair (outputs, state)": lambda x, h, W, U, b: (
            dynamic(x, h, W, U, b)[0]
        ),
    },
    also_right=(dynamic_by_scan, dynamic_backwards_count, dynamic_in_keras),
)

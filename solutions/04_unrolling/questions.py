"""Questions of 04_unrolling: a Python loop, one trace for every length, a loop in the graph."""

import numpy as np

from rnncourse.checks import BatchIndependent, DependsOn, Question, SplitsAnywhere
from rnncourse.checks.adapters import tf

LAYER = (BatchIndependent(("x", "h0")), SplitsAnywhere(sequence="x", state="h0"), DependsOn("h0"))


def layer_inputs(rng, batch, timesteps):
    """Return the arguments of both layers: float64, all sizes different, h0 not zero."""
    sizes = [size for size in (2, 3, 4, 5, 6, 7) if size not in (batch, timesteps)]
    features, units = rng.choice(sizes, size=2, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "h0": rng.uniform(-0.9, 0.9, size=(batch, units)),
        "kernel": rng.normal(size=(features, units)) / 2,
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.uniform(0.3, 0.9, size=units) * rng.choice([-1, 1], size=units),
    }


def long_sequences(rng):
    return layer_inputs(rng, batch=rng.integers(2, 4), timesteps=rng.integers(5, 7))


def large_batches(rng):
    """One instance more than steps: a loop to the batch size reads past the end, just once.

    In a graph turns run ahead of each other, and of several errors any may be the one that shows.
    """
    timesteps = rng.integers(3, 6)
    return layer_inputs(rng, batch=timesteps + 1, timesteps=timesteps)


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


def as_many_steps_as_instances(x, h0, W, U, b):
    found, h = [], h0
    for t in range(x.shape[0]):
        h = step(x[:, t], h, W, U, b)
        found.append(h)
    return tf.stack(found, axis=1), h


def over_the_batch(x, h0, W, U, b):
    found, h = [], h0
    for x_t in x:
        h = step(x_t, h, W, U, b)
        found.append(h)
    return tf.stack(found, axis=1), h


def over_the_batch_state_first(x, h0, W, U, b):
    found, h = [], h0
    for t in range(x.shape[1]):
        h = tf.tanh(h @ U + x[t] @ W + b)
        found.append(h)
    return tf.stack(found, axis=1), h


def without_tanh(x, h, W, U, b):
    found = []
    for x_t in tf.unstack(x, axis=1):
        h = x_t @ W + h @ U + b
        found.append(h)
    return tf.stack(found, axis=1), h


def outputs_reshaped(x, h0, W, U, b):
    found = states(x, h0, W, U, b)
    return tf.reshape(tf.stack(found), (*x.shape[:2], -1)), found[-1]


def filled_in_place(x, h, W, U, b):
    outputs = tf.zeros((*x.shape[:2], b.shape[0]), x.dtype)
    for t in range(x.shape[1]):
        h = step(x[:, t], h, W, U, b)
        outputs[:, t] = h
    return outputs, h


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
    section="Static unrolling",
    draw=(large_batches, long_sequences),
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
        "the state is `h0`: return the one after the last step": lambda x, h, W, U, b: (
            static(x, h, W, U, b)[0],
            h,
        ),
        "the state is in a list, as a Keras cell gives it: unpack it": lambda x, h, W, U, b: (
            static(x, h, W, U, b)[0],
            [static(x, h, W, U, b)[1]],
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
        "the loop ends after one step: return stands inside it": lambda x, h, W, U, b: static(
            x[:, :1], h, W, U, b
        ),
        "the loop runs over the instances: the step t of all of them is x[:, t]": over_the_batch,
        "x[t] is an instance: the step t of all instances is x[:, t]": over_the_batch_state_first,
        "the loop counts the instances: the number of steps is x.shape[1]": (
            as_many_steps_as_instances
        ),
        "the inputs are mixed up: time and batch need tf.transpose, not tf.reshape": (
            lambda x, h, W, U, b: static(
                tf.stack(tf.unstack(tf.reshape(x, (x.shape[1], x.shape[0], -1))), axis=1),
                *(h, W, U, b),
            )
        ),
        "the outputs are mixed up: time and batch need tf.transpose, not tf.reshape": (
            outputs_reshaped
        ),
        "a tensor cannot be filled place by place: collect the states in a list, then tf.stack": (
            filled_in_place
        ),
        "tanh is missing": without_tanh,
        "the recurrent kernel is transposed: it is h @ recurrent_kernel": lambda x, h, W, U, b: (
            static(x, h, W, tf.transpose(U), b)
        ),
        "the bias is left out": lambda x, h, W, U, b: static(x, h, W, U, 0 * b),
        "the result was computed in float32: let the dtype follow from `x`; a cell of Keras "
        'gets dtype="float64"': (
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
    """Return a float64 sequence of at least 4 steps, all sizes different, none as in the text."""
    return {"x": rng.normal(size=rng.choice([5, 7, 8, 9, 10], size=3, replace=False))}


def compiled(function, shape, dtype="float64", **options):
    return tf.function(function, input_signature=[tf.TensorSpec(shape, dtype)], **options)


def called_by_hand(function, features):
    function(tf.zeros((1, 1, features), tf.float64))
    return compiled(function, (None, None, features))


def traced_beforehand(function, features):
    return compiled(function, (None, None, features)).get_concrete_function()


def traced_by_decoration(function, features):
    @tf.function(input_signature=[tf.TensorSpec(shape=[None, None, features], dtype=tf.float64)])
    def run(x):
        return function(x)

    return run


trace_once = Question(
    points=3,
    section="A new length, a new program",
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
        "`function` is called by hand: hand it to tf.function, and call nothing": called_by_hand,
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
        "the signature has the batch size of the worked number: leave it open with None": (
            lambda function, features: compiled(function, (4, None, features))
        ),
        "the signature has the features of the worked number: use the argument `features`": (
            lambda function, features: compiled(function, (None, None, 3))
        ),
        "the signature has the shape of the worked number: (None, None, features)": (
            lambda function, features: compiled(function, (4, 6, 3))
        ),
        "the signature has the features in the middle: they are last": (
            lambda function, features: compiled(function, (None, features, None))
        ),
        "`features` is not used: the size of the last axis is known, so it is not None": (
            lambda function, features: compiled(function, (None, None, None))
        ),
        "the signature has no shape: give (None, None, features)": (
            lambda function, features: compiled(function, None)
        ),
        "get_concrete_function got one shape: give tf.function an input_signature": (
            lambda function, features: tf.function(function).get_concrete_function(
                tf.zeros((2, 2, features), tf.float64)
            )
        ),
        "the signature is a bare shape: make a tf.TensorSpec of it, with tf.float64": (
            lambda function, features: tf.function(
                function, input_signature=[(None, None, features)]
            )
        ),
        "the signature has an entry too many: `function` has one argument, so one entry": (
            lambda function, features: tf.function(
                function,
                input_signature=[
                    tf.TensorSpec((None, None, features), tf.float64),
                    tf.TensorSpec((None, features), tf.float64),
                ],
            )
        ),
        "the compiled function is not returned: end with return": lambda function, features: None,
        "tf.function got no function: its first argument is `function`": (
            lambda function, features: tf.function(
                input_signature=[tf.TensorSpec((None, None, features), tf.float64)]
            )
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
        lambda function, features: compiled(lambda x: function(x), [None, None, features]),
    ),
)


# A loop in the graph ----------------------------------------------------------------------


def carried(t, old, new, outputs):
    """Return what the body of the loop returns, if it is right."""
    return t + 1, new, outputs.write(t, new)


def looped(x, h0, body, *, steps=None, size=None, dtype=None, first=0, turned=carried):
    """Return state and stacked outputs, time-major, of a loop whose body is t, h -> h."""
    steps = tf.shape(x)[1] if steps is None else steps
    size = steps if size is None else size
    array = tf.TensorArray(dtype or x.dtype, size, element_shape=h0.shape)

    def turn(t, h, outputs):
        return turned(t, h, body(t, h), outputs)

    _, h, outputs = tf.while_loop(lambda t, *_: t < steps, turn, (first, h0, array))
    return h, outputs.stack()


def batch_major(outputs):
    return tf.transpose(outputs, [1, 0, 2])


def dynamic(x, h0, W, U, b, **options):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b), **options)
    return batch_major(outputs), h


def loop_without_state(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h0, W, U, b))
    return batch_major(outputs), h


def loop_time_major(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b))
    return outputs, h


def loop_reshaped(x, h0, W, U, b):
    h, outputs = looped(x, h0, lambda t, h: step(x[:, t], h, W, U, b))
    return tf.reshape(outputs, (x.shape[0], -1, b.shape[0])), h


def write_lost(t, old, new, outputs):
    outputs.write(t, new)
    return t + 1, new, outputs


def turning(turned):
    """Return an answer whose body returns `turned(t, old, new, outputs)`."""
    return lambda x, h0, W, U, b: dynamic(x, h0, W, U, b, turned=turned)


def stepping(formula):
    """Return an answer whose body computes `formula(x, t, h, W, U, b)`."""

    def answer(x, h0, W, U, b):
        h, outputs = looped(x, h0, lambda t, h: formula(x, t, h, W, U, b))
        return batch_major(outputs), h

    return answer


def loop_result_unused(x, h0, W, U, b):
    steps = tf.shape(x)[1]
    array = tf.TensorArray(x.dtype, steps, element_shape=h0.shape)

    def turn(t, h, outputs):
        return carried(t, h, step(x[:, t], h, W, U, b), outputs)

    tf.while_loop(lambda t, *_: t < steps, turn, (0, h0, array))
    return batch_major(array.stack()), h0


def loop_with_a_list(x, h0, W, U, b):
    outputs, steps = [], tf.shape(x)[1]

    def turn(t, h):
        h = step(x[:, t], h, W, U, b)
        outputs.append(h)
        return t + 1, h

    _, h = tf.while_loop(lambda t, h: t < steps, turn, (0, h0))
    return tf.stack(outputs, axis=1), h


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
    section="A loop inside the program",
    draw=large_batches,
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
        "tf.unstack makes a Python list, whose length is not known: read x[:, t] inside "
        "tf.while_loop": static_time_major,
        "the array has no size, or None: x.shape[1] is not known while the graph is traced, so "
        "give it size=tf.shape(x)[1]": lambda x, h, W, U, b: tf.TensorArray(x.dtype, x.shape[1]),
        "the condition compares with x.shape[1], which is None: compare with tf.shape(x)[1]": (
            lambda x, h0, W, U, b: tf.while_loop(lambda t: t < x.shape[1], lambda t: (t + 1,), (0,))
        ),
        "NumPy cannot compute with a tensor of the graph: use tf.tanh, not np.tanh": (
            lambda x, h, W, U, b: looped(x, h, lambda t, h: np.tanh(h @ U))
        ),
        "the write is lost: write returns a new array, so return outputs.write(t, h)": (
            turning(write_lost)
        ),
        "the result of tf.while_loop is not used: write _, h, outputs = tf.while_loop(…)": (
            loop_result_unused
        ),
        "a Python list cannot carry states out of the body: collect them in a tf.TensorArray": (
            loop_with_a_list
        ),
        "the body does not return what came in: end it with return, and with all loop variables, "
        "t + 1, h and the array": turning(lambda t, old, new, outputs: (t + 1, new)),
        "the body returns the array before the state: keep the order of the loop variables": (
            turning(lambda t, old, new, outputs: (t + 1, outputs.write(t, new), new))
        ),
        "the body returns the state before the step number: keep the order of the loop "
        "variables": turning(lambda t, old, new, outputs: (new, t + 1, outputs.write(t, new))),
        "the body returns the state instead of the array: return outputs.write(t, h)": (
            turning(lambda t, old, new, outputs: (t + 1, new, new))
        ),
        "the outputs are one step late: write the new state, not the one that came in": (
            turning(lambda t, old, new, outputs: (t + 1, new, outputs.write(t, old)))
        ),
        "each state is written one place too far: write(t, h), with t before it is raised": (
            turning(lambda t, old, new, outputs: (t + 1, new, outputs.write(t + 1, new)))
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
        "every step reads the first input: step t reads x[:, t]": stepping(
            lambda x, t, h, *weights: step(x[:, 0], h, *weights)
        ),
        "the loop runs over the instances: the step t of all of them is x[:, t]": stepping(
            lambda x, t, h, *weights: step(x[t], h, *weights)
        ),
        "x[t] is an instance: the step t of all instances is x[:, t]": stepping(
            lambda x, t, h, W, U, b: tf.tanh(h @ U + x[t] @ W + b)
        ),
        "the first step is missing: t starts at 0": lambda x, h, W, U, b: dynamic(
            x, h, W, U, b, first=1
        ),
        "tanh is missing": stepping(lambda x, t, h, W, U, b: x[:, t] @ W + h @ U + b),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel": stepping(
            lambda x, t, h, W, U, b: step(x[:, t], h, W, tf.transpose(U), b)
        ),
        "the last step is missing: go on while t < steps": loop_one_short,
        "`x` is read past its end: read x[:, t], and go on while t < steps, not t <= steps; "
        "steps is tf.shape(x)[1], not [0]": (
            lambda x, h, W, U, b: dynamic(x, h, W, U, b, steps=tf.shape(x)[1] + 1)
        ),
        "the number of steps is fixed: take it from tf.shape(x)[1]": lambda x, h, W, U, b: dynamic(
            x, h, W, U, b, steps=2
        ),
        "the state is the one before the last step": loop_with_old_state,
        "the state is `h0`: return the one that tf.while_loop gives": lambda x, h, W, U, b: (
            dynamic(x, h, W, U, b)[0],
            h,
        ),
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

# %% [markdown]
# # Exercise 4: unrolling
#
# You will unroll a recurrent layer with a Python loop, compile a function so that one graph serves every length, and unroll the layer again with a loop inside the graph; all in TensorFlow.
# Read the chapter *Unrolling* first; allow 45 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `unroll_static` | 3 |
# | `trace_once` | 3 |
# | `unroll_dynamic` | 4 |
#
# The first cell imports TensorFlow, which takes some seconds.

# %%
import tensorflow as tf

from rnncourse import check

# %% [markdown]
# ## A Python loop
#
# Run a recurrent layer over a sequence, from a given state:
#
# $$ \mathbf{H}_t = \tanh(\mathbf{X}_t \mathbf{W} + \mathbf{H}_{t-1} \mathbf{U} + \mathbf{b}), \qquad \mathbf{Y}_t = \mathbf{H}_t $$
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | the inputs, at least one step | `(batch, timesteps, features)` |
# | `h0` | $\mathbf{H}_{-1}$, the state before the first step | `(batch, units)` |
# | `kernel` | $\mathbf{W}$ | `(features, units)` |
# | `recurrent_kernel` | $\mathbf{U}$ | `(units, units)` |
# | `bias` | $\mathbf{b}$ | `(units,)` |
#
# All five are tensors of dtype `float64`.
#
# Loop over the steps with `for` (another way to the same result counts, too), and return the pair `(outputs, state)` of tensors: the outputs $\mathbf{Y}_t$ of all steps, `(batch, timesteps, units)`, and the state after the last step, `(batch, units)`.
#
# A worked number, with one instance, one feature and one unit: for $w = 2$, $u = -1$, $b = 0$ and $h_{-1} = 0.5$, the inputs 0.75 and 0 give the outputs $\tanh(1) \approx 0.762$ and $\tanh(-0.762) \approx -0.642$.
# The state is −0.642.


# %% solution="unroll_static"
def unroll_static(x, h0, kernel, recurrent_kernel, bias):
    """Return outputs, (batch, timesteps, units), and the final state, (batch, units)."""
    ### BEGIN SOLUTION
    h, outputs = h0, []
    for t in range(x.shape[1]):
        h = tf.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        outputs.append(h)
    return tf.stack(outputs, axis=1), h
    ### END SOLUTION


# %% question="unroll_static"
check("04_unrolling/unroll_static", unroll_static)

# %% [markdown]
# ## One trace for every length
#
# Compile a function so that TensorFlow traces it once, and then uses that one graph for batches of every size and sequences of every length.
#
# | argument | what it is |
# | --- | --- |
# | `function` | a Python function of one tensor, of shape `(batch, timesteps, features)` and dtype `float64`; it returns a tensor |
# | `features` | the size of the last axis, an `int`; the other two sizes are not known |
#
# Return the compiled function.
# Call neither it nor `function`: the check does.
# It calls what you return with several shapes, and counts how often the Python code of `function` ran.
# While that runs, the shape of its tensor must be `(None, None, features)`.
#
# A worked number: with `features = 3`, calls with tensors of the shapes `(4, 6, 3)`, `(4, 1, 3)` and `(2, 6, 3)` make one trace together.


# %% solution="trace_once"
def trace_once(function, features):
    """Return `function` compiled; one trace serves every batch size and every length."""
    ### BEGIN SOLUTION
    any_length = tf.TensorSpec((None, None, features), tf.float64)
    return tf.function(function, input_signature=[any_length])
    ### END SOLUTION


# %% question="trace_once"
check("04_unrolling/trace_once", trace_once)

# %% [markdown]
# ## A loop inside the graph
#
# The same layer as in the first question, with the same arguments, shapes and results.
# This time the number of steps is not known when Python runs: the check traces your function once, with `x` of shape `(batch, None, features)`, and then runs the graph.
#
# - Loop with `tf.while_loop`, and collect the outputs in a `tf.TensorArray`; `tf.scan`, which makes such a loop, counts, too.
# - The number of steps is `tf.shape(x)[1]`; `x.shape[1]` is `None`.
# - The check turns AutoGraph off, so `for t in tf.range(…)` does not become a loop by itself.
# - All of `x`, `h0` and the weights have the dtype `float64`, and a TensorArray wants to be told its dtype: `x.dtype`.
# - If your loop never ends, the check stops it after 3 seconds.
#
# The worked number of the first question holds here too.


# %% solution="unroll_dynamic"
def unroll_dynamic(x, h0, kernel, recurrent_kernel, bias):
    """Return outputs, (batch, timesteps, units), and the final state, (batch, units)."""
    ### BEGIN SOLUTION
    steps = tf.shape(x)[1]

    def step(t, h, outputs):
        h = tf.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        return t + 1, h, outputs.write(t, h)

    start = (0, h0, tf.TensorArray(x.dtype, size=steps))
    _, h, outputs = tf.while_loop(lambda t, *_: t < steps, step, start)
    return tf.transpose(outputs.stack(), [1, 0, 2]), h
    ### END SOLUTION


# %% question="unroll_dynamic"
check("04_unrolling/unroll_dynamic", unroll_dynamic)

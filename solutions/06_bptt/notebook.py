# %% [markdown]
# # Exercise 6: backpropagation through time
#
# You will run a recurrent layer forwards, take a gradient back through one of its steps, and then through all of them; all in NumPy.
# Read the chapter *Backpropagation through time* first; allow 75 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `rnn_forward` | 2 |
# | `step_backward` | 3 |
# | `rnn_backward` | 3 |
# | an answer in words | 2 |
#
# Throughout, `d_a` is the gradient of the loss $L$ for the array `a`, $\mathrm{d}A = \partial L/\partial A$, and has the shape of `a`.
# Do not change the arrays that you are given.

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## Forwards
#
# Run the layer over a whole sequence, from a given state, and keep the state after every step:
#
# $$ H_t = \tanh(X_t W + H_{t-1} U + b), \qquad t = 0, 1, \ldots $$
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | the inputs | `(batch, timesteps, features)` |
# | `h0` | $H_{-1}$, the state before the first step | `(batch, units)` |
# | `kernel` | $W$ | `(features, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
# | `bias` | $b$ | `(units,)` |
#
# Return one array, the states $H_0, H_1, \ldots$ of all steps, of shape `(batch, timesteps, units)`.
# The state `h0` is not among them.
#
# A worked number: with one instance, one feature and one unit, $W = 1$, $U = 0.5$, $b = 0$, $H_{-1} = 0.8$ and the inputs 0.6 and 0, the states are $\tanh(0.6 + 0.4) \approx 0.762$ and $\tanh(0.381) \approx 0.363$.


# %% solution="rnn_forward"
def rnn_forward(x, h0, kernel, recurrent_kernel, bias):
    """Return the states after each step, shape (batch, timesteps, units)."""
    ### BEGIN SOLUTION
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel + bias)
        states.append(h)
    return np.stack(states, axis=1)
    ### END SOLUTION


# %% question="rnn_forward"
check("06_bptt/rnn_forward", rnn_forward)

# %% [markdown]
# ## Back through one step
#
# Take one step $t$ alone:
#
# $$ Z_t = X_t W + H_{t-1} U + b, \qquad H_t = \tanh(Z_t) $$
#
# You are given $\mathrm{d}H_t$, all of the gradient that arrives at the state after the step.
# What does this one step hand back to everything that went into it?
# The chapter's table has what you need.
# The state before and the weights may have other uses, too; what comes back from those is added in the last question, not here.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `d_h` | $\mathrm{d}H_t$ | `(batch, units)` |
# | `x` | $X_t$, the inputs at this step | `(batch, features)` |
# | `h_before` | $H_{t-1}$, the state before the step | `(batch, units)` |
# | `h` | $H_t$, the state after the step | `(batch, units)` |
# | `kernel` | $W$ | `(features, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
#
# Return five arrays, in this order: `(d_x, d_h_before, d_kernel, d_recurrent_kernel, d_bias)`.
# Each has the shape of what it is the gradient for; `d_bias` has the shape `(units,)`.
#
# A worked number: with one instance, one feature and one unit, $W = 2$, $U = -1$, $X_t = 3$, $H_{t-1} = 0.4$, $H_t = 0.5$ and $\mathrm{d}H_t = 4$, the slope of the $\tanh$ is 0.75, and $\mathrm{d}Z_t = 3$.
# The five gradients are 6, −3, 9, 1.2 and 3.
# With this instance twice in the batch, each of the two has its own 6 and −3, and the weights and the bias get 18, 2.4 and 6.


# %% solution="step_backward"
def step_backward(d_h, x, h_before, h, kernel, recurrent_kernel):
    """Return the gradients for x, h_before, kernel, recurrent_kernel and bias, from d_h."""
    ### BEGIN SOLUTION
    d_z = d_h * (1 - h**2)
    d_x = d_z @ kernel.T
    d_h_before = d_z @ recurrent_kernel.T
    d_kernel = x.T @ d_z
    d_recurrent_kernel = h_before.T @ d_z
    return d_x, d_h_before, d_kernel, d_recurrent_kernel, d_z.sum(axis=0)
    ### END SOLUTION


# %% question="step_backward"
check("06_bptt/step_backward", step_backward)

# %% [markdown]
# ## Back through all steps
#
# Now take a whole sequence, with the output $Y_t = H_t$ at every step, and a loss that may use any of the outputs.
# A state is used as an output and in the next step; the weights are used at every step.
# You are given the loss's own gradient for each output, and return all of the gradient for everything that went into the sequence.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `d_outputs` | $\mathrm{d}Y_t$ for every step: the loss's own gradient for this output, zero where the loss does not use it | `(batch, timesteps, units)` |
# | `x` | the inputs | `(batch, timesteps, features)` |
# | `h0` | $H_{-1}$, the state before the first step | `(batch, units)` |
# | `states` | $H_t$ for every step, as `rnn_forward` returns them | `(batch, timesteps, units)` |
# | `kernel` | $W$ | `(features, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
#
# Return five arrays, in this order: `(d_x, d_h0, d_kernel, d_recurrent_kernel, d_bias)`.
# Each has the shape of what it is the gradient for: `d_x` is `(batch, timesteps, features)`, `d_h0` is `(batch, units)`.
# The loss may use other outputs of one instance than of the next.
# You may call your `step_backward`.
#
# A worked number: one instance, one feature, one unit, two steps, $W = 1$, $U = 0.5$ and $H_{-1} = 0.8$, with the inputs 0.6 and 0 and the states 0.762 and 0.363 of the first question.
#
# | the loss uses | `d_outputs` | `d_x` | `d_h0` | `d_kernel` | `d_recurrent_kernel` | `d_bias` |
# | --- | --- | --- | --- | --- | --- | --- |
# | the last output only | 0 and 1 | 0.182 and 0.868 | 0.091 | 0.109 | 0.807 | 1.050 |
# | both outputs | 1 and 1 | 0.602 and 0.868 | 0.301 | 0.361 | 1.143 | 1.470 |


# %% solution="rnn_backward"
def rnn_backward(d_outputs, x, h0, states, kernel, recurrent_kernel):
    """Return the gradients for x, h0, kernel, recurrent_kernel and bias, from d_outputs."""
    ### BEGIN SOLUTION
    d_x = np.empty_like(x)
    d_h = np.zeros_like(h0)
    d_weights = 0, 0, 0
    for t in reversed(range(x.shape[1])):
        h_before = states[:, t - 1] if t else h0
        d_x[:, t], d_h, *terms = step_backward(
            d_outputs[:, t] + d_h, x[:, t], h_before, states[:, t], kernel, recurrent_kernel
        )
        d_weights = [total + term for total, term in zip(d_weights, terms, strict=True)]
    return d_x, d_h, *d_weights
    ### END SOLUTION


# %% question="rnn_backward"
check("06_bptt/rnn_backward", rnn_backward)

# %% [markdown]
# ## Prove it yourself
#
# This cell is not graded, and works when your functions do.
# It takes a loss whose gradient for the outputs is known: the sum of all outputs, each multiplied by its entry of `d_outputs`.
# Then it moves every number a little up and down and looks at what the loss does.
# It shows the largest difference from your gradients, for each of the five: a right one is below 1e-8.
#
# Break a line of your `rnn_backward`, run this cell again, and see which of the five notice.

# %%
from rnncourse.bptt import numerical_gradient

rng = np.random.default_rng(1)
batch, timesteps, features, units = 2, 5, 3, 4
arrays = {
    "x": rng.normal(size=(batch, timesteps, features)),
    "h0": rng.normal(size=(batch, units)),
    "kernel": rng.normal(size=(features, units)),
    "recurrent_kernel": rng.normal(size=(units, units)) / 2,
    "bias": rng.normal(size=units),
}
d_outputs = rng.normal(size=(batch, timesteps, units))
d_outputs[:, [0, 3]] = 0  # the loss does not use the outputs of steps 0 and 3


def loss(name, array):
    """Return the loss, with the array of that name replaced."""
    return np.sum(d_outputs * rnn_forward(*(arrays | {name: array}).values()))


def largest_difference(name, gradient):
    """Return how far a gradient is from the numerical one."""
    numerical = numerical_gradient(lambda array: loss(name, array), arrays[name])
    return f"{np.max(np.abs(gradient - numerical)):.1e}"


try:
    x, h0, kernel, recurrent_kernel, bias = arrays.values()
    states = rnn_forward(x, h0, kernel, recurrent_kernel, bias)
    yours = rnn_backward(d_outputs, x, h0, states, kernel, recurrent_kernel)
    pairs = zip(arrays, yours, strict=True)
    seen = {f"d_{name}": largest_difference(name, gradient) for name, gradient in pairs}
except Exception as error:
    seen = f"Not yet: one of your functions, or what it returned, led to {error!r}"
seen

# %% [markdown]
# ## In your own words
#
# A sequence has 6 steps, counted from 0, and the loss uses the outputs of steps 2 and 4 only.
# Which of the inputs, and which of the states $H_{-1}$ (`h0`), $H_0$, …, $H_5$, get a gradient of exactly zero whatever the weights are, and why these and no others?
# Which steps put a term other than zero into `d_kernel`, and why are there some among them whose outputs the loss does not use?
#
# Write three to six sentences, without code; a formula is welcome.

# %% [markdown] written="which_steps_matter"
# ### BEGIN SOLUTION
# Only the input and the state of step 5 get a gradient of exactly zero: they come after the last output that the loss uses, and no state runs back in time, so they cannot change the loss.
# All other states, $H_{-1}$ among them, are handed on from step to step until output 4, those up to step 2 until output 2 as well, and each input reaches the state of its own step, so none of them is bound to be zero.
# The kernel is used at every step, and its gradient is the sum of the terms $X_t^\top\,\mathrm{d}Z_t$ of all steps; those of steps 0 to 4 are not zero, and that of step 5 is.
# At steps 0, 1 and 3 the loss puts nothing in at the output, but a gradient comes back from the next step through the recurrent kernel, $\mathrm{d}H_t = \mathrm{d}Z_{t+1} U^\top$, and with it they have a term.
# ### END SOLUTION

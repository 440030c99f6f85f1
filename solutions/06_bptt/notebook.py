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
# Leave all arguments as they are.

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
# Take one step $t$ alone.
# You are given $\mathrm{d}H_t$, all of the gradient that arrives at the state after the step.
# What does it come to for everything that went into the step?
#
# $$
# \mathrm{d}Z_t = \mathrm{d}H_t \odot (1 - H_t \odot H_t)
# $$
#
# $$
# \mathrm{d}X_t = \mathrm{d}Z_t\, W^\top, \qquad
# \mathrm{d}H_{t-1} = \mathrm{d}Z_t\, U^\top, \qquad
# \mathrm{d}W = X_t^\top\, \mathrm{d}Z_t, \qquad
# \mathrm{d}U = H_{t-1}^\top\, \mathrm{d}Z_t, \qquad
# \mathrm{d}b = \text{sum of the rows of } \mathrm{d}Z_t
# $$
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
# A worked number: with one instance, one feature and one unit, $W = 2$, $U = -1$, $X_t = 3$, $H_{t-1} = 0.4$, $H_t = 0.5$ and $\mathrm{d}H_t = 4$, you get $\mathrm{d}Z_t = 4 \cdot (1 - 0.25) = 3$.
# The five gradients are 6, −3, 9, 1.2 and 3.


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
# Go from the last step to the first.
# At each step two gradients meet at the state: the loss's own, for this output, and the one that comes back from the next step.
#
# $$
# \mathrm{d}H_t = \mathrm{d}Y_t + \mathrm{d}Z_{t+1}\, U^\top
# $$
#
# At the last step there is only the first of the two.
# The gradients of the weights are the sums over all steps.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `d_states` | $\mathrm{d}Y_t$ for every step: the loss's own gradient for this output, zero where the loss does not use it | `(batch, timesteps, units)` |
# | `x` | the inputs | `(batch, timesteps, features)` |
# | `h0` | $H_{-1}$, the state before the first step | `(batch, units)` |
# | `states` | $H_t$ for every step, as `rnn_forward` returns them | `(batch, timesteps, units)` |
# | `kernel` | $W$ | `(features, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
#
# Return five arrays, in this order: `(d_x, d_h0, d_kernel, d_recurrent_kernel, d_bias)`.
# Each has the shape of what it is the gradient for: `d_x` is `(batch, timesteps, features)`, `d_h0` is `(batch, units)`.
# The instances of a batch need not use the same outputs.
# You may call your `step_backward`.
#
# A worked number: one instance, one feature, one unit, two steps, $W = 1$, $U = 0.5$ and $H_{-1} = 0.8$, with the inputs 0.6 and 0 and the states 0.762 and 0.363 of the first question.
# The loss uses the last output only, so `d_states` holds 0 and 1.
# Then $\mathrm{d}Z_1 = 1 - 0.363^2 \approx 0.868$ and $\mathrm{d}Z_0 \approx 0.868 \cdot 0.5 \cdot (1 - 0.762^2) \approx 0.182$.
# So `d_x` holds 0.182 and 0.868, `d_h0` is $0.182 \cdot 0.5 \approx 0.091$, and `d_recurrent_kernel` is $0.8 \cdot 0.182 + 0.762 \cdot 0.868 \approx 0.807$.


# %% solution="rnn_backward"
def rnn_backward(d_states, x, h0, states, kernel, recurrent_kernel):
    """Return the gradients for x, h0, kernel, recurrent_kernel and bias, from d_states."""
    ### BEGIN SOLUTION
    d_x = np.empty_like(x)
    d_h = np.zeros_like(h0)
    d_weights = 0, 0, 0
    for t in reversed(range(x.shape[1])):
        h_before = states[:, t - 1] if t else h0
        d_x[:, t], d_h, *terms = step_backward(
            d_states[:, t] + d_h, x[:, t], h_before, states[:, t], kernel, recurrent_kernel
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
# It takes a loss whose gradient for the states is known, the sum of all states, each multiplied by its entry of `d_states`.
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
d_states = rng.normal(size=(batch, timesteps, units))
d_states[:, [0, 3]] = 0  # the loss does not use the outputs of steps 0 and 3


def loss(name, array):
    """Return the loss, with the array of that name replaced."""
    return np.sum(d_states * rnn_forward(*(arrays | {name: array}).values()))


def largest_difference(name, gradient):
    """Return how far a gradient is from the numerical one."""
    numerical = numerical_gradient(lambda array: loss(name, array), arrays[name])
    return f"{np.max(np.abs(gradient - numerical)):.1e}"


try:
    x, h0, kernel, recurrent_kernel, bias = arrays.values()
    states = rnn_forward(x, h0, kernel, recurrent_kernel, bias)
    yours = rnn_backward(d_states, x, h0, states, kernel, recurrent_kernel)
    pairs = zip(arrays, yours, strict=True)
    seen = {f"d_{name}": largest_difference(name, gradient) for name, gradient in pairs}
except Exception as error:
    seen = f"Not yet: one of your functions, or what it returned, led to {error!r}"
seen

# %% [markdown]
# ## In your own words
#
# A sequence has 6 steps, counted from 0, and the loss uses the outputs of steps 2 and 4 only.
# Which of the inputs get a gradient of exactly zero, and why these and no others?
# And why does `d_kernel` have terms from steps whose outputs the loss does not use?
#
# Write three to five sentences, without code.
# A person reads and marks them (2 points).

# %% [markdown] written="which_steps_matter" points=2
# ### BEGIN SOLUTION
# Only the input of step 5 gets a gradient of exactly zero: it comes after the last output that the loss uses, and no state runs back in time, so it cannot change the loss.
# The inputs of steps 3 and 4 reach output 4, and those of steps 0 to 2 reach both outputs, through the states that each step hands to the next.
# The kernel is used again at every step, and its gradient is the sum of the terms of all steps.
# At steps 0, 1 and 3 the loss puts nothing in at the output, but a gradient comes back from the next step through the recurrent kernel, so the input of that step times this gradient is a term of the sum.
# Only the term of step 5 is zero.
# ### END SOLUTION

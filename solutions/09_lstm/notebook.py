# %% [markdown]
# # Exercise 9: LSTM and GRU
#
# You will write one step of an LSTM, a whole sequence of such steps, and one step of a GRU, in NumPy and on arrays in the layout of Keras.
# Who wants more finds a bonus at the end: the way back through one step of an LSTM.
# Read the chapter *LSTM and GRU* first; allow 60 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `lstm_step` | 4 |
# | `lstm_sequence` | 3 |
# | `gru_step` | 3 |
# | `lstm_step_backward` | bonus: checked like the others, but without points |

# %%
import numpy as np

from rnncourse import check


def sigmoid(s):
    """Return 1 / (1 + exp(-s)) for each entry, numbers between 0 and 1."""
    return 1 / (1 + np.exp(-s))


# %% [markdown]
# ## One step of an LSTM
#
# All four sums come from two products, one with $W$ and one with $U$, and lie side by side in **blocks** of `units` columns, in the order of Keras: input gate, forget gate, candidate, output gate.
#
# $$ [\,s^i \;\; s^f \;\; s^c \;\; s^o\,] = x_t W + h_{t-1} U + b $$
#
# $$ i = \sigma(s^i) \qquad f = \sigma(s^f) \qquad \tilde c = \tanh(s^c) \qquad o = \sigma(s^o) $$
#
# $$ c_t = f \odot c_{t-1} + i \odot \tilde c \qquad\qquad h_t = o \odot \tanh(c_t) $$
#
# The function $\sigma$ is the `sigmoid` above, and $\odot$ is the product entry by entry, in code `*`.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | $x_t$, the inputs at one step | `(batch, features)` |
# | `h` | $h_{t-1}$, the previous state | `(batch, units)` |
# | `c` | $c_{t-1}$, the previous cell state | `(batch, units)` |
# | `kernel` | $W$ | `(features, 4 * units)` |
# | `recurrent_kernel` | $U$ | `(units, 4 * units)` |
# | `bias` | $b$; if the forget gate has an extra bias, it is in here already | `(4 * units,)` |
#
# Return the pair `(h, c)` of the new state and the new cell state, each `(batch, units)`.
# Leave the arguments as they are.
#
# A worked number: one instance, one feature, one unit; `x` is 1, `h` is 0, `c` is 2, the kernel is `[0, 0, 1, 0]`, the recurrent kernel and the bias are zeros.
# Then all three gates are $\sigma(0) = 0.5$ and $\tilde c = \tanh(1) \approx 0.762$.
# The new cell state is $0.5 \cdot 2 + 0.5 \cdot 0.762 \approx 1.381$ and the new state $0.5 \cdot \tanh(1.381) \approx 0.441$.


# %% solution="lstm_step"
def lstm_step(x, h, c, kernel, recurrent_kernel, bias):
    """Return the next h and c, each of shape (batch, units)."""
    ### BEGIN SOLUTION
    sums = x @ kernel + h @ recurrent_kernel + bias
    s_i, s_f, s_c, s_o = np.split(sums, 4, axis=1)
    c = sigmoid(s_f) * c + sigmoid(s_i) * np.tanh(s_c)
    h = sigmoid(s_o) * np.tanh(c)
    return h, c
    ### END SOLUTION


# %% question="lstm_step"
check("09_lstm/lstm_step", lstm_step)

# %% [markdown]
# ## A whole sequence
#
# Take one such step after the other; each begins with the `h` and the `c` that the one before has left.
# You may call your `lstm_step`.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | the inputs at all steps | `(batch, timesteps, features)` |
# | `h0` | $h_{-1}$, the state before the first step | `(batch, units)` |
# | `c0` | $c_{-1}$, the cell state before the first step | `(batch, units)` |
# | `kernel`, `recurrent_kernel`, `bias` | as above | as above |
#
# Return three arrays `(outputs, h, c)`, as a Keras layer does with `return_sequences=True, return_state=True`:
# the outputs $h_0, h_1, \dots$ of all steps (so `h0` is not $h_0$), `(batch, timesteps, units)`, then `h` and `c` after the last step, each `(batch, units)`.
# Leave the arguments as they are.
#
# A worked number: the kernel, recurrent kernel and bias from above, two steps with the inputs 1 and 0, and again 0 for `h0` and 2 for `c0`.
# The first step is the one above.
# The second has $\tilde c = 0$, so $c = 0.5 \cdot 1.381 \approx 0.690$ and $h = 0.5 \cdot \tanh(0.690) \approx 0.299$.
# The outputs are 0.441 and 0.299, the final `h` is 0.299 and the final `c` is 0.690.


# %% solution="lstm_sequence"
def lstm_sequence(x, h0, c0, kernel, recurrent_kernel, bias):
    """Return outputs, (batch, timesteps, units), and the final h and c, (batch, units)."""
    ### BEGIN SOLUTION
    h, c, outputs = h0, c0, []
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, kernel, recurrent_kernel, bias)
        outputs.append(h)
    return np.stack(outputs, axis=1), h, c
    ### END SOLUTION


# %% question="lstm_sequence"
check("09_lstm/lstm_sequence", lstm_sequence)

# %% [markdown]
# ## One step of a GRU
#
# This is the form that Keras calls `reset_after=True`, its default.
# There are three blocks, in the order update gate, reset gate, candidate, and **two biases**: row 0 belongs to the input, row 1 to the state.
#
# $$ [\,x^z \;\; x^r \;\; x^h\,] = x_t W + b_0 \qquad\qquad [\,u^z \;\; u^r \;\; u^h\,] = h_{t-1} U + b_1 $$
#
# $$ z = \sigma(x^z + u^z) \qquad r = \sigma(x^r + u^r) \qquad \tilde h = \tanh(x^h + r \odot u^h) $$
#
# $$ h_t = z \odot h_{t-1} + (1 - z) \odot \tilde h $$
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | $x_t$, the inputs at one step | `(batch, features)` |
# | `h` | $h_{t-1}$, the previous state | `(batch, units)` |
# | `kernel` | $W$ | `(features, 3 * units)` |
# | `recurrent_kernel` | $U$ | `(units, 3 * units)` |
# | `bias` | $b_0$ and $b_1$ as two rows | `(2, 3 * units)` |
#
# Return the new state, `(batch, units)`.
# Leave the arguments as they are.
#
# A worked number: one instance, one feature, one unit; `x` is 1, `h` is 2, the kernel and the recurrent kernel are both `[0, 0, 1]`, and the bias is `[[0, 0, 0], [0, 0, -1]]`.
# Then $z = r = 0.5$, and the candidate is $\tanh(1 + 0.5 \cdot (2 - 1)) = \tanh(1.5) \approx 0.905$.
# The new state is $0.5 \cdot 2 + 0.5 \cdot 0.905 \approx 1.453$.


# %% solution="gru_step"
def gru_step(x, h, kernel, recurrent_kernel, bias):
    """Return the next state of a GRU with reset_after, shape (batch, units)."""
    ### BEGIN SOLUTION
    x_z, x_r, x_h = np.split(x @ kernel + bias[0], 3, axis=1)
    u_z, u_r, u_h = np.split(h @ recurrent_kernel + bias[1], 3, axis=1)
    z = sigmoid(x_z + u_z)
    candidate = np.tanh(x_h + sigmoid(x_r + u_r) * u_h)
    return z * h + (1 - z) * candidate
    ### END SOLUTION


# %% question="gru_step"
check("09_lstm/gru_step", gru_step)

# %% [markdown]
# ## Bonus: back through one step
#
# This one counts no points.
# Go backwards through `lstm_step`: you are given the gradients of a loss for the new state and the new cell state, and return those for everything that went in.
# The section *Backwards through one step* of the chapter has the equations; first compute the gates once more, as in `lstm_step`.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `d_h` | the gradient of the loss for the new `h`, from the output and from the next step | `(batch, units)` |
# | `d_c` | the gradient for the new `c` that comes from the next step; what comes through the new `h` is **not** in it yet | `(batch, units)` |
# | `x`, `h`, `c`, `kernel`, `recurrent_kernel`, `bias` | the arguments of `lstm_step` | as above |
#
# Return six gradients, those for `x`, `h`, `c`, `kernel`, `recurrent_kernel` and `bias`, in this order; each has the shape of the array that it is for.
# Leave the arguments as they are.
#
# A worked number: the first step from above, with 1 for `d_h` and 0 for `d_c`.
# With $c_t = 1.3808$ we have $\mathrm{d}c_t = 0.5 \cdot (1 - \tanh^2(1.3808)) \approx 0.1118$.
# So the gradient for the old `c` is $0.5 \cdot 0.1118 \approx 0.0559$.
# The gradient for the bias is `[0.0213, 0.0559, 0.0235, 0.2203]`, and so is that for the kernel, because `x` is 1.
# The gradient for `x` is 0.0235: only the candidate reads it.
# Those for `h` and for the recurrent kernel are zeros, because both are zero.


# %% solution="lstm_step_backward"
def lstm_step_backward(d_h, d_c, x, h, c, kernel, recurrent_kernel, bias):
    """Return the gradients for x, h, c, kernel, recurrent_kernel and bias."""
    ### BEGIN SOLUTION
    sums = x @ kernel + h @ recurrent_kernel + bias
    s_i, s_f, s_c, s_o = np.split(sums, 4, axis=1)
    i, f, candidate, o = sigmoid(s_i), sigmoid(s_f), np.tanh(s_c), sigmoid(s_o)
    tanh_c = np.tanh(f * c + i * candidate)

    d_c = d_c + d_h * o * (1 - tanh_c**2)
    d_sums = np.concatenate(
        [
            d_c * candidate * i * (1 - i),
            d_c * c * f * (1 - f),
            d_c * i * (1 - candidate**2),
            d_h * tanh_c * o * (1 - o),
        ],
        axis=1,
    )
    return (
        d_sums @ kernel.T,
        d_sums @ recurrent_kernel.T,
        d_c * f,
        x.T @ d_sums,
        h.T @ d_sums,
        d_sums.sum(axis=0),
    )
    ### END SOLUTION


# %% question="lstm_step_backward"
check("09_lstm/lstm_step_backward", lstm_step_backward)

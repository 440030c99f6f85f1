# %% [markdown]
# # Exercise 8: truncated backpropagation
#
# You will cut a long stream into rows, the rows into windows, and train along the windows: state carried, gradient cut; all in NumPy.
# Then you will explain in words why a certain program looked right for so long.
# Read the chapter *Truncated backpropagation* first; allow 60 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `contiguous_batches` | 2 |
# | `truncated_windows` | 2 |
# | `train_epoch` | 4 |
# | `why_it_seemed_to_work`, in words | 2 |

# %%
import numpy as np

from rnncourse import check
from rnncourse.bptt import backward
from rnncourse.cells import RNNWeights, forward

# %% [markdown]
# ## Rows that go on
#
# Cut a stream into `rows` pieces of equal length, one below the other.
# Each row is a contiguous piece of the stream: within a row, what follows in the stream is next in the row.
# With $n$ numbers in the stream, every row gets $s = \lfloor n / \mathrm{rows} \rfloor$ steps, and
#
# $$ \mathrm{batches}_{i,t} = \mathrm{stream}_{i\,s + t} $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `stream` | the stream | integers, `(n,)` |
# | `rows` | the number of rows | an `int`, at most `n` |
#
# Return an array of shape `(rows, s)`, with the dtype of `stream`.
# What does not fit is left out, at the end of the stream; often that is nothing.
#
# A worked number: the stream 10, 11, 12, 13, 14, 15, 16 in 2 rows gives `[[10, 11, 12], [13, 14, 15]]`.


# %% solution="contiguous_batches"
def contiguous_batches(stream, rows):
    """Return the stream as rows of contiguous steps, shape (rows, steps)."""
    ### BEGIN SOLUTION
    steps = len(stream) // rows
    return stream[: rows * steps].reshape(rows, steps)
    ### END SOLUTION


# %% question="contiguous_batches"
check("08_truncated_bptt/contiguous_batches", contiguous_batches)

# %% [markdown]
# ## Windows along the rows
#
# Cut all rows at the same steps, every `window` steps.
# Window $k$ holds the steps from $k\tau$ to $k\tau + \tau - 1$ of **every** row, where $\tau$ is `window`:
#
# $$ \mathrm{windows}_{k,i,t} = \mathrm{batches}_{i,\,k\tau + t} $$
#
# So row $i$ of window $k + 1$ goes on where row $i$ of window $k$ ends.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `batches` | what `contiguous_batches` returns | integers, `(rows, steps)` |
# | `window` | $\tau$, the number of steps in a window | an `int`, at most `steps` |
#
# Return an array of shape `(windows, rows, window)`, with the dtype of `batches`.
# Steps that fill no window are left out, at the end of each row; often there are none.
#
# A worked number: `[[10, 11, 12, 13, 14], [20, 21, 22, 23, 24]]` with `window = 2` gives two windows, `[[10, 11], [20, 21]]` and `[[12, 13], [22, 23]]`; 14 and 24 are left out.


# %% solution="truncated_windows"
def truncated_windows(batches, window):
    """Return the windows of all rows, in their order, shape (windows, rows, window)."""
    ### BEGIN SOLUTION
    rows, steps = batches.shape
    count = steps // window
    return batches[:, : count * window].reshape(rows, count, window).swapaxes(0, 1)
    ### END SOLUTION


# %% question="truncated_windows"
check("08_truncated_bptt/truncated_windows", truncated_windows)

# %% [markdown]
# ## One epoch
#
# Three functions are ready for you; run their cell, and leave it as it is.
# They do for one window what you know from the chapters before.
# The network has one feature, a simple recurrent layer, and no other layer: its answer is the state of unit 0.
#
# | function | returns |
# | --- | --- |
# | `window_forward(x, h, kernel, recurrent_kernel, bias)` | the states after each step, `(rows, window, units)`, starting from the state `h` |
# | `echo_loss(states, targets)` | the loss, a number, and its gradient for the outputs, which are the states: `d_outputs`, `(rows, window, units)` |
# | `window_backward(d_outputs, x, h, kernel, recurrent_kernel, bias)` | the gradients `d_h`, `d_kernel`, `d_recurrent_kernel` and `d_bias`, each with the shape of its counterpart |
#
# Here `x` and `targets` have the shape `(rows, window)`, and `h`, of shape `(rows, units)`, is the state before the window's first step.


# %%
def window_forward(x, h, kernel, recurrent_kernel, bias):
    """Return the states after each step of a window, shape (rows, window, units)."""
    weights = RNNWeights(kernel, recurrent_kernel, bias)
    return forward(x[..., np.newaxis], weights, state=h).outputs


def echo_loss(states, targets):
    """Return the mean of (h - target)² for unit 0, and its gradient for the outputs."""
    error = states[..., 0] - targets
    d_outputs = np.zeros_like(states)
    d_outputs[..., 0] = 2 * error / error.size
    return np.mean(error**2), d_outputs


def window_backward(d_outputs, x, h, kernel, recurrent_kernel, bias):
    """Return the gradients for h, kernel, recurrent_kernel and bias."""
    weights = RNNWeights(kernel, recurrent_kernel, bias)
    gradients = backward(d_outputs, forward(x[..., np.newaxis], weights, state=h))
    return gradients.initial_state, *gradients.weights


# %% [markdown]
# Train for one epoch of truncated backpropagation through time.
# Go through the windows in their order, and in each window:
#
# 1. run the layer from the state that the window before left behind (the first window starts from `h0`);
# 2. note the loss;
# 3. compute the gradients **of this window's loss**, with the state before the window taken as a constant: no gradient goes back into earlier windows;
# 4. change each weight at once, so that the next window runs with the new ones: $W \leftarrow W - \eta\,\partial L_k / \partial W$, where $\partial L_k / \partial W$ is the gradient of step 3 and $\eta$ is `rate`, and $\mathbf{U}$ and $\mathbf{b}$ in the same way.
#
# The state that goes on to the next window is the one after the last step, as step 1 computed it.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `x` | inputs, cut as by `truncated_windows` | floats, `(windows, rows, window)` |
# | `targets` | targets, cut in the same way | floats, `(windows, rows, window)` |
# | `h0` | the state before the first window | floats, `(rows, units)` |
# | `kernel` | $\mathbf{W}$ | floats, `(1, units)` |
# | `recurrent_kernel` | $\mathbf{U}$ | floats, `(units, units)` |
# | `bias` | $\mathbf{b}$ | floats, `(units,)` |
# | `rate` | $\eta$, the learning rate | a `float` |
#
# Return the tuple `(losses, state, kernel, recurrent_kernel, bias)`: an array of the losses, one for each window, `(windows,)`; the state after the last window, `(rows, units)`; and the weights after the last update.
# Leave the arguments as they are: write `bias = bias - …`, not `bias -= …`.
#
# A worked number: one row, one unit, two windows of one step, with inputs 1 and 0, targets 0 and 1, $W = U = 1$, $b = 0$, $h_{-1} = 0$ and $\eta = 0.5$.
# The first window gives the state $\tanh(1) \approx 0.762$ and the loss 0.580.
# The gradients for $W$, $U$ and $b$ are 0.640, 0 and 0.640, so $W$ becomes 0.680 and $b$ becomes −0.320.
# The second window gives the state $\tanh(0.762 - 0.320) \approx 0.415$ and the loss 0.342.
# Its gradients for $W$, $U$ and $b$ are 0, −0.737 and −0.968, so at the end $W \approx 0.680$, $U \approx 1.369$ and $b \approx 0.164$.


# %% solution="train_epoch"
def train_epoch(x, targets, h0, kernel, recurrent_kernel, bias, rate):
    """Return losses, last state, kernel, recurrent_kernel and bias after all windows."""
    ### BEGIN SOLUTION
    losses, h = [], h0
    for window, wanted in zip(x, targets, strict=True):
        states = window_forward(window, h, kernel, recurrent_kernel, bias)
        loss, d_outputs = echo_loss(states, wanted)
        _, d_kernel, d_recurrent_kernel, d_bias = window_backward(
            d_outputs, window, h, kernel, recurrent_kernel, bias
        )
        kernel = kernel - rate * d_kernel
        recurrent_kernel = recurrent_kernel - rate * d_recurrent_kernel
        bias = bias - rate * d_bias
        losses.append(loss)
        h = states[:, -1]
    return np.array(losses), h, kernel, recurrent_kernel, bias
    ### END SOLUTION


# %% question="train_epoch"
check("08_truncated_bptt/train_epoch", train_epoch)

# %% [markdown]
# ## In words: why it seemed to work
#
# A program learns the echo task with windows of 10 steps.
# It starts every window from a state of zeros, and it sets the first `delay` targets of every window to 0.
# For echoes of 3, 9 and 15 steps it reports a loss close to 0.
#
# In the cell below, answer in about six sentences:
#
# - What can the network not do because of the reset?
# - How do the zeroed targets hide that from the loss, and would carrying the state alone have repaired the echo of 9?
# - What has the program learnt for the echo of 15, and which measurement would have shown it?

# %% [markdown] written="why_it_seemed_to_work"
# ### BEGIN SOLUTION
# A window that starts from zeros knows nothing of the steps before it, so the echoes at its first `delay` steps cannot be known.
# The zeroed targets hide it: exactly at these steps, where the network could only guess, it is asked for a constant 0, which is easy, so the loss falls towards 0 instead of stopping at the share of unknowable steps times log 2.
# Carrying the state alone would not have repaired the echo of 9: the network could then know the bits, but at 9 of 10 places the target says 0 whatever the bit was, a false label, so it learns to say 0; the true targets are needed, too.
# For the echo of 15 every step of a window of 10 is zeroed, and the program has learnt to say 0 always, without looking at its input; the accuracy against the true echo shows it: 50 %, a coin; so does the accuracy by the step's place in the window, or a comparison with the loss of a constant answer.
# ### END SOLUTION

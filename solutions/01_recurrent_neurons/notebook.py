# %% [markdown]
# # Exercise 1: recurrent neurons
#
# You will write one step of a recurrent layer, and then a network of two steps, in NumPy.
# Read the chapter *Recurrent neurons* first; allow 30 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `rnn_step` | 4 |
# | `rnn_two_steps` | 6 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## One step
#
# A recurrent layer computes its next state from its input $x$ and from its previous state $h$:
#
# $$ h' = \tanh(x\,W + h\,U + b) $$
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | the inputs at this step | `(batch, features)` |
# | `h` | the previous state | `(batch, units)` |
# | `kernel` | $W$, the input weights | `(features, units)` |
# | `recurrent_kernel` | $U$, the state weights | `(units, units)` |
# | `bias` | $b$ | `(units,)` |
#
# Return the next state, of shape `(batch, units)`, and leave the arguments as they are.
#
# A worked number: with one feature and one unit, $x = 1$, $h = 0.5$, $W = 2$, $U = -1$ and $b = 0.25$ give $\tanh(2 - 0.5 + 0.25) = \tanh(1.75) \approx 0.941$.


# %% solution="rnn_step"
def rnn_step(x, h, kernel, recurrent_kernel, bias):
    """Return the next state of a recurrent layer, shape (batch, units)."""
    ### BEGIN SOLUTION
    return np.tanh(x @ kernel + h @ recurrent_kernel + bias)
    ### END SOLUTION


# %% question="rnn_step"
check("01_recurrent_neurons/rnn_step", rnn_step)

# %% [markdown]
# ## Two steps
#
# Unroll the layer over two time steps.
# The first step starts from a state of zeros; the second one starts from what the first one returned.
# The same weights serve both.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x0`, `x1` | the inputs at $t = 0$ and at $t = 1$ | `(batch, features)` each |
# | `kernel`, `recurrent_kernel`, `bias` | the weights, as above | as above |
#
# Return the pair `(y0, y1)`: the outputs at both steps, `(batch, units)` each.
# You may call your `rnn_step`; then it has to be right, too.
#
# A worked number: with $W = 2$, $U = -1$ and $b = 0$, the inputs $x_0 = 0.5$ and $x_1 = 0$ give $y_0 = \tanh(1) \approx 0.762$ and $y_1 = \tanh(-0.762) \approx -0.642$.
# The second input is zero, and yet the second output is not: the layer remembers.


# %% solution="rnn_two_steps"
def rnn_two_steps(x0, x1, kernel, recurrent_kernel, bias):
    """Return the outputs (y0, y1) of a recurrent layer at two steps, (batch, units) each."""
    ### BEGIN SOLUTION
    start = np.zeros((len(x0), len(bias)))
    y0 = rnn_step(x0, start, kernel, recurrent_kernel, bias)
    y1 = rnn_step(x1, y0, kernel, recurrent_kernel, bias)
    return y0, y1
    ### END SOLUTION


# %% question="rnn_two_steps"
check("01_recurrent_neurons/rnn_two_steps", rnn_two_steps)

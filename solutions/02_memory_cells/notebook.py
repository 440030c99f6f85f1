# %% [markdown]
# # Exercise 2: memory cells
#
# You will write the loop that runs any cell, and set the weights of two cells by hand: a delay line, and a counter that starts again; all in NumPy.
# Read the chapter *Memory cells* first; allow 40 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `run_cell` | 3 |
# | `delay_line_weights` | 4 |
# | `counter_weights` | 3 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## Run any cell
#
# A cell is a function that takes one step: from the input $x_t$ and the previous state $h_{t-1}$ it makes the output $y_t$ and the next state $h_t$.
#
# $$ (y_t, h_t) = \text{step}(x_t, h_{t-1}), \qquad t = 0, 1, \dots $$
#
# Run it over a whole sequence, for all instances at once.
# The first step starts from `h0`.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `step` | the cell: `step(x_t, h)` returns the pair `(output, next_state)` | a function; `x_t` is `(batch, features)`, `h` and `next_state` are `(batch, units)`, `output` is `(batch, outputs)` |
# | `x` | the inputs | floats, `(batch, timesteps, features)` |
# | `h0` | the state before the first step, $h_{-1}$ | floats, `(batch, units)` |
#
# Return the pair `(outputs, state)`: the outputs at all steps, one array of shape `(batch, timesteps, outputs)`, and the final state, `(batch, units)`.
# You know the number of outputs only after the first step.
# There is one step at least.
# Leave the arguments as they are.
#
# A worked number: take the cell `lambda x, h: (x - h, x)`, which outputs how much its input has changed.
# From the state 1, the inputs 3, 3, 7 give the outputs 2, 0, 4 and the final state 7.
#
# The check tries cells of three kinds: one whose input, state and output have different sizes, one that reads digits (the state 31 and the digit 2 make 312), and one whose state never changes.


# %% solution="run_cell"
def run_cell(step, x, h0):
    """Return outputs, (batch, timesteps, outputs), and the final state, (batch, units)."""
    ### BEGIN SOLUTION
    state, outputs = h0, []
    for t in range(x.shape[1]):
        output, state = step(x[:, t], state)
        outputs.append(output)
    return np.stack(outputs, axis=1), state
    ### END SOLUTION


# %% question="run_cell"
check("02_memory_cells/run_cell", run_cell)

# %% [markdown]
# ## A delay line
#
# The layer of this question is linear, starts from a state of zeros, and reads its output from its new state:
#
# $$ h_t = x_t W + h_{t-1} U + b, \qquad y_t = h_t V $$
#
# Set its weights so that the output is the input of $k$ steps before:
#
# $$ y_t = \begin{cases} x_{t-k} & \text{if } t \ge k\\ 0 & \text{if } t < k \end{cases} $$
#
# The argument `k` is an integer, 0 or larger; with $k = 0$ the output is the present input.
# Input and output are one number at each step.
# Return the tuple `(kernel, recurrent_kernel, bias, output_kernel)`, four NumPy arrays with at most $k + 1$ units:
#
# | array | what it is | shape |
# | --- | --- | --- |
# | `kernel` | $W$ | `(1, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
# | `bias` | $b$ | `(units,)` |
# | `output_kernel` | $V$ | `(units, 1)` |
#
# There are many right answers: the units may stand in any order, for example.
# The check runs your layer and compares its outputs, not its weights.
#
# A worked number: with $k = 2$, the inputs 5, −1, 4, 8 give the outputs 0, 0, 5, −1.


# %% solution="delay_line_weights"
def delay_line_weights(k):
    """Return kernel, recurrent kernel, bias and output kernel of a delay by k steps."""
    ### BEGIN SOLUTION
    units = k + 1
    kernel = np.zeros((1, units))
    kernel[0, 0] = 1  # the input enters unit 0,
    recurrent_kernel = np.eye(units, k=1)  # each unit hands its number to the next,
    output_kernel = np.zeros((units, 1))
    output_kernel[-1, 0] = 1  # and the last one is read
    return kernel, recurrent_kernel, np.zeros(units), output_kernel
    ### END SOLUTION


# %% question="delay_line_weights"
check("02_memory_cells/delay_line_weights", delay_line_weights)

# %% [markdown]
# ## A counter that starts again
#
# The toggle of the chapter tells whether the number of ones so far is even or odd.
# It is the smallest of a family: counters that count from 0 to $n - 1$ and then start again at 0, like a clock.
# Inputs are 0 or 1, one at each step, and the count before the first step is 0:
#
# $$ y_t = (y_{t-1} + x_t) \bmod n $$
#
# Set the weights of a layer of two ReLU units that does it:
#
# $$ h_t = \operatorname{relu}(x_t W + h_{t-1} U + b), \qquad y_t = h_t V $$
#
# The argument `n` is an integer, 2 or larger; with $n = 2$ it is the toggle.
# Return the tuple `(kernel, recurrent_kernel, bias, output_kernel)`, four NumPy arrays of the same shapes as in the question before, with at most 2 units.
# The layer starts from a state of zeros, and any weights that do it are right.
#
# A way to them: the sum $s = y_{t-1} + x_t$ is one of 0, 1, …, $n$.
# One unit holds $s$, and the other one is 0 except where $s = n$; the output is made of both.
#
# A worked number: with $n = 3$, the inputs 1, 1, 0, 1, 1 give the outputs 1, 2, 2, 0, 1.


# %% solution="counter_weights"
def counter_weights(n):
    """Return kernel, recurrent kernel, bias and output kernel of a counter modulo n."""
    ### BEGIN SOLUTION
    output_kernel = np.array([[1.0], [-n]])  # the sum, less n where it has reached n
    kernel = np.ones((1, 2))
    recurrent_kernel = output_kernel @ kernel  # both units add x to the last output
    bias = np.array([0.0, 1 - n])  # the second one is above 0 at n only
    return kernel, recurrent_kernel, bias, output_kernel
    ### END SOLUTION


# %% question="counter_weights"
check("02_memory_cells/counter_weights", counter_weights)

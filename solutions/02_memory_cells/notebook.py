# %% [markdown]
# # Exercise 2: memory cells
#
# You will write the loop that runs any cell, and set the weights of two cells by hand: a delay line, and a layer that marks every $n$-th one; all in NumPy.
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
# | `every_nth_weights` | 3 |

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
# The check tries cells of three kinds: `LinearCell`, whose input, state and output have different sizes; `DecimalCell`, which reads digits (the state 31 and the digit 2 make 312); and `StillCell`, whose state never changes.


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
# $$ \mathbf{h}_t = x_t \mathbf{W} + \mathbf{h}_{t-1} \mathbf{U} + \mathbf{b}, \qquad y_t = \mathbf{h}_t \mathbf{V} $$
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
# | `kernel` | $\mathbf{W}$ | `(1, units)` |
# | `recurrent_kernel` | $\mathbf{U}$ | `(units, units)` |
# | `bias` | $\mathbf{b}$ | `(units,)` |
# | `output_kernel` | $\mathbf{V}$ | `(units, 1)` |
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
# ## Every n-th one
#
# A café stamps your card at each visit, the $n$-th visit is free, and then a new card begins.
# Inputs are 0 or 1, one at each step.
# The output is 1 at the steps that bring the $n$-th, the $2n$-th, the $3n$-th one and so on, and 0 at all others:
#
# $$ y_t = \begin{cases} 1 & \text{if } x_t = 1 \text{ and } x_0 + \dots + x_t \text{ is a multiple of } n\\ 0 & \text{otherwise} \end{cases} $$
#
# Set the weights of a layer of two ReLU units that does it, starting from a state of zeros:
#
# $$ \mathbf{h}_t = \operatorname{relu}(x_t \mathbf{W} + \mathbf{h}_{t-1} \mathbf{U} + \mathbf{b}), \qquad y_t = \mathbf{h}_t \mathbf{V} $$
#
# The argument `n` is an integer, 2 or larger.
# Return the tuple `(kernel, recurrent_kernel, bias, output_kernel)`, four NumPy arrays of the same shapes as in the question before, with at most 2 units.
# Any weights that do it are right, if the computer keeps them exactly, as it does whole numbers; with numbers such as $1/3$, rounding errors grow from each count to the next.
#
# Unlike the toggle, this layer does not say where it has arrived: ask first what the state must tell, and then what is to be read from it.
#
# A worked number: with $n = 3$, the inputs 1, 1, 0, 1, 0, 1 give the outputs 0, 0, 0, 1, 0, 0.


# %% solution="every_nth_weights"
def every_nth_weights(n):
    """Return kernel, recurrent kernel, bias and output kernel of a layer that marks every n-th one."""
    ### BEGIN SOLUTION
    count = np.array([[1.0], [-n]])  # the ones since the last n-th: the sum, less n at n
    kernel = np.ones((1, 2))
    recurrent_kernel = count @ kernel  # both units add x to the count
    bias = np.array([0.0, 1 - n])  # the second one is above 0 at n only,
    output_kernel = np.array([[0.0], [1.0]])  # and it alone is read
    return kernel, recurrent_kernel, bias, output_kernel
    ### END SOLUTION


# %% question="every_nth_weights"
check("02_memory_cells/every_nth_weights", every_nth_weights)

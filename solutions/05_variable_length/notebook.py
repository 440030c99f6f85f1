# %% [markdown]
# # Exercise 5: variable length
#
# You will make a mask, run a layer that obeys it, average a loss over what is valid, and cut generated sequences where they end; all in NumPy.
# Read the chapter *Variable length* first; allow 45 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `mask_from_lengths` | 2 |
# | `masked_rnn` | 4 |
# | `masked_mean_loss` | 2 |
# | `cut_at_eos` | 2 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## A mask from lengths
#
# A mask says for each instance $i$ and each step $t$ whether the step is valid:
#
# $$ m_{i,t} = (t < \ell_i) $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `lengths` | $\ell$, the number of valid steps of each instance, from 0 to `timesteps` | integers, `(batch,)` |
# | `timesteps` | the number of columns | an `int` |
#
# Return an array of dtype `bool` and of shape `(batch, timesteps)`: `True` where a step is valid, `False` at padding.
# The padding is at the end.
# A length of 0 gives a row of `False`.
#
# A worked number: the lengths 2 and 0 with 3 timesteps give `[[True, True, False], [False, False, False]]`.


# %% solution="mask_from_lengths"
def mask_from_lengths(lengths, timesteps):
    """Return where steps are valid, dtype bool, shape (batch, timesteps)."""
    ### BEGIN SOLUTION
    return np.arange(timesteps) < lengths[:, np.newaxis]
    ### END SOLUTION


# %% question="mask_from_lengths"
check("05_variable_length/mask_from_lengths", mask_from_lengths)

# %% [markdown]
# ## A layer that obeys the mask
#
# Run a recurrent layer over a padded batch, from a state of zeros.
# At a valid step the state moves and is the output; at padding the state stays as it is and the output is 0:
#
# $$
# h_t = \begin{cases} \tanh(x_t W + h_{t-1} U + b) & \text{if } m_t\\ h_{t-1} & \text{if not } m_t \end{cases}
# \qquad
# y_t = \begin{cases} h_t & \text{if } m_t\\ 0 & \text{if not } m_t \end{cases}
# $$
#
# Each instance follows its own row of the mask.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `x` | the inputs, with any numbers in the padding | floats, `(batch, timesteps, features)` |
# | `mask` | $m$, as above, with the padding at the end | `bool`, `(batch, timesteps)` |
# | `kernel` | $W$ | floats, `(features, units)` |
# | `recurrent_kernel` | $U$ | floats, `(units, units)` |
# | `bias` | $b$ | floats, `(units,)` |
#
# Return the pair `(outputs, state)` of float arrays: the outputs $y$ at all steps, `(batch, timesteps, units)`, and the final state, `(batch, units)`, which is the state after each instance's last valid step.
# An instance without a valid step has outputs of 0 and a final state of 0.
# Leave the arguments as they are.
#
# A worked number: with $W = 2$, $U = -1$ and $b = 0$, the inputs 0.5, 0 and 7 with the mask `[True, True, False]` give the outputs $\tanh(1) \approx 0.762$, $\tanh(-0.762) \approx -0.642$ and 0.
# The final state is −0.642, and the 7 is never read.


# %% solution="masked_rnn"
def masked_rnn(x, mask, kernel, recurrent_kernel, bias):
    """Return outputs, (batch, timesteps, units), and the final state, (batch, units)."""
    ### BEGIN SOLUTION
    state = np.zeros((len(x), len(bias)))
    outputs = np.zeros((*mask.shape, len(bias)))
    for t in range(mask.shape[1]):
        valid = mask[:, t, np.newaxis]
        new = np.tanh(x[:, t] @ kernel + state @ recurrent_kernel + bias)
        state = np.where(valid, new, state)
        outputs[:, t] = np.where(valid, new, 0)
    return outputs, state
    ### END SOLUTION


# %% question="masked_rnn"
check("05_variable_length/masked_rnn", masked_rnn)

# %% [markdown]
# ## A loss over the valid steps
#
# Average the losses of all valid steps of the batch; each valid step has the same weight, whichever sequence it belongs to:
#
# $$ L = \frac{\sum_{i,t} m_{i,t}\, L_{i,t}}{\sum_{i,t} m_{i,t}} $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `losses` | the loss at each step, with any finite numbers in the padding | floats, `(batch, timesteps)` |
# | `mask` | $m$, as above | `bool`, `(batch, timesteps)` |
#
# Return one number, a Python `float` or a NumPy one.
# An instance without a valid step adds nothing, neither above nor below the line; at least one step of the batch is valid.
# Leave the arguments as they are.
#
# A worked number: the losses `[[1, 2, 6], [5, 9, 9]]` with 3 and 1 valid steps give (1 + 2 + 6 + 5) / 4 = 3.5.


# %% solution="masked_mean_loss"
def masked_mean_loss(losses, mask):
    """Return the mean of the losses at valid steps, one number."""
    ### BEGIN SOLUTION
    return float(np.where(mask, losses, 0).sum() / mask.sum())
    ### END SOLUTION


# %% question="masked_mean_loss"
check("05_variable_length/masked_mean_loss", masked_mean_loss)

# %% [markdown]
# ## The end of a generated sequence
#
# A decoder writes `timesteps` tokens for every instance, but an instance is finished at its first end-of-sequence token.
# Return what comes before it.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `tokens` | the tokens that were written | integers, `(batch, timesteps)` |
# | `eos` | the token that ends a sequence; it may be any number | an `int` |
#
# Return a list with one array for each instance, in their order, each of shape `(n,)` with its own $n$ and with the dtype of `tokens`.
# The end-of-sequence token itself is not part of it, and neither is anything that follows it.
# A row without the token stays whole; a row that starts with it gives an empty array, of shape `(0,)` and with the same dtype as the others.
#
# A worked number: with `eos = 9`, the rows `[5, 0, 9, 7]`, `[9, 9, 1, 2]` and `[4, 4, 4, 4]` give `[5, 0]`, `[]` and `[4, 4, 4, 4]`.


# %% solution="cut_at_eos"
def cut_at_eos(tokens, eos):
    """Return each row up to its first `eos`, without it: a list of arrays."""
    ### BEGIN SOLUTION
    before_eos = np.logical_and.accumulate(tokens != eos, axis=1)
    return [row[: steps.sum()] for row, steps in zip(tokens, before_eos, strict=True)]
    ### END SOLUTION


# %% question="cut_at_eos"
check("05_variable_length/cut_at_eos", cut_at_eos)

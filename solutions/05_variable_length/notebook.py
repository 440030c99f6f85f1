# %% [markdown]
# # Exercise 5: variable length
#
# You will make a mask, run a layer that obeys it, average a loss over what is valid, and cut generated sequences where they end; all in NumPy.
# Each question goes a step further than the chapter *Variable length*; read that first, and allow 45 minutes.
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
# In the chapter every sequence begins at step 0, and its padding follows.
# Here a sequence may begin later: some programs pad on the left, and a recording may begin in the middle of its window.
# With $s_i$ for the first valid step of instance $i$, and $\ell_i$ for the number of its valid steps:
#
# $$ m_{i,t} = \begin{cases} 1 & \text{if } s_i \le t < s_i + \ell_i\\ 0 & \text{otherwise} \end{cases} $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `lengths` | $\ell$, the number of valid steps of each instance, 0 or more | integers, `(batch,)` |
# | `starts` | $s$, the first valid step of each instance; $s_i + \ell_i$ is at most `timesteps` | integers, `(batch,)` |
# | `timesteps` | the number of columns | an `int` |
#
# Return an array of dtype `bool` and of shape `(batch, timesteps)`: `True` where a step is valid, `False` at padding.
# A length of 0 gives a row of `False`, wherever it starts.
# Leave the arguments as they are.
#
# A worked number: the lengths 2, 1 and 0 with the starts 0, 3 and 1 and 4 timesteps give
#
# ```
# [[ True,  True, False, False],
#  [False, False, False,  True],
#  [False, False, False, False]]
# ```


# %% solution="mask_from_lengths"
def mask_from_lengths(lengths, starts, timesteps):
    """Return where steps are valid, dtype bool, shape (batch, timesteps)."""
    ### BEGIN SOLUTION
    since_start = np.arange(timesteps) - starts[:, np.newaxis]
    return (since_start >= 0) & (since_start < lengths[:, np.newaxis])
    ### END SOLUTION


# %% question="mask_from_lengths"
check("05_variable_length/mask_from_lengths", mask_from_lengths)

# %% [markdown]
# ## A layer that obeys the mask
#
# Run a recurrent layer over a padded batch, from the state $h_{-1}$ that is given.
# At a valid step the state moves and is the output; at padding the state stays as it is and the output is 0:
#
# $$
# h_t = \begin{cases} \tanh(x_t W + h_{t-1} U + b) & \text{if } m_t\\ h_{t-1} & \text{if not } m_t \end{cases}
# \qquad
# y_t = \begin{cases} h_t & \text{if } m_t\\ 0 & \text{if not } m_t \end{cases}
# $$
#
# Each instance follows its own row of the mask, and padding may stand anywhere: before the valid steps, behind them or between them.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `x` | the inputs, with any numbers in the padding | floats, `(batch, timesteps, features)` |
# | `mask` | $m$: `True` at a valid step, `False` at padding | `bool`, `(batch, timesteps)` |
# | `h0` | $h_{-1}$, the state before the first step | floats, `(batch, units)` |
# | `kernel` | $W$ | floats, `(features, units)` |
# | `recurrent_kernel` | $U$ | floats, `(units, units)` |
# | `bias` | $b$ | floats, `(units,)` |
#
# Return the pair `(outputs, state)` of float arrays: the outputs $y$ at all steps, `(batch, timesteps, units)`, and the final state, `(batch, units)`, which is the state after each instance's last valid step.
# An instance without a valid step has outputs of 0, and its final state is its row of `h0`.
# Leave the arguments as they are.
#
# A worked number: with $W = 2$, $U = -1$, $b = 0$ and $h_{-1} = 0.5$, take the inputs 7, 0.5, 7 and 0 with the mask `[False, True, False, True]`.
# The outputs are 0, $\tanh(1 - 0.5) \approx 0.462$, 0 and $\tanh(0 - 0.462) \approx -0.432$.
# The final state is −0.432, and no 7 is ever read.


# %% solution="masked_rnn"
def masked_rnn(x, mask, h0, kernel, recurrent_kernel, bias):
    """Return outputs, (batch, timesteps, units), and the final state, (batch, units)."""
    ### BEGIN SOLUTION
    state = h0
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
# Average the losses of all valid steps of the batch, where some instances count more than others.
# Each valid step of instance $i$ has the weight $\alpha_i$, above the line and below it:
#
# $$ L = \frac{\sum_{i,t} \alpha_i\, m_{i,t}\, L_{i,t}}{\sum_{i,t} \alpha_i\, m_{i,t}} $$
#
# With equal weights this is the masked loss of the chapter; with $\alpha_i = 1/\ell_i$ every sequence counts the same, however long it is.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `losses` | the loss at each step, with any finite numbers in the padding | floats, `(batch, timesteps)` |
# | `mask` | $m$, as above | `bool`, `(batch, timesteps)` |
# | `weights` | $\alpha$, the weight of each instance, positive | floats, `(batch,)` |
#
# Return one number, a Python `float` or a NumPy one.
# An instance without a valid step adds nothing, neither above nor below the line; at least one step of the batch is valid.
# Leave the arguments as they are.
#
# A worked number: the losses `[[1, 2, 6], [5, 9, 9]]` with 3 and 1 valid steps and the weights 1 and 3 give
#
# $$ \frac{1 \cdot (1 + 2 + 6) + 3 \cdot 5}{1 \cdot 3 + 3 \cdot 1} = \frac{24}{6} = 4. $$


# %% solution="masked_mean_loss"
def masked_mean_loss(losses, mask, weights):
    """Return the weighted mean of the losses at valid steps, one number."""
    ### BEGIN SOLUTION
    shares = np.where(mask, weights[:, np.newaxis], 0)
    return float((shares * losses).sum() / shares.sum())
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

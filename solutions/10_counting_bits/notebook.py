# %% [markdown]
# # Exercise 10: counting bits
#
# You will make the data set of bit strings without wasting memory, set the weights of an LSTM that counts, and build a model that learns to count.
# Read the chapter *Counting bits* first; allow 50 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `bit_dataset` | 3 |
# | `counting_lstm_weights` | 4 |
# | `build_counter` | 3 |
#
# The first two questions are NumPy; Keras is imported before the third.

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## The data set
#
# Make the strings of some numbers, and count their ones.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `numbers` | one number for each string, from 0 to $2^\text{bits} - 1$, in any order | `int64`, `(batch,)` |
# | `bits` | the number of digits of each string, from 1 to 20 | an `int` |
#
# Return the pair `(strings, counts)`, two arrays of dtype `np.uint8`, with one byte for each entry:
#
# | array | what it is | shape |
# | --- | --- | --- |
# | `strings` | the binary digits of each number, 0 or 1, the most significant first, with zeros in front where the number is small | `(batch, bits, 1)` |
# | `counts` | the number of ones in each string | `(batch,)` |
#
# The digit at step $t$ of the number $n$ is
#
# $$ x_t = \left\lfloor n / 2^{\,\text{bits} - 1 - t} \right\rfloor \bmod 2, \qquad t = 0, 1, \dots, \text{bits} - 1 $$
#
# where $\lfloor\;\rfloor$ rounds down; as bit arithmetic, this is a shift `>>` and a cut `& 1`.
# Leave `numbers` as it is.
#
# **Memory.** For strings of 20 bits your function may take 50 bytes for each string at its peak, 21 of which are the answer itself; then all $2^{20}$ strings fit into about 50 MB.
# The check measures it with 2,048 strings.
# Right digits that take more memory give half of the points.
#
# A worked number: `bit_dataset(np.array([5, 0, 14]), 4)` gives the strings `0101`, `0000` and `1110`, in an array of shape `(3, 4, 1)`, and the counts 2, 0 and 3.


# %% solution="bit_dataset"
def bit_dataset(numbers, bits):
    """Return strings, (batch, bits, 1), and counts, (batch,), both uint8."""
    ### BEGIN SOLUTION
    strings = np.zeros((len(numbers), bits, 1), dtype=np.uint8)
    for t in range(bits):  # one column at a time: the temporaries are small
        strings[:, t, 0] = (numbers >> (bits - 1 - t)) & 1
    return strings, strings.sum(axis=(1, 2), dtype=np.uint8)
    ### END SOLUTION


# %% question="bit_dataset"
check("10_counting_bits/bit_dataset", bit_dataset)

# %% [markdown]
# ## An LSTM that counts
#
# Here the bits have another code, as in many programs: a one is $x_t = 1$, and a zero is $x_t = -1$.
# Set the weights of an LSTM with a readout that shows, after each step, how many ones it has read:
#
# $$
# \begin{aligned}
# \left[s^i_t\;\; s^f_t\;\; s^c_t\;\; s^o_t\right] &= x_t W + h_{t-1} U + b\\
# c_t &= \sigma(s^f_t) \odot c_{t-1} + \sigma(s^i_t) \odot \tanh(s^c_t)\\
# h_t &= \sigma(s^o_t) \odot \tanh(c_t)\\
# y_t &= h_t V
# \end{aligned}
# $$
#
# What is shown is $y_t$, rounded to the nearest whole number; $h$ and $c$ start at 0.
#
# The argument `length` is an integer, 1 or larger.
# The count must be right after every step of every string of at most `length` bits, in `float32`.
# The check tries lengths up to 120.
#
# Return the tuple `(kernel, recurrent_kernel, bias, output_kernel)`, four NumPy arrays, with as many units as you like (up to 64; one is enough).
# The blocks stand in Keras's order, input gate, forget gate, candidate, output gate, each `units` columns wide:
#
# | array | what it is | shape |
# | --- | --- | --- |
# | `kernel` | $W$ | `(1, 4·units)` |
# | `recurrent_kernel` | $U$ | `(units, 4·units)` |
# | `bias` | $b$ | `(4·units,)` |
# | `output_kernel` | $V$ | `(units, 1)` |
#
# There are many right answers.
# The check runs your LSTM and compares what it shows, not its weights.
#
# A worked number: with the inputs 1, −1, −1, 1, 1 the shown numbers, rounded, are 1, 1, 1, 2, 3.
#
# A way to it: the counter of the chapter reads 0 and 1, and its input gate never shuts.
# Look at what its candidate is at $x_t = -1$, and which gate can keep that out.


# %% solution="counting_lstm_weights"
def counting_lstm_weights(length):
    """Return kernel, recurrent kernel, bias and output kernel of an LSTM that counts ones."""
    ### BEGIN SOLUTION
    step = 0.5 / length**1.5  # tanh takes step² · length³ / 3 = 1/12 from the last count
    kernel = np.array([[20.0, 0, 0, 0]])  # the input gate opens at 1 and shuts at −1
    bias = np.array([0.0, 20, step, 20])  # the others stay open; a one adds the step
    return kernel, np.zeros((1, 4)), bias, np.array([[1 / step]])
    ### END SOLUTION


# %% question="counting_lstm_weights"
check("10_counting_bits/counting_lstm_weights", counting_lstm_weights)

# %% [markdown]
# ## A model that learns to count
#
# Build a Keras model that reads strings of zeros and ones and gives a logit for each possible count: an `LSTM` layer of 24 units, then a `Dense` layer that reads the output of the last step.
#
# | argument | what it is |
# | --- | --- |
# | `bits` | the number of digits of each string, an `int` |
# | `classes` | the number of logits, an `int`; it need not be `bits + 1` |
#
# Return the model, not trained.
# It takes arrays of shape `(batch, bits, 1)` and gives an array of shape `(batch, classes)`.
# Its outputs are logits: there is no softmax in the model, because the loss applies it.
# All other options of the two layers stay as Keras has them.
#
# An example: `build_counter(8, 9)` gives, for a batch of 5 strings, logits of shape `(5, 9)`, and has $4 \cdot (1 \cdot 24 + 24 \cdot 24 + 24) + 24 \cdot 9 + 9 = 2721$ weights to learn.
#
# The check gives your model known weights and compares its logits.
# Then it trains the model on half of the strings of 8 bits, for 600 steps of 32 strings, and counts how many of the other half it gets right: at least 80 % must be.
# That takes some seconds.

# %%
import keras


# %% solution="build_counter"
def build_counter(bits, classes):
    """Return a model from (batch, bits, 1) to logits, (batch, classes)."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [keras.Input((bits, 1)), keras.layers.LSTM(24), keras.layers.Dense(classes)]
    )
    ### END SOLUTION


# %% question="build_counter"
check("10_counting_bits/build_counter", build_counter)

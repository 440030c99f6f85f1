# %% [markdown]
# # Exercise 3: sequence shapes
#
# You will write the four small functions that bring data into the shape of a sequence, or take the answer out of one, in NumPy.
# Read the chapter *Sequence shapes* first; allow 30 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Write all four functions yourself, in NumPy, without `rnncourse.sequences`: some lie ready there, and whoever imports one has learnt nothing.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# Many inputs here are *content-coded*: each number says where it was.
# The value 3142 stands for instance 1, step 4, feature 2; the thousands are the same in the whole array and only make it a new one.
# So you can read off a wrong result what went where.
#
# | question | points |
# | --- | --- |
# | `to_time_major` | 3 |
# | `image_rows` | 2 |
# | `make_windows` | 3 |
# | `last_step` | 2 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## Time first
#
# Some programs want time as the first axis.
# Return the same numbers in that layout, `y` with
#
# $$ y[t, b, f] = x[b, t, f] $$
#
# | array | shape |
# | --- | --- |
# | `x`, the sequences | `(batch, timesteps, features)` |
# | the result | `(timesteps, batch, features)` |
#
# A worked number: in a batch of shape `(4, 2, 3)`, the number `x[3, 1, 2]` comes to the place `y[1, 3, 2]` of a result of shape `(2, 4, 3)`.


# %% solution="to_time_major"
def to_time_major(x):
    """Return x with time as its first axis, shape (timesteps, batch, features)."""
    ### BEGIN SOLUTION
    return np.swapaxes(x, 0, 1)
    ### END SOLUTION


# %% question="to_time_major"
check("03_sequence_shapes/to_time_major", to_time_major)

# %% [markdown]
# ## Images as sequences of rows
#
# The images are square and come flat, one image in each row of the array, its pixels from left to right and from top to bottom.
# Return each image as a sequence: step $t$ is row $t$ of the image, counted from the top, and its features are the pixels of that row, from left to right.
#
# $$ y[b, t, f] = \text{images}[b,\; t \cdot \text{side} + f] $$
#
# | array | shape |
# | --- | --- |
# | `images` | `(batch, side²)` |
# | the result | `(batch, side, side)` |
#
# The argument `side` is missing on purpose: it follows from the shape of `images`.
# It must be an integer, and `np.sqrt` gives a float.
# In these checks the last three digits, 100·b + 10·t + f, stand for the pixel in row t and column f of image b.
#
# A worked number: a batch of 5 images of 9 pixels each has `side` 3; the pixel `images[4, 5]` comes to the place `y[4, 1, 2]`, because $5 = 1 \cdot 3 + 2$.


# %% solution="image_rows"
def image_rows(images):
    """Return flat square images as sequences of rows, shape (batch, side, side)."""
    ### BEGIN SOLUTION
    batch, pixels = images.shape
    side = round(pixels**0.5)
    return images.reshape(batch, side, side)
    ### END SOLUTION


# %% question="image_rows"
check("03_sequence_shapes/image_rows", image_rows)

# %% [markdown]
# ## Windows of a long series
#
# Cut one long series into all windows of `length` consecutive steps: the first one starts at step 0, each next one starts one step later, and the last one ends with the last step of the series.
#
# $$ y[i, t, f] = \text{series}[i + t, f] $$
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `series` | one series | `(timesteps, features)` |
# | `length` | steps in a window | an integer, from 2 to `timesteps` |
#
# Return an array of shape `(windows, length, features)` with `windows = timesteps - length + 1`.
# Window $i$ is a slice of the series; write it yourself, without `rnncourse.sequences`.
# In these checks the last three digits, 10·t + f, stand for feature f at step t of the series.
#
# A worked number: a series of 6 steps has 4 windows of length 3; with one feature and the values 0, 10, 20, 30, 40, 50, the last window is 30, 40, 50.


# %% solution="make_windows"
def make_windows(series, length):
    """Return all windows of a series, shape (windows, length, features)."""
    ### BEGIN SOLUTION
    windows = len(series) - length + 1
    return np.stack([series[start : start + length] for start in range(windows)])
    ### END SOLUTION


# %% question="make_windows"
check("03_sequence_shapes/make_windows", make_windows)

# %% [markdown]
# ## From a sequence to a vector
#
# A recurrent layer gave an output at every step.
# Return only the output at the last step, for every instance.
# All sequences of the batch are equally long.
#
# $$ y[b, u] = \text{outputs}[b,\; \text{timesteps} - 1,\; u] $$
#
# | array | shape |
# | --- | --- |
# | `outputs` | `(batch, timesteps, units)` |
# | the result | `(batch, units)` |
#
# A worked number: one instance and one unit with the outputs 0.9, −0.2, 0.5 give 0.5.
#
# The numbers in these checks are like those of a layer with $\tanh$: between −1 and 1, and in no order.


# %% solution="last_step"
def last_step(outputs):
    """Return the outputs at the last step, shape (batch, units)."""
    ### BEGIN SOLUTION
    return outputs[:, -1]
    ### END SOLUTION


# %% question="last_step"
check("03_sequence_shapes/last_step", last_step)

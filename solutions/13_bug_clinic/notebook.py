# %% [markdown]
# # Exercise 13: the bug clinic
#
# Eight programs are ill.
# None raises an error, and each would do some damage for a long time before anybody noticed.
# For each you will write a test that catches it, and then repair it.
# Read the chapter *The bug clinic* first; allow 60 minutes.
#
# Every program comes with what it should do, what somebody has noticed, and the property that it breaks.
# First write the test, a function `test_…(program)`:
#
# - it calls `program`, which is the broken program, or a right one, or another wrong one;
# - it raises an error if the program breaks the property (with `assert`, or with `np.testing.assert_allclose`);
# - otherwise it returns nothing; to print something, or to return `False`, is no verdict;
# - it does not need your repair, which stands below it: the notebook is marked from top to bottom.
#
# Then write the repaired function, under the name that the text gives.
# Try your test on both: `test_run_windows(broken_run_windows)` must raise, and `test_run_windows(run_windows)` must not.
#
# The check of a test tries it on seven to ten programs: the broken one, others that break the *same property* in other ways, and two right ones that are written differently.
# It names one of those that your test judges wrongly, the broken one first.
#
# | program | test, points | repair, points |
# | --- | --- | --- |
# | 1. `run_windows` | 0.5 | 0.5 |
# | 2. `cross_entropy` | 0.5 | 0.5 |
# | 3. `read_columns` | 0.5 | 0.5 |
# | 4. `final_state` | 0.5 | 0.5 |
# | 5. `forecast_pairs` | 0.5 | 0.5 |
# | 6. `scale_parts` | 0.5 | 0.5 |
# | 7. `clip_gradients` | 0.5 | 0.5 |
# | 8. `kernel_gradient` | 0.5 | 0.5 |
# | `one_log_two_suspects`, in words | 2 | |
#
# All programs are NumPy, and leave their arguments as they are.
# For your tests, make small arrays by hand, or draw them: `rng = np.random.default_rng(0)` and `rng.normal(size=(2, 7, 3))`.

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## 1. Windows of a stream
#
# **What it should do.** Run the layer $h_t = \tanh(x_t W + h_{t-1} U)$ over all steps of `x`, from a state of zeros, and return the states after each step.
# It goes through the steps window by window, because the same loop will later train after each window.
#
# **The symptom.** It remembers nothing from before a window's first step (this is the fault of one of the sources).
#
# **The property.** The windows do not show: for *any* size of window, the states are those of one long run.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | inputs | `(batch, timesteps, features)` |
# | `kernel` | $W$ | `(features, units)` |
# | `recurrent_kernel` | $U$ | `(units, units)` |
# | `window` | steps of a window, an `int` from 1 to `timesteps`; the last window may be shorter | – |
#
# It returns the states, `(batch, timesteps, units)`.
#
# A worked number: one instance, one feature, one unit, $W = U = 1$ and the inputs 1, 0.
# The states are $\tanh(1) \approx 0.762$ and $\tanh(0 + 0.762) \approx 0.642$, with `window = 2` and with `window = 1`.
# The broken program gives 0.762 and 0 for `window = 1`.


# %%
def broken_run_windows(x, kernel, recurrent_kernel, window):
    """Return the states after each step, shape (batch, timesteps, units)."""
    outputs = []
    for start in range(0, x.shape[1], window):
        h = np.zeros((len(x), len(recurrent_kernel)))
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


# %% [markdown]
# **The test.**


# %% solution="test_run_windows"
def test_run_windows(program):
    """Raise if the size of the windows changes the states."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 7, 3))
    kernels = rng.normal(size=(3, 4)), rng.normal(size=(4, 4))
    one_run = program(x, *kernels, 7)
    for window in (1, 2, 3):
        assert np.allclose(program(x, *kernels, window), one_run)
    ### END SOLUTION


# %% question="test_run_windows"
check("13_bug_clinic/test_run_windows", test_run_windows)

# %% [markdown]
# **The repair.**


# %% solution="run_windows"
def run_windows(x, kernel, recurrent_kernel, window):
    """Return the states after each step, shape (batch, timesteps, units)."""
    ### BEGIN SOLUTION
    outputs = []
    h = np.zeros((len(x), len(recurrent_kernel)))
    for start in range(0, x.shape[1], window):
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)
    ### END SOLUTION


# %% question="run_windows"
check("13_bug_clinic/run_windows", run_windows)

# %% [markdown]
# ## 2. The cross entropy
#
# **What it should do.** Return the mean over the batch of the cross entropy of the right class $k_i$, computed from logits of *any* size:
#
# $$ L = \frac{1}{\mathrm{batch}} \sum_i \Big(\log\sum_j e^{z_{i,j}} - z_{i,k_i}\Big) $$
#
# With $m$ for the largest logit of a row, $\log\sum_j e^{z_j} = m + \log\sum_j e^{z_j - m}$; the right-hand side does not overflow.
#
# **The symptom.** However good the model is, the loss stays well above 0 (another source).
#
# **The property.** The loss is known at its ends, for any number of instances.
# An instance whose right logit is far above all others costs 0.
# One whose right logit lies $a$ below a single largest one costs $a$, for $a$ of 50 as of 1,000.
# The loss of a batch is the mean of what its instances cost.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `logits` | $z$ | floats, `(batch, classes)` |
# | `labels` | $k$, the right classes | integers, `(batch,)` |
#
# It returns a number.
#
# A worked number: the logits `[[0, 1000, 0], [1000, 0, 0]]` with the labels `[0, 0]` cost 1000 and 0; the loss is 500.
# The broken program gives about 1.05.


# %%
def broken_cross_entropy(logits, labels):
    """Return the mean cross entropy of the right classes, a number."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    prediction = e / e.sum(axis=1, keepdims=True)
    log_sum = np.log(np.exp(prediction).sum(axis=1))
    return np.mean(log_sum - prediction[np.arange(len(labels)), labels])


# %% [markdown]
# **The test.**


# %% solution="test_cross_entropy"
def test_cross_entropy(program):
    """Raise if the loss is wrong at its ends."""
    ### BEGIN SOLUTION
    right = np.array([[60.0, 0, 0], [0, 0, 60], [0, 60, 0], [60, 0, 0]])
    assert np.isclose(program(right, np.array([0, 2, 1, 0])), 0)
    for a in (60, 1000):
        assert np.isclose(program(a / 60 * right, np.array([1, 1, 2, 2])), a)
    ### END SOLUTION


# %% question="test_cross_entropy"
check("13_bug_clinic/test_cross_entropy", test_cross_entropy)

# %% [markdown]
# **The repair.**


# %% solution="cross_entropy"
def cross_entropy(logits, labels):
    """Return the mean cross entropy of the right classes, a number."""
    ### BEGIN SOLUTION
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return np.mean(log_sum - z[np.arange(len(labels)), labels])
    ### END SOLUTION


# %% question="cross_entropy"
check("13_bug_clinic/cross_entropy", cross_entropy)

# %% [markdown]
# ## 3. Columns as steps
#
# **What it should do.** Turn images into sequences that are read from left to right: step $t$ holds column $t$, from top to bottom.
#
# $$ \mathrm{steps}_{i,t,r} = \mathrm{images}_{i,r,t} $$
#
# **The symptom.** The network learns digits slowly and badly; drawn on paper, the "columns" hold pieces of rows.
#
# **The property.** Every number arrives at its place.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `images` | images | `(batch, rows, columns)` |
#
# It returns an array of shape `(batch, columns, rows)`, with the dtype of `images`.
#
# A worked number: the image `[[0, 1, 2], [10, 11, 12]]` gives the steps `[0, 10]`, `[1, 11]` and `[2, 12]`.
# The broken program gives `[0, 1]`, `[2, 10]` and `[11, 12]`.


# %%
def broken_read_columns(images):
    """Return the columns as steps, shape (batch, columns, rows)."""
    batch, rows, columns = images.shape
    return images.reshape(batch, columns, rows)


# %% [markdown]
# **The test.**


# %% solution="test_read_columns"
def test_read_columns(program):
    """Raise if a number does not arrive at its place."""
    ### BEGIN SOLUTION
    images = np.arange(24).reshape(2, 3, 4)
    steps = program(images)
    assert steps.shape == (2, 4, 3)
    for t in range(4):
        assert np.array_equal(steps[:, t], images[:, :, t])
    ### END SOLUTION


# %% question="test_read_columns"
check("13_bug_clinic/test_read_columns", test_read_columns)

# %% [markdown]
# **The repair.**


# %% solution="read_columns"
def read_columns(images):
    """Return the columns as steps, shape (batch, columns, rows)."""
    ### BEGIN SOLUTION
    return images.swapaxes(1, 2)
    ### END SOLUTION


# %% question="read_columns"
check("13_bug_clinic/read_columns", read_columns)

# %% [markdown]
# ## 4. The state of a padded batch
#
# **What it should do.** Run the layer of program 1 over a batch of sequences that are padded at their ends, from a state of zeros, and return the state of each sequence after its last *valid* step.
# Steps are counted from 0: sequence $i$ has the valid steps 0 to `lengths[i]` − 1.
#
# **The symptom.** The same sentence gets another answer if there is a longer one in its batch.
#
# **The property.** Padding changes nothing: each sequence of the batch ends in the state in which it ends when it runs alone, without padding.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `x` | inputs; any number may stand in the padding | floats, `(batch, timesteps, features)` |
# | `lengths` | numbers of valid steps, from 1 to `timesteps` | an array of integers, `(batch,)` |
# | `kernel` | $W$ | floats, `(features, units)` |
# | `recurrent_kernel` | $U$ | floats, `(units, units)` |
#
# It returns the final states, `(batch, units)`.
#
# A worked number: one feature, one unit, $W = U = 1$, the inputs 1, 0 and the length 1.
# The final state is $\tanh(1) \approx 0.762$; the broken program gives $\tanh(0.762) \approx 0.642$.


# %%
def broken_final_state(x, lengths, kernel, recurrent_kernel):
    """Return the states after the last valid steps, shape (batch, units)."""
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
    return h


# %% [markdown]
# **The test.**


# %% solution="test_final_state"
def test_final_state(program):
    """Raise if a sequence ends in another state than when it runs alone."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    x, lengths = rng.normal(size=(3, 6, 2)), np.array([4, 1, 6])
    kernels = rng.normal(size=(2, 5)), rng.normal(size=(5, 5))
    together = program(x, lengths, *kernels)
    for i, length in enumerate(lengths):
        alone = program(x[[i], :length], lengths[[i]], *kernels)
        assert np.allclose(together[i], alone[0])
    ### END SOLUTION


# %% question="test_final_state"
check("13_bug_clinic/test_final_state", test_final_state)

# %% [markdown]
# **The repair.**


# %% solution="final_state"
def final_state(x, lengths, kernel, recurrent_kernel):
    """Return the states after the last valid steps, shape (batch, units)."""
    ### BEGIN SOLUTION
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        moved = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
        h = np.where((t < lengths)[:, np.newaxis], moved, h)
    return h
    ### END SOLUTION


# %% question="final_state"
check("13_bug_clinic/final_state", final_state)

# %% [markdown]
# ## 5. Windows and their targets
#
# **What it should do.** Cut a series into all windows of `length` values; the target of a window is the value that comes next.
#
# $$ \mathrm{inputs}_{i,t} = \mathrm{series}_{i+t} \qquad \mathrm{targets}_i = \mathrm{series}_{i+\mathrm{length}} $$
#
# **The symptom.** The forecasts are almost perfect in training and in testing, and useless in real life.
#
# **The property.** Every window is a piece of the series, its target is the very next value, and no pair is missing.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `series` | the series | an array, `(timesteps,)` |
# | `length` | values in a window, from 1 to `timesteps` − 2 | an `int` |
#
# It returns the tuple `(inputs, targets)`, of the shapes `(timesteps - length, length)` and `(timesteps - length,)`, with the dtype of `series`.
#
# A worked number: the series 5, 6, 7, 8 with `length = 2` gives the windows `[5, 6]` and `[6, 7]` with the targets 7 and 8.
# The broken program gives the targets 6 and 7.


# %%
def broken_forecast_pairs(series, length):
    """Return all windows, (count, length), and their targets, (count,)."""
    count = len(series) - length
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, series[length - 1 : -1]


# %% [markdown]
# **The test.**


# %% solution="test_forecast_pairs"
def test_forecast_pairs(program):
    """Raise if a window is no piece of the series, or its target not the next value."""
    ### BEGIN SOLUTION
    inputs, targets = program(np.arange(10, 17), 3)
    assert inputs.tolist() == [[10, 11, 12], [11, 12, 13], [12, 13, 14], [13, 14, 15]]
    assert targets.tolist() == [13, 14, 15, 16]
    ### END SOLUTION


# %% question="test_forecast_pairs"
check("13_bug_clinic/test_forecast_pairs", test_forecast_pairs)

# %% [markdown]
# **The repair.**


# %% solution="forecast_pairs"
def forecast_pairs(series, length):
    """Return all windows, (count, length), and their targets, (count,)."""
    ### BEGIN SOLUTION
    count = len(series) - length
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, series[length:]
    ### END SOLUTION


# %% question="forecast_pairs"
check("13_bug_clinic/forecast_pairs", forecast_pairs)

# %% [markdown]
# ## 6. The scaler
#
# **What it should do.** Scale the training part and the test part, both with the mean $\mu_f$ and the standard deviation $\delta_f$ of each feature $f$ *in the training part*: $(x - \mu_f) / \delta_f$.
# (`np.mean` and `np.std` give them.)
#
# **The symptom.** The error on the test part is a little better than it ever will be again.
#
# **The property.** The test part cannot move the scaler.
# If you change one step of the test part, the scaled training part stays as it is, and so do all other steps of the scaled test part.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `train` | the training part | `(training steps, features)` |
# | `test` | the test part | `(test steps, features)` |
#
# It returns the tuple of both parts, scaled: `(train, test)`, each with the shape that it had.
#
# A worked number: one feature, the training part 1, 3 and the test part 5, 9.
# Its mean is 2 and its deviation 1, so the scaled parts are −1, 1 and 3, 7.
# The broken program gives about −1.18, −0.51 and 0.17, 1.52.


# %%
def broken_scale_parts(train, test):
    """Return both parts scaled, with the shapes that they had."""
    both = np.concatenate([train, test])
    mean, deviation = both.mean(axis=0), both.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


# %% [markdown]
# **The test.**


# %% solution="test_scale_parts"
def test_scale_parts(program):
    """Raise if a step of the test part moves anything but itself."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(6, 2)), rng.normal(size=(4, 2))
    moved = test.copy()
    moved[-1] += 100
    before, after = program(train, test), program(train, moved)
    assert np.allclose(before[0], after[0])
    assert np.allclose(before[1][:-1], after[1][:-1])
    ### END SOLUTION


# %% question="test_scale_parts"
check("13_bug_clinic/test_scale_parts", test_scale_parts)

# %% [markdown]
# **The repair.**


# %% solution="scale_parts"
def scale_parts(train, test):
    """Return both parts scaled, with the shapes that they had."""
    ### BEGIN SOLUTION
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation
    ### END SOLUTION


# %% question="scale_parts"
check("13_bug_clinic/scale_parts", scale_parts)

# %% [markdown]
# ## 7. Clipping
#
# **What it should do.** Shorten gradients that are too long *together*.
# With $\lVert g \rVert$ for the root of the sum of the squares of all entries of all arrays,
#
# $$ g \leftarrow g \cdot \min\Big(1, \frac{\mathrm{limit}}{\lVert g \rVert}\Big) $$
#
# with the same number for every array.
#
# **The symptom.** Training with clipping goes another way than training without, not only more slowly.
#
# **The property.** Clipping changes the length and nothing else.
# All arrays together point in the same direction as before; a norm above the limit becomes the limit, and gradients below it stay as they are.
#
# | argument | what it is | type |
# | --- | --- | --- |
# | `gradients` | the gradients, not all zero | a list of arrays of any shapes |
# | `limit` | the largest norm, above 0 | a `float` |
#
# It returns a list of arrays of the same shapes.
#
# A worked number: `[3]` and `[4]` have the norm 5 together; with `limit = 2.5` they become `[1.5]` and `[2]`, and with `limit = 10.0` they stay.
# The broken program gives `[2.5]` and `[2.5]`.


# %%
def broken_clip_gradients(gradients, limit):
    """Return the gradients clipped, a list of arrays of the same shapes."""
    return [g * (limit / max(np.linalg.norm(g), limit)) for g in gradients]


# %% [markdown]
# **The test.**


# %% solution="test_clip_gradients"
def test_clip_gradients(program):
    """Raise if clipping turns the gradients, or leaves a wrong length."""
    ### BEGIN SOLUTION
    gradients = [np.array([[6.0, 0], [0, 2]]), np.array([3.0])]  # norm 7
    for limit, factor in ((3.5, 0.5), (0.7, 0.1), (7.5, 1)):
        clipped = program(gradients, limit)
        for before, after in zip(gradients, clipped, strict=True):
            assert np.allclose(after, factor * before)
    ### END SOLUTION


# %% question="test_clip_gradients"
check("13_bug_clinic/test_clip_gradients", test_clip_gradients)

# %% [markdown]
# **The repair.**


# %% solution="clip_gradients"
def clip_gradients(gradients, limit):
    """Return the gradients clipped, a list of arrays of the same shapes."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (limit / max(norm, limit)) for g in gradients]
    ### END SOLUTION


# %% question="clip_gradients"
check("13_bug_clinic/clip_gradients", clip_gradients)

# %% [markdown]
# ## 8. The gradient of shared weights
#
# **What it should do.** A layer computes $z_t = x_t W + \dots$ with the same kernel $W$ at every step.
# Given the gradient $\mathrm{d}z_t$ of the loss for every $z_t$, return that for the kernel, which is a sum over the steps (the product sums over the batch):
#
# $$ \mathrm{d}W = \sum_t x_t^\top\, \mathrm{d}z_t $$
#
# **The symptom.** It learns, but only what can be learnt from the last step.
#
# **The property.** It is the gradient: the number at each place is the slope of $\sum_{i,t,u} \mathrm{d}z_{i,t,u}\,(x_t W)_{i,u}$ when that entry of $W$ moves; every step and every instance has its part in it.
#
# | argument | what it is | shape |
# | --- | --- | --- |
# | `x` | inputs | `(batch, timesteps, features)` |
# | `d_z` | gradient for $z$ | `(batch, timesteps, units)` |
#
# It returns $\mathrm{d}W$, `(features, units)`.
#
# A worked number: one instance, one feature, one unit, `x` = 1, 2 and `d_z` = 10, 100: the gradient is 1·10 + 2·100 = 210.
# The broken program gives 200.


# %%
def broken_kernel_gradient(x, d_z):
    """Return the gradient for the kernel, shape (features, units)."""
    for t in range(x.shape[1]):
        d_kernel = x[:, t].T @ d_z[:, t]
    return d_kernel


# %% [markdown]
# **The test.**


# %% solution="test_kernel_gradient"
def test_kernel_gradient(program):
    """Raise if a step or an instance has no part, or a wrong one, in the gradient."""
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    x, d_z = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
    wanted = sum(np.outer(x[i, t], d_z[i, t]) for i in range(2) for t in range(5))
    assert np.allclose(program(x, d_z), wanted)
    ### END SOLUTION


# %% question="test_kernel_gradient"
check("13_bug_clinic/test_kernel_gradient", test_kernel_gradient)

# %% [markdown]
# **The repair.**


# %% solution="kernel_gradient"
def kernel_gradient(x, d_z):
    """Return the gradient for the kernel, shape (features, units)."""
    ### BEGIN SOLUTION
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t]
    return d_kernel
    ### END SOLUTION


# %% question="kernel_gradient"
check("13_bug_clinic/kernel_gradient", kernel_gradient)

# %% [markdown]
# ## In words: one log, two suspects
#
# A network reads sentences of 4 to 20 words, padded with zeros at their ends, and says whether they are friendly.
# After training, its weights are left alone, and the *same* 500 sentences are padded to three lengths and given to it:
#
# | padded to | mean loss | share right |
# | --- | --- | --- |
# | 20 steps | 0.31 | 0.91 |
# | 40 steps | 0.58 | 0.80 |
# | 80 steps | 1.20 | 0.63 |
#
# The loss is computed for the answer after the last step, one for each sentence, and averaged over the sentences.
# There are two suspects: the padding moves the state, or the mean of the loss counts something that it should not.
#
# In the cell below, answer in about five sentences:
#
# - Which property is broken, and how would you state it for this network?
# - Which of the two suspects do you follow, and what in the table speaks against the other?
# - Describe the test: what goes in, what is compared with what, and how closely.
# - Which result would clear your suspect?

# %% [markdown] written="one_log_two_suspects"
# ### BEGIN SOLUTION
# The property is that padding changes nothing: a sentence must get the same logits however many steps of padding follow it, and whatever is in them.
# The suspect is the state, which goes on through the padding; a mean that counts too much cannot be it, because the share of right answers falls as well, and it does not depend on the mean of the loss; there is one loss for each sentence besides, so no padded step has one.
# The test runs several sentences of different lengths in one padded batch, then each alone without padding, and compares states or logits one by one with a small tolerance, such as `np.allclose`; rubbish in place of the zeros makes it sharper.
# If they agree for all sentences, the suspect is cleared: the padding does not reach the state, and the fault must be looked for behind it, for instance in the share or the loss themselves.
# ### END SOLUTION

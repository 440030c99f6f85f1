# %% [markdown]
# # Exercise 7: vanishing gradients
#
# You will measure how a gradient fades or grows on its way back through time, clip gradients that are too large, and make two kinds of recurrent kernel; all in NumPy.
# Read the chapter *Vanishing gradients* first; allow 40 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `gradient_norms` | 4 |
# | `clip_by_global_norm` | 3 |
# | `orthogonal` | 2 |
# | `with_spectral_radius` | 1 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## How much of the gradient arrives
#
# A simple recurrent layer with $\tanh$ has gone through its steps, and its states are known.
# The loss looks at the last state only; its gradient for that state is given.
# Take it back, one step at a time, and measure its length (its norm) at every state:
#
# $$
# \mathrm{d}h_{t-1} = \left(\mathrm{d}h_t \odot (1 - h_t \odot h_t)\right) U^\top
# \qquad
# \lVert \mathrm{d}h_t \rVert = \sqrt{\sum_j (\mathrm{d}h_{t,j})^2}
# $$
#
# Here $j$ counts the units: each instance has a norm of its own at each step.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `d_last` | $\mathrm{d}h$ at the last step, the gradient of the loss for the last state | floats, `(batch, units)` |
# | `states` | $h$ after every step, between −1 and 1; the last one is `states[:, -1]` | floats, `(batch, timesteps, units)` |
# | `recurrent_kernel` | $U$ | floats, `(units, units)` |
#
# Return the norms, floats of shape `(batch, timesteps)`.
# Column $t$ belongs to $\mathrm{d}h_t$, so the last column is the norm of `d_last` itself.
# Leave the arguments as they are.
#
# A worked number: one unit with $U = 2$, the states 0, 0.6 and 0.5, and a gradient of 1 for the last one.
# From right to left: 1, then $1 \cdot (1 - 0.5^2) \cdot 2 = 1.5$, then $1.5 \cdot (1 - 0.6^2) \cdot 2 = 1.92$.
# The result is `[[1.92, 1.5, 1.0]]`.
#
# A test of your own: with states of zeros and an orthogonal kernel, all columns are equal.


# %% solution="gradient_norms"
def gradient_norms(d_last, states, recurrent_kernel):
    """Return the norm of the gradient for each state, shape (batch, timesteps)."""
    ### BEGIN SOLUTION
    d_h = d_last
    norms = np.empty(states.shape[:2])
    for t in reversed(range(states.shape[1])):
        norms[:, t] = np.sqrt(np.sum(d_h**2, axis=1))
        d_h = (d_h * (1 - states[:, t] ** 2)) @ recurrent_kernel.T
    return norms
    ### END SOLUTION


# %% question="gradient_norms"
check("07_vanishing_gradients/gradient_norms", gradient_norms)

# %% [markdown]
# ## Clip by the global norm
#
# The gradients of all weights are one long vector that happens to be stored in several arrays.
# If it is longer than `max_norm`, shorten it to exactly that length and keep its direction; if not, leave it alone:
#
# $$
# n = \sqrt{\sum_k \sum_i g_{k,i}^2}
# \qquad
# \hat g_k = \begin{cases} \dfrac{n_{\max}}{n}\, g_k & \text{if } n > n_{\max}\\[1ex] g_k & \text{otherwise} \end{cases}
# $$
#
# The first sum goes over the arrays, the second over all entries of an array.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `gradients` | $g_0, g_1, …$, the gradients of the weights | a list of float arrays, of any shapes |
# | `max_norm` | $n_{\max}$, the largest allowed length, above 0 | a `float` |
#
# Return the pair `(clipped, norm)`: a list of arrays with the shapes and the order of `gradients`, and the number $n$, the norm *before* clipping.
# If all gradients are zero, they stay zero, and the norm is 0.
# Leave the arguments as they are.
#
# A worked number: `[3, 0]` and `[[4]]` have the norm 5.
# With `max_norm` 2 they become `[1.2, 0]` and `[[1.6]]`; with `max_norm` 10 they stay as they are.
# The norm that is returned is 5 in both cases.


# %% solution="clip_by_global_norm"
def clip_by_global_norm(gradients, max_norm):
    """Return the gradients, not longer than max_norm together, and their norm before."""
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(gradient**2) for gradient in gradients)))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * gradient for gradient in gradients], norm
    ### END SOLUTION


# %% question="clip_by_global_norm"
check("07_vanishing_gradients/clip_by_global_norm", clip_by_global_norm)

# %% [markdown]
# ## An orthogonal kernel
#
# Every invertible square matrix $A$ is a product $A = QR$ of an orthogonal matrix $Q$ and an upper triangular matrix $R$ (all numbers below its diagonal are 0).
# There are several such products; exactly one of them has an $R$ with only positive numbers on its diagonal.
# Return the $Q$ of that one.
#
# The function `np.linalg.qr` gives some $Q$ and $R$, in which the diagonal of $R$ may be negative in places.
# If you change the sign of a whole column $j$ of $Q$ and of the whole row $j$ of $R$, their product stays the same.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `normal` | $A$, normal random numbers; it is invertible | floats, `(units, units)` |
#
# Return $Q$, floats of shape `(units, units)`.
# Leave the argument as it is.
#
# A worked number: `[[0, -2], [3, 1]]` gives `[[0, -1], [1, 0]]`, because
#
# $$
# \begin{bmatrix} 0 & -2\\ 3 & 1 \end{bmatrix} =
# \begin{bmatrix} 0 & -1\\ 1 & 0 \end{bmatrix}
# \begin{bmatrix} 3 & 1\\ 0 & 2 \end{bmatrix}
# $$
#
# and both numbers on the diagonal on the right, 3 and 2, are positive.


# %% solution="orthogonal"
def orthogonal(normal):
    """Return the orthogonal factor of a square matrix, shape (units, units)."""
    ### BEGIN SOLUTION
    q, r = np.linalg.qr(normal)
    return q * np.sign(np.diag(r))
    ### END SOLUTION


# %% question="orthogonal"
check("07_vanishing_gradients/orthogonal", orthogonal)

# %% [markdown]
# ## A kernel with a given spectral radius
#
# The spectral radius of a matrix is the largest absolute value among its eigenvalues $\lambda_i$, which may be complex.
# Scale a kernel so that it becomes `radius`, whether it was larger or smaller:
#
# $$
# \rho(U) = \max_i \lvert \lambda_i \rvert
# \qquad
# \hat U = \frac{\text{radius}}{\rho(U)}\, U
# $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `kernel` | $U$; its spectral radius is not 0 | floats, `(units, units)` |
# | `radius` | the spectral radius to have | a `float` |
#
# Return $\hat U$, floats (not complex numbers) of shape `(units, units)`.
# Leave the arguments as they are.
# `np.linalg.eigvals` gives the eigenvalues.
#
# A worked number: `[[0, 2], [-2, 0]]` has the eigenvalues $2i$ and $-2i$, so $\rho = 2$.
# With `radius` 0.9 it becomes `[[0, 0.9], [-0.9, 0]]`.


# %% solution="with_spectral_radius"
def with_spectral_radius(kernel, radius):
    """Return the kernel, scaled to a spectral radius, shape (units, units)."""
    ### BEGIN SOLUTION
    return kernel * radius / np.abs(np.linalg.eigvals(kernel)).max()
    ### END SOLUTION


# %% question="with_spectral_radius"
check("07_vanishing_gradients/with_spectral_radius", with_spectral_radius)

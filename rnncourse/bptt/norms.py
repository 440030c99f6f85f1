"""How large gradients are: over time, and clipped."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from rnncourse.bptt.backpropagation import Gradients
from rnncourse.cells import Array, RNNWeights, Trace
from rnncourse.cells.weights import W
from rnncourse.errors import DataError


def jacobian_norms(trace: Trace[Any]) -> Array:
    """Return how much the final state of a simple recurrent layer depends on each state.

    Args:
        trace: What `forward` returned, for `RNNWeights`.

    Returns:
        Spectral norms of the product of Jacobians from h_t to the last state, shape
        `(batch, timesteps)`. The last is 1; towards the left they vanish, or explode.

    Raises:
        DataError: If the trace is of another cell.

    Source: Pascanu et al. (2013), equation 5.

    >>> from rnncourse.cells import forward, init_rnn
    >>> trace = forward(np.ones((4, 7, 3)), init_rnn(3, 5, np.random.default_rng(0)))
    >>> norms = jacobian_norms(trace)
    >>> norms.shape, bool((np.diff(norms) >= 0).all())
    ((4, 7), True)
    """
    if not isinstance(trace.weights, RNNWeights):
        kind = type(trace.weights).__name__
        raise DataError(f"`trace` must be of RNNWeights. Received: {kind}. Use gradient_norms.")
    h, U = trace.states, trace.weights.recurrent_kernel
    product = np.broadcast_to(np.eye(len(U), dtype=h.dtype), (len(h), *U.shape))
    norms = np.empty(trace.mask.shape, h.dtype)
    for t in reversed(range(trace.x.shape[1])):
        norms[:, t] = np.linalg.norm(product, ord=2, axis=(1, 2))
        step = U * (1 - h[:, t + 1, np.newaxis] ** 2)  # from h_{t-1} to h_t, rows on the left
        live = trace.mask[:, t, np.newaxis, np.newaxis]
        product = np.where(live, step @ product, product)
    return norms


def gradient_norms(gradients: Gradients[W]) -> Array:
    """Return the length of the loss's gradient for the state after each step.

    Args:
        gradients: What `backward` returned.

    Returns:
        Shape `(batch, timesteps)`; for an LSTM `(2, batch, timesteps)`, for h and c.

    Source: Pascanu et al. (2013).

    >>> from rnncourse.bptt import backward
    >>> from rnncourse.cells import forward, init_gru
    >>> trace = forward(np.ones((4, 7, 3)), init_gru(3, 5, np.random.default_rng(0)))
    >>> gradient_norms(backward(np.ones((4, 7, 5)), trace)).shape
    (4, 7)
    """
    return np.linalg.norm(gradients.states[..., 1:, :], axis=-1)


def clip_by_global_norm(gradients: Iterable[Array], max_norm: float) -> tuple[list[Array], float]:
    """Return gradients scaled down together, so that their joint length is at most `max_norm`.

    The direction stays: all arrays are scaled by the same factor, or none.

    Args:
        gradients: Arrays of any shapes; the weights of `Gradients` can be given as they are.
        max_norm: Largest allowed length.

    Returns:
        The arrays in their order, and their joint length before clipping.

    Raises:
        DataError: If `max_norm` is not positive, or the gradients are not finite.

    Source: Pascanu et al. (2013), algorithm 1.

    >>> clipped, norm = clip_by_global_norm([np.array([3.0]), np.array([[4.0]])], 1.0)
    >>> norm, clipped
    (5.0, [array([0.6]), array([[0.8]])])
    """
    arrays = list(gradients)
    if not max_norm > 0:
        raise DataError(f"`max_norm` must be positive. Received: {max_norm}.")
    norm = float(np.sqrt(sum(np.vdot(array, array) for array in arrays)))
    if not np.isfinite(norm):
        raise DataError(
            f"`gradients` must be finite. Received a global norm of {norm}. "
            "Did an earlier step explode? Clip from the first step on, or lower the rate."
        )
    scale = min(1.0, max_norm / norm) if norm else 1.0
    return [array if scale == 1 else array * scale for array in arrays], norm

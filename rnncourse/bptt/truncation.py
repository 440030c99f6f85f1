"""Truncated backpropagation through time: a long sequence in windows."""

from collections.abc import Iterator

from numpy.typing import ArrayLike

from rnncourse.cells import Trace, forward
from rnncourse.cells.fitting import fitting_sequence
from rnncourse.cells.weights import State, W
from rnncourse.errors import DataError


def truncated_windows(
    x: ArrayLike,
    weights: W,
    length: int,
    *,
    state: State | None = None,
    mask: ArrayLike | None = None,
) -> Iterator[tuple[slice, Trace[W]]]:
    """Run a layer over a sequence window by window: the state is carried, the gradient cut.

    Each window starts from the state in which the one before ended, and takes it as a
    constant: `backward` on its trace ends at its first step. Weights that are changed in
    place between two windows, after `backward`, act from the next one on: one can train on
    the way.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`.
        weights: Weights of the layer.
        length: Steps in a window; the last one has what is left.
        state: State before the first step, as for `unroll`.
        mask: True where there is an input, as for `unroll`.

    Yields:
        The steps of the window, to cut targets with, and its trace.

    Raises:
        ShapeError: If `x`, `state` or `mask` does not fit the weights or each other.
        DataError: If `length` is less than 1, or the inputs are not as for `unroll`.

    Source: Williams & Peng (1990).

    >>> import numpy as np
    >>> from rnncourse.cells import init_rnn
    >>> x, weights = np.ones((4, 7, 3)), init_rnn(3, 5, np.random.default_rng(0))
    >>> for steps, trace in truncated_windows(x, weights, 3):
    ...     print(steps.start, steps.stop, trace.outputs.shape)
    0 3 (4, 3, 5)
    3 6 (4, 3, 5)
    6 7 (4, 1, 5)
    """
    if length < 1:
        raise DataError(f"`length` must be at least 1. Received: {length}.")
    x, valid = fitting_sequence(x, weights, mask)
    timesteps = x.shape[1]
    for start in range(0, timesteps, length):
        steps = slice(start, min(start + length, timesteps))
        trace = forward(x[:, steps], weights, state=state, mask=valid[:, steps])
        yield steps, trace
        state = trace.final_state

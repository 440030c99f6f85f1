"""The four uses of a recurrent layer: what goes in, and what is taken out.

Each takes the layer as a callable `run(x, state=state)` that returns the outputs and the
final state, for instance `functools.partial(unroll, weights=weights)`.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnncourse.errors import DataError, ShapeError

Array = NDArray[Any]


class Run(Protocol):
    """A layer that runs over a sequence, from a state."""

    def __call__(self, x: Array, *, state: Any = None) -> tuple[Array, Any]:
        """Return the outputs, shape `(batch, timesteps, units)`, and the final state."""


def sequence_to_sequence(run: Run, x: Array, *, state: Any = None) -> Array:
    """Return an output for every step, as in forecasting the next value at each of them.

    Args:
        run: The layer.
        x: Inputs, shape `(batch, timesteps, features)`.
        state: State before the first step; zero if not given.

    Returns:
        The outputs, shape `(batch, timesteps, units)`.

    >>> from functools import partial
    >>> from rnncourse.cells import init_rnn, unroll
    >>> run = partial(unroll, weights=init_rnn(3, 5, np.random.default_rng(0)))
    >>> sequence_to_sequence(run, np.ones((4, 2, 3))).shape
    (4, 2, 5)
    """
    outputs, _ = run(x, state=state)
    return outputs


def sequence_to_vector(run: Run, x: Array, *, state: Any = None) -> Array:
    """Return the output of the last step alone, as in judging a whole sentence.

    Args:
        run: The layer.
        x: Inputs, shape `(batch, timesteps, features)`. Where they are padded, take
            `last_valid` of the sequence's outputs instead.
        state: State before the first step; zero if not given.

    Returns:
        The last output, shape `(batch, units)`.

    >>> from functools import partial
    >>> from rnncourse.cells import init_rnn, unroll
    >>> run = partial(unroll, weights=init_rnn(3, 5, np.random.default_rng(0)))
    >>> sequence_to_vector(run, np.ones((4, 2, 3))).shape
    (4, 5)
    """
    outputs, _ = run(x, state=state)
    return outputs[:, -1]


def vector_to_sequence(run: Run, x: Array, timesteps: int, *, state: Any = None) -> Array:
    """Return a sequence that starts from one input, as in captioning an image.

    Args:
        run: The layer.
        x: The one input, shape `(batch, features)`: the later steps get zeros.
        timesteps: How many steps to run.
        state: State before the first step; zero if not given.

    Returns:
        The outputs, shape `(batch, timesteps, units)`.

    Raises:
        ShapeError: If `x` is not a matrix.
        DataError: If `timesteps` is less than 1.

    >>> from functools import partial
    >>> from rnncourse.cells import init_rnn, unroll
    >>> run = partial(unroll, weights=init_rnn(3, 5, np.random.default_rng(0)))
    >>> vector_to_sequence(run, np.ones((4, 3)), 7).shape
    (4, 7, 5)
    """
    if np.ndim(x) != 2:
        raise ShapeError(f"`x` must have shape (batch, features). Received: {np.shape(x)}.")
    if timesteps < 1:
        raise DataError(f"`timesteps` must be at least 1. Received: {timesteps}.")
    silence = np.zeros_like(x[:, np.newaxis]).repeat(timesteps - 1, axis=1)
    outputs, _ = run(np.concatenate([x[:, np.newaxis], silence], axis=1), state=state)
    return outputs


def encoder_decoder(encode: Run, decode: Run, x: Array, y: Array) -> Array:
    """Return a sequence that is made from another one, as in translation.

    The encoder's outputs are not used: all that the decoder knows of `x` is a state.

    Args:
        encode: The layer that reads.
        decode: The layer that writes, with as many units.
        x: What to read, shape `(batch, timesteps, features)`.
        y: The decoder's inputs, shape `(batch, other timesteps, other features)`: in
            training the targets one step late, after a start token.

    Returns:
        The decoder's outputs, shape `(batch, other timesteps, units)`.

    Source: Cho et al. (2014); Sutskever et al. (2014).

    >>> from functools import partial
    >>> from rnncourse.cells import init_rnn, unroll
    >>> encode = partial(unroll, weights=init_rnn(3, 5, np.random.default_rng(0)))
    >>> decode = partial(unroll, weights=init_rnn(2, 5, np.random.default_rng(1)))
    >>> encoder_decoder(encode, decode, np.ones((4, 7, 3)), np.ones((4, 6, 2))).shape
    (4, 6, 5)
    """
    _, state = encode(x)
    outputs, _ = decode(y, state=state)
    return outputs

"""A layer over a whole sequence: inputs in, every state out.

One time loop serves the three cells, with and without a mask. What to do with the states
afterwards, such as taking gradients, belongs elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.cells.fitting import fitting_sequence, fitting_state
from rnncourse.cells.steps import gru_update, lstm_update, rnn_update
from rnncourse.cells.weights import (
    Array,
    GRUWeights,
    LSTMWeights,
    Mask,
    RNNWeights,
    State,
    W,
    Weights,
)

UPDATES: dict[type, Callable[..., Any]] = {
    RNNWeights: rnn_update,
    LSTMWeights: lstm_update,
    GRUWeights: gru_update,
}


@dataclass(frozen=True, eq=False)
class Trace(Generic[W]):
    """What a layer saw and did over a sequence: all that a backward pass needs.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`, zero at masked steps.
        mask: Where there is an input, shape `(batch, timesteps)`.
        states: The state before the first step and after each, shape
            `(batch, timesteps + 1, units)`; for an LSTM `(2, batch, timesteps + 1, units)`,
            so that `h, c = trace.states`.
        weights: Weights of the layer.
    """

    x: Array
    mask: Mask
    states: Array
    weights: W

    @property
    def h(self) -> Array:
        """The states without the LSTM's cell state, shape `(batch, timesteps + 1, units)`."""
        return hidden(self.states)

    @property
    def outputs(self) -> Array:
        """The outputs, shape `(batch, timesteps, units)`: h, and zero at masked steps."""
        return np.where(self.mask[..., np.newaxis], self.h[:, 1:], 0)

    @property
    def final_state(self) -> Array:
        """The state after the last step, shape `(batch, units)`; for an LSTM h and c."""
        return self.states[..., -1, :]


def unroll(
    x: ArrayLike,
    weights: Weights,
    *,
    state: State | None = None,
    mask: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """Return the outputs of a layer over a sequence, and its final state.

    Where the mask is False the state is carried on unchanged, and the output is zero, as
    with `zero_output_for_mask=True` in Keras: the final state is that of the last valid step.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`.
        weights: Weights of a simple recurrent layer, an LSTM or a GRU.
        state: State before the first step, shape `(batch, units)`; for an LSTM h and c.
            Zero if not given.
        mask: True where there is an input, shape `(batch, timesteps)`. All if not given.

    Returns:
        The outputs, shape `(batch, timesteps, units)`, and the final state, shape
        `(batch, units)`; for an LSTM `(2, batch, units)`, so that `h, c = state`.

    Raises:
        ShapeError: If `x`, `state` or `mask` does not fit the weights or each other.
        DataError: If `x` is empty or not finite, the mask not boolean, the cell unknown.

    >>> from rnncourse.cells import init_lstm
    >>> weights = init_lstm(3, 5, np.random.default_rng(0))
    >>> outputs, (h, c) = unroll(np.ones((4, 2, 3)), weights)
    >>> outputs.shape, c.shape, bool((outputs[:, -1] == h).all())
    ((4, 2, 5), (4, 5), True)
    """
    trace = forward(x, weights, state=state, mask=mask)
    return trace.outputs, trace.final_state


def forward(
    x: ArrayLike,
    weights: W,
    *,
    state: State | None = None,
    mask: ArrayLike | None = None,
) -> Trace[W]:
    """Run a layer over a sequence, and keep every state.

    The inputs' part of all steps is one matrix product, outside the loop over time.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`.
        weights: Weights of a simple recurrent layer, an LSTM or a GRU.
        state: State before the first step, as for `unroll`.
        mask: True where there is an input, as for `unroll`.

    Returns:
        The trace of inputs, mask, states and weights.

    Raises:
        ShapeError: If `x`, `state` or `mask` does not fit the weights or each other.
        DataError: If `x` is empty or not finite, the mask not boolean, the cell unknown.

    >>> from rnncourse.cells import init_gru
    >>> forward(np.ones((4, 2, 3)), init_gru(3, 5, np.random.default_rng(0))).states.shape
    (4, 3, 5)
    """
    x, valid = fitting_sequence(x, weights, mask)
    update = UPDATES[type(weights)]
    projected = project(x, weights)
    state = fitting_state(state, weights, projected)
    states = np.empty((*state.shape[:-1], x.shape[1] + 1, weights.units), state.dtype)
    states[..., 0, :] = state
    for t in range(x.shape[1]):
        state = np.where(valid[:, t, np.newaxis], update(projected[:, t], state, weights), state)
        states[..., t + 1, :] = state
    return Trace(x, valid, states, weights)


def project(x: Array, weights: Weights) -> Array:
    """Return the inputs' part of the sums at every step, x·W + b, in one matrix product.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`.
        weights: Weights of the layer.

    Returns:
        Shape `(batch, timesteps, blocks·units)`.

    >>> from rnncourse.cells import init_lstm
    >>> project(np.ones((4, 2, 3)), init_lstm(3, 5, np.random.default_rng(0))).shape
    (4, 2, 20)
    """
    return np.tensordot(x, weights.kernel, axes=1) + weights.input_bias


def hidden(states: Array) -> Array:
    """Return h of the states of any cell: all but the LSTM's cell state, as a view.

    >>> hidden(np.zeros((2, 4, 3, 5))).shape  # of an LSTM: h and c
    (4, 3, 5)
    """
    return states[0] if states.ndim == 4 else states

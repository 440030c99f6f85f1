"""Gradients of a whole sequence: the chain rule, from the last step back to the first.

`d_a` is the gradient of the loss for `a`, with the shape of `a`. The sums are what goes into
a cell's activations: x·W + h·U + b. Each weight is used at every step, so its gradient is the
sum over the steps. At a masked step the state's gradient passes unchanged, as the state did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.cells import Array, GRUWeights, LSTMWeights, RNNWeights, Trace
from rnncourse.cells.steps import blocks, gru_gates, lstm_gates
from rnncourse.cells.unrolling import hidden, project
from rnncourse.cells.weights import State, W, require_shape


@dataclass(frozen=True, eq=False)
class Gradients(Generic[W]):
    """Gradients of a loss for everything that went into a sequence.

    Args:
        x: For the inputs, shape `(batch, timesteps, features)`.
        states: For the state before the first step and after each, the shape of
            `trace.states`: all ways in which a state reaches the loss, added up, for an
            LSTM's c that through its h included.
        weights: For the weights: an object like them, with gradients in their places.
    """

    x: Array
    states: Array
    weights: W

    @property
    def initial_state(self) -> Array:
        """For the state before the first step, shape `(batch, units)`; for an LSTM h and c."""
        return self.states[..., 0, :]


def backward(
    d_outputs: ArrayLike, trace: Trace[W], *, d_state: State | None = None
) -> Gradients[W]:
    """Return the gradients of a loss, from its gradients for the outputs.

    Args:
        d_outputs: Gradient of the loss for each output, shape `(batch, timesteps, units)`:
            zero where the loss does not use the output.
        trace: What `forward` returned.
        d_state: Gradient of the loss for the final state, shape `(batch, units)`, for an LSTM
            h and c. Zero if not given.

    Returns:
        The gradients for inputs, states and weights.

    Raises:
        ShapeError: If `d_outputs` or `d_state` does not fit the trace.

    Source: Werbos (1990).

    >>> from rnncourse.cells import forward, init_lstm
    >>> trace = forward(np.ones((4, 2, 3)), init_lstm(3, 5, np.random.default_rng(0)))
    >>> gradients = backward(2 * trace.outputs, trace)  # of the sum of squares
    >>> gradients.x.shape, gradients.initial_state.shape, gradients.weights.kernel.shape
    ((4, 2, 3), (2, 4, 5), (3, 20))
    """
    require_shape("d_outputs", d_outputs, trace.outputs.shape)
    d_states = np.zeros_like(trace.states)
    hidden(d_states)[:, 1:] = np.where(trace.mask[..., np.newaxis], d_outputs, 0)
    if d_state is not None:
        require_shape("d_state", d_state, trace.final_state.shape)
        d_states[..., -1, :] += d_state
    d_sums, d_recurrent_kernel, d_bias = THROUGH_TIME[type(trace.weights)](trace, d_states)
    d_weights = type(trace.weights)(_over_steps(trace.x, d_sums), d_recurrent_kernel, d_bias)
    return Gradients(d_sums @ trace.weights.kernel.T, d_states, d_weights)


def rnn_through_time(trace: Trace[RNNWeights], d_states: Array) -> tuple[Array, Array, Array]:
    """Take the gradient through a simple recurrent layer, step by step.

    Args:
        trace: What `forward` returned.
        d_states: Gradients that reach each state from outside, shape
            `(batch, timesteps + 1, units)`. Those from later states are added in place.

    Returns:
        Gradients for the sums, shape `(batch, timesteps, units)`, for the recurrent kernel
        and for the bias.

    Source: Werbos (1990).
    """
    h, d_h, U = trace.states, d_states, trace.weights.recurrent_kernel
    d_sums = np.empty_like(h[:, 1:])
    for t in reversed(range(d_sums.shape[1])):
        live = trace.mask[:, t, np.newaxis]
        d_sums[:, t] = live * d_h[:, t + 1] * (1 - h[:, t + 1] ** 2)
        d_h[:, t] += np.where(live, d_sums[:, t] @ U.T, d_h[:, t + 1])
    return d_sums, _over_steps(h[:, :-1], d_sums), d_sums.sum(axis=(0, 1))


def lstm_through_time(trace: Trace[LSTMWeights], d_states: Array) -> tuple[Array, Array, Array]:
    """Take the gradients through an LSTM, step by step.

    Args:
        trace: What `forward` returned.
        d_states: Gradients that reach each h and c from outside, shape
            `(2, batch, timesteps + 1, units)`. Those from later states are added in place.

    Returns:
        Gradients for the sums, shape `(batch, timesteps, 4·units)`, for the recurrent kernel
        and for the bias.

    Source: Hochreiter & Schmidhuber (1997), Gers et al. (2000); without their truncation.
    """
    (h, c), (d_h, d_c), U = trace.states, d_states, trace.weights.recurrent_kernel
    gates = lstm_gates(project(trace.x, trace.weights), h[:, :-1], trace.weights)
    d_sums = np.empty((*gates[0].shape[:2], U.shape[1]), h.dtype)
    for t in reversed(range(d_sums.shape[1])):
        live = trace.mask[:, t, np.newaxis]
        i, f, candidate, o = (gate[:, t] for gate in gates)
        tanh_c = np.tanh(c[:, t + 1])
        d_o = d_h[:, t + 1] * tanh_c  # h = o·tanh(c)
        d_c[:, t + 1] += live * d_h[:, t + 1] * o * (1 - tanh_c**2)
        d_i = d_c[:, t + 1] * candidate  # c = f·c + i·candidate
        d_f = d_c[:, t + 1] * c[:, t]
        d_candidate = d_c[:, t + 1] * i
        d_sums[:, t] = live * np.concatenate(
            [
                d_i * i * (1 - i),
                d_f * f * (1 - f),
                d_candidate * (1 - candidate**2),
                d_o * o * (1 - o),
            ],
            axis=1,
        )
        d_h[:, t] += np.where(live, d_sums[:, t] @ U.T, d_h[:, t + 1])
        d_c[:, t] += np.where(live, d_c[:, t + 1] * f, d_c[:, t + 1])
    return d_sums, _over_steps(h[:, :-1], d_sums), d_sums.sum(axis=(0, 1))


def gru_through_time(trace: Trace[GRUWeights], d_states: Array) -> tuple[Array, Array, Array]:
    """Take the gradient through a GRU of either form, step by step.

    Args:
        trace: What `forward` returned.
        d_states: Gradients that reach each state from outside, shape
            `(batch, timesteps + 1, units)`. Those from later states are added in place.

    Returns:
        Gradients for the inputs' part of the sums, shape `(batch, timesteps, 3·units)`, for
        the recurrent kernel and for the bias.

    Source: Cho et al. (2014), equations 5 to 8.
    """
    h, d_h, weights = trace.states, d_states, trace.weights
    gates = gru_gates(project(trace.x, weights), h[:, :-1], weights)
    U_gates = weights.recurrent_kernel[:, : 2 * weights.units]
    d_sums = np.empty((*gates[0].shape[:2], 3 * weights.units), h.dtype)
    for t in reversed(range(d_sums.shape[1])):
        live = trace.mask[:, t, np.newaxis]
        z, r, candidate = (gate[:, t] for gate in gates)
        d_z = d_h[:, t + 1] * (h[:, t] - candidate)  # h = z·h + (1 - z)·candidate
        d_sum = d_h[:, t + 1] * (1 - z) * (1 - candidate**2)
        d_r, d_before = _through_reset(d_sum, r, h[:, t], weights)
        d_gates = np.concatenate([d_z * z * (1 - z), d_r * r * (1 - r)], axis=1)
        d_before += d_h[:, t + 1] * z + d_gates @ U_gates.T
        d_sums[:, t] = live * np.concatenate([d_gates, d_sum], axis=1)
        d_h[:, t] += np.where(live, d_before, d_h[:, t + 1])
    return d_sums, *_gru_weights(d_sums, gates[1], h[:, :-1], weights)


def _through_reset(d_sum: Array, r: Array, h: Array, weights: GRUWeights) -> tuple[Array, Array]:
    """Return the gradients for r and h, from that for the candidate's sum."""
    U_h = blocks(weights.recurrent_kernel, 3)[2]
    if weights.reset_after:  # the sum has r·(h·U + b)
        b_h = blocks(weights.bias[1], 3)[2]
        return d_sum * (h @ U_h + b_h), (d_sum * r) @ U_h.T
    d_reset = d_sum @ U_h.T  # the sum has (r·h)·U
    return d_reset * h, d_reset * r


def _gru_weights(d_sums: Array, r: Array, h: Array, weights: GRUWeights) -> tuple[Array, Array]:
    """Return the gradients for recurrent kernel and bias, from those for the inputs' part."""
    d_z, d_r, d_candidate = blocks(d_sums, 3)
    if weights.reset_after:
        d_state = np.concatenate([d_z, d_r, r * d_candidate], axis=2)
        bias = np.stack([d_sums.sum(axis=(0, 1)), d_state.sum(axis=(0, 1))])
        return _over_steps(h, d_state), bias
    parts = [_over_steps(h, d_z), _over_steps(h, d_r), _over_steps(r * h, d_candidate)]
    return np.concatenate(parts, axis=1), d_sums.sum(axis=(0, 1))


def _over_steps(a: Array, d_b: Array) -> Array:
    """Return the gradient for W where b = a·W at every step of every instance."""
    return np.tensordot(a, d_b, axes=([0, 1], [0, 1]))


THROUGH_TIME: dict[type, Callable[[Trace[Any], Array], tuple[Array, Array, Array]]] = {
    RNNWeights: rnn_through_time,
    LSTMWeights: lstm_through_time,
    GRUWeights: gru_through_time,
}

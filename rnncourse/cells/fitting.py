"""Arguments as arrays that fit a layer's weights, or an error that says what does not fit."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.cells.weights import (
    Array,
    GRUWeights,
    LSTMWeights,
    Mask,
    RNNWeights,
    State,
    Weights,
    require_shape,
)
from rnncourse.errors import DataError, ShapeError


def fitting_step(x: ArrayLike, weights: Weights, **states: ArrayLike) -> list[NDArray[Any]]:
    """Return the inputs and states of one step as arrays.

    Args:
        x: Inputs, shape `(batch, features)`.
        weights: Weights of the layer.
        states: The states by their names, each of shape `(batch, units)`.

    Returns:
        The inputs, and the states in their order.

    Raises:
        ShapeError: If one of them does not fit the weights, or their batches differ.

    >>> weights = RNNWeights(np.ones((3, 5)), np.ones((5, 5)), np.ones(5))
    >>> [array.shape for array in fitting_step(np.zeros((4, 3)), weights, h=np.zeros((4, 5)))]
    [(4, 3), (4, 5)]
    """
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[1] != weights.features:
        transposed = x.ndim == 2 and x.shape[0] == weights.features
        hint = " Did you pass (features, batch)? Transpose it." if transposed else ""
        raise ShapeError(
            f"`x` must have shape (batch, {weights.features}). Received: {x.shape}.{hint}"
        )
    for name, state in states.items():
        require_shape(name, state, (x.shape[0], weights.units))
    return [x, *map(np.asarray, states.values())]


def fitting_sequence(
    x: ArrayLike, weights: Weights, mask: ArrayLike | None
) -> tuple[NDArray[Any], Mask]:
    """Return the inputs and the mask of a sequence as arrays.

    Args:
        x: Inputs, shape `(batch, timesteps, features)`.
        weights: Weights of the layer.
        mask: True where there is an input, shape `(batch, timesteps)`, or None.

    Returns:
        The inputs, with zeros where masked, and the mask.

    Raises:
        ShapeError: If `x` does not fit the weights, or `mask` not `x`.
        DataError: If the cell is unknown, `x` empty or not finite, or the mask not boolean.

    >>> weights = RNNWeights(np.ones((1, 5)), np.ones((5, 5)), np.ones(5))
    >>> x, mask = fitting_sequence([[[1.0], [np.nan]]], weights, [[True, False]])
    >>> x.tolist()
    [[[1.0], [0.0]]]
    """
    _require_known(weights)
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[2] != weights.features:
        hint = " Is it one instance? Use x[np.newaxis]." if x.ndim == 2 else ""
        raise ShapeError(
            f"`x` must have shape (batch, timesteps, {weights.features}). "
            f"Received: {x.shape}.{hint}"
        )
    if 0 in x.shape:
        raise DataError(f"`x` must hold an instance and a step at least. Received: {x.shape}.")
    if x.dtype.kind not in "biuf":
        raise DataError(f"`x` must hold real numbers. Received dtype: {x.dtype}.")
    valid = np.ones(x.shape[:2], dtype=bool) if mask is None else _fitting_mask(mask, x.shape)
    x = np.where(valid[..., np.newaxis], x, 0)  # even NaN in the padding stays outside
    _require_finite(x)
    return x, valid


def fitting_state(state: State | None, weights: Weights, projected: Array) -> Array:
    """Return the state before the first step, as a new array.

    Args:
        state: Shape `(batch, units)`; for an LSTM h and c. None stands for zero.
        weights: Weights of the layer.
        projected: The inputs' part of the sums, whose batch and precision the state gets.

    Returns:
        Shape `(batch, units)`; for an LSTM `(2, batch, units)`.

    Raises:
        ShapeError: If `state` has another shape.

    >>> weights = LSTMWeights(np.ones((3, 20)), np.ones((5, 20)), np.ones(20))
    >>> fitting_state(None, weights, np.zeros((4, 2, 20))).shape
    (2, 4, 5)
    """
    shape = weights.state_shape(len(projected))
    if state is None:
        return np.zeros(shape, projected.dtype)
    try:
        start = np.asarray(state)
    except ValueError as error:  # no array holds an h and a c that differ in shape
        shapes = [np.shape(part) for part in state]
        raise ShapeError(f"`state` must have shape {shape}. Received: {shapes}.") from error
    require_shape("state", start, shape)
    return start.astype(np.result_type(start, projected))


def _require_known(weights: Weights) -> None:
    kinds = (RNNWeights, LSTMWeights, GRUWeights)
    if type(weights) not in kinds:
        known = ", ".join(kind.__name__ for kind in kinds)
        raise DataError(
            f"`weights` must be one of {known}. Received: {type(weights).__name__}. "
            "Did you pass layer.get_weights()? Wrap it: LSTMWeights(*layer.get_weights())."
        )


def _fitting_mask(mask: ArrayLike, x_shape: tuple[int, ...]) -> Mask:
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise DataError(
            f"`mask` must be boolean. Received dtype: {mask.dtype}. "
            "Are they lengths? Use rnncourse.sequences.mask_from_lengths."
        )
    if mask.shape != x_shape[:2]:
        hint = " Is it time-major? Transpose it." if mask.shape == x_shape[1::-1] else ""
        raise ShapeError(
            f"`mask` must have shape {x_shape[:2]}, as `x` has. Received: {mask.shape}.{hint}"
        )
    return mask


def _require_finite(x: NDArray[Any]) -> None:
    if not np.isfinite(x).all():
        b, t, feature = np.argwhere(~np.isfinite(x))[0]
        raise DataError(
            f"`x` must be finite. Received: {x[b, t, feature]} in instance {b}, step {t}, "
            f"feature {feature}. Is it padding? Pass a mask."
        )

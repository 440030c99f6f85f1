"""Sequences of different lengths in one array: padding at the end, lengths, masks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError


def pad(
    sequences: Sequence[ArrayLike], *, length: int | None = None, value: float = 0
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return sequences of different lengths as one array, filled up at the end.

    Args:
        sequences: Each `(timesteps,)` or `(timesteps, features)`, of any number of steps.
        length: Steps of the result; those of the longest sequence if not given.
        value: What to fill up with.

    Returns:
        The array, shape `(batch, length)` or `(batch, length, features)`, and the lengths,
        shape `(batch,)`.

    Raises:
        ShapeError: If the sequences differ in more than their number of steps.
        DataError: If there is no sequence, one is empty, or one is longer than `length`.

    >>> array, lengths = pad([[1, 2, 3], [4]])
    >>> array.tolist(), lengths.tolist()
    ([[1, 2, 3], [4, 0, 0]], [3, 1])
    """
    arrays = [np.asarray(sequence) for sequence in sequences]
    _require_alike(arrays)
    lengths = np.array([len(array) for array in arrays])
    steps = lengths.max() if length is None else length
    if lengths.min() == 0:
        raise DataError(
            f"A sequence must have a step at least. Received: none in {lengths.argmin()}. Drop it."
        )
    if lengths.max() > steps:
        raise DataError(
            f"`length` must be at least {lengths.max()}, that of the longest sequence. "
            f"Received: {length}."
        )
    shape = (len(arrays), steps, *arrays[0].shape[1:])
    padded = np.full(shape, value, dtype=np.result_type(*arrays))
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return padded, lengths


def mask_from_lengths(lengths: ArrayLike, *, timesteps: int | None = None) -> NDArray[np.bool_]:
    """Return where sequences of the given lengths have steps.

    Args:
        lengths: Steps of each sequence, whole numbers from 1, shape `(batch,)`.
        timesteps: Steps of the mask; the largest length if not given.

    Returns:
        True at valid steps and False at padding, shape `(batch, timesteps)`.

    Raises:
        ShapeError: If `lengths` is not a vector.
        DataError: If a length is no whole number from 1 to `timesteps`, or there is none.

    >>> mask_from_lengths([3, 1])
    array([[ True,  True,  True],
           [ True, False, False]])
    """
    lengths = _lengths(lengths, timesteps)
    steps = np.arange(lengths.max() if timesteps is None else timesteps)
    return steps < lengths[:, np.newaxis]


def lengths_from_mask(mask: ArrayLike) -> NDArray[np.intp]:
    """Return how many steps each sequence has before its padding.

    Args:
        mask: True at valid steps, shape `(batch, timesteps)`.

    Returns:
        The lengths, shape `(batch,)`.

    Raises:
        ShapeError: If `mask` is not a matrix.
        DataError: If it is not boolean, a sequence has no step, or padding is not at its end.

    >>> lengths_from_mask([[True, True, True], [True, False, False]])
    array([3, 1])
    """
    mask = np.asarray(mask)
    if mask.ndim != 2:
        raise ShapeError(f"`mask` must have shape (batch, timesteps). Received: {mask.shape}.")
    if mask.dtype != bool:
        raise DataError(f"`mask` must be boolean. Received dtype: {mask.dtype}.")
    lengths = mask.sum(axis=1)
    gaps = (mask != (np.arange(mask.shape[1]) < lengths[:, np.newaxis])).any(axis=1)
    if gaps.any():
        raise DataError(
            "`mask` must be False at the end of a sequence alone. Received: another pattern in "
            f"instance {gaps.argmax()}. It has no length: use the mask itself."
        )
    return _lengths(lengths, mask.shape[1])


def last_valid(outputs: ArrayLike, lengths: ArrayLike) -> NDArray[Any]:
    """Return each sequence's output at its last valid step.

    Args:
        outputs: Outputs at all steps, shape `(batch, timesteps, ...)`.
        lengths: Valid steps of each sequence, shape `(batch,)`.

    Returns:
        Shape `(batch, ...)`.

    Raises:
        ShapeError: If `outputs` has no axis of time, or there are not as many lengths.
        DataError: If a length is no whole number from 1 to `timesteps`.

    >>> last_valid([[[1], [2], [3]], [[4], [5], [6]]], [3, 1]).tolist()
    [[3], [4]]
    """
    outputs = np.asarray(outputs)
    if outputs.ndim < 2:
        raise ShapeError(
            f"`outputs` must have shape (batch, timesteps, ...). Received: {outputs.shape}."
        )
    lengths = _lengths(lengths, outputs.shape[1])
    if len(lengths) != len(outputs):
        raise ShapeError(
            f"`lengths` must have shape {outputs.shape[:1]}. Received: {lengths.shape}."
        )
    return outputs[np.arange(len(outputs)), lengths - 1]


def cut_at_eos(tokens: ArrayLike, eos: int) -> list[NDArray[Any]]:
    """Return each sequence up to its first end-of-sequence token, without it.

    Args:
        tokens: Generated tokens, shape `(batch, timesteps)`.
        eos: The token that ends a sequence.

    Returns:
        One array a sequence, each of its own length. It has all steps where `eos` does not
        occur, and none where it comes first.

    Raises:
        ShapeError: If `tokens` is not a matrix.

    >>> [row.tolist() for row in cut_at_eos([[5, 6, 0, 7], [8, 0, 0, 0]], eos=0)]
    [[5, 6], [8]]
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 2:
        hint = " Is it one sequence? Use tokens[np.newaxis]." if tokens.ndim == 1 else ""
        raise ShapeError(
            f"`tokens` must have shape (batch, timesteps). Received: {tokens.shape}.{hint}"
        )
    before_eos = np.logical_and.accumulate(tokens != eos, axis=1)
    return [row[: steps.sum()] for row, steps in zip(tokens, before_eos, strict=True)]


def _require_alike(arrays: list[NDArray[Any]]) -> None:
    if not arrays:
        raise DataError("`sequences` must hold a sequence at least. Received: none.")
    for index, array in enumerate(arrays):
        if array.ndim not in (1, 2) or array.shape[1:] != arrays[0].shape[1:]:
            raise ShapeError(
                "Sequences must have shape (timesteps,), or (timesteps, features) with the same "
                f"features. Received: {array.shape} in {index}, {arrays[0].shape} in 0."
            )


def _lengths(lengths: ArrayLike, timesteps: int | None) -> NDArray[np.intp]:
    lengths = np.asarray(lengths)
    if lengths.ndim != 1:
        raise ShapeError(f"`lengths` must have shape (batch,). Received: {lengths.shape}.")
    if lengths.size == 0:
        raise DataError("`lengths` must hold a length at least. Received: none.")
    if lengths.dtype.kind not in "iu":
        raise DataError(f"`lengths` must be whole numbers. Received dtype: {lengths.dtype}.")
    longest = lengths.max() if timesteps is None else timesteps
    wrong = np.flatnonzero((lengths < 1) | (lengths > longest))
    if len(wrong):
        raise DataError(
            f"`lengths` must be from 1 to {longest}. "
            f"Received: {lengths[wrong[0]]} in instance {wrong[0]}. Drop empty sequences."
        )
    return lengths

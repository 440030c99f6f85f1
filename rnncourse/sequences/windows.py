"""Pieces of a long series, as sequences that a layer can learn from."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError


def windows(series: ArrayLike, length: int, *, step: int = 1) -> NDArray[Any]:
    """Return all windows of a series that are `length` steps long.

    Args:
        series: Shape `(timesteps,)` or `(timesteps, features)`.
        length: Steps in a window.
        step: Steps from the start of one window to that of the next.

    Returns:
        A read-only view, shape `(windows, length, features)`: window i starts at step
        i·step of the series. It takes no memory of its own.

    Raises:
        ShapeError: If `series` has another rank.
        DataError: If there is no such window, or `series` holds NaN.

    >>> windows([0, 1, 2, 3, 4], 3, step=2)[..., 0]
    array([[0, 1, 2],
           [2, 3, 4]])
    """
    series = _series(series)
    _require_at_least_one(length=length, step=step)
    if len(series) < length:
        raise DataError(
            f"`series` must have at least {length} steps, the length of a window. "
            f"Received: {len(series)}."
        )
    view = np.lib.stride_tricks.sliding_window_view(series, length, axis=0)
    return view[::step].swapaxes(1, 2)  # (windows, features, length) -> (windows, length, features)


def input_target_windows(
    series: ArrayLike, length: int, *, horizon: int = 1, step: int = 1
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return windows of a series and, as their targets, the same windows some steps later.

    Args:
        series: Shape `(timesteps,)` or `(timesteps, features)`.
        length: Steps in a window.
        horizon: How many steps ahead a target is.
        step: Steps from the start of one window to that of the next.

    Returns:
        Inputs and targets, read-only views of shape `(windows, length, features)`. The target
        of step t is the series at t + horizon; for one forecast a window, take the last.

    Raises:
        ShapeError: If `series` has another rank.
        DataError: If there is no such window, or `series` holds NaN.

    >>> inputs, targets = input_target_windows([0, 1, 2, 3, 4], 3)
    >>> inputs[..., 0].tolist(), targets[..., 0].tolist()
    ([[0, 1, 2], [1, 2, 3]], [[1, 2, 3], [2, 3, 4]])
    """
    series = _series(series)
    _require_at_least_one(length=length, horizon=horizon)
    if len(series) < length + horizon:
        raise DataError(
            f"`series` must have at least {length + horizon} steps, for a window of {length} and "
            f"a target {horizon} later. Received: {len(series)}."
        )
    targets = windows(series[horizon:], length, step=step)
    return windows(series[:-horizon], length, step=step), targets


def contiguous_batches(series: ArrayLike, batch_size: int, length: int) -> NDArray[Any]:
    """Return a long series as batches whose rows go on from one batch to the next.

    The series is cut into `batch_size` rows of equal length, and the rows into windows: row
    i of a batch continues row i of the batch before, so that its state can be carried.

    Args:
        series: Shape `(timesteps,)` or `(timesteps, features)`.
        batch_size: Rows in a batch.
        length: Steps in a window.

    Returns:
        Shape `(windows, batch_size, length, features)`. Steps that fill no window are left
        out, at the end of each row.

    Raises:
        ShapeError: If `series` has another rank.
        DataError: If `series` is too short for one window, or holds NaN.

    Source: Williams & Peng (1990), who carry the state from window to window.

    >>> contiguous_batches(range(12), 2, 3)[..., 0].tolist()
    [[[0, 1, 2], [6, 7, 8]], [[3, 4, 5], [9, 10, 11]]]
    """
    series = _series(series)
    _require_at_least_one(batch_size=batch_size, length=length)
    row_steps = len(series) // batch_size
    count = row_steps // length
    if count == 0:
        raise DataError(
            f"`series` must have at least {batch_size * length} steps for {batch_size} rows "
            f"of {length}. Received: {len(series)}. Take fewer rows, or shorter windows."
        )
    rows = series[: batch_size * row_steps].reshape(batch_size, row_steps, -1)
    cut = rows[:, : count * length].reshape(batch_size, count, length, -1)
    return cut.swapaxes(0, 1)  # (batch, windows, ...) -> (windows, batch, ...)


def _series(series: ArrayLike) -> NDArray[Any]:
    """Return a series with an axis of features, having checked that it can be cut."""
    series = np.asarray(series)
    if series.ndim not in (1, 2):
        raise ShapeError(
            "`series` must have shape (timesteps,) or (timesteps, features). "
            f"Received: {series.shape}."
        )
    if series.dtype.kind not in "biuf":
        raise DataError(f"`series` must hold real numbers. Received dtype: {series.dtype}.")
    if series.ndim == 1:
        series = series[:, np.newaxis]
    missing = np.flatnonzero(np.isnan(series).any(axis=1))
    if len(missing):
        raise DataError(
            f"`series` must not hold NaN. Received {len(missing)} steps with NaN, the first at "
            f"step {missing[0]}. Every window over them would be lost: fill or cut them first."
        )
    return series


def _require_at_least_one(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise DataError(f"`{name}` must be at least 1. Received: {size}.")

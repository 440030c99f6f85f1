"""How a sequence lies in an array: which axis is time."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import ShapeError


def to_time_major(x: ArrayLike) -> NDArray[Any]:
    """Return a batch of sequences with time as its first axis.

    Args:
        x: Sequences, shape `(batch, timesteps, ...)`.

    Returns:
        A view of them, shape `(timesteps, batch, ...)`: `x[t]` is the batch at step t.

    Raises:
        ShapeError: If `x` has fewer than two axes.

    >>> to_time_major(np.zeros((4, 2, 3))).shape
    (2, 4, 3)
    """
    return _swapped(x, "batch, timesteps")


def to_batch_major(x: ArrayLike) -> NDArray[Any]:
    """Return a batch of sequences with the batch as its first axis.

    Args:
        x: Sequences, shape `(timesteps, batch, ...)`.

    Returns:
        A view of them, shape `(batch, timesteps, ...)`.

    Raises:
        ShapeError: If `x` has fewer than two axes.

    >>> to_batch_major(np.zeros((2, 4, 3))).shape
    (4, 2, 3)
    """
    return _swapped(x, "timesteps, batch")


def image_rows(images: ArrayLike, *, side: int = 28) -> NDArray[Any]:
    """Return square images as sequences of their rows, from top to bottom.

    Args:
        images: Images, shape `(batch, side, side)`, or flat, `(batch, side²)`.
        side: Rows and columns of an image.

    Returns:
        A view of them, shape `(batch, side, side)`: step t is row t, its pixels the features.

    Raises:
        ShapeError: If `images` has neither shape.

    >>> image_rows(np.zeros((4, 784))).shape
    (4, 28, 28)
    """
    images = np.asarray(images)
    if images.ndim not in (2, 3) or images.shape[1:] not in [(side, side), (side * side,)]:
        hint = ""
        if images.shape in [(side, side), (side * side,)]:
            hint = " Is it one image? Use images[np.newaxis]."
        elif images.shape[1:] == (side, side, 1):
            hint = " Drop the axis of channels: images[..., 0]."
        raise ShapeError(
            f"`images` must have shape (batch, {side}, {side}) or (batch, {side * side}). "
            f"Received: {images.shape}.{hint}"
        )
    return images.reshape(len(images), side, side)  # (batch, 784) -> (batch, 28, 28), row after row


def _swapped(x: ArrayLike, axes: str) -> NDArray[Any]:
    # Not reshape: that would keep the numbers in their order and mix the instances.
    x = np.asarray(x)
    if x.ndim < 2:
        raise ShapeError(f"`x` must have shape ({axes}, ...). Received: {x.shape}.")
    return np.swapaxes(x, 0, 1)

"""Gradients by finite differences: slow, and right where a derivation may be wrong."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.cells import Array
from rnncourse.errors import DataError, ShapeError


def numerical_gradient(
    f: Callable[[Array], float], array: ArrayLike, *, epsilon: float = 1e-5
) -> Array:
    """Return the gradient of f by central differences, one element at a time.

    Args:
        f: Takes an array, gives a number.
        array: Where to take the gradient, any shape.
        epsilon: How far to move each element, both ways. The error falls with its square,
            and rounding grows with its inverse.

    Returns:
        (f(a + ε) - f(a - ε)) / 2ε for each element, in float64, the shape of `array`.

    Raises:
        DataError: If `epsilon` is not positive.
        ShapeError: If f gives an array.

    >>> numerical_gradient(lambda a: np.sum(a**2), [1.0, 2.0]).round(6)
    array([2., 4.])
    """
    if not epsilon > 0:
        raise DataError(f"`epsilon` must be positive. Received: {epsilon}.")
    array = np.array(array, dtype=np.float64)
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        above, below = array.copy(), array.copy()
        above[index] += epsilon
        below[index] -= epsilon
        gradient[index] = (_number(f(above)) - _number(f(below))) / (2 * epsilon)
    return gradient


def _number(value: float) -> float:
    if np.shape(value) != ():
        raise ShapeError(
            f"`f` must return a number. Received shape: {np.shape(value)}. Did you forget the sum?"
        )
    return float(value)

"""Checks of arguments that several data sets take; each raises with the likely fix."""

from typing import SupportsFloat

import numpy as np

from rnncourse.errors import DataError


def require_whole(
    name: str, value: object, *, at_least: int = 0, at_most: int | None = None
) -> int:
    """Return `value` as an int, if it is a whole number within the limits.

    Args:
        name: What the caller calls it.
        value: What was passed.
        at_least: Smallest number allowed.
        at_most: Largest number allowed, or None.

    Returns:
        The number.

    Raises:
        DataError: If it is not a whole number, or outside the limits.

    >>> require_whole("delay", np.int64(3), at_most=10)
    3
    """
    limits = f"at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
    expected = f"`{name}` must be a whole number, {limits}."
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        whole = isinstance(value, (float, np.floating)) and float(value).is_integer()
        hint = f" Write int({value})." if whole else ""
        raise DataError(f"{expected} Received: {value!r} of type {type(value).__name__}.{hint}")
    if value < at_least or (at_most is not None and value > at_most):
        raise DataError(f"{expected} Received: {value}.")
    return int(value)


def require_real(name: str, value: SupportsFloat) -> float:
    """Return `value` as a float, if it is a finite number.

    Args:
        name: What the caller calls it.
        value: What was passed.

    Returns:
        The number.

    Raises:
        DataError: If it is not a number, or NaN, or infinite.

    >>> require_real("noise", 1)
    1.0
    """
    try:
        number = float(value)
    except (TypeError, ValueError) as problem:
        raise DataError(f"`{name}` must be a finite number. Received: {value!r}.") from problem
    if not np.isfinite(number):
        raise DataError(f"`{name}` must be a finite number. Received: {number}.")
    return number


def require_rng(rng: object) -> np.random.Generator:
    """Return `rng`, if it is a generator of random numbers.

    Args:
        rng: What was passed.

    Returns:
        The same generator.

    Raises:
        DataError: If it is anything else, a seed for instance.

    >>> int(require_rng(np.random.default_rng(7)).integers(10))
    9
    """
    if isinstance(rng, np.random.Generator):
        return rng
    seed = rng if isinstance(rng, (int, np.integer)) else 0
    raise DataError(
        f"`rng` must be a numpy.random.Generator. Received: {rng!r}. "
        f"Write rng=np.random.default_rng({seed})."
    )

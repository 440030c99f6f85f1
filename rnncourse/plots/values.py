"""What the figures check in what they are given: rank, emptiness, NaN, limits."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError

Values = NDArray[np.float64]


def finite_array(name: str, values: ArrayLike, axes: Sequence[str]) -> Values:
    """Return `values` as floats, if they have the axes, are not empty and are finite.

    Args:
        name: What the caller calls them.
        values: What was passed.
        axes: Name of each axis.

    Returns:
        The values.

    Raises:
        ShapeError: If the number of axes differs, or one is empty.
        DataError: If they are not numbers, or NaN or infinity is among them.

    >>> finite_array("states", [[0, 1]], ("timesteps", "units")).shape
    (1, 2)
    """
    shape = "(" + ", ".join(axes) + ("," if len(axes) == 1 else "") + ")"
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise DataError(f"`{name}` must hold numbers of shape {shape}. {problem}.") from problem
    if array.ndim != len(axes):
        hint = " Choose one instance: values[0]." if array.ndim == len(axes) + 1 else ""
        raise ShapeError(f"`{name}` must have shape {shape}. Received: {array.shape}.{hint}")
    if array.size == 0:
        raise ShapeError(f"`{name}` must not be empty. Received: {array.shape}.")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = ", ".join(str(index) for index in bad[0])
        raise DataError(
            f"`{name}` must be finite. Received: {array[tuple(bad[0])]} at [{place}], "
            f"{len(bad)} such in all. Did the computation diverge? Plot what is before it."
        )
    return array


def named_lines(name: str, values: Mapping[str, ArrayLike] | ArrayLike) -> dict[str, Values]:
    """Return lines by name; a single line without a name gets the name "".

    Args:
        name: What the caller calls them.
        values: Lines by name, or one line; each of shape `(points,)`.

    Returns:
        Lines by name.

    Raises:
        ShapeError: If there is no line, or one is not one-dimensional, or empty.
        DataError: If NaN or infinity is among the values.

    >>> named_lines("norms", [1.0, 0.5])
    {'': array([1. , 0.5])}
    """
    if not isinstance(values, Mapping):
        return {"": finite_array(name, values, ("points",))}
    if not values:
        raise ShapeError(f"`{name}` must have at least one line. Received: an empty dictionary.")
    return {
        str(key): finite_array(f"{name}[{key!r}]", line, ("points",))
        for key, line in values.items()
    }


def names_of(name: str, names: Sequence[str] | None, count: int, default: str) -> list[str]:
    """Return one name for each of `count` things.

    Args:
        name: What the caller calls them.
        names: The names, or None for numbered ones.
        count: How many are needed.
        default: Word before the number.

    Returns:
        The names.

    Raises:
        ShapeError: If there are more or fewer.

    >>> names_of("names", None, 2, "unit")
    ['unit 0', 'unit 1']
    """
    if names is None:
        return [f"{default} {number}" for number in range(count)]
    if len(names) != count:
        raise ShapeError(f"`{name}` must have {count} entries. Received: {len(names)}.")
    return [str(entry) for entry in names]

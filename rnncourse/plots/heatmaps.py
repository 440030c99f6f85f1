"""What is inside a layer, on matplotlib axes: states, gates, the rows of an image.

Heat is orange below zero and purple above it; `gates` go from light to dark blue.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.errors import DataError, ShapeError
from rnncourse.plots.curves import draw_lines, whole_numbers
from rnncourse.plots.palette import GREY, SIGNED
from rnncourse.plots.values import Values, finite_array, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 6  # more states than this are a heat map, unless asked for


def states_over_time(
    ax: "Axes",
    states: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    kind: Literal["lines", "heat map"] | None = None,
) -> "Axes":
    """Draw the states of one instance over time, as lines or as a heat map.

    Args:
        ax: Axes to draw on.
        states: Shape `(timesteps, units)`.
        names: One name a unit, or None for numbers.
        kind: How to draw them; None draws up to 6 units as lines.

    Returns:
        The axes.

    Raises:
        ShapeError: If `states` has another rank, or is empty.
        DataError: If NaN or infinity is among the states.

    >>> from matplotlib.figure import Figure
    >>> len(states_over_time(Figure().subplots(), np.eye(7, 3)).lines)
    3
    """
    states = finite_array("states", states, ("timesteps", "units"))
    names = names_of("names", names, states.shape[1], "unit")
    if kind is None:
        kind = "lines" if states.shape[1] <= MOST_LINES else "heat map"
    ax.set(xlabel="time step t")
    if kind == "lines":
        draw_lines(ax, dict(zip(names, states.T, strict=True)))
        ax.set(ylabel="state h")
    elif kind == "heat map":
        _draw_heat(ax, states.T, "state h")
        ax.set(ylabel="unit")
        if len(names) <= 12:
            ax.set(yticks=range(len(names)), yticklabels=names)
    else:
        raise DataError(f'`kind` must be "lines" or "heat map". Received: {kind!r}.')
    return ax


def gates_over_input(
    ax: "Axes", gates: Mapping[str, ArrayLike], tokens: Sequence[object]
) -> "Axes":
    """Draw how far each gate is open at each token of an input, as a heat map.

    Args:
        ax: Axes to draw on.
        gates: Values from 0 to 1 by name of the gate, of shape `(timesteps,)`, or
            `(timesteps, units)` for one row a unit.
        tokens: What was read at each step.

    Returns:
        The axes.

    Raises:
        ShapeError: If a gate has not one value a token.
        DataError: If a value is outside 0 to 1, or NaN.

    >>> from matplotlib.figure import Figure
    >>> ax = gates_over_input(Figure().subplots(), {"forget f": [0.9, 0.1]}, "ab")
    >>> ax.images[0].get_array().shape
    (1, 2)
    """
    rows = {name: _gate(name, values, len(tokens)) for name, values in gates.items()}
    if not rows:
        raise ShapeError("`gates` must have at least one gate. Received: an empty dictionary.")
    values = np.concatenate(list(rows.values()))
    image = ax.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="none")
    if values.size <= 120 and len(tokens) <= 14:
        for (row, column), value in np.ndenumerate(values):
            ink = "white" if value > 0.55 else "black"
            ax.text(column, row, f"{value:.2f}"[-4:], ha="center", va="center", color=ink, size=8)
    borders = np.cumsum([0, *map(len, rows.values())])
    for border in borders[1:-1]:
        ax.axhline(border - 0.5, color=GREY, lw=3)
    ax.set(xlabel="token read at step t", yticks=(borders[:-1] + borders[1:] - 1) / 2)
    ax.set(yticklabels=list(rows), xticks=range(len(tokens)), xticklabels=[*map(str, tokens)])
    ax.tick_params(length=0)
    _frameless(ax)
    ax.figure.colorbar(image, ax=ax, label="closed 0 … 1 open", ticks=[0, 0.5, 1])
    return ax


def digit_rows(ax: "Axes", image: ArrayLike, states: ArrayLike | None = None) -> "Axes":
    """Draw an image as the sequence of its rows, and the state after each row beside it.

    Args:
        ax: Axes to draw on.
        image: Shape `(rows, columns)`.
        states: Shape `(rows, units)`, or None.

    Returns:
        The axes, with both in it.

    Raises:
        ShapeError: If the image has another rank, or there is not one state a row.
        DataError: If NaN or infinity is among the values.

    >>> from matplotlib.figure import Figure
    >>> digit_rows(Figure().subplots(), np.eye(28)).get_ylabel()
    'row = time step t'
    """
    image = finite_array("image", image, ("rows", "columns"))
    rows, columns = image.shape
    ax.imshow(image, cmap="gray_r", interpolation="none")
    ax.set(xlabel="pixel = feature", ylabel="row = time step t")
    whole_numbers(ax.yaxis)
    ax.grid(False)
    ax.spines[:].set_visible(True)  # paper is white, as the page may be
    if states is not None:
        states = finite_array("states", states, ("rows", "units"))
        if len(states) != rows:
            raise ShapeError(
                f"`states` must have shape ({rows}, units), one state a row. "
                f"Received: {states.shape}. Did you pass (units, rows)? Transpose it."
            )
        _states_beside(ax, states, columns)
    return ax


def _states_beside(ax: "Axes", states: Values, columns: int) -> None:
    """Draw the states on the right of an image with so many columns, in the same axes."""
    rows, units = states.shape
    left, right = columns + 1.5, 2.2 * columns + 1.5
    middles = np.linspace(left, right, 2 * units + 1)[1::2]  # where each unit is
    _draw_heat(ax, states, "state h", extent=(left, right, rows - 0.5, -0.5), aspect="equal")
    pixels, shown = _about_four(columns), _about_four(units)
    ax.set(xlim=(-0.5, right), xticks=[*pixels, *middles[shown]])
    ax.set(xticklabels=[*map(str, pixels), *map(str, shown)])
    ax.set(xlabel=f"pixel = feature (0 to {columns - 1}), then unit (0 to {units - 1})")


def _about_four(count: int) -> list[int]:
    """Return about four round places below `count`, from 0."""
    return list(range(0, count, max(1, count // 4)))


def _gate(name: str, values: ArrayLike, steps: int) -> Values:
    """Return one gate as rows of a heat map, shape `(units, timesteps)`."""
    array = np.asarray(values)
    array = array[:, np.newaxis] if array.ndim == 1 else array
    array = finite_array(f"gates[{name!r}]", array, ("timesteps", "units"))
    if len(array) != steps:
        raise ShapeError(
            f"`gates[{name!r}]` must have one value a token, {steps}. Received: {len(array)}."
        )
    if array.min() < 0 or array.max() > 1:
        raise DataError(
            f"`gates[{name!r}]` must lie between 0 and 1. "
            f"Received: {array.min():g} to {array.max():g}. Is it the sigmoid's input?"
        )
    return array.T


def _draw_heat(
    ax: "Axes",
    values: Values,
    label: str,
    *,
    aspect: Literal["auto", "equal"] = "auto",
    extent: tuple[float, float, float, float] | None = None,
) -> None:
    limit = float(np.max(np.abs(values))) or 1.0
    image = ax.imshow(
        values,
        cmap=SIGNED,
        vmin=-limit,
        vmax=limit,
        interpolation="none",
        aspect=aspect,
        extent=extent,
    )
    whole_numbers(ax.xaxis)
    whole_numbers(ax.yaxis)
    _frameless(ax)
    ax.figure.colorbar(image, ax=ax, label=label)


def _frameless(ax: "Axes") -> None:
    ax.grid(False)
    ax.spines[:].set_visible(False)

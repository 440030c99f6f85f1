"""Curves on matplotlib axes: gradient norms, losses, forecasts.

Colours of text and axes come from the caller's style (`course.mplstyle`);
colours of data from `palette`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.datasets.arguments import require_real, require_whole
from rnncourse.errors import DataError
from rnncourse.plots.palette import GREY, line_style
from rnncourse.plots.values import Values, finite_array, named_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


def gradient_norms(ax: "Axes", norms: Mapping[str, ArrayLike] | ArrayLike) -> "Axes":
    """Draw norms of gradients over time steps, on a logarithmic axis.

    Args:
        ax: Axes to draw on.
        norms: One line of shape `(timesteps,)`, or lines by name.

    Returns:
        The axes. The line of a norm of 0, which has no logarithm, leaves the picture there.

    Raises:
        ShapeError: If there is no line, or one has another rank.
        DataError: If a norm is negative, NaN or infinite, or all are 0.

    >>> from matplotlib.figure import Figure
    >>> gradient_norms(Figure().subplots(), 0.5 ** np.arange(20)).get_yscale()
    'log'
    """
    lines = named_lines("norms", norms)
    everything = np.concatenate(list(lines.values()))
    if everything.min() < 0 or everything.max() == 0:
        raise DataError(
            "`norms` must be at least 0, and not all 0, to have a logarithm. "
            f"Received: {everything.min():g} to {everything.max():g}. Did you pass gradients?"
        )
    ax.set_yscale("log", nonpositive="clip")
    draw_lines(ax, lines)
    ax.set(xlabel="time step t", ylabel="norm of the gradient")
    return ax


def loss_curves(
    ax: "Axes",
    curves: Mapping[str, ArrayLike],
    *,
    baseline: Mapping[str, float] | float | None = None,
    xlabel: str = "epoch",
    ylabel: str = "loss",
) -> "Axes":
    """Draw losses over training, with the baseline that they have to beat.

    Args:
        ax: Axes to draw on.
        curves: Lines by name, each of shape `(epochs,)`.
        baseline: Loss of something simple, or several by name.
        xlabel: What is counted.
        ylabel: What is measured, with its unit.

    Returns:
        The axes.

    Raises:
        ShapeError: If there is no line, or one has another rank.
        DataError: If NaN or infinity is among the losses.

    >>> from matplotlib.figure import Figure
    >>> len(loss_curves(Figure().subplots(), {"training": [2.0, 1.0]}, baseline=1.5).lines)
    2
    """
    draw_lines(ax, named_lines("curves", curves), first=1)
    if baseline is not None:
        named = baseline if isinstance(baseline, Mapping) else {"baseline": baseline}
        for number, (name, value) in enumerate(named.items()):
            height = require_real(f"baseline[{name!r}]", value)
            ax.axhline(height, color=GREY, dashes=[(3, 2), (1, 2), (8, 3)][number % 3], label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _legend(ax)
    return ax


def forecasts(
    ax: "Axes",
    series: ArrayLike,
    predictions: Mapping[str, ArrayLike] | ArrayLike,
    start: int,
    *,
    xlabel: str = "time step t",
    ylabel: str = "value",
) -> "Axes":
    """Draw a series and what was predicted from step `start` on.

    Args:
        ax: Axes to draw on.
        series: What happened, shape `(timesteps,)`.
        predictions: One line of shape `(predicted,)`, or lines by name; the first
            value is for step `start`.
        start: First predicted step, at most the length of the series.
        xlabel: What is counted, with its unit.
        ylabel: What is measured, with its unit.

    Returns:
        The axes.

    Raises:
        ShapeError: If there is no line, or one has another rank.
        DataError: If NaN or infinity is among the values, or `start` is not in the series.

    >>> from matplotlib.figure import Figure
    >>> ax = forecasts(Figure().subplots(), np.arange(9.0), [6.0, 7.5], start=6)
    >>> ax.lines[1].get_xdata().tolist()
    [6, 7]
    """
    series = finite_array("series", series, ("timesteps",))
    lines = named_lines("predictions", predictions)
    start = require_whole("start", start, at_most=len(series))
    ax.plot(series, color=GREY, label="series")
    draw_lines(ax, {name or "forecast": line for name, line in lines.items()}, first=start)
    ax.axvline(start - 0.5, color=GREY, lw=1, dashes=(2, 2))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    _legend(ax)
    return ax


def draw_lines(ax: "Axes", lines: Mapping[str, Values], *, first: int = 0) -> "Axes":
    """Draw lines over whole numbers, each told from its neighbours without its colour.

    Args:
        ax: Axes to draw on.
        lines: Values by name, each of shape `(points,)`; one line named "" has no legend.
        first: Place of the first value on the horizontal axis.

    Returns:
        The axes.

    >>> from matplotlib.figure import Figure
    >>> ax = draw_lines(Figure().subplots(), {"a": np.ones(3), "b": np.zeros(2)}, first=1)
    >>> [line.get_xdata().tolist() for line in ax.lines]
    [[1, 2, 3], [1, 2]]
    """
    for number, (name, line) in enumerate(lines.items()):
        style = line_style(number)
        every = max(1, len(line) // 10)
        ax.plot(
            np.arange(first, first + len(line)),
            line,
            color=style.colour,
            marker=style.marker,
            markevery=(number * every // len(lines), every),
            dashes=style.dashes,
            label=name,
        )
    whole_numbers(ax.xaxis)
    _legend(ax)
    return ax


def whole_numbers(axis: "Axis") -> None:
    """Put the ticks of an axis at whole numbers: there is no time step 2.5.

    Args:
        axis: The horizontal or vertical axis of a figure.

    >>> from matplotlib.figure import Figure
    >>> whole_numbers(Figure().subplots().xaxis)
    """
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True))


def _legend(ax: "Axes") -> None:
    names = ax.get_legend_handles_labels()[1]
    if any(names) and (len(names) > 1 or names[0]):
        # Above the axes, where no curve can be.
        ax.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)

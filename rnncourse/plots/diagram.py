"""The unrolled network, drawn on matplotlib axes with the shape of every array."""

from typing import TYPE_CHECKING

from rnncourse.datasets.arguments import require_whole
from rnncourse.plots.palette import COLOURS, GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATE, CELL = COLOURS[1], COLOURS[0]
STRIDE, RADIUS = 2.7, 0.52  # between cells, and of a cell


def unrolled_network(
    ax: "Axes", steps: int, features: int, units: int, *, batch: int | None = None
) -> "Axes":
    """Draw a recurrent layer unrolled in time, with shapes on the arrows.

    Args:
        ax: Axes to draw on.
        steps: Copies of the cell, 1 to 8.
        features: Size of the input at one step.
        units: Size of the state.
        batch: Number of instances, or None to write the word.

    Returns:
        The axes.

    Raises:
        DataError: If a size is not a whole number above 0, or there are too many steps.

    >>> from matplotlib.figure import Figure
    >>> ax = unrolled_network(Figure().subplots(), 2, features=3, units=5, batch=4)
    >>> len(ax.patches)
    2
    """
    steps = require_whole("steps", steps, at_least=1, at_most=8)
    rows = "batch" if batch is None else require_whole("batch", batch, at_least=1)
    x_shape = f"({rows}, {require_whole('features', features, at_least=1)})"
    h_shape = f"({rows}, {require_whole('units', units, at_least=1)})"
    for t in range(steps):
        _cell(ax, t * STRIDE)
        _arrow(ax, (t * STRIDE, -1.75), (t * STRIDE, -RADIUS), GREY)
        _arrow(ax, (t * STRIDE, RADIUS), (t * STRIDE, 1.75), GREY)
        _words(ax, t * STRIDE, -2.05, f"$x_{t}$", size=13)
        _words(ax, t * STRIDE, 2.05, f"$h_{t}$", size=13)
        _words(ax, t * STRIDE + 0.12, -1.15, x_shape, ha="left")
        _words(ax, t * STRIDE + 0.12, 1.15, h_shape, ha="left")
    for t in range(steps + 1):
        start, stop = (t - 1) * STRIDE + RADIUS, t * STRIDE - RADIUS
        _arrow(ax, (start, 0), (stop, 0), STATE)
        _words(ax, (start + stop) / 2, 0.3, h_shape, color=STATE)
    _words(ax, -STRIDE + RADIUS - 0.1, 0, "$h_{-1}$", ha="right", color=STATE, size=13)
    ax.set(xlim=(-STRIDE - 0.3, steps * STRIDE - RADIUS + 0.1), ylim=(-2.4, 2.4), aspect="equal")
    ax.set_axis_off()
    return ax


def _cell(ax: "Axes", x: float) -> None:
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x, 0), RADIUS, color=CELL))
    _words(ax, x, 0, "cell", color="white")


def _arrow(ax: "Axes", start: tuple[float, float], stop: tuple[float, float], colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=stop, xytext=start, arrowprops=style)


def _words(
    ax: "Axes",
    x: float,
    y: float,
    text: str,
    *,
    ha: str = "center",
    color: str = GREY,
    size: float = 9,
) -> None:
    ax.text(x, y, text, ha=ha, va="center", color=color, size=size)

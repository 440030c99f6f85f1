"""The unrolled network as SVG text, for cells that run in the browser."""

import numpy as np

from rnncourse.datasets.arguments import require_whole
from rnncourse.plots.palette import COLOURS, GREY
from rnncourse.plots.svg import SvgImage, element, picture, words

STATE = COLOURS[1]
MIDDLE, RADIUS = 131, 28  # height and radius of the cells


def svg_unrolled(
    steps: int,
    *,
    features: int | None = None,
    units: int | None = None,
    batch: int | None = None,
    title: str = "A recurrent layer, unrolled in time",
) -> SvgImage:
    """Return the unrolled network as SVG text, with shapes on the arrows.

    Args:
        steps: Copies of the cell, 1 to 8.
        features: Size of the input at one step, or None to write the word.
        units: Size of the state, or None.
        batch: Number of instances, or None.
        title: What it shows, in a few words; it is read to those who cannot see it.

    Returns:
        The picture.

    Raises:
        DataError: If a size is not a whole number above 0, or there are too many steps.

    >>> svg_unrolled(3, features=3, units=5, batch=4).text.count("<circle")
    3
    """
    steps = require_whole("steps", steps, at_least=1, at_most=8)
    sizes = {"batch": batch, "features": features, "units": units}
    size = {k: k if v is None else str(require_whole(k, v, at_least=1)) for k, v in sizes.items()}
    x_shape = f"({size['batch']}, {size['features']})"
    h_shape = f"({size['batch']}, {size['units']})"
    stride = max(2 * RADIUS + 34 + 7 * len(h_shape), 24 + 7 * len(x_shape), 130)
    first = stride - RADIUS + 44  # middle of the first cell
    body = []
    for t in range(steps + 1):
        body += _hand_over(first + t * stride, stride, h_shape)
    for t in range(steps):
        body += _copy(first + t * stride, t, x_shape, h_shape)
    body.append(symbol(22, "h", "−1", y=MIDDLE + 6, fill=STATE))
    seen = (
        f"{steps} copies of one cell in a row. Copy t reads x of shape {x_shape} from below, gives "
        f"h of shape {h_shape} above, and hands the same h to the copy on its right."
    )
    return picture(body, first + steps * stride, 262, title=title, description=seen)


def _copy(x: float, t: int, x_shape: str, h_shape: str) -> list[str]:
    """Return one cell with its input below and its output above."""
    return [
        element("circle", cx=x, cy=MIDDLE, r=RADIUS, fill=COLOURS[0]),
        words(x, MIDDLE + 4.5, "cell", fill="#fff"),
        arrow((x, 218), (x, MIDDLE + RADIUS + 2), GREY),
        arrow((x, MIDDLE - RADIUS), (x, 46), GREY),
        symbol(x, "x", str(t), y=240),
        symbol(x, "h", str(t), y=34),
        words(x + 9, 196, x_shape, text_anchor="start"),
        words(x + 9, 82, h_shape, text_anchor="start"),
    ]


def _hand_over(x: float, stride: float, shape: str) -> list[str]:
    """Return the arrow that enters the cell at x from its left, with the shape above it."""
    start, stop = x - stride + RADIUS, x - RADIUS - 2
    return [
        arrow((start, MIDDLE), (stop, MIDDLE), STATE),
        words((start + stop) / 2, MIDDLE - 9, shape),
    ]


def arrow(
    start: tuple[float, float], stop: tuple[float, float], colour: str, *, dashes: str | None = None
) -> str:
    """Return a horizontal or vertical arrow.

    Args:
        start: Its tail, in user units.
        stop: The point of its head.
        colour: Its colour.
        dashes: Lengths of strokes and gaps, in user units, or None for a solid line.

    Returns:
        The elements.

    >>> arrow((0, 0), (30, 0), "red").count("<")
    2
    """
    (x1, y1), (x2, y2) = start, stop
    dx, dy = np.sign(x2 - x1), np.sign(y2 - y1)
    tail_x, tail_y = x2 - 10 * dx, y2 - 10 * dy
    corners = [(x2, y2), (tail_x - 5 * dy, tail_y - 5 * dx), (tail_x + 5 * dy, tail_y + 5 * dx)]
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    ends = {"x1": x1, "y1": y1, "x2": tail_x, "y2": tail_y}
    line = element("line", **ends, stroke=colour, stroke_width=2, stroke_dasharray=dashes)
    return line + element("polygon", points=head, fill=colour)


def symbol(x: float, letter: str, index: str, *, y: float, fill: str = "currentColor") -> str:
    """Return a letter with an index, as in a formula.

    Args:
        x: Its middle, in user units.
        letter: The letter, set in italics.
        index: What stands below it.
        y: Place of its base line.
        fill: Its colour.

    Returns:
        The element.

    >>> symbol(0, "h", "2", y=0).count("tspan")
    2
    """
    lowered = element("tspan", index, font_size=12, dy=5, font_style="normal")
    shown = {"text_anchor": "middle", "font_size": 17, "font_style": "italic", "fill": fill}
    return element("text", letter, lowered, x=x, y=y, **shown)

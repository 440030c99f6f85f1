"""Lines and heat maps as SVG text, for cells that run in the browser."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.datasets.arguments import require_real, require_whole
from rnncourse.errors import DataError
from rnncourse.plots.palette import LineStyle, ink_on, line_style, signed_colour
from rnncourse.plots.svg import Scale, SvgImage, axes, element, number, picture, words
from rnncourse.plots.values import Values, finite_array, names_of

WIDTH = 640
MOST_CELLS = 10_000  # more elements than this make a page slow
CORNERS = {  # of the markers, around their middle; y goes down
    "s": ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)),
    "^": ((0, -1), (1, 0.8), (-1, 0.8)),
    "D": ((0, -1.1), (1.1, 0), (0, 1.1), (-1.1, 0)),
    "v": ((0, 1), (-1, -0.8), (1, -0.8)),
    "p": ((0, -1), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31)),
}


def svg_lines(
    values: ArrayLike,
    *,
    title: str,
    names: Sequence[str] | None = None,
    xlabel: str = "time step t",
    ylabel: str = "state h",
    description: str = "",
    height: int = 320,
) -> SvgImage:
    """Return lines over time as SVG text.

    Args:
        values: Shape `(timesteps,)`, or `(timesteps, lines)`.
        title: What it shows, in a few words; it is read to those who cannot see it.
        names: One name a line, or None for numbers.
        xlabel: What is counted, with its unit.
        ylabel: What is measured, with its unit.
        description: What is to be seen; made from the numbers if empty.
        height: Height in pixels; the width is 640.

    Returns:
        The picture.

    Raises:
        ShapeError: If `values` has another rank, or is empty.
        DataError: If NaN or infinity is among the values.

    >>> svg_lines(np.eye(4), title="Four units").text.count("<polyline")
    8
    """
    array = np.asarray(values)
    array = array[:, np.newaxis] if array.ndim == 1 else array
    array = finite_array("values", array, ("timesteps", "lines"))
    steps, count = array.shape
    names = names_of("names", names, count, "unit")
    rows = _legend_rows(names) if count > 1 else []
    x = Scale(0, max(steps - 1, 1), 70, WIDTH - 16)
    y = _padded(
        array,
        require_whole("height", height, at_least=130 + 22 * len(rows)) - 52,
        14 + 22 * len(rows),
    )
    body = axes(x, y, xlabel=xlabel, ylabel=ylabel)
    for place in range(count):
        body += _line(array[:, place], x, y, line_style(place), place / count)
    body += [part for row, entries in enumerate(rows) for part in _legend_row(row, entries)]
    seen = (
        f"{count} line{'s' * (count > 1)} over {steps} steps, "
        f"from {array.min():.3g} to {array.max():.3g}."
    )
    return picture(body, WIDTH, height, title=title, description=description or seen)


def svg_heatmap(
    matrix: ArrayLike,
    *,
    title: str,
    row_names: Sequence[str] | None = None,
    column_names: Sequence[str] | None = None,
    xlabel: str = "time step t",
    ylabel: str = "unit",
    limit: float | None = None,
    description: str = "",
) -> SvgImage:
    """Return a heat map as SVG text: orange below zero, purple above it.

    Args:
        matrix: Shape `(rows, columns)`; states of shape `(timesteps, units)` go in
            transposed, `states.T`, to have time from left to right.
        title: What it shows, in a few words; it is read to those who cannot see it.
        row_names: One name a row, or None for numbers.
        column_names: One name a column, or None for numbers.
        xlabel: What the columns are.
        ylabel: What the rows are.
        limit: Value of the darkest colours; the largest absolute value if None.
        description: What is to be seen; made from the numbers if empty.

    Returns:
        The picture.

    Raises:
        ShapeError: If `matrix` has another rank, or is empty.
        DataError: If NaN or infinity is among the values, or there are above 10,000.

    >>> svg_heatmap([[0.0, -1.0], [1.0, 0.5]], title="Two units").text.count("<rect")
    15
    """
    array = finite_array("matrix", matrix, ("rows", "columns"))
    if array.size > MOST_CELLS:
        raise DataError(
            f"`matrix` must have at most {MOST_CELLS} values, as each is a rectangle. "
            f"Received: {array.shape}. Draw every k-th column, or use matplotlib."
        )
    bound = _limit(array, limit)
    rows, columns = array.shape
    row_labels = names_of("row_names", row_names, rows, "")
    column_labels = names_of("column_names", column_names, columns, "")
    left = 46 + 7 * max(map(len, row_labels))
    x = Scale(0, columns, left, WIDTH - 80)
    y = Scale(0, rows, 12, 12 + rows * min(30.0, max(8.0, 320 / rows)))
    bottom = max(y.stop, 120.0)  # room for the colour bar
    body = _cells(array, x, y, bound) + _labels(row_labels, column_labels, x, y)
    middle = (y.start + y.stop) / 2
    body.append(words((x.start + x.stop) / 2, y.stop + 40, xlabel))
    body.append(words(16, middle, ylabel, transform=f"rotate(-90 16 {middle:g})"))
    body += _colour_bar(bound, bottom)
    seen = f"{rows} rows and {columns} columns, from {array.min():.3g} to {array.max():.3g}."
    return picture(body, WIDTH, bottom + 52, title=title, description=description or seen)


def _padded(values: Values, below: float, above: float) -> Scale:
    """Return the vertical scale of lines, with a little room on both sides."""
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 0.5 * max(abs(high), 1.0)
    return Scale(low - room, high + room, below, above)


def _line(values: Values, x: Scale, y: Scale, style: LineStyle, shift: float) -> list[str]:
    """Return one line with about ten markers, which begin at `shift` of their distance."""
    points = [(x.place(t), y.place(float(value))) for t, value in enumerate(values)]
    every = max(1, len(points) // 10)
    marked = points[int(shift * every) :: every]
    return [_stroke(points, style), *(_marker(px, py, style) for px, py in marked)]


def _stroke(points: Sequence[tuple[float, float]], style: LineStyle) -> str:
    return element(
        "polyline",
        points=" ".join(f"{px:.1f},{py:.1f}" for px, py in points),
        fill="none",
        stroke=style.colour,
        stroke_width=2,
        stroke_linejoin="round",
        stroke_dasharray=" ".join(f"{2 * part:g}" for part in style.dashes) or None,
    )


def _marker(x: float, y: float, style: LineStyle) -> str:
    if style.marker == "o":
        return element("circle", cx=x, cy=y, r=3.6, fill=style.colour)
    corners = " ".join(f"{x + 4.4 * dx:.1f},{y + 4.4 * dy:.1f}" for dx, dy in CORNERS[style.marker])
    return element("polygon", points=corners, fill=style.colour)


def _legend_rows(names: Sequence[str]) -> list[list[tuple[int, str, float]]]:
    """Return rows of line number, name and horizontal place, as many as fit in a row."""
    rows: list[list[tuple[int, str, float]]] = []
    place = float(WIDTH)
    for line, name in enumerate(names):
        width = 52 + 7.5 * len(name)
        if place + width > WIDTH:
            rows.append([])
            place = 70.0
        rows[-1].append((line, name, place))
        place += width
    return rows


def _legend_row(row: int, entries: Sequence[tuple[int, str, float]]) -> list[str]:
    y = 12 + 22 * row
    parts = []
    for line, name, x in entries:
        style = line_style(line)
        parts += [_stroke([(x, y), (x + 30, y)], style), _marker(x + 15, y, style)]
        parts.append(words(x + 36, y + 4.5, name, text_anchor="start"))
    return parts


def _limit(values: Values, limit: float | None) -> float:
    if limit is None:
        return float(np.abs(values).max()) or 1.0
    bound = require_real("limit", limit)
    if bound <= 0:
        raise DataError(f"`limit` must be above 0. Received: {bound:g}.")
    return bound


def _cells(values: Values, x: Scale, y: Scale, bound: float) -> list[str]:
    wide, tall = x.place(1) - x.start, y.place(1) - y.start
    parts = []
    for (row, column), value in np.ndenumerate(values):
        colour = signed_colour(float(value), bound)
        # A hair larger than the cell, so that no seam shows between neighbours.
        place = {"x": x.place(column), "y": y.place(row)}
        parts.append(element("rect", **place, width=wide + 0.3, height=tall + 0.3, fill=colour))
        if wide >= 36 and tall >= 18:
            middle = place["x"] + wide / 2, place["y"] + tall / 2 + 4
            parts.append(
                words(*middle, f"{value:.2f}".replace("-", "−"), fill=ink_on(colour), font_size=11)
            )
    return parts


def _labels(rows: Sequence[str], columns: Sequence[str], x: Scale, y: Scale) -> list[str]:
    """Return the names of rows and columns, thinned out until they do not touch."""
    wide, tall = x.place(1) - x.start, y.place(1) - y.start
    every = int(np.ceil((10 + 7.5 * max(map(len, columns))) / wide))
    parts = [
        words(x.place(column + 0.5), y.stop + 18, columns[column])
        for column in range(0, len(columns), every)
    ]
    return parts + [
        words(x.start - 8, y.place(row + 0.5) + 4.5, rows[row], text_anchor="end")
        for row in range(0, len(rows), int(np.ceil(15 / tall)))
    ]


def _colour_bar(bound: float, bottom: float) -> list[str]:
    scale = Scale(-bound, bound, bottom, 12)
    values = np.linspace(-bound, bound, 11)
    tall = (bottom - 12) / len(values)
    parts = [
        element(
            "rect",
            x=WIDTH - 62,
            y=12 + (10 - place) * tall,
            width=14,
            height=tall + 0.3,
            fill=signed_colour(float(value), bound),
        )
        for place, value in enumerate(values)
    ]
    return parts + [
        words(WIDTH - 42, scale.place(value) + 4.5, number(value, 2), text_anchor="start")
        for value in (-bound, 0.0, bound)
    ]

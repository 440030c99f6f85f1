"""Colours, markers and line styles; never a colour alone.

The colours are those of Okabe and Ito (2008), in an order in which neighbours
differ for every reader; the first four reach a contrast of 3 on both pages.
"""

from dataclasses import dataclass

import numpy as np

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = "os^Dvp"
DASHES = ((), (6, 2), (2, 1.5), (6, 2, 1.5, 2), (9, 2), (1, 1))  # in line widths
GREY = "#7d7d7d"  # text and axes: reads on light and on dark

# Matplotlib's PuOr: orange below zero, purple above it, nearly white at zero.
SIGNED = "PuOr"
SIGNED_STOPS = (
    "#7f3b08",
    "#b35806",
    "#e08214",
    "#fdb863",
    "#fee0b6",
    "#f7f7f7",
    "#d8daeb",
    "#b2abd2",
    "#8073ac",
    "#542788",
    "#2d004b",
)


@dataclass(frozen=True)
class LineStyle:
    """How one line looks, so that it is told from its neighbours without its colour.

    Args:
        colour: Hexadecimal colour.
        marker: Matplotlib's name of the marker.
        dashes: Lengths of strokes and gaps, in line widths; () is a solid line.
    """

    colour: str
    marker: str
    dashes: tuple[float, ...]


def line_style(number: int) -> LineStyle:
    """Return the style of the line with that number; no two of 36 are the same.

    Args:
        number: Place of the line in its figure, from 0.

    Returns:
        The style.

    >>> line_style(1)
    LineStyle(colour='#D55E00', marker='s', dashes=(6, 2))
    """
    turn, place = divmod(number, len(COLOURS))
    shifted = (place + turn) % len(COLOURS)
    return LineStyle(COLOURS[place], MARKERS[shifted], DASHES[shifted])


def signed_colour(value: float, limit: float) -> str:
    """Return the colour of a value between -limit and limit, as matplotlib's PuOr has it.

    Args:
        value: The value; what is outside the limits gets the colour of the limit.
        limit: Largest absolute value, above 0.

    Returns:
        Hexadecimal colour.

    >>> signed_colour(0.0, 1.0), signed_colour(-2.0, 1.0)
    ('#f7f7f7', '#7f3b08')
    """
    place = np.clip(value / limit, -1, 1) * 5 + 5
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in SIGNED_STOPS])
    rgb = [round(float(np.interp(place, range(11), channel))) for channel in stops.T]
    return "#" + "".join(f"{part:02x}" for part in rgb)


def ink_on(colour: str) -> str:
    """Return black or white, whichever reads better on a colour.

    Args:
        colour: Hexadecimal colour.

    Returns:
        Hexadecimal colour.

    Source: relative luminance of WCAG 2.2.

    >>> ink_on("#f7f7f7"), ink_on("#2d004b")
    ('#000000', '#ffffff')
    """
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    # Equal contrast with black and with white: (L + 0.05)² = 1.05 · 0.05.
    return "#000000" if luminance > 0.179 else "#ffffff"

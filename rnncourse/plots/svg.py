"""SVG as text: elements, two axes with ticks, and the picture itself.

Text is drawn in `currentColor`, so that a picture inside a page takes the page's
colour, light or dark; a picture on its own, in an `img`, takes a middle grey.
What is drawn with these parts is in `svg_plots`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from rnncourse.errors import DataError
from rnncourse.plots.palette import GREY

FONT = "system-ui, sans-serif"


@dataclass(frozen=True)
class SvgImage:
    """A picture as SVG text; notebooks show it.

    Args:
        text: The whole `<svg>` element.
    """

    text: str

    def _repr_svg_(self) -> str:
        """Return what Jupyter shows."""
        return self.text


@dataclass(frozen=True)
class Scale:
    """A linear map from values to places in the picture.

    Args:
        low: Smallest value.
        high: Largest value, above `low`.
        start: Place of `low`, in user units.
        stop: Place of `high`.

    >>> Scale(0, 10, 100, 200).place(5)
    150.0
    """

    low: float
    high: float
    start: float
    stop: float

    def place(self, value: float) -> float:
        """Return the place of a value, in user units."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)


def element(name: str, *children: str, **attributes: object) -> str:
    """Return an SVG element as text.

    Args:
        name: Its name.
        children: Elements inside it, or text that is already escaped.
        attributes: Its attributes: `_` stands for `-`, None leaves one out.

    Returns:
        The text; attributes are escaped, numbers have at most two decimals.

    >>> element("line", x1=0, x2=1 / 3, stroke_width=2)
    '<line x1="0" x2="0.33" stroke-width="2"/>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def words(x: float, y: float, text: str, **attributes: object) -> str:
    """Return a text element in the colour of the page, its text escaped.

    Args:
        x: Horizontal place of its anchor, in user units.
        y: Place of its base line.
        text: What it says.
        attributes: Further attributes; `text_anchor` is "middle" unless you say otherwise.

    Returns:
        The element.

    >>> words(1, 2, "a < b")
    '<text x="1" y="2" text-anchor="middle" fill="currentColor">a &lt; b</text>'
    """
    given = {"text_anchor": "middle", "fill": "currentColor"} | attributes
    return element("text", escape(_printable(text)), x=x, y=y, **given)


def picture(
    body: Sequence[str], width: float, height: float, *, title: str, description: str
) -> SvgImage:
    """Return the picture, with a title and a description for screen readers.

    Args:
        body: Elements, those in front last.
        width: Width in user units.
        height: Height in user units.
        title: What it shows, in a few words.
        description: What is to be seen, in a sentence.

    Returns:
        The picture.

    Raises:
        DataError: If the title or the description is empty.

    >>> picture([], 10, 10, title="Nothing", description="An empty box.").text[:4]
    '<svg'
    """
    if not title.strip() or not description.strip():
        raise DataError(
            "`title` and `description` must say what the picture shows, for those who "
            f"cannot see it. Received: {title!r} and {description!r}."
        )
    inside = "".join(body)
    # Two pictures in one page must not share ids; the same picture keeps its own.
    digest = hashlib.sha256(f"{title}{description}{inside}".encode()).hexdigest()
    name = f"rnn-{digest[:10]}"
    text = element(
        "svg",
        element("title", escape(_printable(title)), id=f"{name}-t"),
        element("desc", escape(_printable(description)), id=f"{name}-d"),
        # Only where the picture is a document of its own, not inside a page.
        element("style", f"svg:root{{color:{GREY}}}"),
        inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        width=width,
        height=height,
        style="max-width:100%;height:auto",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
        font_family=FONT,
        font_size=13,
    )
    return SvgImage(text)


def tick_values(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers between two limits: steps of 1, 2 or 5 times a power of ten.

    Args:
        low: Smallest value.
        high: Largest value, above `low`.
        count: About how many steps.

    Returns:
        The numbers, in order.

    >>> tick_values(-1, 1)
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    rough = (high - low) / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return [float(tick * step) + 0.0 for tick in np.arange(first, last + 1)]  # 0.0 for -0.0


def axes(x: Scale, y: Scale, *, xlabel: str, ylabel: str, whole_x: bool = True) -> list[str]:
    """Return two axes with grid lines, ticks and labels.

    Args:
        x: Horizontal scale.
        y: Vertical scale: its `start` is below.
        xlabel: What is counted, with its unit.
        ylabel: What is measured, with its unit.
        whole_x: Whether horizontal ticks are at whole numbers only.

    Returns:
        Elements.

    >>> len(axes(Scale(0, 4, 0, 100), Scale(0, 1, 50, 0), xlabel="t", ylabel="h"))
    24
    """
    xs = [tick for tick in tick_values(x.low, x.high, 8) if not whole_x or tick % 1 == 0]
    parts = []
    for tick in xs:
        place = x.place(tick)
        parts.append(_grid(place, place, y.start, y.stop))
        parts.append(words(place, y.start + 18, number(tick)))
    for tick in tick_values(y.low, y.high):
        place = y.place(tick)
        parts.append(_grid(x.start, x.stop, place, place))
        parts.append(words(x.start - 8, place + 4.5, number(tick), text_anchor="end"))
    middle = (y.start + y.stop) / 2
    turned = f"rotate(-90 {_short(x.start - 44)} {_short(middle)})"
    parts.append(words((x.start + x.stop) / 2, y.start + 40, xlabel))
    parts.append(words(x.start - 44, middle, ylabel, transform=turned))
    return parts


def number(value: float, digits: int = 6) -> str:
    """Return a number with so many significant digits, and a minus sign as long as a plus.

    Args:
        value: The number.
        digits: Significant digits at most.

    Returns:
        The text.

    >>> number(-0.5)
    '−0.5'
    """
    return f"{value:.{digits}g}".replace("-", "−")


def _grid(x1: float, x2: float, y1: float, y2: float) -> str:
    return element("line", x1=x1, x2=x2, y1=y1, y2=y2, stroke=GREY, stroke_opacity=0.25)


def _short(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return _printable(str(value))


def _printable(text: str) -> str:
    """Return the text without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")

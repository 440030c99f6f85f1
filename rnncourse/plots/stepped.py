"""A picture that is told in steps: each part appears at its step, and each step is a sentence.

As it stands, the picture is complete and all sentences can be read; in the book a small
script, `book/_assets/steps.js`, shows one step at a time. The pictures themselves are in
`stepped_neuron` and `stepped_gates`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rnncourse.errors import DataError
from rnncourse.plots.svg import SvgImage, element, number

SUBSCRIPTS = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, repr=False)
class SteppedImage:
    """A picture and its steps; notebooks show both.

    Args:
        title: What it shows, in a sentence.
        image: The whole picture; its parts are those of `part`.
        steps: A sentence for each step, the first one first.

    Raises:
        DataError: If there are no steps.
    """

    title: str
    image: SvgImage
    steps: Sequence[str]

    def __post_init__(self) -> None:
        if not self.steps:
            raise DataError("`steps` must hold a sentence for each step. Received: none.")

    def __repr__(self) -> str:
        """Return the sentences, for readers and formats without pictures."""
        lines = [f"{place}. {step}" for place, step in enumerate(self.steps, 1)]
        return "\n".join([self.title, *lines])

    def _repr_html_(self) -> str:
        """Return what Jupyter shows."""
        steps = "".join(element("li", escape(step)) for step in self.steps)
        caption = element("figcaption", escape(self.title))
        return element("figure", self.image.text, element("ol", steps), caption, class_="stepped")


def part(step: int, *elements: str) -> str:
    """Return what appears in a picture at a step.

    Args:
        step: Number of the step, from 1.
        elements: SVG elements.

    Returns:
        A group of them.

    >>> part(1, '<circle r="1"/>')
    '<g data-step="1"><circle r="1"/></g>'
    """
    return element("g", *elements, data_step=step)


def spot(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a light behind a part, which is on while its step is shown.

    Args:
        x: Its left edge, in user units.
        y: Its upper edge.
        width: Its width.
        height: Its height.
        colour: Its colour, of which it takes a sixth.

    Returns:
        A rectangle, hidden where nothing shows single steps.
    """
    box = {"x": x, "y": y, "width": width, "height": height, "rx": 8}
    lit = {"fill": colour, "fill_opacity": 0.16, "visibility": "hidden"}
    return element("rect", **box, **lit, class_="spot")


def factor(value: float) -> str:
    """Return a number as it stands in a product: three digits, a negative one in brackets.

    Args:
        value: The number.

    Returns:
        The text.

    >>> factor(0.12345), factor(-2.0)
    ('0.123', '(−2)')
    """
    return f"({number(value, 3)})" if value < 0 else number(value, 3)


def indexed(letter: str, index: int) -> str:
    """Return a letter with an index, in a sentence.

    Args:
        letter: The letter.
        index: The index.

    Returns:
        The text.

    >>> indexed("h", -1)
    'h₋₁'
    """
    return letter + str(index).translate(SUBSCRIPTS)

"""The gates of one LSTM unit over a sequence, told in steps."""

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from rnncourse.errors import DataError, ShapeError
from rnncourse.plots.palette import COLOURS, GREY
from rnncourse.plots.stepped import SteppedImage, factor, part, spot
from rnncourse.plots.svg import element, number, picture, words
from rnncourse.plots.values import Values, finite_array

GATE, CELL = COLOURS[0], COLOURS[1]
LEFT, STRIDE = 92, 37  # left edge of the first column, and from one to the next
WIDE, TALL = 27, 26  # a box
GATES = ("i", "f", "o")
ROWS = {"read": 28, "i": 64, "f": 100, "c": 144, "o": 188, "h": 226}  # middle of each row
NAMES = {
    "read": "reads",
    "i": "input gate",
    "f": "forget gate",
    "c": "cell c",
    "o": "output gate",
    "h": "shows h",
}


def stepped_gates(
    tokens: Sequence[str],
    *,
    candidate: ArrayLike,
    gates: Mapping[str, ArrayLike],
    c: ArrayLike,
    h: ArrayLike,
    title: str = "The gates of an LSTM, step by step",
) -> SteppedImage:
    """Return what the gates of one unit do with its cell state, a step for each time step.

    Args:
        tokens: What is read at each step, as a reader should see it, 1 to 10 of them.
        candidate: What could be added at each step, shape `(timesteps,)`.
        gates: The gates "i", "f" and "o", each between 0 and 1, shape `(timesteps,)`.
        c: Cell state after each step, shape `(timesteps,)`; it is 0 before the first.
        h: What is shown at each step, shape `(timesteps,)`.
        title: What it shows, in a sentence.

    Returns:
        The picture with its steps.

    Raises:
        DataError: If a gate is missing, or is not between 0 and 1.
        ShapeError: If there is not one value for each token.

    >>> open_ = {"i": [1.0], "f": [0.0], "o": [0.0]}
    >>> stepped_gates(["5↓"], candidate=[5], gates=open_, c=[5], h=[0]).steps
    ['Reads 5↓. The cell: c = f · c + i · 5 = 0 · 0 + 1 · 5 = 5. It shows h = o · 5 = 0 · 5 = 0.']
    """
    if set(gates) != set(GATES):
        raise DataError(f"`gates` must have the keys i, f and o. Received: {sorted(gates)}.")
    values = {"candidate": candidate, "c": c, "h": h, **gates}
    now = {name: _one_each(name, value, len(tokens)) for name, value in values.items()}
    for name in GATES:
        if now[name].min() < 0 or now[name].max() > 1:
            raise DataError(f"The gate {name} must be between 0 and 1. Received: {now[name]}.")
    steps = [_sentence(t, token, now) for t, token in enumerate(tokens)]
    body = [
        words(LEFT - 10, y + 5, NAMES[row], text_anchor="end", font_size=14)
        for row, y in ROWS.items()
    ]
    body += [_column(t, token, now) for t, token in enumerate(tokens)]
    width = LEFT + STRIDE * len(tokens)
    return SteppedImage(
        title, picture(body, width, 252, title=title, description=" ".join(steps)), steps
    )


def _one_each(name: str, values: ArrayLike, count: int) -> Values:
    array = finite_array(name, values, ("timesteps",))
    if len(array) != count:
        raise ShapeError(
            f"`{name}` must have a value for each of {count} tokens. Received: {array.shape}."
        )
    return array


def _sentence(t: int, token: str, now: Mapping[str, Values]) -> str:
    before = now["c"][t - 1] if t else 0.0
    shown = {name: factor(_rounded(values[t])) for name, values in now.items()}
    return (
        f"Reads {token}. The cell: c = f · c + i · {shown['candidate']} = "
        f"{shown['f']} · {factor(_rounded(before))} + {shown['i']} · {shown['candidate']} = "
        f"{shown['c']}. It shows h = o · {shown['c']} = {shown['o']} · {shown['c']} = {shown['h']}."
    )


def _rounded(value: float) -> float:
    """Return the value with two decimals: a gate that is all but closed reads 0."""
    return round(float(value), 2) + 0.0  # 0.0 for -0.0


def _column(t: int, token: str, now: Mapping[str, Values]) -> str:
    """Return one time step, from what is read at the top to what is shown at the bottom."""
    x = LEFT + STRIDE * t + WIDE / 2
    read = words(x, ROWS["read"] + 5, token, font_size=16)
    gates = [_gate(x, ROWS[name], float(now[name][t])) for name in GATES]
    said = words(
        x,
        ROWS["h"] + 6,
        number(_rounded(now["h"][t]), 3),
        font_size=16,
        font_weight=700,
        class_="value",
    )
    light = spot(x - STRIDE / 2, 6, STRIDE, 240, GATE)
    return part(t + 1, light, read, *gates, *_cell(t, x, now), said)


def _gate(x: float, y: float, value: float) -> str:
    """Return a box that is as full as the gate is open, with the number in it."""
    box = {"x": x - WIDE / 2, "width": WIDE}
    filled = {"y": y + TALL / 2 - value * TALL, "height": value * TALL, "fill": GATE}
    inside = element("rect", **box, **filled, class_="value")
    frame = element("rect", **box, y=y - TALL / 2, height=TALL, fill="none", stroke=GREY)
    ink = "#fff" if value > 0.6 else "currentColor"
    said = words(x, y + 5, number(_rounded(value), 2), fill=ink, font_size=13, class_="value")
    return inside + frame + said


def _cell(t: int, x: float, now: Mapping[str, Values]) -> list[str]:
    """Return the cell state, and as much of a line from the one before as was kept."""
    y, parts = ROWS["c"], []
    if t and now["f"][t] * abs(now["c"][t - 1]) > 0:
        ends = {"x1": x - STRIDE + WIDE / 2, "x2": x - WIDE / 2, "y1": y, "y2": y}
        kept = float(now["f"][t])
        parts.append(element("line", **ends, stroke=CELL, stroke_width=5, stroke_opacity=kept))
    box = {"x": x - WIDE / 2, "y": y - 15, "width": WIDE, "height": 30, "rx": 8}
    parts.append(element("rect", **box, fill="none", stroke=CELL, stroke_width=2))
    return [*parts, _value(x, y + 6, float(now["c"][t]))]


def _value(x: float, y: float, value: float) -> str:
    bold = {"font_size": 16, "font_weight": 700, "class_": "value"}
    return words(x, y, number(_rounded(value), 3), **bold)

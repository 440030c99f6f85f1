"""One neuron over time, told in steps: forwards, and backwards from a loss.

The states and gradients are those of `rnncourse.cells` and `rnncourse.bptt`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnncourse.bptt import backward
from rnncourse.cells import Array, RNNWeights, Trace, forward
from rnncourse.plots.palette import COLOURS, GREY
from rnncourse.plots.stepped import SteppedImage, factor, indexed, part, spot
from rnncourse.plots.svg import SvgImage, element, number, picture, words
from rnncourse.plots.svg_diagram import arrow
from rnncourse.plots.values import finite_array

WIDTH = 460
MIDDLE, RADIUS = 148, 24  # height and radius of the cells
CELL, BACK = COLOURS[0], COLOURS[1]
DASHES = "6 4"  # forward, where there is also a way back


def stepped_neuron(
    x: ArrayLike, *, w: float, u: float, b: float = 0.0, title: str = "One neuron, step by step"
) -> SteppedImage:
    """Return one neuron unrolled over its inputs, a step of the picture for each time step.

    Args:
        x: Inputs, shape `(timesteps,)`, 1 to 6 of them.
        w: Input weight.
        u: Recurrent weight.
        b: Bias.
        title: What it shows, in a sentence.

    Returns:
        The picture with its steps.

    Raises:
        ShapeError: If `x` has another rank, or is empty.
        DataError: If NaN or infinity is among the inputs.

    >>> stepped_neuron([0.0, 1.0], w=1.0, u=0.5).steps[1]
    't = 1: h₁ = tanh(1 · 1 + 0.5 · 0 + 0) = 0.762.'
    """
    trace = _trace(x, w, u, b)
    steps = _forward_steps(trace, w, u, b)
    columns = _columns(len(steps))
    copies = [_copy(t, columns, trace, u) for t in range(len(steps))]
    body = [element("g", *copies, transform="translate(0 -54)")]  # no loss above them
    return SteppedImage(title, _framed(body, 194, title, steps), steps)


def stepped_gradient(
    x: ArrayLike,
    *,
    w: float,
    u: float,
    b: float = 0.0,
    target: float = 1.0,
    title: str = "Forwards, and back through time",
) -> SteppedImage:
    """Return a forward pass of one neuron, and the gradient of (h − target)² on its way back.

    Args:
        x: Inputs, shape `(timesteps,)`, 1 to 4 of them.
        w: Input weight.
        u: Recurrent weight.
        b: Bias.
        target: What the last state should be.
        title: What it shows, in a sentence.

    Returns:
        The picture, with a step for each time step, the loss, each time step again, the sum.

    Raises:
        ShapeError: If `x` has another rank, or is empty.
        DataError: If NaN or infinity is among the inputs.

    >>> stepped_gradient([1.0, 2.0], w=0.0, u=1.0, b=0.0).steps[2]
    'The loss: L = (h₁ − 1)² = (0 − 1)² = 1.'
    """
    trace = _trace(x, w, u, b)
    h, inputs = trace.h[0, :, 0], trace.x[0, :, 0]
    d_outputs = np.zeros_like(trace.outputs)
    d_outputs[0, -1, 0] = 2 * (h[-1] - target)
    gradients = backward(d_outputs, trace)
    d_z = gradients.states[0, 1:, 0] * (1 - h[1:] ** 2)
    count = len(inputs)
    columns = _columns(count)
    steps = [*_forward_steps(trace, w, u, b), _loss_step(h, target)]
    steps += [_back_step(t, d_z, h, u, target) for t in reversed(range(count))]
    steps.append(_sum_step(inputs, d_z, float(gradients.weights.kernel[0, 0])))
    body = [_copy(t, columns, trace, u, dashes=DASHES) for t in range(count)]
    body.append(_loss(count + 1, columns[-1], float((h[-1] - target) ** 2)))
    body += [_back(t, columns, d_z) for t in reversed(range(count))]
    body.append(_sum(2 * count + 2, columns, inputs * d_z))
    return SteppedImage(title, _framed(body, 372, title, steps), steps)


def _trace(x: ArrayLike, w: float, u: float, b: float) -> Trace[RNNWeights]:
    """Return the neuron's way over the inputs: a batch of one, one feature, one unit."""
    inputs = finite_array("x", x, ("timesteps",))
    weights = RNNWeights(np.array([[w]]), np.array([[u]]), np.array([b]))
    return forward(inputs.reshape(1, -1, 1), weights)


def _forward_steps(trace: Trace[RNNWeights], w: float, u: float, b: float) -> list[str]:
    h, inputs = trace.h[0, :, 0], trace.x[0, :, 0]
    return [
        f"t = {t}: {indexed('h', t)} = tanh({factor(w)} · {factor(inputs[t])} + "
        f"{factor(u)} · {factor(h[t])} + {factor(b)}) = {number(h[t + 1], 3)}."
        for t in range(len(inputs))
    ]


def _loss_step(h: Array, target: float) -> str:
    last, wanted = indexed("h", len(h) - 2), number(target, 3)
    loss = number(float((h[-1] - target) ** 2), 3)
    return f"The loss: L = ({last} − {wanted})² = ({number(h[-1], 3)} − {wanted})² = {loss}."


def _back_step(t: int, d_z: Array, h: Array, u: float, target: float) -> str:
    slope = f"(1 − {factor(h[t + 1])}²)"
    if t == len(d_z) - 1:
        came, way = "Back from the loss", f"2 · ({number(h[-1], 3)} − {number(target, 3)})"
    else:
        came, way = f"Back to step {t}", f"{factor(d_z[t + 1])} · {factor(u)}"
    return f"{came}: {_slope_of(t)} = {way} · {slope} = {number(d_z[t], 3)}."


def _sum_step(inputs: Array, d_z: Array, total: float) -> str:
    terms = " + ".join(f"{factor(a)} · {factor(d)}" for a, d in zip(inputs, d_z, strict=True))
    return f"The weight w was used at every step: ∂L/∂w = {terms} = {number(total, 3)}."


def _slope_of(t: int) -> str:
    return f"∂L/∂{indexed('z', t)}"


def _columns(count: int) -> list[float]:
    """Return the middle of each copy, with room for the first state on the left."""
    stride = min(140.0, (WIDTH - 30) / count)
    left = WIDTH / 2 + 15 - stride * (count - 1) / 2
    return [left + stride * t for t in range(count)]


def _framed(body: Sequence[str], height: float, title: str, steps: Sequence[str]) -> SvgImage:
    return picture(body, WIDTH, height, title=title, description=" ".join(steps))


def _copy(
    t: int, columns: list[float], trace: Trace[RNNWeights], u: float, *, dashes: str | None = None
) -> str:
    """Return the neuron at one time step: its input below, its state above."""
    x, stride = columns[t], columns[1] - columns[0] if len(columns) > 1 else 100.0
    before = x - stride + RADIUS if t else x - RADIUS - 30
    middle, wide = (before + x - RADIUS) / 2, min(stride - 4, 100)
    colour = GREY if dashes else BACK
    elements = [
        spot(x - wide / 2, 58, wide, 186, CELL),
        element("circle", cx=x, cy=MIDDLE, r=RADIUS, fill=CELL),
        words(x, MIDDLE + 5, "tanh", fill="#fff", font_size=14),
        arrow((x, 212), (x, MIDDLE + RADIUS + 2), GREY, dashes=dashes),
        arrow((x, MIDDLE - RADIUS), (x, 104), GREY, dashes=dashes),
        arrow((before, MIDDLE), (x - RADIUS - 2, MIDDLE), colour, dashes=dashes),
        _named(x, 234, indexed("x", t), float(trace.x[0, t, 0])),
        _named(x, 84, indexed("h", t), float(trace.h[0, t + 1, 0]), class_="value"),
    ]
    if t:
        elements.append(words(middle, MIDDLE - 9, f"· {number(u, 3)}", font_size=13))
    else:
        elements.append(words(before - 9, MIDDLE + 5, "0", font_size=15))
    return part(t + 1, *elements)


def _named(x: float, y: float, name: str, value: float, **attributes: object) -> str:
    """Return a name and its value on one line."""
    return words(x, y, f"{name} = {number(value, 3)}", font_size=15, **attributes)


def _loss(step: int, x: float, loss: float) -> str:
    box = element("rect", x=x - 52, y=6, width=104, height=32, rx=6, fill="none", stroke=GREY)
    said = _named(x, 27, "L", loss, class_="value")
    return part(
        step,
        spot(x - 56, 2, 112, 40, CELL),
        box,
        arrow((x, 64), (x, 42), GREY, dashes=DASHES),
        said,
    )


def _back(t: int, columns: list[float], d_z: Array) -> str:
    """Return the gradient on its way to one time step, and its value below the input."""
    x, last = columns[t], t == len(columns) - 1
    if last:
        down = f"M{x + 48:g} 38V{MIDDLE}"
        way = element("path", d=down, fill="none", stroke=BACK, stroke_width=2)
        way += arrow((x + 48, MIDDLE), (x + RADIUS + 2, MIDDLE), BACK)
    else:
        way = arrow((columns[t + 1] - RADIUS, MIDDLE + 16), (x + RADIUS, MIDDLE + 16), BACK)
    value = words(x, 292, number(d_z[t], 3), font_size=16, font_weight=700, class_="value")
    name = words(x, 270, _slope_of(t), font_size=15)
    return part(2 * len(columns) + 1 - t, spot(x - 48, 250, 96, 54, BACK), way, name, value)


def _sum(step: int, columns: list[float], terms: Array) -> str:
    """Return the terms of the weight's gradient, and their sum."""
    line = [
        words(x, 326, f"· {indexed('x', t)} = {number(term, 3)}", font_size=14, class_="value")
        for t, (x, term) in enumerate(zip(columns, terms, strict=True))
    ]
    total = f"∂L/∂w = their sum = {number(float(terms.sum()), 3)}"
    middle = sum(columns) / len(columns)
    said = words(middle, 358, total, font_size=16, font_weight=700, class_="value")
    return part(step, spot(middle - 130, 338, 260, 30, BACK), *line, said)

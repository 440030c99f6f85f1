"""Figures of the course: each takes data and an `ax`, and returns the `ax`.

    palette    colours, markers and line styles; heat as a colour
    values     what the figures check in what they are given
    curves     gradient norms, losses, forecasts, on matplotlib axes
    heatmaps   states, gates, rows of an image, on matplotlib axes
    diagram    the unrolled network, on matplotlib axes
    svg        pictures as text: elements, axes, the picture itself
    svg_plots, svg_diagram  lines and heat maps, the unrolled network, as SVG text
    stepped    pictures told in steps: a forward pass, a backward pass, an LSTM's gates

Importing it loads NumPy alone, so the SVG text can be made in the browser;
matplotlib comes with the caller's `ax`. Text is a grey from the middle of the
scale, here as in the book's style sheet, so it reads on light and on dark.
"""

from rnncourse.plots.curves import forecasts, gradient_norms, loss_curves
from rnncourse.plots.diagram import unrolled_network
from rnncourse.plots.heatmaps import digit_rows, gates_over_input, states_over_time
from rnncourse.plots.stepped import SteppedImage
from rnncourse.plots.stepped_gates import stepped_gates
from rnncourse.plots.stepped_neuron import stepped_gradient, stepped_neuron
from rnncourse.plots.svg import SvgImage
from rnncourse.plots.svg_diagram import svg_unrolled
from rnncourse.plots.svg_plots import svg_heatmap, svg_lines

__all__ = [
    "SteppedImage",
    "SvgImage",
    "digit_rows",
    "forecasts",
    "gates_over_input",
    "gradient_norms",
    "loss_curves",
    "states_over_time",
    "stepped_gates",
    "stepped_gradient",
    "stepped_neuron",
    "svg_heatmap",
    "svg_lines",
    "svg_unrolled",
    "unrolled_network",
]

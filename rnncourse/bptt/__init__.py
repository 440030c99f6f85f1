"""Backpropagation through time, for the three cells of `rnncourse.cells`.

backpropagation   the gradients of a whole sequence, from the trace of its forward pass
truncation        the same in windows: state carried, gradient cut
norms             how gradients grow and shrink over time, and clipping
numerical         gradients by finite differences, to check the others

A training step is `trace = forward(x, weights)`, the loss's gradient for `trace.outputs`,
and `backward(d_outputs, trace)`. What to do with the gradients belongs elsewhere.
"""

from rnncourse.bptt.backpropagation import Gradients, backward
from rnncourse.bptt.norms import clip_by_global_norm, gradient_norms, jacobian_norms
from rnncourse.bptt.numerical import numerical_gradient
from rnncourse.bptt.truncation import truncated_windows
from rnncourse.cells import Trace, forward

__all__ = [
    "Gradients",
    "Trace",
    "backward",
    "clip_by_global_norm",
    "forward",
    "gradient_norms",
    "jacobian_norms",
    "numerical_gradient",
    "truncated_windows",
]

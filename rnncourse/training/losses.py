"""What a model is trained for: loss functions by name, and figures over many examples."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from rnncourse.errors import UnknownNameError

Loss = Callable[[Any, Any], Any]
LOSSES = ("cross_entropy", "mean_squared_error")
ROWS_AT_ONCE = 2000


def loss_of(name: str | Loss) -> Loss:
    """Return a loss function; the cross entropy takes logits, not probabilities.

    Args:
        name: `"cross_entropy"`, `"mean_squared_error"`, or a function of targets and outputs.

    Returns:
        A function of targets and outputs that returns their mean loss.

    Raises:
        UnknownNameError: If there is no loss of that name.

    >>> round(float(loss_of("cross_entropy")(np.array([0]), np.array([[0.0, 0.0]]))), 4)
    0.6931
    """
    if callable(name):
        return name
    if name == "cross_entropy":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if name == "mean_squared_error":
        return keras.losses.MeanSquaredError()
    raise UnknownNameError.among("loss", name, LOSSES)


def evaluate(
    outputs_of: Callable[[list[NDArray[Any]]], NDArray[Any]],
    loss: Loss,
    examples: tuple[Sequence[NDArray[Any]], NDArray[Any]],
) -> tuple[float, float]:
    """Return mean loss and accuracy over all examples.

    Args:
        outputs_of: Function from a batch of inputs to outputs.
        loss: Function of targets and outputs.
        examples: Inputs and targets.

    Returns:
        The loss, and the share of right answers (NaN where targets are no class numbers).
    """
    inputs, targets = examples
    losses, right, classes = [], 0.0, np.issubdtype(targets.dtype, np.integer)
    for start in range(0, len(targets), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        outputs, answer = outputs_of([x[rows] for x in inputs]), targets[rows]
        losses.append(float(loss(answer, outputs)) * len(answer))
        right += np.mean(outputs.argmax(axis=-1) == answer) * len(answer) if classes else np.nan
    return sum(losses) / len(targets), float(right / len(targets))

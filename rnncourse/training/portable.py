"""One training step a call, through Keras alone: for the JAX and torch backends."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]


def batch_steps(
    model: Any, loss: Any, optimizer: Any, data: tuple[Arrays, NDArray[Any]], *, jit_compile: bool
) -> Callable[[NDArray[np.int64], int], NDArray[np.float32]]:
    """Return a function that takes one training step for each row of an array of indices.

    Args and Returns: as in `compiled.batch_steps`.
    """
    inputs, targets = data
    model.compile(optimizer=optimizer, loss=loss, jit_compile=jit_compile or "auto")

    def step(rows: NDArray[np.int64]) -> float:
        model.reset_metrics()  # else Keras gives the mean of all steps so far
        batch = [x[rows] for x in inputs]
        return float(model.train_on_batch(_unwrap(batch), targets[rows]))

    return lambda order, count: np.array([step(rows) for rows in order[:count]], "float32")


def outputs_of(model: Any) -> Callable[[Arrays], NDArray[Any]]:
    """Return a function from a batch of inputs to the model's outputs."""

    def run(inputs: Arrays) -> NDArray[Any]:
        return keras.ops.convert_to_numpy(model(_unwrap(inputs), training=False))

    return run


def _unwrap(inputs: Any) -> Any:
    return inputs[0] if len(inputs) == 1 else inputs

"""Many training steps inside one compiled TensorFlow function; the one part tied to TensorFlow.

A call from Python costs more than a step of a small network, so each call takes many. With
`jit_compile` XLA compiles the whole loop: several times the rate after seconds of compiling.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Arrays = Sequence[NDArray[Any]]
Losses = NDArray[np.float32]


def batch_steps(
    model: Any, loss: Any, optimizer: Any, data: tuple[Arrays, NDArray[Any]], *, jit_compile: bool
) -> Callable[[NDArray[np.int64], int], Losses]:
    """Return a function that takes one training step for each row of an array of indices.

    Args:
        model: A Keras model with one output.
        loss: Function of targets and outputs.
        optimizer: A built Keras optimizer.
        data: Inputs, and targets; the first axis is the examples.
        jit_compile: Compile with XLA.

    Returns:
        A function of indices, shape `(calls, batch)`, and of how many rows to use; it
        returns their losses.
    """
    inputs, targets = [tf.convert_to_tensor(x) for x in data[0]], tf.convert_to_tensor(data[1])

    @tf.function(jit_compile=jit_compile)
    def run(order: Any, count: Any) -> Any:
        losses = tf.zeros(tf.shape(order)[0])
        for i in tf.range(count):
            rows = order[i]
            batch = [tf.gather(x, rows) for x in inputs]
            value, _ = _step(model, loss, optimizer, batch, tf.gather(targets, rows))
            losses = tf.tensor_scatter_nd_update(losses, [[i]], [value])
        return losses

    def steps(order: NDArray[np.int64], count: int) -> Losses:
        return _traced(run, tf.constant(order), tf.constant(count)).numpy()[:count]

    return steps


def window_steps(
    model: Any, loss: Any, optimizer: Any, windows: tuple[Any, Any], *, jit_compile: bool
) -> Callable[[Sequence[Any]], tuple[Losses, list[Any]]]:
    """Return a function that goes along all windows, carrying the state, one step each.

    Each window's tape opens after the state has come in, so no gradient reaches the window
    before: that is the truncation.

    Args:
        model: A Keras model from `[x, *state]` to `[outputs, *state]`.
        loss: Function of targets and outputs.
        optimizer: A built Keras optimizer.
        windows: Inputs and targets, shape `(windows, batch, timesteps, …)`.
        jit_compile: Compile with XLA.

    Returns:
        A function of the first state; it returns a loss for each window, and the last state.

    Source: Williams & Peng (1990).
    """
    inputs, targets = (tf.convert_to_tensor(part) for part in windows)
    count = len(inputs)

    @tf.function(jit_compile=jit_compile)
    def run(state: Any) -> Any:
        losses = tf.zeros(count)
        for i in tf.range(count):
            value, state = _step(model, loss, optimizer, [inputs[i], *state], targets[i])
            losses = tf.tensor_scatter_nd_update(losses, [[i]], [value])
        return losses, state

    def run_epoch(state: Sequence[Any]) -> tuple[Losses, list[Any]]:
        losses, last = _traced(run, [tf.convert_to_tensor(part) for part in state])
        return losses.numpy(), last

    return run_epoch


def outputs_of(model: Any) -> Callable[[Arrays], NDArray[Any]]:
    """Return a compiled function from a batch of inputs to the model's outputs."""

    @tf.function(input_signature=[[_any_batch(spec) for spec in model.inputs]])
    def run(inputs: Any) -> Any:
        return model(_unwrap(inputs), training=False)

    return lambda inputs: _traced(run, [tf.convert_to_tensor(x) for x in inputs]).numpy()


def _any_batch(spec: Any) -> Any:
    return tf.TensorSpec((None, *spec.shape[1:]), spec.dtype)


def _traced(function: Any, *arguments: Any) -> Any:
    """Call a function through its trace.

    TensorFlow counts the calls of all functions that one `def` made, and would warn about
    retracing after a few fits.
    """
    return function.get_concrete_function(*arguments)(*arguments)


def _step(model: Any, loss: Any, optimizer: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
    with tf.GradientTape() as tape:
        result = model(_unwrap(inputs), training=True)
        outputs, *state = result if isinstance(result, (list, tuple)) else [result]
        value = loss(targets, outputs)
    variables = model.trainable_variables
    optimizer.apply(tape.gradient(value, variables), variables)
    return tf.cast(value, tf.float32), state


def _unwrap(inputs: Any) -> Any:
    return inputs[0] if len(inputs) == 1 else inputs

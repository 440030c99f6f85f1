"""Examples for a model: whether they fit it, and their order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError
from rnncourse.training.losses import Loss

Inputs = list[NDArray[Any]]


def as_examples(
    model: Any,
    data: tuple[ArrayLike | Sequence[ArrayLike], ArrayLike],
    *,
    loss: str | Loss,
    name: str = "data",
) -> tuple[Inputs, NDArray[Any]]:
    """Return inputs and targets as arrays, if they fit the model.

    Args:
        model: A Keras model; the number of its inputs says how to read `data[0]`.
        data: Inputs (for a model with several inputs a list of them), and targets.
        loss: What the targets are for, as in `losses.loss_of`.
        name: What the caller calls the data.

    Returns:
        A list of input arrays, and the targets; floats are in the model's input type.

    Raises:
        ShapeError: If an array does not fit the model, or their lengths differ.
        DataError: If there is no example, or one is NaN or infinite.
    """
    if len(data) != 2:
        raise DataError(f"`{name}` must be a pair (inputs, targets). Received: {len(data)} parts.")
    many = len(model.inputs) > 1
    raw: Any = data[0] if many else [data[0]]
    if len(raw) != len(model.inputs):
        raise DataError(
            f"`{name}[0]` must be a list of {len(model.inputs)} arrays. Received: {len(raw)}."
        )
    inputs = [
        check_input(x, spec, name=f"{name}[0][{i}]" if many else f"{name}[0]")
        for i, (x, spec) in enumerate(zip(raw, model.inputs, strict=True))
    ]
    targets = check_targets(data[1], name=f"{name}[1]")
    lengths = [len(part) for part in (*inputs, targets)]
    if len(set(lengths)) > 1:
        raise ShapeError(
            f"The parts of `{name}` must have the same number of examples. Received: {lengths}."
        )
    if not lengths[0]:
        raise DataError(f"`{name}` must have at least one example. Received: an empty batch.")
    check_goal(model, targets, loss, name=f"{name}[1]")
    return inputs, targets


def check_goal(model: Any, targets: NDArray[Any], loss: str | Loss, *, name: str) -> None:
    """Raise if targets are not what a named loss compares with the model's outputs.

    Args:
        model: A Keras model; its first output counts.
        targets: Targets, shape `(examples, …)`.
        loss: As in `losses.loss_of`; a function of one's own is not checked.
        name: What the caller calls the targets.

    Raises:
        ShapeError: If the shape differs from the outputs', or for classes from theirs
            without the last axis.
        DataError: If the number of a class is not whole, or outside the logits.
    """
    outputs = model.outputs[0].shape
    wanted = {"cross_entropy": outputs[1:-1], "mean_squared_error": outputs[1:]}
    if not isinstance(loss, str) or loss not in wanted:
        return
    shape = ("batch", *("any" if size is None else size for size in wanted[loss]))
    sizes = zip(targets.shape[1:], shape[1:], strict=False)
    if targets.ndim != len(shape) or any(w not in ("any", size) for size, w in sizes):
        one_hot = loss == "cross_entropy" and targets.ndim == len(outputs)
        hint = " Are they one-hot? Take their argmax(axis=-1)." if one_hot else ""
        expected = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
        raise ShapeError(f"`{name}` must have shape {expected}. Received: {targets.shape}.{hint}")
    if loss == "cross_entropy":
        _check_classes(targets, outputs[-1], name)


def check_input(x: ArrayLike, spec: Any, *, name: str) -> NDArray[Any]:
    """Return an input as an array in the model's type, if its shape fits and it is finite.

    Args:
        x: What was passed.
        spec: The model's symbolic input.
        name: What the caller calls it.

    Returns:
        The array.

    Raises:
        ShapeError: If the rank or a fixed size differs.
        DataError: If a value is NaN or infinite.
    """
    array = np.asarray(x)
    wanted = ("batch", *("any" if size is None else size for size in spec.shape[1:]))
    sizes = zip(array.shape[1:], wanted[1:], strict=False)
    if array.ndim != len(wanted) or any(w not in ("any", size) for size, w in sizes):
        axis = " Add an axis: x[..., np.newaxis]." if array.ndim == len(wanted) - 1 else ""
        shape = ", ".join(str(size) for size in wanted)
        raise ShapeError(f"`{name}` must have shape ({shape}). Received: {array.shape}.{axis}")
    return _finite(array.astype(spec.dtype, copy=False), name)


def steps_in_epoch(examples: int, batch_size: int) -> int:
    """Return the number of full batches.

    Args:
        examples: Number of examples.
        batch_size: Examples a step.

    Returns:
        The number of steps.

    Raises:
        DataError: If a batch is larger than the data, or not positive.

    >>> steps_in_epoch(10, 4)
    2
    """
    if not 1 <= batch_size <= examples:
        raise DataError(
            f"`batch_size` must be from 1 to the number of examples, {examples}. "
            f"Received: {batch_size}."
        )
    return examples // batch_size


def epoch_order(examples: int, batch_size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a fresh order for an epoch; the last batch is left out if it is not full.

    Args:
        examples: Number of examples.
        batch_size: Examples a step.
        rng: Source of randomness.

    Returns:
        Indices, shape `(steps, batch_size)`.

    >>> epoch_order(10, 4, np.random.default_rng(0)).shape
    (2, 4)
    """
    steps = steps_in_epoch(examples, batch_size)
    return rng.permutation(examples)[: steps * batch_size].reshape(steps, batch_size)


def check_targets(targets: ArrayLike, *, name: str) -> NDArray[Any]:
    """Return targets as an array: whole numbers as int32, all others as float32.

    Args:
        targets: What was passed.
        name: What the caller calls it.

    Returns:
        The array.

    Raises:
        ShapeError: If it is a single number.
        DataError: If a value is NaN or infinite.
    """
    array = np.asarray(targets)
    if array.ndim == 0:
        raise ShapeError(f"`{name}` must have an axis of examples. Received: a single number.")
    # Class numbers in few bits (uint8) become int32, which every backend's loss takes.
    wanted = "int32" if array.dtype.kind in "iub" else "float32"
    return _finite(array.astype(wanted), name)


def _check_classes(targets: NDArray[Any], classes: int, name: str) -> None:
    if targets.dtype.kind != "i":
        raise DataError(
            f"`{name}` must be whole numbers, one class each. Received: {targets.dtype}. "
            "Are they values? Use loss='mean_squared_error'."
        )
    if targets.size and not 0 <= targets.min() <= targets.max() < classes:
        raise DataError(
            f"`{name}` must be classes from 0 to {classes - 1}. "
            f"Received: {targets.min()} to {targets.max()}. Build the model with more classes."
        )


def _finite(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DataError(
            f"`{name}` must be finite. Received: {array[where]} at {where}. "
            "Leave the example out, or mask it."
        )
    return array

"""`train_truncated`: along a stream in windows, with the state carried and the gradient cut."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import DataError, ShapeError, TrainingError
from rnncourse.training.examples import check_goal, check_input, check_targets
from rnncourse.training.hardware import computing
from rnncourse.training.history import History
from rnncourse.training.loop import Run, check_target, optimizer_for, positive
from rnncourse.training.losses import Loss, loss_of


def train_truncated(
    model: Any,
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    window: int,
    epochs: int,
    loss: str | Loss = "cross_entropy",
    optimizer: Any = None,
    learning_rate: Any = 1e-2,
    target: tuple[str, float] | None = None,
    progress: bool = True,
    device: str = "auto",
    precision: str = "auto",
    checkpoint: str | Path | None = None,
    jit_compile: bool = False,
) -> History:
    """Train with truncated backpropagation through time, a whole epoch in one compiled call.

    Each row of the batch is a stream of its own. An epoch starts from zero states at the
    beginning of the streams and takes one step for each window; the state goes from window
    to window, and the gradient stays inside one. Steps that fill no window are left out.

    Args:
        model: A Keras model from `[x, *state]` to `[outputs, *state]`, such as
            `models.build_echo`.
        inputs: Streams, shape `(batch, timesteps, …)`.
        targets: What should come out at every step, shape `(batch, timesteps, …)`.
        window: Time steps in a window.
        epochs: Passes over the streams.
        loss: As in `fit`.
        optimizer: A Keras optimizer; Adam with `learning_rate` if None.
        learning_rate: A number, or a Keras schedule.
        target: `("loss", 0.001)` ends the run after the epoch whose last 100 windows are
            that good.
        progress: Show a bar on a terminal, lines elsewhere.
        device: As in `fit`.
        precision: As in `fit`.
        checkpoint: As in `fit`.
        jit_compile: Compile with XLA, as in `fit`.

    Returns:
        The history; a step is a window.

    Raises:
        ShapeError: If the streams do not fit the model or each other.
        DataError: If they are shorter than a window, or not finite.
        TrainingError: If the loss becomes NaN or infinite (says in which window), or the
            backend is not TensorFlow.

    Source: Williams & Peng (1990).

    >>> from rnncourse.models import build_echo
    >>> bits = np.random.default_rng(0).integers(0, 2, size=(5, 40))
    >>> train_truncated(build_echo(), bits, np.roll(bits, 3, axis=1), window=10, epochs=2,
    ...     progress=False).losses.shape
    (8,)
    """
    function = loss_of(loss)
    parts = _windows(model, inputs, targets, positive("window", window))
    check_goal(model, parts[1][0], loss, name="targets")
    from rnncourse.training.compiled import window_steps

    check_target(target, validated=False)
    run = Run(
        model=model,
        optimizer=optimizer_for(model, optimizer, learning_rate),
        rng=np.random.default_rng(0),  # not drawn from: the order is the stream's
        total=positive("epochs", epochs) * len(parts[0]),
        per_epoch=len(parts[0]),
        target=target,
        progress=progress,
        checkpoint=Path(checkpoint) if checkpoint else None,
    )
    rows = parts[0].shape[1]
    zeros = [np.zeros((rows, *s.shape[1:]), s.dtype) for s in model.inputs[1:]]
    with computing(model, device=device, precision=precision):
        epoch = window_steps(model, function, run.optimizer, parts, jit_compile=jit_compile)
        return run.through(lambda _first, _stop: iter([epoch(zeros)[0]]))


def _windows(
    model: Any, inputs: ArrayLike, targets: ArrayLike, window: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return inputs and targets cut into windows, shape `(windows, batch, window, …)`."""
    if keras.backend.backend() != "tensorflow":
        raise TrainingError(
            "`train_truncated` runs on the TensorFlow backend. "
            f"Received: {keras.backend.backend()}. Set KERAS_BACKEND=tensorflow."
        )
    x = check_input(inputs, model.inputs[0], name="inputs")
    y = check_targets(targets, name="targets")
    if x.shape[:2] != y.shape[:2]:
        raise ShapeError(
            f"`targets` must start with the shape {x.shape[:2]} of `inputs`. Received: {y.shape}."
        )
    count = x.shape[1] // window
    if not (count and len(x)):
        raise DataError(
            f"`inputs` must have at least one row and {window} steps, a window. "
            f"Received: {x.shape}. Take a smaller window."
        )
    return _cut(x, count, window), _cut(y, count, window)


def _cut(stream: NDArray[Any], count: int, window: int) -> NDArray[Any]:
    whole = stream[:, : count * window]
    parts = whole.reshape(len(stream), count, window, *stream.shape[2:])
    return parts.swapaxes(0, 1)  # (windows, batch, window, …)

"""`fit`: shuffled batches of examples, in epochs."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.datasets.arguments import require_rng
from rnncourse.errors import TrainingError
from rnncourse.training.examples import as_examples, epoch_order, steps_in_epoch
from rnncourse.training.hardware import computing
from rnncourse.training.history import History
from rnncourse.training.loop import Calls, Run, check_target, optimizer_for, positive
from rnncourse.training.losses import Loss, evaluate, loss_of

Data = tuple[ArrayLike | Sequence[ArrayLike], ArrayLike]


def fit(
    model: Any,
    data: Data,
    *,
    loss: str | Loss,
    rng: np.random.Generator,
    optimizer: Any = None,
    learning_rate: Any = 1e-3,
    batch_size: int = 100,
    epochs: int | None = None,
    steps: int | None = None,
    validation: Data | None = None,
    validate_every: int | None = None,
    target: tuple[str, float] | None = None,
    progress: bool = True,
    device: str = "auto",
    precision: str = "auto",
    checkpoint: str | Path | None = None,
    steps_per_call: int = 50,
    jit_compile: bool = False,
) -> History:
    """Train a model on shuffled batches.

    Each epoch shuffles afresh and leaves out a last batch that is not full. Ctrl-C, or
    the notebook's stop button, ends the run and returns the history so far.

    Args:
        model: A Keras model with one output: logits for `"cross_entropy"`.
        data: Inputs `(examples, …)` (a list of them for a model with several) and targets.
        loss: `"cross_entropy"`, `"mean_squared_error"`, or a function of targets and outputs.
        rng: Source of the order.
        optimizer: A Keras optimizer; Adam with `learning_rate` if None.
        learning_rate: A number, or a Keras schedule.
        batch_size: Examples a step.
        epochs: Passes over the data; give this or `steps`.
        steps: Steps in all.
        validation: Held-out inputs and targets.
        validate_every: Steps between evaluations; None for one an epoch.
        target: Ends the run early: `("accuracy", 0.98)` on the validation data, or
            `("loss", 0.1)` on them or else as the mean of the last 100 steps.
        progress: Show a bar on a terminal, lines elsewhere.
        device: `"auto"` (a GPU where there is one), `"cpu"`, `"gpu"`.
        precision: `"auto"`, `"float32"` or `"bfloat16"` products.
        checkpoint: A file to save to after each epoch; where it exists, the run goes on
            from it, to the same numbers as a run that was never interrupted.
        steps_per_call: Steps inside one compiled call (TensorFlow).
        jit_compile: Compile with XLA: quicker steps, after seconds of compiling. Leave it off on
            a GPU: cuDNN's LSTM and GRU cannot be compiled so.

    Returns:
        The history.

    Raises:
        ShapeError: If the data do not fit the model.
        DataError: If they are empty or not finite, or the checkpoint is not this model's.
        TrainingError: If the loss becomes NaN or infinite (says at which step), or an
            option makes no sense.

    >>> from rnncourse.models import build_bit_counter
    >>> bits = np.random.default_rng(0).integers(0, 2, size=(200, 6, 1))
    >>> history = fit(build_bit_counter(bits=6, classes=7), (bits, bits.sum(axis=(1, 2))),
    ...     loss="cross_entropy", rng=np.random.default_rng(1), epochs=2, progress=False)
    >>> history.losses.shape, history.stopped
    ((4,), 'finished')
    """
    function, rng = loss_of(loss), require_rng(rng)
    examples = as_examples(model, data, loss=loss)
    held_out = validation and as_examples(model, validation, loss=loss, name="validation")
    check_target(target, validated=held_out is not None)
    per_epoch = steps_in_epoch(len(examples[1]), batch_size)
    every = per_epoch if validate_every is None else positive("validate_every", validate_every)
    at_once = positive("steps_per_call", steps_per_call)
    engine = _engine()
    outputs_of = engine.outputs_of(model)
    run = Run(
        model=model,
        optimizer=optimizer_for(model, optimizer, learning_rate),
        rng=rng,
        total=_total(epochs, steps, per_epoch),
        per_epoch=per_epoch,
        target=target,
        figures=held_out and (lambda: evaluate(outputs_of, function, held_out)),
        evaluate_every=every,
        progress=progress,
        checkpoint=Path(checkpoint) if checkpoint else None,
    )
    with computing(model, device=device, precision=precision):
        step = engine.batch_steps(model, function, run.optimizer, examples, jit_compile=jit_compile)
        return run.through(_calls(run, step, len(examples[1]), batch_size, at_once))


def _engine() -> Any:
    """Return the module that takes steps: compiled under TensorFlow, portable elsewhere."""
    name = "compiled" if keras.backend.backend() == "tensorflow" else "portable"
    return importlib.import_module(f"rnncourse.training.{name}")


def _total(epochs: int | None, steps: int | None, per_epoch: int) -> int:
    if (epochs is None) == (steps is None):
        raise TrainingError(
            f"Give `epochs` or `steps`, one of the two. Received: epochs={epochs}, steps={steps}."
        )
    return positive("steps", steps) if epochs is None else positive("epochs", epochs) * per_epoch


def _calls(run: Run, step: Any, examples: int, batch_size: int, at_once: int) -> Calls:
    """Return a function that yields the losses of an epoch's calls, `at_once` steps each.

    A call ends where an evaluation is due. All have indices of one shape, so that XLA
    compiles once.
    """

    def calls(first: int, stop: int) -> Iterator[NDArray[np.floating]]:
        order = epoch_order(examples, batch_size, run.rng)
        while first < stop:
            due = (first // run.evaluate_every + 1) * run.evaluate_every
            count = min(first + at_once, due, stop) - first
            begin = first % run.per_epoch
            rows = np.zeros((at_once, batch_size), order.dtype)
            rows[:count] = order[begin : begin + count]
            yield step(rows, count)
            first += count

    return calls

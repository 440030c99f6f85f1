"""The loop around training calls: log, evaluation, early stop, checkpoint, interruption."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from rnncourse.errors import TrainingError, UnknownNameError
from rnncourse.training.checkpoints import load_checkpoint, save_checkpoint
from rnncourse.training.history import Evaluation, History, Log
from rnncourse.training.progress import Progress

LATE = 100
"""Steps in the mean that stands for the loss of late."""

Calls = Callable[[int, int], Iterator[NDArray[np.floating]]]


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run needs, apart from how a step is taken.

    Args:
        model: The model.
        optimizer: Its optimizer, built.
        rng: Source of randomness; a checkpoint keeps its state.
        total: Steps in all.
        per_epoch: Steps in an epoch.
        target: Metric and value that end the run, or None.
        figures: Function that returns loss and accuracy on the validation data, or None.
        evaluate_every: Steps between two evaluations.
        progress: Whether to show progress.
        checkpoint: File to save to and go on from, or None.
    """

    model: Any
    optimizer: Any
    rng: np.random.Generator
    total: int
    per_epoch: int
    target: tuple[str, float] | None = None
    figures: Callable[[], tuple[float, float]] | None = None
    evaluate_every: int = 0
    progress: bool = True
    checkpoint: Path | None = None

    def through(self, calls: Calls) -> History:
        """Train to the end, the target, or an interruption.

        Args:
            calls: Function of the first step of an epoch's rest and of the step after its
                last; yields the losses of one compiled call after another.

        Returns:
            The history.

        Raises:
            TrainingError: If a loss is not finite.
        """
        log, bar = self._begin(), Progress(self.total, shown=self.progress)
        stopped = "target" if self._reached(log) else "finished"
        try:
            while len(log.losses) < self.total and stopped == "finished":
                begun, first = self.rng.bit_generator.state, len(log.losses)
                for losses in calls(first, self._epoch_end(first)):
                    log.add(losses)
                    self._evaluate(log)
                    bar.update(len(log.losses), _late(log), _note(log))
                    if self._reached(log):
                        stopped = "target"
                        break
                self._save(log, begun)
        except KeyboardInterrupt:
            stopped = "interrupted"
        finally:
            bar.close()
        return log.freeze(stopped)

    def _begin(self) -> Log:
        log = Log(self.per_epoch, float(self.optimizer.learning_rate))
        if self.checkpoint and not self.checkpoint.parent.is_dir():
            raise TrainingError(
                "`checkpoint` must be a file in a folder that exists. "
                f"Received: {self.checkpoint}. Make the folder first."
            )
        if self.checkpoint and self.checkpoint.exists():
            saved = load_checkpoint(
                self.checkpoint, model=self.model, optimizer=self.optimizer, log=log
            )
            self.rng.bit_generator.state = saved
        return log

    def _epoch_end(self, step: int) -> int:
        return min(self.total, (step // self.per_epoch + 1) * self.per_epoch)

    def _evaluate(self, log: Log) -> None:
        step = len(log.losses)
        if self.figures and (step % self.evaluate_every == 0 or step == self.total):
            log.evaluations.append(Evaluation(step, *self.figures()))

    def _reached(self, log: Log) -> bool:
        if self.target is None or not log.losses:
            return False
        metric, value = self.target
        if self.figures is None:
            return len(log.losses) >= min(LATE, self.per_epoch) and _late(log) <= value
        if not log.evaluations:
            return False
        last = log.evaluations[-1]
        return last.accuracy >= value if metric == "accuracy" else last.loss <= value

    def _save(self, log: Log, begun: Mapping[str, Any]) -> None:
        """Save, with the random numbers from which the rest of the epoch can be drawn again."""
        if self.checkpoint is None:
            return
        whole = len(log.losses) % self.per_epoch == 0
        state = self.rng.bit_generator.state if whole else begun
        save_checkpoint(
            self.checkpoint, model=self.model, optimizer=self.optimizer, log=log, rng_state=state
        )


def optimizer_for(model: Any, optimizer: Any, learning_rate: Any) -> Any:
    """Return the optimizer, built for the model.

    Args:
        model: The model.
        optimizer: A Keras optimizer, or None for Adam.
        learning_rate: Adam's: a positive number, or a Keras schedule.

    Returns:
        The optimizer.

    Raises:
        TrainingError: If the learning rate is not positive.
    """
    if optimizer is None:
        number = isinstance(learning_rate, (int, float))
        if number and not (learning_rate > 0 and math.isfinite(learning_rate)):
            raise TrainingError(
                f"`learning_rate` must be positive and finite. Received: {learning_rate}. "
                "Adam's usual one is 0.001."
            )
        optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)
    return optimizer


def check_target(target: tuple[str, float] | None, *, validated: bool) -> None:
    """Raise if a target can never be known.

    Args:
        target: Metric and value, or None.
        validated: Whether there are validation data.

    Raises:
        UnknownNameError: If there is no metric of that name.
        TrainingError: If accuracy is asked for without validation data.
    """
    if target is None:
        return
    if target[0] not in ("accuracy", "loss"):
        raise UnknownNameError.among("target metric", target[0], ["accuracy", "loss"])
    if target[0] == "accuracy" and not validated:
        raise TrainingError(
            f"`target` {target} is measured on validation data. Received: none. "
            "Pass validation=(inputs, targets)."
        )


def positive(name: str, value: int | None) -> int:
    """Return a number of steps or epochs, if it is whole and positive.

    Args:
        name: What the caller calls it.
        value: What was passed.

    Returns:
        The number.

    Raises:
        TrainingError: If it is not.

    >>> positive("epochs", 5)
    5
    """
    if isinstance(value, (int, np.integer)) and value >= 1:
        return int(value)
    raise TrainingError(f"`{name}` must be a whole number, at least 1. Received: {value!r}.")


def _late(log: Log) -> float:
    return float(np.mean(log.losses[-LATE:]))


def _note(log: Log) -> str:
    if not log.evaluations:
        return ""
    last = log.evaluations[-1]
    score = f"loss {last.loss:.4g}" if math.isnan(last.accuracy) else f"{last.accuracy:.2%}"
    return f"  validation {score}"

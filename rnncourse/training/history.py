"""What a training run leaves behind, and the log that grows into it."""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnncourse.errors import TrainingError


@dataclass(frozen=True)
class Evaluation:
    """Figures on the validation data after a number of steps.

    Args:
        step: Steps taken before it.
        loss: Mean loss.
        accuracy: Share of right answers, 0 to 1; NaN where the targets are no classes.
    """

    step: int
    loss: float
    accuracy: float


@dataclass(frozen=True, eq=False)
class History:
    """The course of a training run.

    Args:
        losses: Loss of each step, shape `(steps,)`.
        steps_per_epoch: Number of steps in an epoch.
        evaluations: Figures on the validation data, in order.
        calls: Steps and seconds since the start, at the end of each compiled call.
        stopped: `"finished"`, `"target"` (reached early) or `"interrupted"`.
    """

    losses: NDArray[np.float64]
    steps_per_epoch: int
    evaluations: tuple[Evaluation, ...]
    calls: tuple[tuple[int, float], ...]
    stopped: str

    @property
    def steps(self) -> int:
        """Number of steps taken."""
        return len(self.losses)

    @property
    def seconds(self) -> float:
        """Seconds from the start to the end of the last step; those of a resumed run add up."""
        return self.calls[-1][1] if self.calls else 0.0

    @property
    def epoch_losses(self) -> NDArray[np.float64]:
        """Mean loss of each epoch; the last one may be incomplete."""
        starts = range(0, self.steps, self.steps_per_epoch)
        return np.array([self.losses[i : i + self.steps_per_epoch].mean() for i in starts])

    @property
    def steps_per_second(self) -> float:
        """Rate in the steady state, without the first call, which compiles; NaN if there is one."""
        if len(self.calls) < 2:
            return float("nan")
        (first, begun), (last, ended) = self.calls[0], self.calls[-1]
        return (last - first) / (ended - begun)


@dataclass
class Log:
    """A history in the making: the only part that changes while a model learns.

    Args:
        steps_per_epoch: Number of steps in an epoch.
        learning_rate: What the message about a diverging loss shows.
    """

    steps_per_epoch: int
    learning_rate: float
    losses: list[float] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    calls: list[tuple[int, float]] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def add(self, losses: NDArray[np.floating]) -> None:
        """Append the losses of one call.

        Raises:
            TrainingError: If one is NaN or infinite; says at which step.
        """
        wrong = np.flatnonzero(~np.isfinite(losses))
        if len(wrong):
            step = len(self.losses) + int(wrong[0]) + 1
            raise TrainingError(
                f"The loss must stay finite. Received: {losses[wrong[0]]} at step {step}, with a "
                f"learning rate of {self.learning_rate:g}. Take a smaller learning rate, or clip "
                "the gradients: keras.optimizers.Adam(…, global_clipnorm=1.0)."
            )
        self.losses.extend(float(loss) for loss in losses)
        self.calls.append((len(self.losses), time.perf_counter() - self.started))

    def freeze(self, stopped: str) -> History:
        """Return the history so far."""
        return History(
            losses=np.array(self.losses),
            steps_per_epoch=self.steps_per_epoch,
            evaluations=tuple(self.evaluations),
            calls=tuple(self.calls),
            stopped=stopped,
        )

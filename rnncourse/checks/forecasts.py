"""Questions about forecasts: a model whose continuation is known, and two properties.

    LagForecaster   a stand-in for a forecasting model
    BlindToLater    what comes after the training part does not move a scaler
    BeatsBaselines  a model, trained for a short while, beats the naive and the seasonal forecast

Keras is met only in the adapter `model_outputs`, through which a model is asked.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnncourse.checks.calls import Ask, Inputs
from rnncourse.checks.compare import Comparison
from rnncourse.checks.properties import Property
from rnncourse.checks.stand_ins import StandIn
from rnncourse.datasets import seasonal_series
from rnncourse.errors import ShapeError
from rnncourse.sequences import input_target_windows

SEASON = 7
"""Steps of the season that the seasonal forecast repeats."""
LENGTH = 14
"""Steps of a window."""
PARTS = (300, 100)
"""Steps for training, and after them those that are forecast."""
ARGUMENTS = {"timesteps": LENGTH, "features": 1, "units": 24}
"""What the builder is called with, by the name of its argument."""
TRAINING = {"learning_rate": 0.005, "batch_size": 32, "steps": 400}
"""Options of `rnncourse.training.fit`."""


@dataclass(frozen=True)
class LagForecaster(StandIn):
    """A forecasting model without memory of its own: a weighted sum of the window's steps.

    At every step it forecasts the next one from that step and those before it; a step before
    the window counts as 0. It takes windows of one size only.

    Args:
        weights: Weight of each lag, the newest step first, shape `(length, features)`.

    >>> fibonacci = LagForecaster(np.ones((2, 1)))
    >>> fibonacci(np.array([[[3.0], [5.0]]])).tolist()
    [[[3.0], [8.0]]]
    """

    weights: NDArray[np.float64]

    def __call__(self, window: Any) -> NDArray[np.float64]:
        """Return a forecast of the next step at every step, shape `(batch, length, features)`.

        Args:
            window: Shape `(batch, length, features)`.

        Raises:
            ShapeError: If the window has another shape.
        """
        shape = np.shape(window)
        if len(shape) != 3 or shape[1:] != self.weights.shape:
            wanted = ", ".join(str(size) for size in self.weights.shape)
            raise ShapeError(
                f"The model takes windows of shape (batch, {wanted}). Received: {shape}."
            )
        forecast = np.zeros(shape)
        for lag, weight in enumerate(self.weights):
            forecast[:, lag:] += weight * np.asarray(window)[:, : shape[1] - lag]
        return forecast


@dataclass(frozen=True)
class BlindToLater(Property):
    """A scaler comes from the training part: what follows it changes nothing of it.

    The function returns a tuple: the scaled series, and then the scaler's numbers.

    Args:
        series: Name of the argument with the series, whose first axis is time.
        train: Name of the argument with the number of steps for training.
    """

    series: str = "series"
    train: str = "train"

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return "what comes after the training part cannot move the scaler"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Write other numbers into the later part, and look at the rest of the result."""
        series, train = inputs[self.series].copy(), inputs[self.train]
        series[train:] += rng.uniform(50, 100, size=series[train:].shape)
        one, other = (
            replace(outcome, value=(outcome.value[0][:train], *outcome.value[1:]))
            for outcome in (ask(inputs), ask(inputs | {self.series: series}))
        )
        if compare.equal(one.value, other.value):
            return None
        return (
            f"Other numbers after the first {train} steps change the scaler, or how these steps "
            f"are scaled. Compute mean and deviation from {self.series}[:{self.train}] alone."
        )


@dataclass(frozen=True)
class BeatsBaselines(Property):
    """Trained for a short while on a fresh series, a model beats both simple forecasts.

    It takes seconds, so the reference is held to it once, when the exercise is built.
    `tests/calibration_12.md` shows how far right models stay below the threshold.

    Args:
        at_most: Its mean absolute error on later steps, as a share of that of the better
            one of the naive and the seasonal forecast.
    """

    costly: ClassVar[bool] = True

    at_most: float = 0.5

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return (
            f"trained on a series, its error on later steps is at most {self.at_most:.0%} of "
            "that of the naive and of the seasonal forecast"
        )

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Have it trained, and compare its forecasts of later steps with the simple ones."""
        series = forecasting_series(rng)
        errors = naive_errors(series)
        model = float(np.mean(np.abs(trained_forecasts(ask, inputs, series) - series[PARTS[0] :])))
        if model <= self.at_most * min(errors.values()):
            return None
        simple = " and ".join(f"{error:.2f} ({name})" for name, error in errors.items())
        return (
            f"After {TRAINING['steps']} steps its error on later steps is {model:.2f}; those of "
            f"the simple forecasts are {simple}. Are the forecasts linear in the states, of "
            "either sign, and do all layers learn from random weights?"
        )


def forecasting_series(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a series to train on and to forecast, scaled by its first part.

    It has a trend, a season of `SEASON` steps and a longer one, drawn, and some noise.

    Args:
        rng: Source of the longer season, of where both begin, and of the noise.

    Returns:
        Values, shape `(timesteps,)`; the first `PARTS[0]` steps are for training.

    >>> forecasting_series(np.random.default_rng(0)).shape
    (400,)
    """
    seasons = ((SEASON, 2.0), (rng.uniform(40, 80), 3.0))
    series = seasonal_series(sum(PARTS), rng, level=0.0, seasons=seasons, noise=0.2)
    past = series[: PARTS[0]]
    return (series - past.mean()) / past.std()


def naive_errors(series: NDArray[np.float64]) -> dict[str, float]:
    """Return the mean absolute errors of both simple forecasts on the later steps, by name.

    Args:
        series: Shape `(timesteps,)`.

    >>> naive_errors(np.arange(400.0))
    {'naive': 1.0, 'seasonal': 7.0}
    """
    later = np.arange(PARTS[0], sum(PARTS))
    lags = {"naive": 1, "seasonal": SEASON}
    return {k: float(np.mean(np.abs(series[later - n] - series[later]))) for k, n in lags.items()}


def trained_forecasts(ask: Ask, inputs: Inputs, series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Have a model trained on the first part, and return its forecasts of the later steps.

    Args:
        ask: Calls the builder through the adapter `model_outputs`.
        inputs: Arguments of a case, which are replaced.
        series: Shape `(timesteps,)`.

    Returns:
        One-step forecasts, shape `(PARTS[1],)`.
    """
    past, later = np.split(series[:, np.newaxis].astype("float32"), [PARTS[0]])
    x, y = input_target_windows(past, LENGTH)
    # Each later step is forecast from the steps before it: the first of them from the past.
    windows, _ = input_target_windows(np.concatenate([past[-LENGTH:], later]), LENGTH)
    train = {"x": x, "y": y, "loss": "mean_squared_error", "training": TRAINING}
    outcome = ask(inputs | ARGUMENTS | {"x": windows, "train": train})
    return outcome.value[0][:, -1, 0]

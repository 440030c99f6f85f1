"""Time series, generated: a sum of sines, and one with a trend and seasons.

Scaling, splitting by time and forecasting are the subject of a chapter, and not here.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnncourse.datasets.arguments import require_real, require_rng, require_whole
from rnncourse.errors import DataError

Series = NDArray[np.float64]


def sine_series(t: ArrayLike) -> Series:
    """Return the sum of sines t·sin(t)/3 + 2·sin(5t).

    Args:
        t: Times, any shape; the chapter uses 0 to 30.

    Returns:
        Values, the shape of `t`.

    Raises:
        DataError: If a time is NaN or infinite.

    Source: Géron (2017), chapter 14, the series of its figure 14-7.

    >>> sine_series([0.0, np.pi / 2]).round(4)
    array([0.    , 2.5236])
    """
    times = np.asarray(t, dtype=np.float64)
    if not np.all(np.isfinite(times)):
        raise DataError("`t` must hold finite numbers. Received: NaN or infinity among them.")
    return times * np.sin(times) / 3 + 2 * np.sin(5 * times)


def sample_series_windows(
    batch: int,
    steps: int,
    rng: np.random.Generator,
    *,
    series: Callable[[Series], Series] = sine_series,
    start: float = 0.0,
    stop: float = 30.0,
    resolution: float = 0.1,
) -> tuple[Series, Series]:
    """Return windows from random places of a series, and the same one step later.

    Args:
        batch: Number of windows.
        steps: Length of each.
        rng: Source of the places.
        series: Function from times to values.
        start: Earliest time of a window.
        stop: Time that no window reaches past, its target included.
        resolution: Time between two steps.

    Returns:
        Inputs and targets, both of shape `(batch, steps, 1)`.
        `targets[:, t]` is the value one step after `inputs[:, t]`.

    Raises:
        DataError: If the windows do not fit between `start` and `stop`.

    Source: Géron (2017), chapter 14.

    >>> x, y = sample_series_windows(4, 20, np.random.default_rng(0))
    >>> x.shape, bool(np.all(x[:, 1:] == y[:, :-1]))
    ((4, 20, 1), True)
    """
    batch = require_whole("batch", batch, at_least=1)
    steps = require_whole("steps", steps, at_least=1)
    start, stop = require_real("start", start), require_real("stop", stop)
    resolution = require_real("resolution", resolution)
    latest = stop - steps * resolution
    if resolution <= 0 or latest < start:
        raise DataError(
            "`resolution` must be positive, and steps · resolution at most stop - start = "
            f"{stop - start:g}. Received: {steps} steps of {resolution:g}. Take fewer steps."
        )
    first = require_rng(rng).uniform(start, latest, size=(batch, 1))
    values = np.asarray(series(first + resolution * np.arange(steps + 1)))[:, :, np.newaxis]
    return values[:, :-1], values[:, 1:]


def seasonal_series(
    length: int,
    rng: np.random.Generator,
    *,
    level: float = 20.0,
    trend: float = 0.01,
    seasons: Sequence[tuple[float, float]] = ((7, 2.0), (365.25, 5.0)),
    noise: float = 0.5,
) -> Series:
    """Return a series with a trend, seasons and noise; a step is a day unless you say otherwise.

    Args:
        length: Number of steps.
        rng: Source of the noise, and of where in each season the series begins.
        level: Value around which the series begins.
        trend: Rise in one step.
        seasons: Period in steps and amplitude of each season.
        noise: Standard deviation of the noise, independent from step to step.

    Returns:
        Values, shape `(length,)`.

    Raises:
        DataError: If `length` is not a whole number above 0, a period not positive,
            or `noise` negative.

    >>> seasonal_series(730, np.random.default_rng(0)).shape
    (730,)
    """
    length = require_whole("length", length, at_least=1)
    noise = require_real("noise", noise)
    if noise < 0:
        raise DataError(f"`noise` must be at least 0. Received: {noise:g}.")
    t = np.arange(length)
    values = require_real("level", level) + require_real("trend", trend) * t
    for period, amplitude in seasons:
        if not require_real("period", period) > 0:
            raise DataError(f"The period of a season must be above 0. Received: {period}.")
        phase = require_rng(rng).uniform()
        values += require_real("amplitude", amplitude) * np.sin(2 * np.pi * (t / period + phase))
    return values + require_rng(rng).normal(scale=noise, size=length)

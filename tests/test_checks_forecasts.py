"""Questions about forecasts: the stand-in continues as it says, properties hold or break."""

import numpy as np
import pytest

from rnncourse.checks import Close
from rnncourse.checks import forecasts as module
from rnncourse.checks.calls import asking, call
from rnncourse.checks.forecasts import BeatsBaselines, BlindToLater, LagForecaster
from rnncourse.checks.properties import property_from_tree
from rnncourse.checks.values import from_text, rounded, to_text
from rnncourse.errors import ShapeError

LENGTH, FEATURES, BATCH = 3, 2, 4
WEIGHTS = np.array([[1.0, 10.0], [0.5, 20.0], [0.25, 30.0]])
INPUTS = {"series": np.random.default_rng(0).normal(size=(9, 2)), "train": 6}
SIZES = {"x": None, "train": None, "timesteps": 5, "features": 2, "units": 3}


def window():
    """Return a window of whole numbers."""
    return np.arange(1.0, BATCH * LENGTH * FEATURES + 1).reshape(BATCH, LENGTH, FEATURES)


def test_forecast_is_the_weighted_sum_of_the_steps_so_far():
    """The newest step has the first weight, and steps before the window count as 0."""
    x = window()
    forecast = LagForecaster(WEIGHTS)(x)
    np.testing.assert_array_equal(forecast[:, 0], WEIGHTS[0] * x[:, 0])
    np.testing.assert_array_equal(forecast[:, 1], WEIGHTS[0] * x[:, 1] + WEIGHTS[1] * x[:, 0])
    last = WEIGHTS[0] * x[:, 2] + WEIGHTS[1] * x[:, 1] + WEIGHTS[2] * x[:, 0]
    np.testing.assert_array_equal(forecast[:, 2], last)


def test_known_recurrence_is_continued():
    """The sum of the last two steps, fed back, gives Fibonacci's numbers."""
    model, x = LagForecaster(np.ones((2, 1))), np.array([[[3.0], [5.0]]])
    found = []
    for _ in range(5):
        newest = model(x)[:, -1:]
        x = np.concatenate([x[:, 1:], newest], axis=1)
        found.append(newest.item())
    assert found == [8, 13, 21, 34, 55]


@pytest.mark.parametrize(
    "shape",
    [(LENGTH, FEATURES), (BATCH, LENGTH + 1, FEATURES), (BATCH, FEATURES, LENGTH), (BATCH, LENGTH)],
)
def test_other_windows_are_refused(shape):
    """A window that grew, lost an axis or changed its layout is named with its shape."""
    with pytest.raises(ShapeError, match=r"\(batch, 3, 2\)\. Received: "):
        LagForecaster(WEIGHTS)(np.zeros(shape))


def test_stand_in_travels_and_leaves_the_window_alone():
    """What arrives computes the same; a learner's array is not the model's to change."""
    model, x = LagForecaster(WEIGHTS), window()
    arrived = from_text(to_text(model))
    np.testing.assert_array_equal(arrived(x), model(x))
    np.testing.assert_array_equal(x, window())
    assert type(rounded(model)) is LagForecaster
    assert call(lambda model, x: model(x), {"model": model, "x": x}).changed == ()


@pytest.mark.parametrize("prop", [BlindToLater("x", "n"), BeatsBaselines(at_most=0.7)])
def test_property_travels(prop):
    """It is stored with the cases as its name and settings."""
    assert property_from_tree(prop.to_tree()) == prop


def scaler(seen):
    """Return a function that scales a series by the part that `seen` gives."""

    def scale(series, train):
        part = seen(series, train)
        mean, deviation = part.mean(axis=0), part.std(axis=0)
        return (series - mean) / deviation, mean, deviation

    return scale


@pytest.mark.parametrize(
    ("seen", "blind"),
    [
        (lambda series, train: series[:train], True),
        (lambda series, train: series, False),
        (lambda series, train: series[: train + 1], False),
        (lambda series, train: series[train:], False),
    ],
)
def test_later_steps_must_not_move_a_scaler(seen, blind):
    """A scaler of the training part passes; one that has seen more is told what to use."""
    scale = asking(scaler(seen))
    finding = BlindToLater().broken(scale, INPUTS, Close(), np.random.default_rng(1))
    assert (finding is None) is blind
    assert blind or "series[:train] alone" in finding


def test_later_steps_must_not_move_the_scaled_past():
    """Numbers that are right do not help where the training part was scaled by others."""

    def scale(series, train):
        _, mean, deviation = scaler(lambda series, train: series[:train])(series, train)
        return series - series.mean(axis=0), mean, deviation

    prop = BlindToLater()
    assert prop.broken(asking(scale), INPUTS, Close(), np.random.default_rng(1)) is not None


def forecaster(of_windows):
    """Return a function that answers as a trained model: every step's forecast, and shapes."""
    return asking(lambda x, *_: (of_windows(x), []))


@pytest.mark.parametrize(
    ("of_windows", "beats"),
    [
        (lambda x: x, False),
        (lambda x: np.roll(x, 6, axis=1), False),
        (lambda x: 0 * x, False),
        # Today, and what changed from this day to the next a week ago.
        (lambda x: x + np.roll(x, 6, axis=1) - np.roll(x, 7, axis=1), True),
    ],
)
def test_only_a_good_forecast_beats_both_baselines(of_windows, beats):
    """The naive forecast, the seasonal one and the mean do not; the finding names their errors."""
    prop = BeatsBaselines(at_most=0.99)
    ask, rng = forecaster(of_windows), np.random.default_rng(3)
    finding = prop.broken(ask, SIZES, Close(), rng)
    assert (finding is None) is beats
    assert beats or "(naive) and" in finding


def test_forecasts_are_for_the_later_steps_alone():
    """The model gets windows of the past to learn from, and is asked for each later step once."""
    asked = {}

    def build(x, train, *arguments):
        asked.update(x=x, train=train, arguments=arguments)
        return x, []

    series = module.forecasting_series(np.random.default_rng(5))
    found = module.trained_forecasts(asking(build), SIZES, series)
    past, later = np.split(series.astype("float32"), [module.PARTS[0]])
    assert asked["arguments"] == tuple(module.ARGUMENTS.values())
    assert asked["train"]["y"].max() <= past.max()
    assert asked["train"]["y"].shape == (len(past) - module.LENGTH, module.LENGTH, 1)
    np.testing.assert_array_equal(asked["train"]["y"][-1, -1], past[-1:])
    # This "model" repeats the newest step, so it gives the step before each later one.
    np.testing.assert_array_equal(found, np.concatenate([past[-1:], later[:-1]]))


def test_series_is_scaled_by_its_first_part():
    """The later part has no say in it."""
    series = module.forecasting_series(np.random.default_rng(2))
    past = series[: module.PARTS[0]]
    assert len(series) == sum(module.PARTS)
    np.testing.assert_allclose([past.mean(), past.std()], [0, 1], atol=1e-12)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("start", "learns"), [("glorot_uniform", True), ("zeros", False)])
def test_a_model_is_trained_with_the_squared_error(start, learns):
    """A right network beats the baselines; one that starts from zeros never wakes up."""
    keras = pytest.importorskip("keras")

    def build(timesteps, features, units):
        rnn = keras.layers.SimpleRNN(
            units, activation="relu", return_sequences=True, kernel_initializer=start
        )
        return keras.Sequential([keras.Input((timesteps, features)), rnn, keras.layers.Dense(1)])

    keras.utils.set_random_seed(1)
    ask, rng = asking(build, "model_outputs"), np.random.default_rng(1)
    finding = BeatsBaselines(at_most=0.5).broken(ask, SIZES, Close(), rng)
    assert (finding is None) is learns
    assert learns or "do all layers learn" in finding

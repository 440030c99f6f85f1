"""How far trained forecasters stay below the threshold of 12_time_series/build_forecaster.

`python -m tests.calibration_12 [--seeds 20] > tests/calibration_12.md`

Each seed draws a series, and Keras the initial weights; the error is that of the property
`BeatsBaselines`, as a share of the better simple forecast.
"""

import argparse

import keras
import numpy as np

from rnncourse.checks.calls import asking
from rnncourse.checks.forecasts import PARTS, TRAINING, forecasting_series, forecasts, naive_errors
from rnncourse.exercises import Course
from tests.conftest import ROOT

SLUG, NAME = "12_time_series", "build_forecaster"
INPUTS = dict.fromkeys(["x", "train", "timesteps", "features", "units"])


def recurrent(units, **options):
    """Return the recurrent layer of the exercise, with other options."""
    options = {"activation": "relu", "return_sequences": True} | options
    return keras.layers.SimpleRNN(units, **options)


def from_zeros(timesteps, features, units):
    """Start the input weights at zero: no ReLU neuron ever wakes up."""
    layers = [recurrent(units, kernel_initializer="zeros"), keras.layers.Dense(features)]
    return keras.Sequential([keras.Input((timesteps, features)), *layers])


def never_negative(timesteps, features, units):
    """Put a ReLU behind the projection."""
    layers = [recurrent(units), keras.layers.Dense(features, activation="relu")]
    return keras.Sequential([keras.Input((timesteps, features)), *layers])


def without_memory(timesteps, features, units):
    """Read the newest step alone."""
    layers = [keras.layers.Dense(units, activation="relu"), keras.layers.Dense(features)]
    return keras.Sequential([keras.Input((timesteps, features)), *layers])


def row(build, seed):
    """Return the two simple errors, the model's, and its share of the better one."""
    series = forecasting_series(np.random.default_rng(seed))
    keras.utils.set_random_seed(seed)
    forecast = forecasts(asking(build, "model_outputs"), INPUTS, series)
    naive, seasonal = naive_errors(series).values()
    error = float(np.mean(np.abs(forecast - series[PARTS[0] :])))
    return naive, seasonal, error, error / min(naive, seasonal)


def main():
    """Print the table of the reference, and one line for each model that should fail."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration_12", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(parser.parse_args().seeds)
    exercise = Course.find(ROOT).exercise(SLUG)
    (threshold,) = (p.at_most for p in exercise.questions[NAME].properties)
    print(f"# {SLUG}/{NAME}: error after training, as a share of the better simple forecast")
    print(f"\nMade by `python -m tests.calibration_12 --seeds {len(seeds)}`.")
    print(f"The threshold is {threshold:g}; training takes {TRAINING['steps']} steps.")
    print("\n| seed | naive | seasonal | reference | share |\n| --- | --- | --- | --- | --- |")
    rows = {seed: row(exercise.references[NAME], seed) for seed in seeds}
    for seed, numbers in rows.items():
        print(f"| {seed} |", " | ".join(f"{number:.3f}" for number in numbers), "|")
    shares = [numbers[-1] for numbers in rows.values()]
    print(f"\nLargest share {max(shares):.3f}, median {np.median(shares):.3f}.")
    print("\n| model that should fail, 10 seeds | smallest share | largest |\n| --- | --- | --- |")
    for build in (from_zeros, never_negative, without_memory):
        shares = [row(build, seed)[-1] for seed in range(10)]
        print(f"| {build.__name__} | {min(shares):.3f} | {max(shares):.3f} |")


if __name__ == "__main__":
    main()

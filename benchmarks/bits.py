"""Counting the ones of 20 bits: the error on all strings that were not trained on."""

import sys

import numpy as np

from benchmarks.measure import (
    compare,
    course,
    product_rate,
    recurrent_flops,
    report,
    save_data,
    tensorflow1,
)

BATCH, UNITS, EPOCHS = 100, 24, 90


def data():
    """Write 10,000 strings for training, and all others."""
    from rnncourse.datasets import bits_of, count_ones, split_bits

    split = split_bits(10_000, np.random.default_rng(0))
    train, test = (bits_of(numbers) for numbers in (split.train, split.test))
    return save_data(
        "bits",
        x=train[..., np.newaxis],
        y=count_ones(train).astype("int32"),
        test_x=test[..., np.newaxis],
        test_y=count_ones(test).astype("int32"),
    )


def keras(arrays):
    """Small batches, and a rate that decays: more steps an epoch, and a quiet end."""
    import keras

    from rnncourse.models import build_bit_counter
    from rnncourse.training import fit

    x, y, steps = arrays["x"], arrays["y"], EPOCHS * len(arrays["y"]) // BATCH
    model = build_bit_counter(unroll=True)
    schedule = keras.optimizers.schedules.CosineDecay(0.01, steps)
    history = fit(
        model, (x, y), loss="cross_entropy", rng=np.random.default_rng(), batch_size=BATCH,
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=1.0), steps=steps,
        steps_per_call=100, progress=False,
    )  # fmt: skip
    error = test_error(model, arrays["test_x"], arrays["test_y"])
    rate = 1000 / history.steps_per_second
    report(error=error, steps=history.steps, ms_per_step=rate)
    flops = recurrent_flops(BATCH, 20, 1, UNITS, 4) * history.steps_per_second
    report(gflops=flops / 1e9, share_of_products=flops / product_rate(BATCH, 1 + UNITS, 4 * UNITS))


def test_error(model, x, y):
    """Return the share of strings that are miscounted."""
    from rnncourse.training.compiled import outputs_of

    outputs, rows = outputs_of(model), range(0, len(y), 20_000)
    counts = [outputs([x[i : i + 20_000].astype("float32")]).argmax(axis=1) for i in rows]
    return np.mean(np.concatenate(counts) != y)


def main(runs, peer_runs):
    path = data()
    programs = {
        "Keras": course("bits", "keras", path),
        "TensorFlow 1.15": tensorflow1("bits", path),
    }
    compare("bits", programs, runs=runs, peer_runs=peer_runs)


if __name__ == "__main__":
    with np.load(sys.argv[2]) as file:
        globals()[sys.argv[1]](dict(file))

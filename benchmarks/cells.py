"""NumPy cells against Keras on small sequences: one forward pass, milliseconds."""

import sys
import time

import numpy as np

from benchmarks.measure import compare, course, report

SIZES = [(1, 10, 2, 4), (5, 10, 2, 4), (32, 20, 1, 24), (100, 28, 28, 128)]
"""Batch, steps, features, units."""


def median_ms(call, *, repeats=200, seconds=2.0):
    """Return the median milliseconds of a call, after one that is not counted."""
    call()
    times, end = [], time.perf_counter() + seconds
    while len(times) < repeats and time.perf_counter() < end:
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return 1000 * np.median(times)


def draw(batch, steps, features, units):
    from rnncourse.cells import LSTMWeights, init_lstm

    rng = np.random.default_rng(0)
    weights = LSTMWeights(*(w.astype("float32") for w in init_lstm(features, units, rng)))
    return rng.normal(size=(batch, steps, features)).astype("float32"), weights


def numpy_cells(sizes):
    """The course's `unroll`, and the same products without anything around them."""
    from rnncourse.cells import unroll

    x, weights = draw(*sizes)
    batch, steps, features, units = sizes
    h, flat = np.zeros((batch, units), "float32"), x.reshape(-1, features)

    def products():
        flat @ weights.kernel
        for _ in range(steps):
            h @ weights.recurrent_kernel

    report(ms=median_ms(lambda: unroll(x, weights)), products_ms=median_ms(products))


def keras_layer(sizes):
    """A Keras LSTM with the same weights: called as it is, and in a compiled function."""
    import keras
    import tensorflow as tf

    x, weights = draw(*sizes)
    layer = keras.layers.LSTM(sizes[3], return_sequences=True)
    layer.build(x.shape)
    layer.set_weights(list(weights))
    compiled, x = tf.function(layer), tf.constant(x)
    report(ms=median_ms(lambda: compiled(x).numpy()), eager_ms=median_ms(lambda: layer(x).numpy()))


def main(runs, peer_runs):
    for sizes in SIZES:
        programs = {
            "NumPy": course("cells", "numpy_cells", *sizes),
            "Keras": course("cells", "keras_layer", *sizes),
        }
        name = "cells " + "x".join(map(str, sizes))
        compare(name, programs, runs=runs, peer_runs=peer_runs, rate="ms")


if __name__ == "__main__":
    globals()[sys.argv[1]](tuple(map(int, sys.argv[2:])))

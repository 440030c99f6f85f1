"""MNIST row by row: the three source networks, to their figure and to the course's."""

import sys

import numpy as np

from benchmarks.measure import (
    compare,
    course,
    mnist,
    product_rate,
    recurrent_flops,
    report,
    tensorflow1,
)

NETWORKS = {
    # builder, batch, steps, first rate, blocks of the kernel, features into it, units
    "dense_lstm": ("build_row_dense_lstm", 100, 1000, 4e-3, 4, 128, 128),
    "rnn": ("build_row_rnn", 150, 5000, 1e-3, 1, 28, 150),
    "lstm": ("build_row_lstm", 100, 1500, 4e-3, 4, 28, 100),
}


def train(network, arrays, *, target=None, jit_compile=False):
    """Train with a decaying rate; report accuracy on the test set, then rates."""
    import keras

    from rnncourse import models
    from rnncourse.training import fit

    builder, batch, steps, first_rate, blocks, features, units = NETWORKS[network]
    model = getattr(models, builder)(unroll=True)
    schedule = keras.optimizers.schedules.CosineDecay(first_rate, steps)
    history = fit(
        model, (arrays["x"], arrays["y"]), loss="cross_entropy", rng=np.random.default_rng(),
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=1.0), batch_size=batch,
        steps=steps, validation=(arrays["test_x"], arrays["test_y"]),
        validate_every=100 if target else steps, target=target, progress=False,
        jit_compile=jit_compile, steps_per_call=100,
    )  # fmt: skip
    accuracy = history.evaluations[-1].accuracy
    report(accuracy=accuracy, steps=history.steps, ms_per_step=1000 / history.steps_per_second)
    flops = recurrent_flops(batch, 28, features, units, blocks) * history.steps_per_second
    share = flops / product_rate(batch, features + units, blocks * units)
    report(gflops=flops / 1e9, share_of_products=share)


FIGURES = {"dense_lstm": 0.95, "lstm": 0.9276}
"""What the source, or the peer, comes to. The simple network is only timed to its end."""


def main(runs, peer_runs, networks=tuple(NETWORKS)):
    path = mnist()
    for network in networks:
        programs = {f"Keras, {NETWORKS[network][2]} steps": course("rows", network, path)}
        if network in FIGURES:
            figure = FIGURES[network]
            programs[f"Keras to {figure}"] = course("rows", network, path, figure)
        programs["TensorFlow 1.15"] = tensorflow1(network, path)
        if network == "dense_lstm":  # its last program is the one that reaches the figure
            further = tensorflow1("dense_lstm_to_figure", path)
            programs["TensorFlow 1.15 to 0.95"] = further
        seeds = max(runs, 5) if network == "rnn" else runs
        compare(network, programs, runs=seeds, peer_runs=peer_runs)


if __name__ == "__main__":
    with np.load(sys.argv[2]) as file:
        stop = ("accuracy", float(sys.argv[3])) if len(sys.argv) > 3 else None
        train(sys.argv[1], dict(file), target=stop, jit_compile=sys.argv[1] == "rnn")

"""The echo task: time until the mean loss of 100 windows is at most 2.7e-4.

The source's task resets the state in each window and zeroes the targets that would need it.
The course's task keeps both: the harder one, which the source's program cannot learn.
"""

import sys
import time

import numpy as np

from benchmarks.measure import compare, course, report, save_data, tensorflow1

FIGURE = 2.7e-4
DELAY, WINDOW, ROWS, STEPS = 3, 10, 5, 50_000


def data():
    """Write 1,000 windows of both tasks: shape (windows, rows, steps)."""
    from rnncourse.datasets import echo_stream

    bits, echoes = echo_stream(STEPS, DELAY, np.random.default_rng(0))
    x, full = (part.reshape(ROWS, -1, WINDOW).swapaxes(0, 1) for part in (bits, echoes))
    zeroed = full.copy()
    zeroed[:, :, :DELAY] = 0
    return save_data("echo", x=x.astype("int32"), y=zeroed.astype("int32"), full=full)


def softmax_step(logits, targets):
    """Return the mean cross entropy, and its gradient for the logits."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    wanted = np.eye(2)[targets]
    return -(logs * wanted).sum(axis=-1).mean(), (np.exp(logs) - wanted) / targets.size


def adam(parameters, learning_rate):
    """Return a function that takes one step of Adam on arrays, in place (Kingma & Ba 2015)."""
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))

    def step(count, gradients):
        scale = learning_rate * np.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        for p, m, v, g in zip(parameters, first, second, gradients, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            p -= scale * m / (np.sqrt(v) + 1e-8)

    return step


def train_numpy(windows, targets, *, carry, epochs=5, learning_rate=0.05):
    """Train with the course's own backward pass, to the figure or for all epochs."""
    from rnncourse.bptt import backward, forward
    from rnncourse.cells import init_lstm

    rng = np.random.default_rng()
    weights, kernel, bias = init_lstm(2, 4, rng), rng.normal(size=(4, 2)) / 2, np.zeros(2)
    update, losses, seconds = adam([*weights, kernel, bias], learning_rate), [], []
    one_hot = np.eye(2)[windows]
    for step in range(epochs * len(windows)):
        begun, now = time.perf_counter(), step % len(windows)
        state = trace.final_state if carry and now else None  # noqa: F821
        trace = forward(one_hot[now], weights, state=state)
        h = trace.outputs
        loss, d_logits = softmax_step(h @ kernel + bias, targets[now])
        gradients = [np.tensordot(h, d_logits, axes=([0, 1], [0, 1])), d_logits.sum(axis=(0, 1))]
        update(step + 1, [*backward(d_logits @ kernel.T, trace).weights, *gradients])
        losses.append(loss)
        seconds.append(time.perf_counter() - begun)
        if step % 100 == 99 and np.mean(losses[-100:]) <= FIGURE:
            break
    return losses, 1000 * np.median(seconds)


def numpy_reset(arrays):
    losses, rate = train_numpy(arrays["x"], arrays["y"], carry=False)
    report(loss=np.mean(losses[-100:]), steps=len(losses), ms_per_step=rate)


def numpy_carried(arrays):
    losses, rate = train_numpy(arrays["x"], arrays["full"], carry=True)
    report(loss=np.mean(losses[-100:]), steps=len(losses), ms_per_step=rate)


def keras_reset(arrays):
    """The source's task in Keras: windows are examples, the state starts from zero."""
    from rnncourse.models import build_echo
    from rnncourse.training import fit

    x, y = (arrays[name].reshape(-1, WINDOW) for name in "xy")
    zeros = np.zeros((len(x), 4), "float32")
    history = fit(
        build_echo(), ([x, zeros, zeros], y), loss="cross_entropy", rng=np.random.default_rng(),
        learning_rate=0.05, batch_size=ROWS, epochs=5, steps_per_call=100,
        target=("loss", FIGURE), progress=False,
    )  # fmt: skip
    rate = 1000 / history.steps_per_second
    report(loss=history.losses[-100:].mean(), steps=history.steps, ms_per_step=rate)


def keras_carried(arrays, *, jit_compile=False):
    """The course's task in Keras: all five epochs, each in one compiled call; a decaying rate."""
    import keras

    from rnncourse.models import build_echo
    from rnncourse.training import train_truncated

    schedule = keras.optimizers.schedules.CosineDecay(0.05, 5 * len(arrays["x"]))
    x, y = (arrays[name].swapaxes(0, 1).reshape(ROWS, -1) for name in ("x", "full"))
    history = train_truncated(
        build_echo(), x, y, window=WINDOW, epochs=5, learning_rate=schedule, progress=False,
        jit_compile=jit_compile,
    )  # fmt: skip
    rate = 1000 / history.steps_per_second
    report(loss=history.losses[-100:].mean(), steps=history.steps, ms_per_step=rate)


def keras_xla(arrays):
    keras_carried(arrays, jit_compile=True)


def main(runs, peer_runs):
    path = data()
    compare(
        "echo",
        {
            "NumPy, the source's task": course("echo", "numpy_reset", path),
            "NumPy, state carried": course("echo", "numpy_carried", path),
            "Keras, the source's task": course("echo", "keras_reset", path),
            "Keras, state carried, 5 epochs": course("echo", "keras_carried", path),
            "Keras with XLA, state carried, 5 epochs": course("echo", "keras_xla", path),
            "TensorFlow 1.15": tensorflow1("echo", path),
        },
        runs=runs,
        peer_runs=peer_runs,
    )


if __name__ == "__main__":
    with np.load(sys.argv[2]) as file:
        globals()[sys.argv[1]](dict(file))

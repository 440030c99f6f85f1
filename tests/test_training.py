"""Fitting: it learns, stops, resumes to the same numbers, and refuses what makes no sense."""

import itertools
import math
from importlib import import_module

import numpy as np
import pytest

from rnncourse.errors import DataError, ShapeError, TrainingError, UnknownNameError

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def training():
    """Return the package; it imports Keras."""
    return import_module("rnncourse.training")


def small_model(seed=3, **options):
    """Return a bit counter for strings of four bits, from a seed."""
    from rnncourse.models import build_bit_counter
    from rnncourse.training import seed_everything

    seed_everything(seed)
    return build_bit_counter(units=6, classes=5, bits=4, **options)


def strings():
    """Return all strings of four bits, and their numbers of ones."""
    x = np.array(list(itertools.product([0, 1], repeat=4)))
    return x[..., np.newaxis], x.sum(axis=1)


def run(model, data=None, **options):
    """Fit quietly, with small defaults."""
    from rnncourse.training import fit

    settings = {"loss": "cross_entropy", "batch_size": 5, "progress": False}
    settings["rng"] = np.random.default_rng(1)
    return fit(model, data or strings(), **{**settings, **options})


def plain_steps(model, count, learning_rate=1e-3):
    """Take Adam's steps one by one in NumPy's order, with a tape: another implementation."""
    import keras
    import tensorflow as tf

    rng, (x, y), losses = np.random.default_rng(1), strings(), []
    optimizer = keras.optimizers.Adam(learning_rate)
    for _ in range(math.ceil(count / 3)):
        order = rng.permutation(16)
        for rows in (order[:5], order[5:10], order[10:15])[: count - len(losses)]:
            with tf.GradientTape() as tape:
                logits = model(x[rows].astype("float32"))
                chosen = tf.gather(tf.nn.log_softmax(logits), y[rows], batch_dims=1)
                loss = -tf.reduce_mean(chosen)
            weights = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            losses.append(float(loss))
    return np.array(losses)


# ------------------------------------------------------------------ what it computes


@pytest.mark.parametrize("options", [{}, {"steps_per_call": 2}, {"jit_compile": True}])
def test_fit_takes_the_steps_of_a_plain_loop(training, options):
    """Losses and weights are those of a loop written out, however many steps a call takes."""
    one, other = small_model(), small_model()
    history = run(one, steps=7, **options)
    np.testing.assert_allclose(history.losses, plain_steps(other, 7), rtol=1e-4)
    for mine, plain in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, plain, atol=1e-5)


def test_portable_steps_are_the_compiled_ones(training, monkeypatch):
    """The steps for other backends give the same losses."""
    from rnncourse.training import fitting, portable

    compiled = run(small_model(), steps=7).losses
    monkeypatch.setattr(fitting, "_engine", lambda: portable)
    x, y = strings()
    history = run(small_model(), steps=7, validation=(x, y), validate_every=2)
    np.testing.assert_allclose(history.losses, compiled, rtol=1e-4)
    assert [e.step for e in history.evaluations] == [2, 4, 6, 7]


def test_fit_takes_several_inputs(training):
    """A model with two inputs is given a list of two arrays."""
    from rnncourse.models import build_encoder_decoder

    rng = np.random.default_rng(0)
    source, written = rng.integers(0, 4, size=(8, 3)), rng.integers(0, 5, size=(8, 4))
    model = build_encoder_decoder(units=3, symbols=4)
    history = run(model, ([source, written], written), epochs=1, batch_size=4)
    assert history.losses.shape == (2,)


def test_fit_measures_a_squared_error(training):
    """The loss of a forecaster is the mean squared error; there is no accuracy."""
    from rnncourse.models import build_forecaster

    x = np.random.default_rng(0).normal(size=(8, 5, 1))
    model = build_forecaster(units=3, timesteps=5)
    expected = np.mean((np.asarray(model(x)) - x) ** 2)
    history = run(
        model, (x, x), loss="mean_squared_error", batch_size=8, epochs=1, validation=(x, x)
    )
    assert history.losses[0] == pytest.approx(expected, rel=1e-4)
    assert np.isnan(history.evaluations[0].accuracy)


@pytest.mark.parametrize("seed", range(10))
def test_fit_learns(training, seed):
    """Four bits are counted better than the most frequent count does (6 of 16), from any seed."""
    history = run(
        small_model(seed), learning_rate=0.03, epochs=60, validation=strings(), validate_every=60
    )
    assert history.evaluations[-1].accuracy > 7 / 16
    assert history.epoch_losses[-1] < history.epoch_losses[0]


def test_evaluation_covers_all_examples(training, monkeypatch):
    """Loss and accuracy are means over all examples, the last odd batch included."""
    from rnncourse.training import losses

    monkeypatch.setattr(losses, "ROWS_AT_ONCE", 5)
    model, (x, y) = small_model(), strings()
    history = run(model, epochs=1, validation=(x, y))
    logits = np.asarray(model(x), dtype="float64")
    chosen = np.take_along_axis(logits, y[:, np.newaxis], axis=1)[:, 0]
    loss = np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen)
    figures = history.evaluations[-1]
    assert figures.loss == pytest.approx(loss, rel=1e-4)
    assert figures.accuracy == pytest.approx(np.mean(logits.argmax(axis=1) == y))


def test_history_counts_epochs_and_rates(training):
    """The mean of each epoch, the last one incomplete; the rate leaves the first call out."""
    history = training.History(np.array([1.0, 3, 5]), 2, (), ((1, 10.0), (3, 11.0)), "finished")
    assert history.epoch_losses.tolist() == [2, 5]
    assert history.steps_per_second == 2
    assert history.seconds == 11


# ------------------------------------------------------------------ stopping, resuming


def test_fit_stops_at_its_target(training):
    """The run ends at the first evaluation that reaches the target."""
    history = run(
        small_model(), epochs=5, validation=strings(), validate_every=2, target=("accuracy", 0.0)
    )
    assert (history.stopped, history.steps) == ("target", 2)


def test_fit_stops_at_a_training_loss(training):
    """Without validation data the mean of the last steps counts, once there is an epoch of them."""
    history = run(small_model(), epochs=5, steps_per_call=1, target=("loss", 100.0))
    assert (history.stopped, history.steps) == ("target", 3)


def test_fit_resumes_to_the_same_numbers(training, tmp_path):
    """A run in three parts, cut inside epochs, ends where an uninterrupted one ends."""
    whole, parts = small_model(), small_model()
    expected = run(whole, steps=10, learning_rate=0.01)
    for steps in (2, 6, 10):
        options = {"rng": np.random.default_rng(1 if steps == 2 else 99), "learning_rate": 0.01}
        history = run(parts, steps=steps, checkpoint=tmp_path / "run.npz", **options)
        parts = parts if steps == 10 else small_model(seed=steps)
    np.testing.assert_array_equal(history.losses, expected.losses)
    for one, other in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_fit_keeps_the_history_when_interrupted(training, monkeypatch):
    """Ctrl-C returns what there is so far, and the model keeps what it has learned."""
    from rnncourse.training import loop

    def interrupt(self, step, loss, note=""):
        if step > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(loop.Progress, "update", interrupt)
    history = run(small_model(), epochs=5, steps_per_call=2)
    assert history.stopped == "interrupted"
    assert history.steps == 5  # two, then the epoch's third, then two


@pytest.mark.parametrize("damage", [b"", b"no archive", None])
def test_fit_refuses_a_checkpoint_that_does_not_fit(training, tmp_path, damage):
    """A damaged file, or another model's, is named; it is never half loaded."""
    path = tmp_path / "run.npz"
    if damage is None:
        from rnncourse.models import build_bit_counter

        run(build_bit_counter(units=7, classes=5, bits=4), steps=1, checkpoint=path)
    else:
        path.write_bytes(damage)
    model = small_model()
    before = model.get_weights()
    with pytest.raises(DataError, match=r"checkpoint .*run\.npz .*[Dd]elete it"):
        run(model, steps=2, checkpoint=path)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_fit_says_at_which_step_it_diverged(training):
    """A loss that is not finite stops the run, with the step and the likely fix."""
    import keras

    def loss(targets, outputs):
        return keras.ops.sum(outputs**2) * 1e30

    with pytest.raises(TrainingError, match=r"at step [2-9].* learning rate of 1e\+15.*smaller"):
        run(small_model(), loss=loss, learning_rate=1e15, epochs=9, steps_per_call=4)


# ------------------------------------------------------------------ truncated BPTT


def stream(rows=3, steps=23):
    """Return rows of bits and their echo two steps later."""
    bits = np.random.default_rng(4).integers(0, 2, size=(rows, steps))
    return bits, np.roll(bits, 2, axis=1)


def echo(seed=2):
    """Return the echo model, from a seed."""
    from rnncourse.models import build_echo
    from rnncourse.training import seed_everything

    seed_everything(seed)
    return build_echo()


def plain_windows(model, learning_rate, epochs=2, window=5):
    """Take the windows one by one with a tape, the state handed over as NumPy arrays."""
    import keras
    import tensorflow as tf

    x, y = stream()
    optimizer, losses = keras.optimizers.Adam(learning_rate), []
    for _ in range(epochs):
        state = [np.zeros((3, 4), "float32")] * 2
        for start in range(0, 20, window):
            part = slice(start, start + window)
            with tf.GradientTape() as tape:
                logits, *state = model([x[:, part], *state])
                chosen = tf.gather(tf.nn.log_softmax(logits), y[:, part], batch_dims=2)
                loss = -tf.reduce_mean(chosen)
            weights = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            state = [part.numpy() for part in state]
            losses.append(float(loss))
    return losses


@pytest.mark.parametrize("options", [{}, {"jit_compile": True}])
def test_train_truncated_carries_the_state_and_cuts_the_gradient(training, options):
    """Losses and weights are those of a loop whose state passes through NumPy."""
    one, other = echo(), echo()
    settings = {"window": 5, "epochs": 2, "learning_rate": 0.01, "progress": False}
    history = training.train_truncated(one, *stream(), **settings, **options)
    np.testing.assert_allclose(history.losses, plain_windows(other, 0.01), rtol=1e-4)
    for mine, plain in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, plain, atol=1e-4)


def test_train_truncated_resumes_to_the_same_numbers(training, tmp_path):
    """A run of three epochs goes on to the end of one that was never interrupted."""
    settings = {"window": 5, "learning_rate": 0.01, "progress": False}
    expected = training.train_truncated(echo(), *stream(), epochs=4, **settings).losses
    for epochs in (3, 4):
        history = training.train_truncated(
            echo(seed=epochs + 1 if epochs == 4 else 2), *stream(), epochs=epochs,
            checkpoint=tmp_path / "run.npz", **settings,
        )  # fmt: skip
    np.testing.assert_array_equal(history.losses, expected)


def test_train_truncated_stops_at_its_target(training):
    """A target on the loss ends the run after the epoch that reaches it."""
    history = training.train_truncated(
        echo(), *stream(), window=5, epochs=9, target=("loss", 100.0), progress=False
    )
    assert (history.stopped, history.steps) == ("target", 4)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"window": 24}, DataError, "24 steps, a window. Received: .* Take a smaller window"),
        ({"window": 0}, TrainingError, "`window` must be a whole number"),
        ({"targets": np.zeros((3, 9), int)}, ShapeError, r"`targets` must start with the shape"),
        ({"inputs": np.zeros(9, int)}, ShapeError, r"`inputs` must have shape \(batch, any\)"),
        ({"target": ("accuracy", 1.0)}, TrainingError, "measured on validation data"),
    ],
)
def test_train_truncated_refuses(training, change, error, said):
    """What was expected, what came, what to do."""
    x, y = stream()
    options = {"inputs": x, "targets": y, "window": 5, "epochs": 1, "progress": False}
    with pytest.raises(error, match=said):
        training.train_truncated(echo(), **{**options, **change})


# ------------------------------------------------------------------ what it refuses


X, Y = strings()
WRONG = X.astype(float)
WRONG[3, 1, 0] = np.nan


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"data": (X[:0], Y[:0])}, DataError, "at least one example"),
        ({"data": (X[..., 0], Y)}, ShapeError, r"\(batch, 4, 1\). Received: \(16, 4\). Add an"),
        ({"data": (X[:, :3], Y)}, ShapeError, r"\(batch, 4, 1\). Received: \(16, 3, 1\)"),
        ({"data": (X, Y[:9])}, ShapeError, r"same number of examples. Received: \[16, 9\]"),
        ({"data": (WRONG, Y)}, DataError, r"`data\[0\]` must be finite.*nan at \(3, 1, 0\)"),
        ({"data": (X, 3)}, ShapeError, "axis of examples"),
        ({"data": (X, Y, Y)}, DataError, "pair"),
        ({"data": (X, np.eye(5)[Y])}, ShapeError, r"\(batch,\). Received: \(16, 5\). .*one-hot"),
        ({"data": (X, Y + 0.5)}, DataError, "whole numbers.*float32.*mean_squared_error"),
        ({"data": (X, Y + 1)}, DataError, "classes from 0 to 4. Received: 1 to 5"),
        ({"data": (X, Y - 1)}, DataError, "classes from 0 to 4. Received: -1 to 3"),
        ({"loss": "mean_squared_error"}, ShapeError, r"\(batch, 5\). Received: \(16,\)"),
        ({"rng": 7}, DataError, r"Write rng=np.random.default_rng\(7\)"),
        ({"checkpoint": "no/such/folder/run.npz"}, TrainingError, "folder that exists"),
        ({"validation": (X[..., 0], Y)}, ShapeError, r"`validation\[0\]` must have shape"),
        ({"batch_size": 17}, DataError, "`batch_size` must be from 1 to .* 16. Received: 17"),
        ({"steps": None}, TrainingError, "one of the two"),
        ({"epochs": 2}, TrainingError, "one of the two"),
        ({"steps": 0}, TrainingError, "`steps` must be a whole number, at least 1"),
        ({"learning_rate": -1.0}, TrainingError, "`learning_rate` must be positive"),
        ({"learning_rate": float("nan")}, TrainingError, "`learning_rate` must be positive"),
        ({"loss": "crossentropy"}, UnknownNameError, "Did you mean 'cross_entropy'"),
        ({"target": ("accurate", 1.0)}, UnknownNameError, "Did you mean 'accuracy'"),
        ({"target": ("accuracy", 1.0)}, TrainingError, "measured on validation data"),
        ({"device": "gpus"}, UnknownNameError, "Did you mean 'gpu'"),
        ({"device": "gpu:99"}, TrainingError, "sees . GPUs"),
        ({"precision": "float16"}, UnknownNameError, "Did you mean 'bfloat16'"),
    ],
)
def test_fit_refuses(training, change, error, said):
    """What was expected, what came, what to do."""
    options = {"data": (X, Y), "steps": 1, **change}
    with pytest.raises(error, match=said):
        run(small_model(), **options)


# ------------------------------------------------------------------ seeds, device, precision


def test_seed_everything_repeats_a_model(training):
    """The same seed gives the same initial weights, another seed gives others."""
    one, other, third = (small_model(seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, third)


def test_auto_takes_a_gpu_where_there_is_one(training, monkeypatch):
    """`auto` means the first GPU, with bfloat16 where it has it, else the CPU as built."""
    from rnncourse.training import hardware

    for gpus, bfloat16, expected in [
        (0, False, ("cpu:0", None)),
        (1, False, ("gpu:0", None)),
        (2, True, ("gpu:0", "mixed_bfloat16")),
    ]:
        monkeypatch.setattr(hardware, "_gpu_count", lambda gpus=gpus: gpus)
        monkeypatch.setattr(hardware, "_gpu_has_bfloat16", lambda has=bfloat16: has)
        device = hardware.choose_device("auto")
        assert (device, hardware.choose_precision("auto", device)) == expected
        assert hardware.choose_device("cpu") == "cpu:0"


def test_bfloat16_computes_in_bfloat16_and_keeps_float32_weights(training):
    """Inside the run products are bfloat16; afterwards the model is as it was built."""
    import keras

    seen = []

    def loss(targets, outputs):
        seen.append(keras.backend.standardize_dtype(outputs.dtype))
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, outputs)

    model = small_model()
    history = run(model, steps=3, loss=loss, precision="bfloat16")
    assert set(seen) == {"bfloat16"}
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert keras.backend.standardize_dtype(model(X).dtype) == "float32"
    np.testing.assert_allclose(history.losses, run(small_model(), steps=3).losses, rtol=0.1)


def test_float64_models_stay_float64(training):
    """`auto` changes nothing that it was not asked to; an explicit precision is refused."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        model = small_model()
    finally:
        keras.config.set_dtype_policy(before)
    run(model, steps=1)
    assert {weight.dtype for weight in model.weights} == {"float64"}
    with pytest.raises(TrainingError, match="needs float32 weights"):
        run(model, steps=1, precision="bfloat16")


# ------------------------------------------------------------------ progress


def test_progress_prints_plain_lines_where_there_is_no_terminal(training, capsys):
    """The last line has step, loss and accuracy; nothing goes to standard error."""
    run(small_model(), steps=6, steps_per_call=3, progress=True, validation=strings())
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].startswith("step 6/6  loss ")
    assert "validation " in out
    assert "\r" not in out
    assert not err


def test_progress_draws_a_bar_on_a_terminal(training, capsys, monkeypatch):
    """One line that is written over, with the rate once it is steady."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    run(small_model(), steps=6, steps_per_call=3, progress=True)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "[############............] step 3/6" in out
    assert "steps/s" in out


def test_progress_can_be_silent(training, capsys):
    """`progress=False` writes nothing."""
    run(small_model(), steps=3)
    assert capsys.readouterr() == ("", "")

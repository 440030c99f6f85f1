"""The course's Keras models: shapes, logits, free batch, sane scale, explicit state."""

from importlib import import_module

import numpy as np
import pytest

from rnncourse.errors import ShapeError, UnknownNameError

pytestmark = pytest.mark.tensorflow

CLASSIFIERS = {
    "build_bit_counter": ((20, 1), 21, 2_925 + 96),
    "build_row_rnn": ((28, 28), 10, 26_850 + 1_510),
    "build_row_dense_lstm": ((28, 28), 10, 3_712 + 131_584 + 1_290),
    "build_row_lstm": ((28, 28), 10, 51_600 + 1_010),
}


@pytest.fixture
def models():
    """Return the module; it imports Keras."""
    return import_module("rnncourse.models")


@pytest.fixture
def rng():
    """Return a generator of inputs."""
    return np.random.default_rng(5)


def recurrent_layers(model):
    """Return the recurrent layers of a model."""
    import keras

    kinds = (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN)
    return [layer for layer in model.layers if isinstance(layer, kinds)]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_take_batches_of_any_size(models, rng, name):
    """The batch that a model is trained with does not bind the one that it is asked with."""
    shape, classes, _ = CLASSIFIERS[name]
    model = getattr(models, name)()
    for batch in (1, 3):
        assert model(rng.random((batch, *shape))).shape == (batch, classes)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_have_the_parameters_of_their_equations(models, name):
    """Counted by hand: blocks·(features + units + 1)·units, and the dense layers."""
    _, classes, parameters = CLASSIFIERS[name]
    if name == "build_bit_counter":
        parameters = 4 * (1 + 24 + 1) * 24 + 25 * classes
    assert getattr(models, name)().count_params() == parameters


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_give_logits(models, rng, name):
    """Outputs are no probabilities: they take both signs, and no row sums to 1."""
    shape, *_ = CLASSIFIERS[name]
    logits = np.asarray(getattr(models, name)()(rng.normal(size=(16, *shape))))
    assert logits.min() < 0 < logits.max()
    assert not np.isclose(logits.sum(axis=1), 1).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("seed", range(10))
def test_classifiers_start_near_chance(models, rng, name, seed):
    """The first loss is near log(classes): nothing is saturated, no class is preferred much."""
    import keras

    keras.utils.set_random_seed(seed)
    shape, classes, _ = CLASSIFIERS[name]
    x, y = rng.random((64, *shape)), rng.integers(0, classes, size=64)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    first = float(loss(y, getattr(models, name)()(x)))
    assert abs(first - np.log(classes)) < 1


@pytest.mark.parametrize("name", sorted(set(CLASSIFIERS) - {"build_bit_counter"}))
def test_row_models_read_rows(models, rng, name):
    """A time step is a row: an image of 5 rows and 3 columns has 5 steps of 3 features."""
    model = getattr(models, name)(units=4, rows=5, columns=3, classes=2)
    assert model(rng.random((2, 5, 3))).shape == (2, 2)
    assert model.layers[0].kernel.shape[0] == 3 if hasattr(model.layers[0], "kernel") else True


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_unrolled_models_compute_the_same(models, rng, name):
    """`unroll` changes the speed alone."""
    build, (shape, *_) = getattr(models, name), CLASSIFIERS[name]
    one, other = build(units=4), build(units=4, unroll=True)
    other.set_weights(one.get_weights())
    x = rng.normal(size=(3, *shape))
    np.testing.assert_allclose(one(x), other(x), atol=1e-5)


def test_lstm_models_stay_eligible_for_cudnn(models, monkeypatch):
    """Keras's own condition says yes to every LSTM, once there is a GPU."""
    backend = import_module("keras.src.backend.tensorflow.rnn")
    monkeypatch.setattr(backend, "_is_gpu_available", lambda: True)
    builders = ("build_echo", "build_bit_counter", "build_row_dense_lstm", "build_row_lstm")
    for name in (*builders, "build_encoder_decoder"):
        for layer in recurrent_layers(getattr(models, name)()):
            activations = layer.cell.activation, layer.cell.recurrent_activation
            assert backend.cudnn_ok(*activations, layer.unroll, layer.use_bias)
            assert layer.use_cudnn == "auto"
            assert not layer.recurrent_dropout
    unrolled = models.build_row_lstm(unroll=True).layers[0]
    activations = unrolled.cell.activation, unrolled.cell.recurrent_activation
    assert not backend.cudnn_ok(*activations, unrolled.unroll, unrolled.use_bias)


def test_echo_splits_at_any_step(models, rng):
    """f(a‖b) is f(a), then f(b) from the state of a: the state is all that is carried."""
    model = models.build_echo()
    x = rng.integers(0, 2, size=(3, 10))
    zeros = np.zeros((3, 4), dtype="float32")
    whole, *last = model([x, zeros, zeros])
    first, *state = model([x[:, :4], zeros, zeros])
    second, *end = model([x[:, 4:], *map(np.asarray, state)])
    np.testing.assert_allclose(np.append(first, second, axis=1), whole, atol=1e-6)
    np.testing.assert_allclose(end, last, atol=1e-6)


def test_echo_depends_on_its_state(models, rng):
    """A state that comes in is used, h and c alike."""
    model = models.build_echo()
    x, zeros = rng.integers(0, 2, size=(3, 1)), np.zeros((3, 4), dtype="float32")
    base = model([x, zeros, zeros])[0]
    assert not np.allclose(model([x, zeros + 0.5, zeros])[0], base)
    assert not np.allclose(model([x, zeros, zeros + 0.5])[0], base)


def test_forecaster_projections_are_equal(models, rng):
    """Both forms of the output projection compute the same with the same weights."""
    one, other = (models.build_forecaster(units=7, projection=p) for p in models.PROJECTIONS)
    other.set_weights(one.get_weights())
    x = rng.normal(size=(3, 20, 1))
    np.testing.assert_allclose(one(x), other(x), atol=1e-6)
    assert one(x).shape == (3, 20, 1)


def test_forecaster_output_is_linear(models, rng):
    """Doubling the last layer's weights doubles the forecast, of either sign."""
    model = models.build_forecaster(units=7)
    x = rng.normal(size=(50, 20, 1))
    before = np.asarray(model(x))
    *recurrent, kernel, bias = model.get_weights()
    model.set_weights([*recurrent, -2 * kernel, bias])
    np.testing.assert_allclose(model(x), -2 * before, rtol=1e-4, atol=1e-6)


def test_forecaster_names_an_unknown_projection(models):
    """The error suggests the nearest name."""
    with pytest.raises(UnknownNameError, match="Did you mean 'reshape'"):
        models.build_forecaster(projection="reshaped")


def test_encoder_decoder_writes_any_length(models, rng):
    """What is read and what is written may differ in length."""
    model = models.build_encoder_decoder(units=6, symbols=4)
    source, previous = rng.integers(0, 4, size=(3, 5)), rng.integers(0, 5, size=(3, 7))
    assert model([source, previous]).shape == (3, 7, 5)


def test_encoder_decoder_sees_no_future(models, rng):
    """What is written at a step does not depend on later symbols."""
    model = models.build_encoder_decoder(units=6, symbols=4)
    source, previous = rng.integers(0, 4, size=(3, 5)), rng.integers(0, 5, size=(3, 6))
    changed = previous.copy()
    changed[:, 4:] = (changed[:, 4:] + 1) % 5
    one, other = np.asarray(model([source, previous])), np.asarray(model([source, changed]))
    np.testing.assert_array_equal(one[:, :4], other[:, :4])
    assert not np.allclose(one[:, 4:], other[:, 4:])


def test_decode_greedily_feeds_back_its_own_choice(models):
    """A model that names the successor of the previous symbol counts upward."""

    class Successor:
        output_shape = (None, None, 5)

        def __call__(self, inputs, training):
            return np.eye(5)[(inputs[1] + 1) % 5]

    written = models.decode_greedily(Successor(), [[0, 1], [2, 3]], steps=6)
    assert written.tolist() == [[0, 1, 2, 3, 4, 0]] * 2


def test_decode_greedily_wants_a_batch(models):
    """A single string is refused, with the fix."""
    with pytest.raises(ShapeError, match=r"source\[np.newaxis\]"):
        models.decode_greedily(models.build_encoder_decoder(units=3), [1, 2], steps=2)

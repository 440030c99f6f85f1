"""The course's Keras models: the five source programs with their mistakes mended, and two more.

Every model gives logits (no softmax), takes batches of any size, starts from Keras's own
initial scale, and keeps to what the fast GPU kernels accept (`unroll=True` gives that up).
Only `keras` is used, so each model runs on every backend. Fitting is in
`rnncourse.training`, data in `rnncourse.datasets`.

Keras draws the initial weights from its global seed: call
`rnncourse.training.seed_everything` first where they must repeat.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike, NDArray

from rnncourse.errors import ShapeError, UnknownNameError

Model = Any
PROJECTIONS = ("time_distributed", "reshape")


def build_echo(*, units: int = 4, classes: int = 2) -> Model:
    """Return the echo model: an LSTM whose state comes in and goes out with each window.

    The source reads the state and never feeds it back, so that every window starts from
    nothing. Here the caller has the state in hand, and `training.train_truncated` carries it.

    Args:
        units: Number of LSTM units.
        classes: Number of symbols in the stream.

    Returns:
        A model from `[x, h, c]` to `[logits, h, c]`: `x` holds symbols, shape
        `(batch, timesteps)`; `h` and `c` have shape `(batch, units)`; the logits have shape
        `(batch, timesteps, classes)`.

    >>> x, state = np.ones((5, 10), int), np.zeros((5, 4), np.float32)
    >>> [tuple(part.shape) for part in build_echo()([x, state, state])]
    [(5, 10, 2), (5, 4), (5, 4)]
    """
    x = keras.Input((None,), dtype="int32", name="x")
    h, c = (keras.Input((units,), name=name) for name in "hc")
    lstm = layers.LSTM(units, return_sequences=True, return_state=True)
    outputs, *state = lstm(ops.one_hot(x, classes), initial_state=[h, c])
    logits = layers.Dense(classes, name="logits")(outputs)
    return keras.Model([x, h, c], [logits, *state], name="echo")


def build_bit_counter(
    *, units: int = 24, classes: int = 21, bits: int | None = 20, unroll: bool = False
) -> Model:
    """Return the model that reads a string of bits and names the number of ones.

    Args:
        units: Number of LSTM units.
        classes: Number of possible counts, one more than the longest string.
        bits: Length of the strings; None takes any length.
        unroll: Lay the steps out one by one: quicker on a CPU, slower to compile.

    Returns:
        A model from `(batch, bits, 1)` to logits `(batch, classes)`.

    >>> tuple(build_bit_counter()(np.ones((4, 20, 1))).shape)
    (4, 21)
    """
    return _classifier("bit_counter", (bits, 1), classes, layers.LSTM(units, unroll=unroll))


def build_row_rnn(
    *, units: int = 150, rows: int = 28, columns: int = 28, classes: int = 10, unroll: bool = False
) -> Model:
    """Return the simple recurrent classifier that reads an image row by row.

    Args:
        units: Number of tanh units.
        rows: Rows of the image: the time steps.
        columns: Columns of the image: the features.
        classes: Number of classes.
        unroll: Lay the steps out one by one: quicker on a CPU, slower to compile.

    Returns:
        A model from `(batch, rows, columns)` to logits `(batch, classes)`.

    >>> tuple(build_row_rnn()(np.zeros((3, 28, 28))).shape)
    (3, 10)
    """
    return _classifier("row_rnn", (rows, columns), classes, layers.SimpleRNN(units, unroll=unroll))


def build_row_dense_lstm(
    *, units: int = 128, rows: int = 28, columns: int = 28, classes: int = 10, unroll: bool = False
) -> Model:
    """Return the classifier with a dense layer on each row, before an LSTM of the same width.

    The source draws its dense weights with a standard deviation of 1, which saturates the
    gates, and fixes the zero state to one batch size. Here the scale is Glorot's, and the
    batch is free.

    Args:
        units: Width of the dense layer, and number of LSTM units.
        rows: Rows of the image: the time steps.
        columns: Columns of the image: the features.
        classes: Number of classes.
        unroll: Lay the steps out one by one: quicker on a CPU, slower to compile.

    Returns:
        A model from `(batch, rows, columns)` to logits `(batch, classes)`.

    >>> tuple(build_row_dense_lstm()(np.zeros((3, 28, 28))).shape)
    (3, 10)
    """
    hidden = layers.Dense(units), layers.LSTM(units, unroll=unroll)
    return _classifier("row_dense_lstm", (rows, columns), classes, *hidden)


def build_row_lstm(
    *, units: int = 100, rows: int = 28, columns: int = 28, classes: int = 10, unroll: bool = False
) -> Model:
    """Return the LSTM classifier that reads an image row by row.

    The source applies the softmax twice, which keeps its loss above 1.46; here the model
    gives logits, and the loss applies the softmax once.

    Args:
        units: Number of LSTM units.
        rows: Rows of the image: the time steps.
        columns: Columns of the image: the features.
        classes: Number of classes.
        unroll: Lay the steps out one by one: quicker on a CPU, slower to compile.

    Returns:
        A model from `(batch, rows, columns)` to logits `(batch, classes)`.

    >>> tuple(build_row_lstm()(np.zeros((3, 28, 28))).shape)
    (3, 10)
    """
    return _classifier("row_lstm", (rows, columns), classes, layers.LSTM(units, unroll=unroll))


def build_forecaster(
    *, units: int = 100, timesteps: int = 20, projection: str = "time_distributed"
) -> Model:
    """Return the model that forecasts the next value of a series at every step.

    The output is linear: a forecast may be negative. Both projections compute the same, with
    the same weights; the second stacks all steps for one matrix product.

    Args:
        units: Number of ReLU units.
        timesteps: Length of the windows.
        projection: `"time_distributed"` or `"reshape"`.

    Returns:
        A model from `(batch, timesteps, 1)` to `(batch, timesteps, 1)`.

    Raises:
        UnknownNameError: If there is no projection of that name.

    >>> tuple(build_forecaster(projection="reshape")(np.zeros((3, 20, 1))).shape)
    (3, 20, 1)
    """
    if projection not in PROJECTIONS:
        raise UnknownNameError.among("projection", projection, PROJECTIONS)
    series, dense = keras.Input((timesteps, 1)), layers.Dense(1)
    states = layers.SimpleRNN(units, activation="relu", return_sequences=True)(series)
    if projection == "time_distributed":
        forecast = layers.TimeDistributed(dense)(states)
    else:
        stacked = dense(ops.reshape(states, (-1, units)))  # (batch·timesteps, 1)
        forecast = ops.reshape(stacked, (-1, timesteps, 1))
    return keras.Model(series, forecast, name="forecaster")


def build_encoder_decoder(*, units: int = 64, symbols: int = 10) -> Model:
    """Return a model that reads a string of symbols, then writes one, here the reversed string.

    The encoder hands over nothing but its last state. The symbol number `symbols` stands
    before and after what is written: it starts the decoder, and it is the end of sequence.

    Args:
        units: Number of LSTM units, in the encoder and in the decoder.
        symbols: Number of symbols; 10 for digits.

    Returns:
        A model from `[source, previous]`, symbols of shape `(batch, timesteps)` each and of
        any length, to logits of shape `(batch, timesteps of previous, symbols + 1)`.

    Source: Cho et al. (2014), Sutskever et al. (2014).

    >>> source, previous = np.ones((3, 5), int), np.full((3, 6), 10)
    >>> tuple(build_encoder_decoder()([source, previous]).shape)
    (3, 6, 11)
    """
    source = keras.Input((None,), dtype="int32", name="source")
    previous = keras.Input((None,), dtype="int32", name="previous")
    encoder = layers.LSTM(units, return_state=True, name="encoder")
    decoder = layers.LSTM(units, return_sequences=True, name="decoder")
    _, *state = encoder(ops.one_hot(source, symbols + 1))
    outputs = decoder(ops.one_hot(previous, symbols + 1), initial_state=state)
    logits = layers.Dense(symbols + 1, name="logits")(outputs)
    return keras.Model([source, previous], logits, name="encoder_decoder")


def decode_greedily(model: Model, source: ArrayLike, *, steps: int) -> NDArray[np.integer]:
    """Return what an encoder-decoder writes when each symbol is its own most likely choice.

    Args:
        model: A model of `build_encoder_decoder`.
        source: Symbols to read, shape `(batch, timesteps)`.
        steps: Number of symbols to write, the end of sequence included.

    Returns:
        Symbols, shape `(batch, steps)`; what follows an end of sequence means nothing.

    Raises:
        ShapeError: If `source` does not have two axes.

    >>> decode_greedily(build_encoder_decoder(), [[1, 2, 3]], steps=4).shape
    (1, 4)
    """
    source = np.asarray(source)
    if source.ndim != 2:
        raise ShapeError(
            f"`source` must have shape (batch, timesteps). Received: {source.shape}. "
            "Is it one string? Pass source[np.newaxis]."
        )
    end = model.output_shape[-1] - 1
    written = np.full((len(source), 1), end, dtype="int32")
    for _ in range(steps):
        logits = ops.convert_to_numpy(model([source, written], training=False))
        written = np.append(written, logits[:, -1:].argmax(axis=-1).astype("int32"), axis=1)
    return written[:, 1:]


def _classifier(name: str, shape: tuple[int | None, int], classes: int, *hidden: Any) -> Model:
    """Return a model that reads a sequence of this shape and gives logits."""
    return keras.Sequential([keras.Input(shape), *hidden, layers.Dense(classes)], name=name)

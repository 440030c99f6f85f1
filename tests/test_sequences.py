"""Layouts, windows, padding and masks, on arrays whose values say where they come from."""

from functools import partial

import numpy as np
import pytest

from rnncourse.cells import init_lstm, init_rnn, unroll
from rnncourse.errors import DataError, ShapeError
from rnncourse.sequences import (
    contiguous_batches,
    cut_at_eos,
    encoder_decoder,
    image_rows,
    input_target_windows,
    last_valid,
    lengths_from_mask,
    mask_from_lengths,
    pad,
    sequence_to_sequence,
    sequence_to_vector,
    to_batch_major,
    to_time_major,
    vector_to_sequence,
    windows,
)


def coded(batch, timesteps, features):
    """Return a tensor whose values are 100·b + 10·t + f."""
    b, t, f = np.ogrid[:batch, :timesteps, :features]
    return 100 * b + 10 * t + f


@pytest.mark.parametrize("size", [(4, 2, 3), (3, 3, 2)])
def test_to_time_major_moves_each_value(size):
    """Value 100·b + 10·t + f is found at t, b, f, also where batch and timesteps are equal."""
    result = to_time_major(coded(*size))
    for t, b, f in np.ndindex(result.shape):
        assert result[t, b, f] == 100 * b + 10 * t + f


def test_to_batch_major_undoes_to_time_major():
    """A round trip changes nothing; axes behind the second stay where they are."""
    for x in (coded(4, 2, 3), np.arange(8).reshape(4, 2), np.zeros((4, 2, 3, 5))):
        np.testing.assert_array_equal(to_batch_major(to_time_major(x)), x)
        assert to_time_major(x).shape == (2, 4, *x.shape[2:])


@pytest.mark.parametrize(
    ("function", "axes"),
    [(to_time_major, "batch, timesteps"), (to_batch_major, "timesteps, batch")],
)
def test_layouts_need_two_axes(function, axes):
    """A vector has no layout."""
    with pytest.raises(ShapeError, match=rf"\({axes}, ...\). Received: \(3,\)"):
        function(np.zeros(3))


def test_image_rows_are_rows():
    """Step t of the sequence is row t of the image, whether the images come flat or square."""
    images = np.arange(3 * 784).reshape(3, 28, 28)
    for given in (images, images.reshape(3, 784)):
        rows = image_rows(given)
        assert rows.shape == (3, 28, 28)
        np.testing.assert_array_equal(rows[1, 5], images[1, 5, :])
    np.testing.assert_array_equal(image_rows(coded(4, 3, 3), side=3), coded(4, 3, 3))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((28, 28), r"one image\? Use images\[np.newaxis\]"),
        ((784,), r"one image\? Use images\[np.newaxis\]"),
        ((5, 28, 28, 1), r"Drop the axis of channels: images\[..., 0\]"),
        ((5, 100), r"\(batch, 28, 28\) or \(batch, 784\). Received: \(5, 100\)"),
        ((5, 1, 784), r"Received: \(5, 1, 784\)"),
    ],
)
def test_image_rows_name_an_unknown_layout(shape, said):
    """The two known layouts are named, and the fix for the usual others."""
    with pytest.raises(ShapeError, match=said):
        image_rows(np.zeros(shape))


@pytest.mark.parametrize("step", [1, 2, 5])
def test_windows_start_every_step(step):
    """Window i holds the series from i·step on, and none is left out."""
    series = coded(1, 9, 2)[0]
    result = windows(series, 4, step=step)
    assert len(result) == (9 - 4) // step + 1
    for i, window in enumerate(result):
        np.testing.assert_array_equal(window, series[i * step : i * step + 4])


def test_windows_take_no_memory_and_guard_the_series():
    """They are a view, and a read-only one: overlapping windows share their values."""
    series = np.arange(9.0)
    result = windows(series, 4)
    assert result.shape == (6, 4, 1)
    assert np.shares_memory(result, series)
    with pytest.raises(ValueError, match="read-only"):
        result[0, 0] = 1


@pytest.mark.parametrize("horizon", [1, 3])
def test_input_target_windows_look_ahead(horizon):
    """The target of a step is the series `horizon` steps later."""
    series = np.arange(20.0)
    inputs, targets = input_target_windows(series, 5, horizon=horizon, step=2)
    assert inputs.shape == targets.shape == ((20 - 5 - horizon) // 2 + 1, 5, 1)
    np.testing.assert_array_equal(targets, inputs + horizon)


def test_contiguous_batches_continue_in_every_row():
    """Row i of all batches, one after another, is one uninterrupted piece of the series."""
    series = np.arange(23)
    batches = contiguous_batches(series, 3, 2)
    assert batches.shape == (3, 3, 2, 1)
    for i in range(3):
        np.testing.assert_array_equal(np.concatenate(batches[:, i])[:, 0], 7 * i + np.arange(6))


def test_contiguous_batches_keep_features_together():
    """A series of several features is cut along time alone."""
    series = coded(1, 12, 2)[0]
    batches = contiguous_batches(series, 2, 3)
    np.testing.assert_array_equal(batches[1, 0], series[3:6])
    np.testing.assert_array_equal(batches[0, 1], series[6:9])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: windows(np.zeros((4, 2, 3)), 2), ShapeError, r"Received: \(4, 2, 3\)"),
        (lambda: windows(np.arange(5), 10), DataError, "at least 10 steps, .* Received: 5"),
        (lambda: windows(np.arange(5), 0), DataError, "`length` must be at least 1. Received: 0"),
        (lambda: windows(np.arange(5), 2, step=0), DataError, "`step` must be at least 1"),
        (lambda: windows([0, 1, np.nan, np.nan], 2), DataError, "2 steps with NaN, .* step 2"),
        (lambda: windows(["a", "b"], 1), DataError, "must hold real numbers. Received dtype: <U1"),
        (lambda: windows([], 1), DataError, "at least 1 steps, .* Received: 0"),
        (lambda: input_target_windows(np.arange(5), 5), DataError, "at least 6 steps, .*: 5"),
        (lambda: input_target_windows(np.arange(5), 2, horizon=0), DataError, "`horizon`"),
        (lambda: contiguous_batches(np.arange(5), 2, 3), DataError, "at least 6 steps .*: 5"),
        (lambda: contiguous_batches(np.arange(5), 0, 3), DataError, "`batch_size` must be"),
    ],
)
def test_windows_name_what_does_not_fit(call, error, said):
    """The error says what was expected and what came."""
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize("features", [(), (2,)])
def test_pad_fills_up_at_the_end(features):
    """Each sequence stands at the start of its row, the value behind it."""
    sequences = [np.full((n, *features), n, float) for n in (3, 1, 2)]
    padded, lengths = pad(sequences, length=5, value=-1)
    assert padded.shape == (3, 5, *features)
    np.testing.assert_array_equal(lengths, [3, 1, 2])
    for row, n in zip(padded, lengths, strict=True):
        assert (row[:n] == n).all()
        assert (row[n:] == -1).all()


def test_pad_keeps_the_type():
    """Tokens stay whole numbers; mixed types become the one that holds both."""
    assert pad([[1, 2], [3]])[0].dtype.kind == "i"
    assert pad([np.ones(2, "float32"), np.ones(1, "float32")])[0].dtype == "float32"
    assert pad([[1, 2], [0.5]])[0].dtype == "float64"


def test_masks_and_lengths_are_inverses():
    """Lengths give a mask, and the mask the lengths, at any number of steps."""
    lengths = np.array([3, 1, 4])
    for timesteps in (None, 4, 9):
        mask = mask_from_lengths(lengths, timesteps=timesteps)
        assert mask.shape == (3, timesteps or 4)
        np.testing.assert_array_equal(mask.sum(axis=1), lengths)
        np.testing.assert_array_equal(lengths_from_mask(mask), lengths)


def test_last_valid_is_the_final_state_of_a_masked_layer():
    """The last valid output and the carried state are the same thing."""
    rng = np.random.default_rng(0)
    lengths = np.array([2, 7, 1, 4])
    mask = mask_from_lengths(lengths, timesteps=7)
    outputs, (h, _) = unroll(rng.normal(size=(4, 7, 3)), init_lstm(3, 5, rng), mask=mask)
    np.testing.assert_array_equal(last_valid(outputs, lengths), h)


def test_last_valid_of_coded_values():
    """Instance b gives its step lengths[b] - 1."""
    result = last_valid(coded(3, 4, 2), [4, 1, 2])
    np.testing.assert_array_equal(result, [[30, 31], [100, 101], [210, 211]])


def test_cut_at_eos_keeps_what_stands_before():
    """The first end counts; without one all steps stay, and an end at once leaves none."""
    tokens = [[5, 6, 0, 7], [8, 9, 5, 6], [0, 1, 2, 3], [4, 0, 0, 0]]
    cut = [row.tolist() for row in cut_at_eos(tokens, eos=0)]
    assert cut == [[5, 6], [8, 9, 5, 6], [], [4]]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: pad([]), DataError, "`sequences` must hold a sequence at least. Received: none"),
        (lambda: pad([[1], []]), DataError, "a step at least. Received: none in 1. Drop it"),
        (lambda: pad([[1, 2, 3]], length=2), DataError, "`length` must be at least 3.*: 2"),
        (lambda: pad([[[1, 2]], [[1]]]), ShapeError, r"\(1, 1\) in 1, \(1, 2\) in 0"),
        (lambda: pad([[1], [[1]]]), ShapeError, r"\(1, 1\) in 1, \(1,\) in 0"),
        (lambda: mask_from_lengths([2, 0]), DataError, "from 1 to 2. Received: 0 in instance 1"),
        (lambda: mask_from_lengths([2, 5], timesteps=4), DataError, "from 1 to 4. Received: 5"),
        (lambda: mask_from_lengths([1.0]), DataError, "whole numbers. Received dtype: float64"),
        (lambda: mask_from_lengths(3), ShapeError, r"\(batch,\). Received: \(\)"),
        (lambda: mask_from_lengths([]), DataError, "`lengths` must hold a length at least"),
        (lambda: lengths_from_mask([True]), ShapeError, r"\(batch, timesteps\). Received: \(1,\)"),
        (lambda: lengths_from_mask([[1, 0]]), DataError, "`mask` must be boolean"),
        (lambda: lengths_from_mask([[True], [False]]), DataError, "Received: 0 in instance 1"),
        (
            lambda: lengths_from_mask([[True, False], [False, True]]),
            DataError,
            "another pattern in instance 1. .* use the mask itself",
        ),
        (lambda: last_valid(np.ones(3), [1]), ShapeError, r"\(batch, timesteps, ...\).*\(3,\)"),
        (lambda: last_valid(np.ones((3, 2)), [1]), ShapeError, r"shape \(3,\). Received: \(1,\)"),
        (lambda: last_valid(np.ones((1, 2)), [3]), DataError, "from 1 to 2. Received: 3"),
        (
            lambda: cut_at_eos([1, 2, 0], 0),
            ShapeError,
            r"Received: \(3,\). .* tokens\[np.newaxis\]",
        ),
    ],
)
def test_padding_names_what_does_not_fit(call, error, said):
    """The error says what was expected, what came, and where."""
    with pytest.raises(error, match=said):
        call()


def layer(features, units=5, seed=0):
    """Return a layer as a callable."""
    return partial(unroll, weights=init_rnn(features, units, np.random.default_rng(seed)))


def test_sequence_to_vector_is_the_end_of_sequence_to_sequence():
    """The same layer on the same inputs: only what is taken out differs."""
    x, state = np.random.default_rng(1).normal(size=(4, 2, 3)), np.ones((4, 5))
    outputs = sequence_to_sequence(layer(3), x, state=state)
    np.testing.assert_array_equal(outputs, layer(3)(x, state=state)[0])
    np.testing.assert_array_equal(sequence_to_vector(layer(3), x, state=state), outputs[:, -1])


@pytest.mark.parametrize("timesteps", [1, 6])
def test_vector_to_sequence_hears_one_input_and_then_silence(timesteps):
    """The input comes at step 0, zeros after it."""
    heard = []

    def run(x, *, state=None):
        heard.append(x)
        return layer(3)(x, state=state)

    x = np.random.default_rng(2).normal(size=(4, 3))
    assert vector_to_sequence(run, x, timesteps).shape == (4, timesteps, 5)
    np.testing.assert_array_equal(heard[0][:, 0], x)
    assert not heard[0][:, 1:].any()


def test_encoder_decoder_hands_over_the_state_alone():
    """The decoder starts from the encoder's final state, with lengths and features of its own."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(4, 7, 3)), rng.normal(size=(4, 6, 2))
    _, state = layer(3)(x)
    expected, _ = layer(2, seed=1)(y, state=state)
    np.testing.assert_array_equal(encoder_decoder(layer(3), layer(2, seed=1), x, y), expected)


def test_vector_to_sequence_names_what_does_not_fit():
    """A sequence is no vector, and no steps are no sequence."""
    with pytest.raises(ShapeError, match=r"\(batch, features\). Received: \(4, 2, 3\)"):
        vector_to_sequence(layer(3), np.ones((4, 2, 3)), 2)
    with pytest.raises(DataError, match=r"`timesteps` must be at least 1. Received: 0"):
        vector_to_sequence(layer(3), np.ones((4, 3)), 0)

"""Questions of 03_sequence_shapes: what is asked, what is right, what usually goes wrong."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnncourse import sequences as library
from rnncourse.checks import BatchIndependent, InputsUntouched, Question

# ---------------------------------------------------------------- what is drawn


def content_coded(rng, *shape):
    """Return an array whose digits say where each number is: 100·b + 10·t + f, say.

    The thousands are drawn: they are the same in the whole array, and make each a new one.
    """
    places = np.indices(shape).astype(float)
    powers = 10.0 ** np.arange(len(shape))[::-1]
    return 1000.0 * rng.integers(1, 10) + np.tensordot(powers, places, axes=1)


def sequences(rng):
    """Return a batch of sequences, its three sizes all different."""
    return {"x": content_coded(rng, *rng.choice([2, 3, 4, 5, 6], size=3, replace=False))}


def flat_images(rng):
    """Return square images without their second axis, no more of them than 9."""
    side = rng.integers(3, 7)
    batch = rng.choice([n for n in range(2, 8) if n != side])
    return {"images": content_coded(rng, batch, side, side).reshape(batch, side * side)}


def series_and_length(rng):
    """Return a series and a length; windows, length, features and timesteps all differ.

    So that no two wrong answers coincide, two windows fit without overlap, and a window has
    three steps at least: a slice of one step would be broadcast to a window of two.
    """
    length, features, windows = rng.choice([2, 3, 4, 5, 6, 7, 8], size=3, replace=False)
    timesteps = windows + length - 1
    if timesteps == features or length < 3 or windows < length + 2:
        return series_and_length(rng)
    return {"series": content_coded(rng, timesteps, features), "length": int(length)}


def layer_outputs(rng):
    """Return outputs as of a tanh layer, with at least three steps and all sizes different."""
    batch, timesteps, units = rng.choice([3, 4, 5, 6, 7], size=3, replace=False)
    return {"outputs": np.round(rng.uniform(-1, 1, size=(batch, timesteps, units)), 3)}


# ------------------------------------------------------- answers, right and wrong


def time_major_by_reshape(x, order="C"):
    batch, timesteps, features = x.shape
    return x.reshape((timesteps, batch, features), order=order)


def time_major_number_by_number(x):
    batch, timesteps, features = x.shape
    y = np.empty((timesteps, batch, features), dtype=x.dtype)
    for b in range(batch):
        for t in range(timesteps):
            y[t, b] = x[b, t]
    return y


def side_of(images):
    return int(np.sqrt(images.shape[1]))


def rows(images):
    return images.reshape(-1, side_of(images), side_of(images))


def rows_by_splitting(images):
    return np.stack(np.split(images, side_of(images), axis=1), axis=1)


def rows_by_slices(images):
    side = side_of(images)
    return np.array([[image[t * side : (t + 1) * side] for t in range(side)] for image in images])


def rows_time_first_by_reshape(images):
    return images.reshape(side_of(images), -1, side_of(images))


def rows_batch_last_by_reshape(images):
    return images.reshape(side_of(images), side_of(images), -1)


def rows_of_side(side):
    """Return the answer that computes `side` in this way, and reshapes with it."""
    return lambda images: images.reshape(len(images), side(images), side(images))


def rows_in_place(images):
    images.shape = (len(images), side_of(images), side_of(images))
    return images


def cut(series, length, starts):
    return np.stack([series[start : start + length] for start in starts])


def full(series, length):
    return cut(series, length, range(len(series) - length + 1))


def windows_by_index(series, length):
    start, step = np.ogrid[: len(series) - length + 1, :length]
    return series[start + step]


def windows_step_by_step(series, length):
    count = len(series) - length + 1
    return np.stack([series[t : t + count] for t in range(length)], axis=1)


def windows_in_a_loop(series, length):
    y = np.zeros((len(series) - length + 1, length, series.shape[1]))
    for i in range(len(y)):
        y[i] = series[i : i + length]
    return y


def windows_side_by_side(series, length):
    whole = len(series) // length
    return series[: whole * length].reshape(whole, length, -1)


def windows_by_reshape(series, length):
    view = sliding_window_view(series, length, axis=0)
    return view.reshape(len(view), length, series.shape[1])


def windows_filled(stop):
    """Return the answer that fills an array with slices up to `stop(i, length)`."""

    def answer(series, length):
        y = np.zeros((len(series) - length + 1, length, series.shape[1]))
        for i in range(len(y)):
            y[i] = series[i : stop(i, length)]
        return y

    return answer


def windows_filled_once(series, length):
    y = windows_filled(lambda i, n: i + n)(series, length)
    y[1:] = 0
    return y


def windows_padded(series, length):
    silence = np.zeros((length - 1, series.shape[1]))
    return full(np.concatenate([silence, series]), length)


# -------------------------------------------------------------------- questions

to_time_major = Question(
    points=3,
    section="Which axis is time?",
    draw=sequences,
    properties=(InputsUntouched(),),
    mistakes={
        "`reshape` keeps the numbers in their order and cuts them up anew, which mixes the "
        "instances: exchange the axes instead, with np.swapaxes or np.transpose": (
            time_major_by_reshape
        ),
        '`reshape` with order="F" mixes the instances too: exchange the axes instead, with '
        "np.swapaxes or np.transpose": lambda x: time_major_by_reshape(x, order="F"),
        "the layout is still (batch, timesteps, features): exchange the first two axes": (
            lambda x: x
        ),
        "`.T` turns all axes round, to (features, timesteps, batch): exchange only the first two": (
            lambda x: x.T
        ),
        "time and features are exchanged: it is axes 0 and 1, batch and time": lambda x: (
            np.swapaxes(x, 1, 2)
        ),
        "the batch went to the end: the features stay the last axis": lambda x: np.moveaxis(
            x, 0, -1
        ),
        "the features came first: move axis 1, the time, to the front": lambda x: np.moveaxis(
            x, -1, 0
        ),
        "time runs backwards: exchange the axes, and do not reverse any": lambda x: np.swapaxes(
            x, 0, 1
        )[::-1],
        "`[::-1]` reverses the order along one axis, here of the instances: exchange two axes, "
        "with np.swapaxes or np.transpose": lambda x: x[::-1],
        "`[:, ::-1]` reverses the order of the steps: exchange the axes of batch and time, with "
        "np.swapaxes or np.transpose": lambda x: x[:, ::-1],
        "`transpose` wants a place for every axis: the features stay the last one, so add a 2": (
            lambda x: x.transpose(1, 0)
        ),
        "`x[t]` is instance t: step t of all instances is x[:, t]": lambda x: np.stack(
            [x[t] for t in range(x.shape[1])]
        ),
        "the result is a list of steps: np.stack makes one array of it": lambda x: [
            x[:, t] for t in range(x.shape[1])
        ],
        "only the first step is returned: keep all of them": lambda x: x[:, 0],
        "the steps are joined along the batch: np.concatenate makes no new axis, np.stack does": (
            lambda x: np.concatenate([x[:, t] for t in range(x.shape[1])])
        ),
    },
    also_right=(
        lambda x: x.transpose(1, 0, 2),
        lambda x: np.moveaxis(x, 1, 0),
        lambda x: np.stack([x[:, t] for t in range(x.shape[1])]),
        lambda x: np.einsum("btf->tbf", x),
        time_major_number_by_number,
    ),
)

image_rows = Question(
    points=2,
    section="An image as a sequence of rows",
    draw=flat_images,
    properties=(InputsUntouched(), BatchIndependent(("images",))),
    mistakes={
        "the steps are the columns of the image: step t is row t, so leave out what exchanges "
        'them, a transpose or order="F"': lambda images: rows(images).swapaxes(1, 2),
        "time is the first axis: the result is (batch, side, side), batch first": lambda images: (
            rows(images).swapaxes(0, 1)
        ),
        "the pixels of several images are mixed: reshape to (batch, side, side), batch first": (
            rows_time_first_by_reshape
        ),
        "the pixels of several images are mixed, by a `reshape` to time first: exchanging axes "
        "afterwards does not part them, so reshape to (batch, side, side) at once": (
            lambda images: rows_time_first_by_reshape(images).swapaxes(0, 1)
        ),
        "the batch is the last axis, and the pixels of several images are mixed: reshape to "
        "(batch, side, side), batch first": rows_batch_last_by_reshape,
        "the pixels of several images are mixed, by a `reshape` to batch last: exchanging axes "
        "afterwards does not part them, so reshape to (batch, side, side) at once": (
            lambda images: rows_batch_last_by_reshape(images).transpose(2, 0, 1)
        ),
        "`.T` brings pixels of several images side by side, and `reshape` mixes them: reshape "
        "`images` itself": lambda images: rows(images.T),
        "the rows of all images follow each other on one axis: reshape to (batch, side, side)": (
            lambda images: images.reshape(-1, side_of(images))
        ),
        "the images are read from bottom to top: step 0 is the top row": lambda images: rows(
            images
        )[:, ::-1],
        "the rows are mirrored: feature 0 is the leftmost pixel": lambda images: rows(images)[
            :, :, ::-1
        ],
        "each pixel is a step of its own: a step is a whole row, with `side` features": (
            lambda images: images[:, :, np.newaxis]
        ),
        "the image is one single step: a step is one row, so there are `side` of them": (
            lambda images: images[:, np.newaxis, :]
        ),
        "the images are still flat: reshape them to (batch, side, side)": lambda images: images,
        "there is a fourth axis, as for channels: the result is (batch, side, side)": (
            lambda images: rows(images)[..., np.newaxis]
        ),
        "`side` is fixed at 28: compute it from images.shape[1]": lambda images: images.reshape(
            -1, 28, 28
        ),
        "28 is the side of one data set: `side` follows from images.shape[1]": rows_of_side(
            lambda images: 28
        ),
        "`image_rows` of rnncourse.sequences takes the side as 28: write your own, in which it "
        "follows from images.shape[1]": library.image_rows,
        "`side` is the number of images: it is the square root of images.shape[1]": rows_of_side(
            len
        ),
        "len(images) is the number of images: `side` is the square root of images.shape[1]": (
            lambda images: images.reshape(-1, len(images), len(images))
        ),
        "`side` is half the number of pixels: it is their square root": rows_of_side(
            lambda images: images.shape[1] // 2
        ),
        "`side` is the number of pixels: it is their square root": rows_of_side(
            lambda images: images.shape[1]
        ),
        "half of the pixels is not `side`: it is the square root of images.shape[1]": (
            lambda images: images.reshape(-1, images.shape[1] // 2, images.shape[1] // 2)
        ),
        "images.shape[1] counts all pixels of an image: `side` is its square root": (
            lambda images: images.reshape(-1, images.shape[1], images.shape[1])
        ),
        "np.sqrt gives a float, and sizes must be integers: int(np.sqrt(images.shape[1]))": (
            rows_of_side(lambda images: np.sqrt(images.shape[1]))
        ),
        "`side` is a float, and sizes must be integers: int(images.shape[1] ** 0.5)": rows_of_side(
            lambda images: images.shape[1] ** 0.5
        ),
        "only the first image is returned: keep the whole batch, and no `return` in a loop": (
            lambda images: rows(images)[0]
        ),
        "the result is a list of images: np.stack makes one array of it": lambda images: list(
            rows(images)
        ),
        "the pixels are divided by 255: only change the shape": lambda images: rows(images) / 255,
        "`images`, the caller's array, gets a new shape in place: use reshape, which leaves it "
        "as it was": rows_in_place,
    },
    also_right=(
        rows,
        rows_by_splitting,
        rows_by_slices,
        lambda images: np.stack([image.reshape(side_of(images), -1) for image in images]),
    ),
)

make_windows = Question(
    points=3,
    section="Windows of a long series",
    draw=series_and_length,
    properties=(InputsUntouched(),),
    mistakes={
        "the last window is missing: there are timesteps - length + 1 of them": lambda s, n: cut(
            s, n, range(len(s) - n)
        ),
        "the first window is missing: it starts at step 0": lambda s, n: full(s, n)[1:],
        "the last two windows are missing: there are timesteps - length + 1 of them": (
            lambda s, n: full(s, n)[:-2]
        ),
        "some windows are too short, so np.stack refuses them: each is series[i : i + length], "
        "and the last one starts at timesteps - length": lambda s, n: cut(s, n, range(len(s))),
        "some windows are too short, so np.array refuses them: the last one starts at "
        "timesteps - length": lambda s, n: np.array([s[i : i + n] for i in range(len(s))]),
        "the windows get shorter and shorter, so np.array refuses them: each is "
        "series[i : i + length]": lambda s, n: np.array([s[i:n] for i in range(len(s) - n + 1)]),
        "some slices are shorter than a window, and do not fit in its place: each is "
        "series[i : i + length], and the last one starts at timesteps - length": windows_filled(
            lambda i, n: n
        ),
        "only the first window is returned: `return` stands behind the loop, not in it": (
            lambda s, n: s[:n]
        ),
        "only one window is in the result: `return` stands behind the loop, not in it": (
            lambda s, n: full(s, n)[:1]
        ),
        "only the first window is filled in: `return` stands behind the loop, not in it": (
            windows_filled_once
        ),
        "only the last window is returned: collect all of them in a list, for np.stack": (
            lambda s, n: s[-n:]
        ),
        "the windows do not overlap: each starts one step after the one before": (
            windows_side_by_side
        ),
        "time and features are exchanged, as in sliding_window_view: swap the last two axes": (
            lambda s, n: sliding_window_view(s, n, axis=0)
        ),
        "`reshape` mixes time and features: exchange the last two axes of sliding_window_view "
        "with np.swapaxes instead": windows_by_reshape,
        "time is the first axis: the result is (windows, length, features)": lambda s, n: full(
            s, n
        ).swapaxes(0, 1),
        "each window runs backwards: its step 0 is the earliest": lambda s, n: full(s, n)[:, ::-1],
        "the windows come in reverse order: window 0 starts at step 0": lambda s, n: full(s, n)[
            ::-1
        ],
        "each window is one step too long: it ends before step start + length": lambda s, n: full(
            s, n + 1
        ),
        "each window is one step too short: it ends before step start + length": lambda s, n: full(
            s, n - 1
        ),
        "the windows go on at the beginning of the series: stop where the series ends": (
            lambda s, n: full(np.concatenate([s, s[: n - 1]]), n)
        ),
        "the series is padded with zeros: return full windows only": windows_padded,
        "the steps of a window are joined in one vector: keep (windows, length, features)": (
            lambda s, n: full(s, n).reshape(-1, n * s.shape[1])
        ),
        "only the first feature is kept: a step has all features": lambda s, n: full(s, n)[:, :, 0],
        "the result is a list of windows: np.stack makes one array of it": lambda s, n: list(
            full(s, n)
        ),
    },
    also_right=(
        windows_by_index,
        windows_step_by_step,
        windows_in_a_loop,
        lambda s, n: sliding_window_view(s, n, axis=0).swapaxes(1, 2),
    ),
)

last_step = Question(
    points=2,
    section="Four ways to use a recurrent layer",
    draw=layer_outputs,
    properties=(InputsUntouched(), BatchIndependent(("outputs",))),
    mistakes={
        "this is the last instance, not the last step: the batch is axis 0 and time is axis 1": (
            lambda y: y[-1]
        ),
        "this is the last unit, not the last step: time is axis 1": lambda y: y[:, :, -1],
        "this is the first step: the last one has the index -1": lambda y: y[:, 0],
        "this is the last step but one: steps are counted from 0, the last is timesteps - 1": (
            lambda y: y[:, -2]
        ),
        "the time axis is kept, with one step: index with -1, not with the slice -1:": (
            lambda y: y[:, -1:]
        ),
        "there is no step with the number timesteps: steps are counted from 0, so the last one is "
        "timesteps - 1, or -1": lambda y: y[:, y.shape[1]],
        "len(outputs) is the size of the batch: the number of steps is outputs.shape[1]": (
            lambda y: y[:, len(y) - 1]
        ),
        "only the last unit is left: keep all of them, with one index less": lambda y: y[:, -1, -1],
        "only the first instance is returned: keep the batch, and no `return` in a loop": (
            lambda y: y[0, -1]
        ),
        "these are all steps of the last instance's last unit: time is axis 1": lambda y: y[
            -1, :, -1
        ],
        "the instances are joined in one vector: the result is (batch, units)": lambda y: y[
            :, -1
        ].ravel(),
        "this is the last step of the last instance alone: keep the batch": lambda y: y[-1, -1],
        "this is the mean over time: take the last step alone": lambda y: y.mean(axis=1),
        "this is the sum over time: take the last step alone": lambda y: y.sum(axis=1),
        "this is the maximum over time: take the last step alone": lambda y: y.max(axis=1),
        "all steps are joined in one vector: take the last step alone": lambda y: y.reshape(
            len(y), -1
        ),
        "`reshape` does not bring time to the front, it mixes the instances: index axis 1": (
            lambda y: time_major_by_reshape(y)[-1]
        ),
        "the result is transposed: it is (batch, units)": lambda y: y[:, -1].T,
        "all steps are returned: take the last one": lambda y: y,
    },
    also_right=(
        lambda y: y[:, y.shape[1] - 1, :],
        lambda y: np.swapaxes(y, 0, 1)[-1],
        lambda y: np.stack([instance[-1] for instance in y]),
        lambda y: np.take(y, -1, axis=1),
    ),
)

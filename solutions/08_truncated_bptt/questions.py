"""Questions of 08_truncated_bptt: rows that go on, windows, one epoch with the gradient cut."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnncourse.bptt import clip_by_global_norm
from rnncourse.cells import RNNWeights, forward
from rnncourse.checks import Criterion, IndependentOf, InputsUntouched, Question, Written

tanh = np.tanh


# Rows that go on --------------------------------------------------------------------------


def left_over(rng, part):
    """Return how many numbers fill no part."""
    return int(rng.integers(1, part))


def much_left_over(rng, part):
    """Return how many numbers fill no part: more than half of one, where rounding goes up."""
    return int(rng.integers(part // 2 + 1, part))


def nothing_left_over(rng, part):
    return 0


def stream_and_rows(rng, left=left_over):
    """Return a stream whose numbers tell their place, rows and the steps of a row differing."""
    rows, steps = (int(n) for n in rng.choice([3, 4, 5, 6, 7], size=2, replace=False))
    length = rows * steps + left(rng, rows)
    return {"stream": 100 * rng.integers(1, 10) + np.arange(length), "rows": rows}


def stream_with_a_rest(rng):
    return stream_and_rows(rng, left=much_left_over)


def stream_that_fits(rng):
    return stream_and_rows(rng, left=nothing_left_over)


def rows_of(stream, rows):
    steps = len(stream) // rows
    return stream[: rows * steps].reshape(rows, steps)


def rows_one_by_one(stream, rows):
    steps = len(stream) // rows
    return np.stack([stream[i * steps : (i + 1) * steps] for i in range(rows)])


def rows_number_by_number(stream, rows):
    steps = len(stream) // rows
    batches = np.empty((rows, steps), dtype=stream.dtype)
    for place in range(rows * steps):
        batches[place // steps, place % steps] = stream[place]
    return batches


def rows_by_splitting(stream, rows):
    return np.array(np.split(stream[: len(stream) - len(stream) % rows], rows))


def overlapping_rows(stream, rows):
    steps = len(stream) // rows
    return np.stack([stream[i : i + steps] for i in range(rows)])


def rounded_rows(stream, rows):
    steps = round(len(stream) / rows)
    return stream[: rows * steps].reshape(rows, steps)


def filled_rows(stream, rows):
    steps = -(-len(stream) // rows)
    return np.pad(stream, (0, rows * steps - len(stream))).reshape(rows, steps)


contiguous_batches = Question(
    points=2,
    section="Rows that go on",
    draw=(stream_with_a_rest, stream_that_fits, stream_and_rows),
    cases=8,
    public_cases=5,
    properties=(InputsUntouched(),),
    mistakes={
        "the stream is dealt out to the rows like cards, so that neighbours are in different rows: "
        "a row takes its whole piece first, as reshape(rows, steps) does": lambda s, rows: (
            rows_of(s, rows).ravel().reshape(-1, rows).T
        ),
        "`rows` became the length of a row: it is the number of rows, the first axis": (
            lambda s, rows: rows_of(s, rows).ravel().reshape(-1, rows)
        ),
        "it is transposed: the rows are the first axis, the steps the second": lambda s, rows: (
            rows_of(s, rows).T
        ),
        "what does not fit is left out at the start: leave it out at the end": lambda s, rows: (
            rows_of(s[len(s) % rows :], rows)
        ),
        "the rows overlap: row i starts at step i·s of the stream, not at step i": overlapping_rows,
        "the last row is filled up: leave out what does not fit": filled_rows,
        "the rows have different lengths: leave out what does not fit, and return one array": (
            lambda s, rows: np.array_split(s, rows)
        ),
        "the stream starts again at its end to fill the rows: leave out what does not fit": (
            lambda s, rows: np.resize(s, (rows, -(-len(s) // rows)))
        ),
        "what does not fit is still there, so that no reshape works: leave it out first, at the "
        "end": lambda s, rows: s.reshape(rows, -1),
        "what does not fit is still there, so that reshape(rows, s) fails: leave it out first, at "
        "the end": lambda s, rows: s.reshape(rows, len(s) // rows),
        "the rows have different lengths, so that np.array fails: leave out what does not fit": (
            lambda s, rows: np.array(np.array_split(s, rows))
        ),
        "what does not fit is still there, so that np.split fails: leave it out first": (
            lambda s, rows: np.array(np.split(s, rows))
        ),
        "s is rounded, which may be up: round down, with len(stream) // rows": rounded_rows,
        "where all fits, nothing is left: stream[:-0] is empty; write stream[: rows * s]": (
            lambda s, rows: s[: -(len(s) % rows)].reshape(rows, -1)
        ),
        "each row is a step too short: s is len(stream) // rows": lambda s, rows: rows_of(s, rows)[
            :, :-1
        ],
        "the last row is missing: there are `rows` of them": lambda s, rows: rows_of(s, rows)[:-1],
        "the rows are in the wrong order: the first piece is row 0": lambda s, rows: rows_of(
            s, rows
        )[::-1],
        "only the first piece is there, again and again: row i starts at step i·s": (
            lambda s, rows: np.tile(s[: len(s) // rows], (rows, 1))
        ),
        "the numbers became floats: keep the dtype of `stream`": lambda s, rows: rows_of(
            s, rows
        ).astype(float),
        "it is a list of rows: make one array of it, with np.stack": lambda s, rows: list(
            rows_of(s, rows)
        ),
    },
    also_right=(rows_one_by_one, rows_number_by_number, rows_by_splitting),
)


# Windows along the rows -------------------------------------------------------------------


def batches_and_window(rng, left=left_over, shortest=2):
    """Return rows whose numbers tell row and step; rows, windows, window and steps differ."""
    window, count, rows = 0, 0, 0
    while window < shortest:
        window, count, rows = (int(n) for n in rng.choice([2, 3, 4, 5, 6], size=3, replace=False))
    steps = count * window + left(rng, window)
    row, step = np.ogrid[:rows, :steps]
    return {"batches": 1000 * rng.integers(1, 10) + 100 * row + step, "window": window}


def batches_with_a_rest(rng):
    return batches_and_window(rng, left=much_left_over, shortest=3)


def batches_that_fit(rng):
    return batches_and_window(rng, left=nothing_left_over)


def windows_of(batches, window):
    count = batches.shape[1] // window
    return np.stack([batches[:, k * window : (k + 1) * window] for k in range(count)])


def whole(batches, window):
    """Return the steps that fill windows."""
    return batches[:, : batches.shape[1] // window * window]


def windows_by_splitting(batches, window):
    kept = whole(batches, window)
    return np.array(np.split(kept, kept.shape[1] // window, axis=1))


def windows_by_sliding(batches, window):
    return sliding_window_view(batches, window, axis=1)[:, ::window].swapaxes(0, 1)


def windows_number_by_number(batches, window):
    rows, steps = batches.shape
    windows = np.zeros((steps // window, rows, window), dtype=batches.dtype)
    for k, i, t in np.ndindex(windows.shape):
        windows[k, i, t] = batches[i, k * window + t]
    return windows


def filled_windows(batches, window):
    missing = -batches.shape[1] % window
    return windows_of(np.pad(batches, ((0, 0), (0, missing))), window)


def strided_windows(batches, window):
    count = batches.shape[1] // window
    return np.stack([whole(batches, window)[:, k::count] for k in range(count)])


def windows_with_a_short_one(batches, window):
    return [batches[:, start : start + window] for start in range(0, batches.shape[1], window)]


def windows_from_step_k(batches, window):
    count = batches.shape[1] // window
    return np.stack([batches[:, k : k + window] for k in range(count)])


def rounded_windows(batches, window):
    count = round(batches.shape[1] / window)
    kept = batches[:, : count * window]
    return kept.reshape(len(batches), count, window).swapaxes(0, 1)


def windows_sharing_a_step(batches, window):
    count = batches.shape[1] // window
    starts = [k * (window - 1) for k in range(count)]
    return np.stack([batches[:, start : start + window] for start in starts])


def as_many_windows_as_steps(batches, window):
    length = batches.shape[1] // window
    return windows_of(batches[:, : window * length], length)


truncated_windows = Question(
    points=2,
    section="Carry the state, cut the gradient",
    draw=(batches_with_a_rest, batches_that_fit, batches_and_window),
    cases=8,
    public_cases=5,
    properties=(InputsUntouched(),),
    mistakes={
        "one `reshape` to (windows, rows, window) mixes rows and steps: make windows the second "
        "axis first, then exchange the axes": lambda b, window: whole(b, window).reshape(
            -1, len(b), window
        ),
        "the first two axes are in the wrong order: the windows come first, then the rows": (
            lambda b, window: windows_of(b, window).swapaxes(0, 1)
        ),
        "the last two axes are in the wrong order: within a window the rows come first, then the "
        "steps": lambda b, window: windows_of(b, window).swapaxes(1, 2),
        "the windows overlap, and there is one for every start: window k starts at step k·window": (
            lambda b, window: sliding_window_view(b, window, axis=1).swapaxes(0, 1)
        ),
        "the windows overlap: window k starts at step k·window, not at step k": windows_from_step_k,
        "each window starts with the last step of the one before: it starts one step later": (
            windows_sharing_a_step
        ),
        "a window takes every so many steps: it takes neighbouring steps": strided_windows,
        "steps are left out at the start: leave them out at the end": lambda b, window: windows_of(
            b[:, b.shape[1] % window :], window
        ),
        "steps that fill no window are still there, so that no reshape works: leave them out "
        "first, at the end of each row": lambda b, window: b.reshape(len(b), -1, window).swapaxes(
            0, 1
        ),
        "steps that fill no window are still there, so that reshape(rows, windows, window) fails: "
        "leave them out first, at the end of each row": lambda b, window: b.reshape(
            len(b), b.shape[1] // window, window
        ).swapaxes(0, 1),
        "the last window is filled up: leave out the steps that fill none": filled_windows,
        "the last window is shorter: leave it out, and return one array": windows_with_a_short_one,
        "the last window is shorter, so that np.array fails: leave it out": lambda b, window: (
            np.array(windows_with_a_short_one(b, window))
        ),
        "the last window is shorter, so that np.stack fails: leave it out": lambda b, window: (
            np.stack(windows_with_a_short_one(b, window))
        ),
        "steps that fill no window are still there, so that np.split fails: leave them out first": (
            lambda b, window: np.array(np.split(b, b.shape[1] // window, axis=1))
        ),
        "the number of windows is rounded, which may be up: round down, with steps // window": (
            rounded_windows
        ),
        "`window` became the number of windows: it is the number of steps in one": (
            as_many_windows_as_steps
        ),
        "the last window is missing: there are steps // window of them": lambda b, window: (
            windows_of(b, window)[:-1]
        ),
        "where all steps fit, nothing is left: batches[:, :-0] is empty; count the steps to keep": (
            lambda b, window: windows_of(b[:, : -(b.shape[1] % window)], window)
        ),
        "the windows are in the wrong order: the first steps are window 0": lambda b, window: (
            windows_of(b, window)[::-1]
        ),
        "the windows of a row are numbered through, one row after the other, as one long axis": (
            lambda b, window: np.concatenate(list(windows_of(b, window).swapaxes(0, 1)))
        ),
        "the numbers became floats: keep the dtype of `batches`": lambda b, window: windows_of(
            b, window
        ).astype(float),
        "it is a list of windows: make one array of it, with np.stack": lambda b, window: list(
            windows_of(b, window)
        ),
    },
    also_right=(windows_of, windows_by_splitting, windows_by_sliding, windows_number_by_number),
)


# One epoch --------------------------------------------------------------------------------


def epoch_inputs(rng):
    """Return the arguments of `train_epoch`, all sizes different, weights and rate not small."""
    windows, rows, window, units = rng.choice([3, 4, 5, 6], size=4, replace=False)
    return {
        "x": rng.normal(size=(windows, rows, window)),
        "targets": rng.uniform(-1, 1, size=(windows, rows, window)),
        "h0": rng.uniform(-0.5, 0.5, size=(rows, units)),
        "kernel": rng.normal(size=(1, units)),
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.normal(size=units) / 2,
        "rate": float(np.round(rng.uniform(0.2, 0.4), 3)),
    }


def epoch_with_large_errors(rng):
    """Return the same with targets that the layer cannot reach: the gradients are longer than 1."""
    inputs = epoch_inputs(rng)
    return inputs | {"targets": 4 * inputs["targets"]}


def run(x, h, W, U, b):
    """Return the states after each step of one window."""
    states = []
    for step in x.T:
        h = tanh(step[:, np.newaxis] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def error_of(states, targets):
    """Return the loss of one window, and its gradient for the states."""
    apart = states[..., 0] - targets
    gradient = np.zeros(states.shape)
    gradient[..., 0] = 2 / targets.size * apart
    return np.mean(apart * apart), gradient


def back(d_outputs, x, h, states, U):
    """Return the gradients for the first state and for the three weights."""
    before = np.concatenate([h[:, np.newaxis], states[:, :-1]], axis=1)
    d_h, d_sums = np.zeros_like(h), np.zeros_like(states)
    for t in reversed(range(x.shape[1])):
        d_sums[:, t] = (d_outputs[:, t] + d_h) * (1 - states[:, t] ** 2)
        d_h = d_sums[:, t] @ U.T
    d_W = np.einsum("rt,rtu->u", x, d_sums)[np.newaxis]
    return d_h, d_W, np.einsum("rtu,rtv->uv", before, d_sums), d_sums.sum(axis=(0, 1))


def epoch(x, targets, h0, W, U, b, rate, *, start=None, keep=None, direct=None, after=None):
    """Return the result of an epoch; each option puts a wrong step in the place of a right one.

    `start` chooses the first state of a window from the carried one and h0, `keep` the state
    to carry from those of a window, `direct` the gradients to use, `after` the new weights.
    """
    losses, h, weights = [], h0, (W, U, b)
    for window, wanted in zip(x, targets, strict=True):
        h = start(h, h0) if start else h
        states = run(window, h, *weights)
        loss, d_outputs = error_of(states, wanted)
        gradients = back(d_outputs, window, h, states, weights[1])[1:]
        gradients = direct(gradients) if direct else gradients
        update = after or descend
        weights = update(weights, gradients, rate)
        losses.append(loss)
        h = keep(states) if keep else states[:, -1]
    return np.array(losses), h, *weights


def descend(weights, gradients, rate):
    return tuple(w - rate * d for w, d in zip(weights, gradients, strict=True))


def wrong(**options):
    """Return an epoch with these options."""
    return lambda *arguments: epoch(*arguments, **options)


def from_zeros_first(x, targets, h0, *rest):
    return epoch(x, targets, np.zeros_like(h0), *rest)


def leak(x, targets, h0, W, U, b, rate, *, reach=None):
    """Let the gradient go back through `reach` windows before, all of them if not given."""
    losses, h, weights, past = [], h0, (W, U, b), []
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, h, *weights)
        loss, d_outputs = error_of(states, wanted)
        d_h, *total = back(d_outputs, window, h, states, weights[1])
        for old_x, old_h, old_outputs in past[::-1][:reach]:
            d_old = np.zeros_like(old_outputs)
            d_old[:, -1] = d_h
            d_h, *more = back(d_old, old_x, old_h, old_outputs, weights[1])
            total = [a + c for a, c in zip(total, more, strict=True)]
        past.append((window, h, states))
        weights = descend(weights, total, rate)
        losses.append(loss)
        h = states[:, -1]
    return np.array(losses), h, *weights


def growing_window(x, targets, h0, W, U, b, rate, *, own_loss=False):
    """Run from the start to the present in every window, and go all the way back."""
    losses, weights = [], (W, U, b)
    for k in range(len(x)):
        seen, wanted = (np.concatenate(list(part[: k + 1]), axis=1) for part in (x, targets))
        states = run(seen, h0, *weights)
        if own_loss:
            loss, d_last = error_of(states[:, -x.shape[2] :], targets[k])
            d_outputs = 0 * states
            d_outputs[:, -x.shape[2] :] = d_last
        else:
            loss, d_outputs = error_of(states, wanted)
        gradients = back(d_outputs, seen, h0, states, weights[1])[1:]
        weights = descend(weights, gradients, rate)
        losses.append(loss)
    return np.array(losses), states[:, -1], *weights


def at_the_end(x, targets, h0, W, U, b, rate, *, of=sum, whole_gradient=False):
    """Update once, after the last window, with the gradients that `of` makes of all."""
    if whole_gradient:
        everything, wanted = (np.concatenate(list(part), axis=1) for part in (x, targets))
        states = run(everything, h0, W, U, b)
        _, d_outputs = error_of(states, wanted)
        gradients = back(d_outputs, everything, h0, states, U)[1:]
        losses, h, *_ = epoch(x, targets, h0, W, U, b, 0.0)
        return losses, h, *descend((W, U, b), gradients, rate)
    all_gradients = []

    def note(weights, gradients, rate):
        all_gradients.append(gradients)
        return weights

    losses, h, *_ = epoch(x, targets, h0, W, U, b, rate, after=note)
    gradients = [of(parts) for parts in zip(*all_gradients, strict=True)]
    return losses, h, *descend((W, U, b), gradients, rate)


def one_long_window(x, targets, h0, W, U, b, rate):
    everything, wanted = (np.concatenate(list(part), axis=1)[np.newaxis] for part in (x, targets))
    return epoch(everything, wanted, h0, W, U, b, rate)


def gradients_add_up(x, targets, h0, W, U, b, rate):
    sums = [0, 0, 0]

    def accumulate(gradients):
        sums[:] = [s + d for s, d in zip(sums, gradients, strict=True)]
        return tuple(sums)

    return epoch(x, targets, h0, W, U, b, rate, direct=accumulate)


def update_from_the_first_weights(x, targets, h0, W, U, b, rate):
    return epoch(
        x, targets, h0, W, U, b, rate, after=lambda _, d, rate: descend((W, U, b), d, rate)
    )


def only_the_last_update(x, targets, h0, W, U, b, rate):
    return at_the_end(x, targets, h0, W, U, b, rate, of=lambda parts: parts[-1])


def computed_again(x, targets, h0, W, U, b, rate, *, loss, state):
    """Take loss, state or both from a second run of the window, with the new weights."""
    losses, h, weights = [], h0, (W, U, b)
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, h, *weights)
        old_loss, d_outputs = error_of(states, wanted)
        gradients = back(d_outputs, window, h, states, weights[1])[1:]
        weights = descend(weights, gradients, rate)
        again = run(window, h, *weights)
        losses.append(error_of(again, wanted)[0] if loss else old_loss)
        h = (again if state else states)[:, -1]
    return np.array(losses), h, *weights


def d_h_used(x, targets, h0, W, U, b, rate, *, on):
    """Let the gradient for the state before a window act on something, instead of dropping it."""
    steps = {"next window": 0, "end of the next window": -1}
    losses, h, weights, d_h = [], h0, (W, U, b), np.zeros_like(h0)
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, h, *weights)
        loss, d_outputs = error_of(states, wanted)
        if on in steps:
            d_outputs[:, steps[on]] += d_h
        d_h, *gradients = back(d_outputs, window, h, states, weights[1])
        if on == "start":
            states = run(window, h - rate * d_h, *weights)
        weights = descend(weights, gradients, rate)
        losses.append(loss)
        h = d_h if on == "what is carried" else states[:, -1] - rate * d_h * (on == "state")
    return np.array(losses), h, *weights


def back_from(x, targets, h0, W, U, b, rate, *, the):
    """Run the backward pass of each window from a wrong state, as the notebook's function would."""
    losses, h, weights = [], h0, (W, U, b)
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, h, *weights)
        loss, d_outputs = error_of(states, wanted)
        wrong_h = states[:, -1] if the == "last" else h0
        again = run(window, wrong_h, *weights)
        weights = descend(weights, back(d_outputs, window, wrong_h, again, weights[1])[1:], rate)
        losses.append(loss)
        h = states[:, -1]
    return np.array(losses), h, *weights


def forward_from(x, targets, h0, W, U, b, rate, *, start):
    """Run the forward pass of each window from a wrong state, and the backward pass from h."""
    losses, h, weights = [], h0, (W, U, b)
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, start(h0), *weights)
        loss, d_outputs = error_of(states, wanted)
        own = run(window, h, *weights)
        weights = descend(weights, back(d_outputs, window, h, own, weights[1])[1:], rate)
        losses.append(loss)
        h = states[:, -1]
    return np.array(losses), h, *weights


def carry_of_the_wrong_axis(x, targets, h0, W, U, b, rate, *, cut):
    """Carry states of a wrong axis into the notebook's own forward pass, which refuses them."""
    states = run(x[0], h0, W, U, b)
    forward(x[1][..., np.newaxis], RNNWeights(W, U, b), state=cut(states))


def one_gradient_after_the_other(x, targets, h0, W, U, b, rate):
    """Compute the gradient for each weight when those before it are changed already."""
    losses, h, weights = [], h0, [W, U, b]
    for window, wanted in zip(x, targets, strict=True):
        states = run(window, h, *weights)
        loss, d_outputs = error_of(states, wanted)
        for place in range(3):
            now = run(window, h, *weights)
            d = back(d_outputs, window, h, now, weights[1])[1:][place]
            weights[place] = weights[place] - rate * d
        losses.append(loss)
        h = states[:, -1]
    return np.array(losses), h, *weights


def nothing_carried(x, targets, h0, *rest):
    losses, _, *weights = epoch(x, targets, h0, *rest, start=lambda h, h0: h0)
    return losses, h0, *weights


def clipped(max_norm):
    return wrong(direct=lambda gradients: clip_by_global_norm(gradients, max_norm)[0])


def shared_out(x, *rest):
    return epoch(x, *rest, direct=lambda gradients: [d / len(x) for d in gradients])


def all_states_of_the_last_window(*arguments):
    seen = []

    def keep(states):
        seen[:] = [states]
        return states[:, -1]

    losses, _, *weights = epoch(*arguments, keep=keep)
    return losses, seen[0], *weights


def with_losses(change):
    """Return an epoch whose losses are changed."""

    def changed(*arguments):
        losses, *others = epoch(*arguments)
        return change(losses), *others

    return changed


def one_weight_forgotten(place):
    def update(weights, gradients, rate):
        new = list(descend(weights, gradients, rate))
        new[place] = weights[place]
        return tuple(new)

    return wrong(after=update)


def epoch_in_place(x, targets, h0, W, U, b, rate):
    def update(weights, gradients, rate):
        for w, d in zip(weights, gradients, strict=True):
            w -= rate * d
        return weights

    return epoch(x, targets, h0, W, U, b, rate, after=update)


def epoch_from_the_library(x, targets, h0, W, U, b, rate):
    from rnncourse import bptt

    weights = RNNWeights(W.copy(), U.copy(), b.copy())
    whole = np.concatenate(list(x), axis=1)[..., np.newaxis]
    losses = []
    for k, (_, trace) in enumerate(bptt.truncated_windows(whole, weights, x.shape[2], state=h0)):
        loss, d_outputs = error_of(trace.outputs, targets[k])
        for w, d in zip(weights, bptt.backward(d_outputs, trace).weights, strict=True):
            w -= rate * d
        losses.append(loss)
    return np.array(losses), trace.final_state, *weights


def epoch_by_recursion(x, targets, h0, W, U, b, rate):
    if not len(x):
        return np.zeros(0), h0, W, U, b
    states = run(x[0], h0, W, U, b)
    loss, d_outputs = error_of(states, targets[0])
    _, d_W, d_U, d_b = back(d_outputs, x[0], h0, states, U)
    rest = epoch_by_recursion(
        x[1:], targets[1:], states[:, -1], W - rate * d_W, U - rate * d_U, b - rate * d_b, rate
    )
    return np.append(loss, rest[0]), *rest[1:]


train_epoch = Question(
    points=4,
    section="Carry the state, cut the gradient",
    draw=(epoch_inputs, epoch_with_large_errors),
    returns=("losses", "state", "kernel", "recurrent_kernel", "bias"),
    properties=(InputsUntouched(), IndependentOf("targets", zeros=("rate",), item=1)),
    mistakes={
        "the state is reset: every window starts from zeros, but must start from the state that "
        "the window before left": wrong(start=lambda h, h0: np.zeros_like(h0)),
        "the state is reset: every window starts from h0, but only the first one may": wrong(
            start=lambda h, h0: h0
        ),
        "`h` stays h0: every window starts from it, and it comes back; at the end of the loop, "
        "carry on h = states[:, -1]": nothing_carried,
        "window_forward starts from h0 in every window, and only window_backward from the carried "
        "state: start both from it": lambda *a: forward_from(*a, start=lambda h0: h0),
        "window_forward starts from zeros in every window, and only window_backward from the "
        "carried state: start both from it": lambda *a: forward_from(*a, start=np.zeros_like),
        "the first window starts from zeros: start it from h0": from_zeros_first,
        "the gradient leaks: d_h is passed on into the windows before, but it ends at the window's "
        "start": leak,
        "the gradient leaks into the window before: d_h ends at the window's start": (
            lambda *a: leak(*a, reach=1)
        ),
        "the window grows: it holds all windows so far, and the gradient leaks back to the start; "
        "run only the present window": growing_window,
        "the gradient leaks: each window is run again from the very start; go on from the carried "
        "state": lambda *a: growing_window(*a, own_loss=True),
        "all windows are taken as one long one: losses, gradients and updates are per window": (
            one_long_window
        ),
        "the weights are never changed: subtract rate times the gradient after each window": wrong(
            after=lambda weights, d, rate: weights
        ),
        "the weights are changed once, at the end, by the sum of all gradients: change them after "
        "each window": at_the_end,
        "the weights are changed once, at the end, by the mean of all gradients: change them after "
        "each window": lambda *a: at_the_end(*a, of=lambda parts: sum(parts) / len(parts)),
        "the weights are changed once, at the end, by the gradient of the whole sequence: change "
        "them after each window, by its own gradient": lambda *a: at_the_end(
            *a, whole_gradient=True
        ),
        "the weights are changed once, after the last window: the update belongs inside the loop": (
            only_the_last_update
        ),
        "each update starts from the first weights again, so that only the last one is left: start "
        "from the weights that the window before left": update_from_the_first_weights,
        "each gradient is computed after the weights before it were changed: first all three "
        "gradients, then the updates": one_gradient_after_the_other,
        "the gradient is clipped: here it is taken as it is": clipped(0.2),
        "the gradient is clipped to a norm of 1: here it is taken as it is": clipped(1.0),
        "the gradients are divided by the number of windows: each window is changed by its own": (
            shared_out
        ),
        "the gradients of earlier windows are added up: each window is changed by its own": (
            gradients_add_up
        ),
        "the sign is wrong: the weights go against the gradient, w - rate * d": wrong(
            after=lambda weights, d, rate: descend(weights, d, -rate)
        ),
        "the learning rate is left out: subtract rate * d": wrong(
            after=lambda weights, d, rate: descend(weights, d, 1.0)
        ),
        "the kernel is not trained": one_weight_forgotten(0),
        "the recurrent kernel is not trained": one_weight_forgotten(1),
        "the bias is not trained": one_weight_forgotten(2),
        "the state carried on is that after the first step of the window: take the last, "
        "states[:, -1]": wrong(keep=lambda states: states[:, 0]),
        "states[-1], the last row, is carried on: the last step is states[:, -1]": lambda *a: (
            carry_of_the_wrong_axis(*a, cut=lambda states: states[-1])
        ),
        "states[..., -1], the last unit, is carried on: the last step is states[:, -1]": (
            lambda *a: carry_of_the_wrong_axis(*a, cut=lambda states: states[..., -1])
        ),
        "all states of a window are carried on: the state after the last step is states[:, -1]": (
            lambda *a: carry_of_the_wrong_axis(*a, cut=lambda states: states)
        ),
        "the state is computed again with the new weights: carry on the one that gave the loss": (
            lambda *a: computed_again(*a, loss=False, state=True)
        ),
        "the loss is computed again with the new weights: note it before the update": (
            lambda *a: computed_again(*a, loss=True, state=False)
        ),
        "loss and state are computed again with the new weights: take those from before the "
        "update": lambda *a: computed_again(*a, loss=True, state=True),
        "d_h is added to the next window: it belongs to the state before, and is dropped": (
            lambda *a: d_h_used(*a, on="next window")
        ),
        "d_h is added to the end of the next window: it belongs to the state before, and is "
        "dropped": lambda *a: d_h_used(*a, on="end of the next window"),
        "d_h, a gradient, is carried on as the state: carry on states[:, -1], and drop d_h": (
            lambda *a: d_h_used(*a, on="what is carried")
        ),
        "window_backward got the state after the window: it needs the one before, so carry the "
        "state on only at the end of the loop": lambda *a: back_from(*a, the="last"),
        "window_backward got h0: it needs the state before this window": lambda *a: back_from(
            *a, the="first"
        ),
        "the state is trained with d_h: it is no weight; carry it on as it is": lambda *a: d_h_used(
            *a, on="state"
        ),
        "the start of each window is trained with d_h: it is a constant": lambda *a: d_h_used(
            *a, on="start"
        ),
        "only the last loss is returned: one for each window": with_losses(
            lambda losses: losses[-1]
        ),
        "the losses are averaged: one for each window": with_losses(np.mean),
        "the losses are a list: make an array of it, np.array(losses)": with_losses(list),
        "the state returned is h0: return the one after the last window": lambda *a: (
            epoch(*a)[0],
            a[2],
            *epoch(*a)[2:],
        ),
        "all states of the last window are returned: return the last one, states[:, -1]": (
            all_states_of_the_last_window
        ),
        "the windows are taken in reverse order": lambda x, y, *rest: epoch(
            x[::-1], y[::-1], *rest
        ),
        "the last window is left out": lambda x, y, *rest: epoch(x[:-1], y[:-1], *rest),
        "the result is in another order: return losses, state, kernel, recurrent_kernel, bias": (
            lambda *a: (epoch(*a)[0], *epoch(*a)[2:], epoch(*a)[1])
        ),
        "the weights are left out: return (losses, state, kernel, recurrent_kernel, bias)": (
            lambda *a: epoch(*a)[:2]
        ),
        "the caller's weights are changed in place: write w = w - rate * d, not w -= rate * d": (
            epoch_in_place
        ),
    },
    also_right=(epoch, epoch_from_the_library, epoch_by_recursion),
)


why_it_seemed_to_work = Written(
    section="The source's program, and the right one",
    criteria=(
        Criterion(
            0.5,
            "what the network cannot do because of the reset",
            "A window that starts from zeros knows nothing of the steps before it, so the echoes "
            "at its first `delay` steps cannot be known.",
        ),
        Criterion(
            0.5,
            "how the zeroed targets hide that from the loss",
            "Exactly where the network could only guess it is asked for a constant 0, so the loss "
            "falls towards 0 instead of stopping at the price of guessing.",
        ),
        Criterion(
            0.5,
            "whether carrying the state alone would have repaired the echo of 9, and why",
            "No: at 9 of 10 places the target says 0 whatever the bit was, a false label, so it "
            "learns to say 0; the true targets are needed, too.",
        ),
        Criterion(
            0.5,
            "what was learnt for the echo of 15, and a measurement that would have shown it",
            "All targets are 0, so it says 0 always. The accuracy against the true echo is 50 %, "
            "a coin; accuracy by the step's place in the window, or a comparison with the loss of "
            "a constant answer, would do as well.",
        ),
    ),
    typical={
        "The gradient does not reach back more than 10 steps.": (
            "0 for the first: true of truncation, but asked for is what the lost state does."
        ),
        "Carrying the state repairs it, as the bits can then be known.": (
            "0 for the third: that the bits can be known does not make the labels right."
        ),
        "For the echo of 15 it learns nothing, so the loss should be high.": (
            "0 for the fourth: it learns to say 0, and its loss is near 0."
        ),
        "A test set would have shown it.": (
            "0 for the measurement, if its targets are zeroed as well; 0.25 with the true echo."
        ),
    },
)

"""Questions of 05_variable_length: masks, a masked layer, a masked loss, the end of a sequence."""

import numpy as np

from rnncourse.checks import EXACT, BatchIndependent, IgnoresPadding, InputsUntouched, Question

tanh = np.tanh


# Lengths ----------------------------------------------------------------------------------


def some_lengths(rng, batch, timesteps, longest):
    """Return lengths with one 0, one `longest` and others in between, in any order."""
    between = rng.integers(1, longest, size=batch - 2)
    return rng.permutation([0, longest, *between])


def length_inputs(rng):
    """Return the arguments of `mask_from_lengths`; no length reaches `timesteps`."""
    batch, timesteps = rng.choice([4, 5, 6, 7, 8], size=2, replace=False)
    return {
        "lengths": some_lengths(rng, batch, timesteps, timesteps - 1),
        "timesteps": int(timesteps),
    }


def valid(lengths, timesteps):
    return np.arange(timesteps) < lengths[:, np.newaxis]


def mask_step_by_step(lengths, timesteps):
    mask = np.zeros((len(lengths), timesteps), dtype=bool)
    for row, length in zip(mask, lengths, strict=True):
        row[:length] = True
    return mask


def mask_by_counting_down(lengths, timesteps):
    columns = []
    for _ in range(timesteps):
        columns.append(lengths > 0)
        lengths -= 1
    return np.stack(columns, axis=1)


def mask_from_a_triangle(lengths, timesteps):
    triangle = np.tril(np.ones((timesteps + 1, timesteps), dtype=bool), k=-1)
    return triangle[lengths]


mask_from_lengths = Question(
    points=2,
    draw=length_inputs,
    compare=EXACT,
    properties=(InputsUntouched(), BatchIndependent(("lengths",))),
    mistakes={
        "off by one: step t is valid where t < length, not where t <= length": (
            lambda n, steps: np.arange(steps) <= n[:, np.newaxis]
        ),
        "the last valid step is missing: steps are counted from 0": lambda n, steps: valid(
            n - 1, steps
        ),
        "it is the wrong way round: True is for a valid step, False for padding": (
            lambda n, steps: ~valid(n, steps)
        ),
        "it is transposed: the batch is the first axis, time the second": lambda n, steps: (
            valid(n, steps).T
        ),
        "the mask holds floats: return the comparison itself, whose dtype is bool": (
            lambda n, steps: valid(n, steps).astype(float)
        ),
        "the mask holds integers: return the comparison itself, whose dtype is bool": (
            lambda n, steps: valid(n, steps).astype(int)
        ),
        "the padding is on the left: the valid steps come first": lambda n, steps: valid(n, steps)[
            :, ::-1
        ],
        "it has as many columns as the longest sequence: it needs `timesteps` of them": (
            lambda n, steps: valid(n, n.max())
        ),
        "only the last valid step is True: all steps before it are valid too": lambda n, steps: (
            np.arange(steps) == n[:, np.newaxis] - 1
        ),
        "all instances got the largest length: each has its own": lambda n, steps: valid(
            np.full_like(n, n.max()), steps
        ),
        "a length of 0 got a valid step: its row is False throughout": lambda n, steps: valid(
            np.maximum(n, 1), steps
        ),
        "steps and lengths lie on the same axis: write lengths[:, np.newaxis]": lambda n, steps: (
            np.arange(steps) < n
        ),
        "`lengths`, the caller's array, is changed in place: work on a new array": (
            mask_by_counting_down
        ),
    },
    also_right=(
        mask_step_by_step,
        mask_from_a_triangle,
        lambda n, steps: np.array([[t < length for t in range(steps)] for length in n]),
    ),
)


# A masked layer ---------------------------------------------------------------------------


def layer_inputs(rng):
    """Return the arguments of `masked_rnn`: all sizes differ, and the padding is not zero."""
    batch, timesteps, features, units = rng.choice([3, 4, 5, 6, 7], size=4, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "mask": valid(some_lengths(rng, batch, timesteps, timesteps), timesteps),
        "kernel": rng.normal(size=(features, units)),
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.normal(size=units),
    }


def layer(x, mask, W, U, b, *, freeze=True, silence=True):
    """Return outputs and final state; with or without a frozen state and silent padding."""
    h, outputs = np.zeros((len(x), len(b))), []
    for t in range(x.shape[1]):
        live = mask[:, t, np.newaxis]
        new = tanh(x[:, t] @ W + h @ U + b)
        h = np.where(live, new, h) if freeze else new
        outputs.append(np.where(live, h, 0.0) if silence else h)
    return np.stack(outputs, axis=1), h


def no_mask(x, mask, W, U, b):
    return layer(x, mask, W, U, b, freeze=False, silence=False)


def state_from_the_last_column(x, mask, W, U, b):
    outputs, _ = layer(x, mask, W, U, b)
    return outputs, outputs[:, -1].copy()


def state_at_index_minus_one(x, mask, W, U, b):
    states, _ = no_mask(x, mask, W, U, b)
    last = states[np.arange(len(x)), mask.sum(axis=1) - 1]
    return states * mask[..., np.newaxis], last


def one_step_less(x, mask, W, U, b):
    return layer(x, np.pad(mask[:, 1:], ((0, 0), (0, 1))), W, U, b)


def one_step_more(x, mask, W, U, b):
    late = np.pad(mask[:, :-1], ((0, 0), (1, 0)), constant_values=True)
    return layer(x, late, W, U, b)


def one_mask_for_all(x, mask, W, U, b):
    return layer(x, np.broadcast_to(mask.all(axis=0), mask.shape), W, U, b)


def layer_in_place(x, mask, W, U, b):
    x[~mask] = 0
    return layer(x, mask, W, U, b)


def layer_by_blending(x, mask, W, U, b):
    h, outputs = np.zeros((x.shape[0], U.shape[0])), np.zeros((*mask.shape, len(b)))
    for t, m in enumerate(mask.T.astype(float)[..., np.newaxis]):
        h = m * tanh(x[:, t] @ W + h @ U + b) + (1 - m) * h
        outputs[:, t] = m * h
    return outputs, h


def layer_instance_by_instance(x, mask, W, U, b):
    outputs, final = np.zeros((*mask.shape, len(b))), np.zeros((len(x), len(b)))
    for i, length in enumerate(mask.sum(axis=1)):
        for t in range(length):
            final[i] = tanh(x[i, t] @ W + final[i] @ U + b)
            outputs[i, t] = final[i]
    return outputs, final


def layer_of_the_living(x, mask, W, U, b):
    state, outputs = np.zeros((len(x), len(b))), np.zeros((*mask.shape, len(b)))
    for t in range(x.shape[1]):
        live = mask[:, t]
        state[live] = tanh(x[live, t] @ W + state[live] @ U + b)
        outputs[live, t] = state[live]
    return outputs, state


masked_rnn = Question(
    points=4,
    draw=layer_inputs,
    returns=("outputs", "state"),
    properties=(
        InputsUntouched(),
        IgnoresPadding("x", "mask"),
        BatchIndependent(("x", "mask")),
    ),
    mistakes={
        "the mask is not used: past its end a sequence neither moves nor speaks": no_mask,
        "the state is not frozen: at padding keep h, with np.where": lambda x, m, W, U, b: layer(
            x, m, W, U, b, freeze=False
        ),
        "the output is not zeroed: at padding it is 0, though the state stays": (
            lambda x, m, W, U, b: layer(x, m, W, U, b, silence=False)
        ),
        "the final state of a short sequence is 0: it is the state after the last valid step, "
        "neither the last column of the outputs nor reset by the mask": state_from_the_last_column,
        "the final state of an instance without a valid step is not zero: index -1 is the last "
        "step": state_at_index_minus_one,
        "only the input is masked: with zeros for input the state still moves": (
            lambda x, m, W, U, b: no_mask(x * m[..., np.newaxis], m, W, U, b)
        ),
        "the last valid step of every sequence is lost: step t needs mask[:, t]": one_step_less,
        "one padded step too many is read: step t needs mask[:, t]": one_step_more,
        "a step counts only where it is valid in the whole batch: each instance has its own mask": (
            one_mask_for_all
        ),
        "the mask is the wrong way round: True is for a valid step": lambda x, m, W, U, b: layer(
            x, ~m, W, U, b
        ),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, m, W, U, b: layer(x, m, W, U.T, b)
        ),
        "the bias is left out": lambda x, m, W, U, b: layer(x, m, W, U, 0 * b),
        "the previous state is left out: add h @ recurrent_kernel": lambda x, m, W, U, b: layer(
            x, m, W, 0 * U, b
        ),
        "the outputs are time-major: put time second, as np.stack(..., axis=1) does": (
            lambda x, m, W, U, b: (
                layer(x, m, W, U, b)[0].swapaxes(0, 1),
                layer(x, m, W, U, b)[1],
            )
        ),
        "state and outputs are in the wrong order: return (outputs, state)": (
            lambda x, m, W, U, b: layer(x, m, W, U, b)[::-1]
        ),
        "only the outputs are returned: return the pair (outputs, state)": (
            lambda x, m, W, U, b: layer(x, m, W, U, b)[0]
        ),
        "`x`, the caller's array, is changed in place: leave the padding as it is": layer_in_place,
    },
    also_right=(
        layer_by_blending,
        layer_instance_by_instance,
        layer_of_the_living,
    ),
)


# A masked loss ----------------------------------------------------------------------------


def loss_inputs(rng):
    """Return the arguments of `masked_mean_loss`; the padding holds losses too."""
    batch, timesteps = rng.choice([4, 5, 6, 7], size=2, replace=False)
    return {
        "losses": rng.uniform(0.1, 3, size=(batch, timesteps)),
        "mask": valid(some_lengths(rng, batch, timesteps, timesteps), timesteps),
    }


def row_means(losses, mask):
    return np.where(mask, losses, 0).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)


def last_losses(losses, mask):
    lengths = mask.sum(axis=1)
    rows = np.flatnonzero(lengths)
    return losses[rows, lengths[rows] - 1]


def loss_in_place(losses, mask):
    losses *= mask
    return float(losses.sum() / mask.sum())


def loss_step_by_step(losses, mask):
    total, steps = 0.0, 0
    for i, t in np.ndindex(mask.shape):
        if mask[i, t]:
            total, steps = total + losses[i, t], steps + 1
    return total / steps


masked_mean_loss = Question(
    points=2,
    draw=loss_inputs,
    properties=(InputsUntouched(), IgnoresPadding("losses", "mask")),
    mistakes={
        "the mean is over all steps: leave out the padding": lambda losses, m: losses.mean(),
        "the padding is zeroed but still counted: divide by mask.sum()": lambda losses, m: (
            losses * m
        ).mean(),
        "the sum is returned, not the mean: divide by mask.sum()": lambda losses, m: losses[
            m
        ].sum(),
        "the mean is taken per sequence first, so steps of short sequences weigh more: sum all "
        "valid steps, then divide once": lambda losses, m: row_means(losses, m)[
            m.any(axis=1)
        ].mean(),
        "the mean is taken per sequence first, and the empty sequence counts as 0: sum all valid "
        "steps, then divide once": lambda losses, m: row_means(losses, m).mean(),
        "the sum is divided by the batch size: divide by mask.sum()": lambda losses, m: (
            losses[m].sum() / len(m)
        ),
        "the sum is divided by the timesteps: divide by mask.sum()": lambda losses, m: (
            losses[m].sum() / m.shape[1]
        ),
        "it is the mean over the padding: the mask is the wrong way round": lambda losses, m: (
            losses[~m].mean()
        ),
        "only the last valid step of each sequence counts: all its valid steps do": (
            lambda losses, m: last_losses(losses, m).mean()
        ),
        "one number for each sequence is returned: there is one for the whole batch": row_means,
        "one number for each step is returned: the batch has one": lambda losses, m: (
            (losses * m).sum(axis=0) / np.maximum(m.sum(axis=0), 1)
        ),
        "`losses`, the caller's array, is changed in place: work on a new array": loss_in_place,
    },
    also_right=(
        lambda losses, m: losses[m].mean(),
        lambda losses, m: np.average(losses, weights=m),
        loss_step_by_step,
    ),
)


# The end of a sequence --------------------------------------------------------------------


def token_inputs(rng):
    """Return the arguments of `cut_at_eos`: EOS first, in between (twice), last, or never."""
    batch, timesteps = rng.choice([4, 5, 6, 7, 8], size=2, replace=False)
    eos = int(rng.integers(1, 9))
    others = [token for token in range(10) if token != eos]
    tokens = rng.choice(others, size=(batch, timesteps))
    tokens[0, 0] = eos
    tokens[1, [rng.integers(1, timesteps - 2), timesteps - 1]] = eos
    tokens[2, -1] = eos
    tokens[2, 1] = tokens[3, 0] = 0  # an ordinary token here, and not the last one
    return {"tokens": rng.permutation(tokens), "eos": eos}


def cut(tokens, eos):
    return [row[: np.append(row == eos, True).argmax()] for row in tokens]


def cut_by_argmax(tokens, eos):
    return [row[: (row == eos).argmax()] for row in tokens]


def cut_one_less(tokens, eos):
    return [row[: row.tolist().index(eos) if eos in row else -1] for row in tokens]


def cut_at_the_last(tokens, eos):
    return [row[: np.flatnonzero(row == eos)[-1]] if eos in row else row for row in tokens]


def cut_token_by_token(tokens, eos):
    rows = []
    for row in tokens:
        kept = []
        for token in row:
            if token == eos:
                break
            kept.append(token)
        rows.append(np.array(kept, dtype=tokens.dtype))
    return rows


def cut_in_place(tokens, eos):
    rows = [row.copy() for row in cut(tokens, eos)]
    tokens[np.logical_or.accumulate(tokens == eos, axis=1)] = eos
    return rows


cut_at_eos = Question(
    points=2,
    draw=token_inputs,
    compare=EXACT,
    properties=(InputsUntouched(),),
    mistakes={
        "the end-of-sequence token is kept: cut before it": lambda tokens, eos: [
            tokens[i, : len(row) + 1] for i, row in enumerate(cut(tokens, eos))
        ],
        "a row without the end-of-sequence token came back empty: argmax is 0 where nothing is "
        "True": cut_by_argmax,
        "a row without the end-of-sequence token lost its last token: it stays whole": cut_one_less,
        "it is cut at the last end-of-sequence token: the first one counts": cut_at_the_last,
        "the end-of-sequence tokens are taken out, but what follows is kept": lambda tokens, eos: [
            row[row != eos] for row in tokens
        ],
        "it is cut at token 0: compare with the argument `eos`": lambda tokens, eos: cut(tokens, 0),
        "all rows are cut in the same column: each has its own end": lambda tokens, eos: list(
            tokens[:, : (tokens == eos).any(axis=0).argmax()]
        ),
        "the rows are filled up again: return a list of arrays, each of its own length": (
            lambda tokens, eos: np.where(
                np.logical_and.accumulate(tokens != eos, axis=1), tokens, eos
            )
        ),
        "the rows are lists: make each an array, as a slice of `tokens` is": lambda tokens, eos: [
            row.tolist() for row in cut(tokens, eos)
        ],
        "an empty row has the dtype float64, as np.array([]) has: slice it from `tokens`": (
            lambda tokens, eos: [np.array(row.tolist()) for row in cut(tokens, eos)]
        ),
        "a row that starts with the end-of-sequence token is left out: it gives an empty array": (
            lambda tokens, eos: [row for row in cut(tokens, eos) if len(row)]
        ),
        "the rows are one token short: row[:n] has n tokens": lambda tokens, eos: [
            row[: max(len(row) - 1, 0)] for row in cut(tokens, eos)
        ],
        "`tokens`, the caller's array, is changed in place: work on a new array": cut_in_place,
    },
    also_right=(
        cut,
        cut_token_by_token,
        lambda tokens, eos: [row[: np.logical_and.accumulate(row != eos).sum()] for row in tokens],
    ),
)

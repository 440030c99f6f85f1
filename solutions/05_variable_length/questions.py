"""Questions of 05_variable_length: masks, a masked layer, a masked loss, the end of a sequence."""

import numpy as np

from rnncourse.checks import EXACT, BatchIndependent, IgnoresPadding, InputsUntouched, Question

tanh = np.tanh


# Lengths ----------------------------------------------------------------------------------


def length_inputs(rng):
    """Return the arguments of `mask_from_lengths`; one length is 0, and no step T - 1 is valid."""
    batch, timesteps = rng.choice([5, 6, 7, 8], size=2, replace=False)
    lengths = rng.permutation([0, timesteps - 1, *rng.integers(1, timesteps - 2, size=batch - 2)])
    return {
        "lengths": lengths,
        "starts": np.minimum(rng.integers(1, timesteps, size=batch), timesteps - 1 - lengths),
        "timesteps": int(timesteps),
    }


def span(lengths, starts, timesteps):
    steps = np.arange(timesteps)
    return (starts[:, np.newaxis] <= steps) & (steps < (starts + lengths)[:, np.newaxis])


def mask_step_by_step(lengths, starts, timesteps):
    mask = np.zeros((len(lengths), timesteps), dtype=bool)
    for row, length, start in zip(mask, lengths, starts, strict=True):
        row[start : start + length] = True
    return mask


def mask_by_adding_in_place(lengths, starts, timesteps):
    ends = lengths
    ends += starts
    return span(ends - starts, starts, timesteps)


def mask_from_triangles(lengths, starts, timesteps):
    before = np.tril(np.ones((timesteps + 1, timesteps), dtype=bool), k=-1)
    return before[starts + lengths] & ~before[starts]


mask_from_lengths = Question(
    points=2,
    section="Four sequences, not equally long",
    draw=length_inputs,
    compare=EXACT,
    properties=(InputsUntouched(), BatchIndependent(("lengths", "starts"))),
    mistakes={
        "one step too many at the end: step t is valid where t < start + length, not where it "
        "is <=": lambda n, s, steps: span(n + 1, s, steps),
        "the last valid step is missing: a sequence that starts at s ends before s + length": (
            lambda n, s, steps: span(n - 1, s, steps)
        ),
        "the first valid step is missing: step t is valid where start <= t": (
            lambda n, s, steps: span(n - 1, s + 1, steps)
        ),
        "`starts` is not used: not every sequence begins at step 0": lambda n, s, steps: span(
            n, 0 * s, steps
        ),
        "the sequences end where t reaches the length: they end at start + length": (
            lambda n, s, steps: span(n - s, s, steps)
        ),
        "the sequences begin right and never end: they end at start + length": (
            lambda n, s, steps: span(0 * n + steps, s, steps)
        ),
        "the steps before the start are valid too: both conditions must hold": (
            lambda n, s, steps: span(n + s, 0 * s, steps)
        ),
        "one of the two conditions is enough: join them with &, not with |": lambda n, s, steps: (
            (s[:, np.newaxis] <= np.arange(steps)) | (np.arange(steps) < (s + n)[:, np.newaxis])
        ),
        "all sequences end in the last column: they begin at `starts`": lambda n, s, steps: span(
            n, steps - n, steps
        ),
        "it is the wrong way round: True is for a valid step, False for padding": (
            lambda n, s, steps: ~span(n, s, steps)
        ),
        "it is transposed: the batch is the first axis, time the second": lambda n, s, steps: (
            span(n, s, steps).T
        ),
        "the mask holds floats: return the comparison itself, whose dtype is bool": (
            lambda n, s, steps: span(n, s, steps).astype(float)
        ),
        "the mask holds integers: join comparisons with &, whose result is bool": (
            lambda n, s, steps: span(n, s, steps).astype(int)
        ),
        "it ends with the last valid step of the batch: it needs `timesteps` columns": (
            lambda n, s, steps: span(n, s, (n + s).max())
        ),
        "only the last valid step is True: all valid steps are": lambda n, s, steps: (
            np.arange(steps) == (s + n)[:, np.newaxis] - 1
        ),
        "all instances got the largest length: each has its own": lambda n, s, steps: span(
            np.full_like(n, n.max()), s, steps
        ),
        "a length of 0 got a valid step: its row is False throughout": lambda n, s, steps: span(
            np.maximum(n, 1), s, steps
        ),
        "two comparisons in a row, or joined by `and`: with arrays, join them with & and put "
        "parentheses around each": lambda n, s, steps: (
            s[:, np.newaxis] <= np.arange(steps) < (s + n)[:, np.newaxis]
        ),
        "steps and instances lie on the same axis: write starts[:, np.newaxis] and "
        "lengths[:, np.newaxis]": lambda n, s, steps: np.arange(steps) < s + n,
        "instances and steps lie on the same axis: write starts[:, np.newaxis] and "
        "lengths[:, np.newaxis]": lambda n, s, steps: s + n > np.arange(steps),
        "a slice takes one start and one end, not one for each instance: compare the steps with "
        "them, or go through the rows": lambda n, s, steps: np.zeros((len(n), steps))[:, s : s + n],
        "`lengths`, the caller's array, is changed in place: write lengths + starts, not +=": (
            mask_by_adding_in_place
        ),
    },
    also_right=(
        mask_step_by_step,
        mask_from_triangles,
        lambda n, s, steps: np.array(
            [[a <= t < a + length for t in range(steps)] for length, a in zip(n, s, strict=True)]
        ),
    ),
)


# A masked layer ---------------------------------------------------------------------------


def some_mask(rng, batch, timesteps):
    """Return a mask of any pattern.

    One row has no valid step; one has padding between valid steps, one before, one behind
    them. In one column all is padding.
    """
    mask = rng.random((batch, timesteps)) < 0.6
    mask[0] = False
    mask[1:4, [0, -1]] = [[True, True], [False, True], [True, False]]
    mask[:, rng.integers(1, timesteps - 1)] = False
    return rng.permutation(mask)


def layer_inputs(rng):
    """Return the arguments of `masked_rnn`: all sizes differ, and the padding is not zero."""
    batch, timesteps, features, units = rng.choice([4, 5, 6, 7], size=4, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "mask": some_mask(rng, batch, timesteps),
        "h0": rng.uniform(-0.9, 0.9, size=(batch, units)),
        "kernel": rng.normal(size=(features, units)),
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.normal(size=units),
    }


def layer(x, mask, h0, W, U, b, *, freeze=True, silence=True):
    """Return outputs and final state; with or without a frozen state and silent padding."""
    h, outputs = h0, []
    for t in range(x.shape[1]):
        live = mask[:, t, np.newaxis]
        new = tanh(x[:, t] @ W + h @ U + b)
        h = np.where(live, new, h) if freeze else new
        outputs.append(np.where(live, h, 0.0) if silence else h)
    return np.stack(outputs, axis=1), h


def no_mask(x, mask, *others):
    return layer(x, mask, *others, freeze=False, silence=False)


def silent(outputs, mask):
    return outputs * mask[..., np.newaxis]


def state_reset(x, mask, h0, W, U, b):
    h, outputs = h0, []
    for t in range(x.shape[1]):
        h = mask[:, t, np.newaxis] * tanh(x[:, t] @ W + h @ U + b)
        outputs.append(h)
    return np.stack(outputs, axis=1), h


def state_from_the_last_column(x, mask, *others):
    outputs, _ = layer(x, mask, *others)
    return outputs, outputs[:, -1].copy()


def state_zero_without_a_step(x, mask, *others):
    outputs, state = layer(x, mask, *others)
    return outputs, state * mask.any(axis=1, keepdims=True)


def state_by_counting(x, mask, *others):
    states, _ = layer(x, mask, *others, silence=False)
    return silent(states, mask), states[np.arange(len(x)), mask.sum(axis=1) - 1]


def masked_afterwards(x, mask, *others):
    states, _ = no_mask(x, mask, *others)
    return silent(states, mask), states[np.arange(len(x)), mask.sum(axis=1) - 1]


def masked_afterwards_at_the_last(x, mask, *others):
    states, _ = no_mask(x, mask, *others)
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    return silent(states, mask), states[np.arange(len(x)), last]


def mask_as_lengths(x, mask, *others):
    lengths = mask.sum(axis=1, keepdims=True)
    return layer(x, np.arange(mask.shape[1]) < lengths, *others)


def masked_input(x, mask, *others):
    return no_mask(silent(x, mask), mask, *others)


def masked_input_and_output(x, mask, *others):
    outputs, state = masked_input(x, mask, *others)
    return silent(outputs, mask), state


def one_mask_for_all(x, mask, *others):
    return layer(x, np.broadcast_to(mask.all(axis=0), mask.shape), *others)


def any_mask_for_all(x, mask, *others):
    return layer(x, np.broadcast_to(mask.any(axis=0), mask.shape), *others)


def same_array_at_all_steps(x, mask, h0, W, U, b):
    _, state = layer(x, mask, h0, W, U, b)
    return np.stack([state] * x.shape[1], axis=1), state


def same_array_at_valid_steps(x, mask, *others):
    outputs, state = same_array_at_all_steps(x, mask, *others)
    return silent(outputs, mask), state


def state_goes_to_the_next_instance(x, mask, h0, W, U, b):
    h, outputs, final = h0[0], np.zeros((*mask.shape, len(b))), np.zeros(h0.shape)
    for i, t in np.ndindex(mask.shape):
        if mask[i, t]:
            h = outputs[i, t] = tanh(x[i, t] @ W + h @ U + b)
        final[i] = h
    return outputs, final


def outputs_one_step_late(x, mask, h0, *others):
    states, state = layer(x, mask, h0, *others, silence=False)
    before = np.concatenate([h0[:, np.newaxis], states[:, :-1]], axis=1)
    return silent(before, mask), state


def mask_asked_by_if(x, mask, h0, W, U, b):
    h, outputs = h0, np.zeros((*mask.shape, len(b)))
    for t in range(x.shape[1]):
        if mask[:, t]:
            h = outputs[:, t] = tanh(x[:, t] @ W + h @ U + b)
    return outputs, h


def layer_in_place(x, mask, *others):
    x[~mask] = 0
    return layer(x, mask, *others)


def layer_of_the_living(x, mask, h0, W, U, b):
    return living(x, mask, h0.copy(), W, U, b)


def living(x, mask, state, W, U, b):
    """Return outputs and state, which is changed in place."""
    outputs = np.zeros((*mask.shape, len(b)))
    for t in range(x.shape[1]):
        live = mask[:, t]
        state[live] = tanh(x[live, t] @ W + state[live] @ U + b)
        outputs[live, t] = state[live]
    return outputs, state


def layer_by_blending(x, mask, h0, W, U, b):
    h, outputs = h0, np.zeros((*mask.shape, len(b)))
    for t, m in enumerate(mask.T.astype(float)[..., np.newaxis]):
        h = m * tanh(x[:, t] @ W + h @ U + b) + (1 - m) * h
        outputs[:, t] = m * h
    return outputs, h


def layer_instance_by_instance(x, mask, h0, W, U, b):
    outputs, final = np.zeros((*mask.shape, len(b))), h0.copy()
    for i, row in enumerate(mask):
        for t in np.flatnonzero(row):
            final[i] = tanh(x[i, t] @ W + final[i] @ U + b)
            outputs[i, t] = final[i]
    return outputs, final


masked_rnn = Question(
    points=4,
    section="State over time, frozen",
    draw=layer_inputs,
    returns=("outputs", "state"),
    properties=(
        InputsUntouched(),
        IgnoresPadding("x", "mask"),
        BatchIndependent(("x", "mask", "h0")),
    ),
    mistakes={
        "the mask is not used: at padding the state stays and the output is 0": no_mask,
        "the state is not frozen: at padding keep h, with np.where": lambda *arguments: layer(
            *arguments, freeze=False
        ),
        "the output is not zeroed: at padding it is 0, though the state stays": (
            lambda *arguments: layer(*arguments, silence=False)
        ),
        "the state is set to 0 at padding: only the output is, the state stays": state_reset,
        "`h0` is not used: the state before the first step is h0, not 0": (
            lambda x, m, h0, *others: layer(x, m, 0 * h0, *others)
        ),
        "the final state is the last column of the outputs, which is 0 at padding: return the "
        "state that the loop carries": state_from_the_last_column,
        "the final state of an instance without a valid step is 0: it is its row of `h0`": (
            state_zero_without_a_step
        ),
        "the final state is looked up at the number of valid steps: padding may stand anywhere, "
        "so return the state that the loop carries": state_by_counting,
        "the mask comes after the loop: a state that has read padding cannot be put right, so "
        "freeze it at each step": masked_afterwards,
        "the mask comes after the loop, and picks the last valid state: that one has read the "
        "padding before it, so freeze it at each step": masked_afterwards_at_the_last,
        "the mask is turned into lengths: padding may stand anywhere, so step t needs mask[:, t]": (
            mask_as_lengths
        ),
        "only the input is masked: with zeros for input the state still moves": masked_input,
        "only input and output are masked: with zeros for input the state still moves": (
            masked_input_and_output
        ),
        "the mask is one step late: step t needs mask[:, t]": lambda x, m, *others: layer(
            x, np.roll(m, 1, axis=1), *others
        ),
        "a step counts only where it is valid in the whole batch: each instance has its own mask": (
            one_mask_for_all
        ),
        "a step counts where it is valid in any instance: each instance has its own mask": (
            any_mask_for_all
        ),
        "`if` takes one yes or no, and mask[:, t] holds one for each instance: use np.where with "
        "mask[:, t, np.newaxis], not the any() or all() of the error message": mask_asked_by_if,
        "the mask of a step has the shape (batch,), and the state (batch, units): write "
        "mask[:, t, np.newaxis]": lambda x, m, h0, *others: np.where(m[:, 0], h0, h0),
        "the mask of a step, of shape (batch,), is multiplied by (batch, units): write "
        "mask[:, t, np.newaxis]": lambda x, m, h0, *others: m[:, 0] * h0,
        "(batch, units) is multiplied by the mask of a step, of shape (batch,): write "
        "mask[:, t, np.newaxis]": lambda x, m, h0, *others: h0 * m[:, 0],
        "the mask is the wrong way round: True is for a valid step": lambda x, m, *others: layer(
            x, ~m, *others
        ),
        "all steps hold the same array, changed in place: append a copy": same_array_at_all_steps,
        "all valid steps hold the same array, changed in place: append a copy": (
            same_array_at_valid_steps
        ),
        "the state of one instance went into the next: each begins with its own row of `h0`": (
            state_goes_to_the_next_instance
        ),
        "the outputs are the states before each step: first move the state, then write it down": (
            outputs_one_step_late
        ),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, m, h0, W, U, b: layer(x, m, h0, W, U.T, b)
        ),
        "the bias is left out": lambda x, m, h0, W, U, b: layer(x, m, h0, W, U, 0 * b),
        "the previous state is left out: add h @ recurrent_kernel": lambda x, m, h0, W, U, b: layer(
            x, m, h0, W, 0 * U, b
        ),
        "the outputs are time-major: put time second, as np.stack(..., axis=1) does": (
            lambda *arguments: (layer(*arguments)[0].swapaxes(0, 1), layer(*arguments)[1])
        ),
        "state and outputs are in the wrong order: return (outputs, state)": lambda *arguments: (
            layer(*arguments)[::-1]
        ),
        "only the outputs are returned: return the pair (outputs, state)": lambda *arguments: layer(
            *arguments
        )[0],
        "`x`, the caller's array, is changed in place: leave the padding as it is": layer_in_place,
        "`h0`, the caller's array, is changed in place: begin with h0.copy()": living,
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
        "mask": some_mask(rng, batch, timesteps),
        "weights": rng.uniform(0.2, 4, size=batch),
    }


def mean_loss(losses, mask, weights):
    return np.average(losses, weights=mask * weights[:, np.newaxis])


def weighted(losses, mask, weights):
    """Return w m L, which is 0 at padding."""
    return losses * mask * weights[:, np.newaxis]


def row_means(losses, mask):
    return (losses * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)


def row_means_with_nan(losses, mask):
    with np.errstate(invalid="ignore"):
        return (losses * mask).sum(axis=1) / mask.sum(axis=1)


def last_step(mask):
    return mask & (np.cumsum(mask[:, ::-1], axis=1)[:, ::-1] == 1)


def loss_in_place(losses, mask, weights):
    losses *= mask
    return mean_loss(losses, mask, weights)


def weights_in_place(losses, mask, weights):
    weights /= weights.sum()
    return mean_loss(losses, mask, weights)


def loss_step_by_step(losses, mask, weights):
    total, share = 0.0, 0.0
    for i, t in np.ndindex(mask.shape):
        if mask[i, t]:
            total, share = total + weights[i] * losses[i, t], share + weights[i]
    return total / share


masked_mean_loss = Question(
    points=2,
    section="The loss of a padded batch",
    draw=loss_inputs,
    properties=(InputsUntouched(), IgnoresPadding("losses", "mask")),
    mistakes={
        "`weights` is not used: each instance has its own": lambda losses, m, w: losses[m].mean(),
        "the weights stand above the line only: divide by the sum of the weights of all valid "
        "steps": lambda losses, m, w: weighted(losses, m, w).sum() / m.sum(),
        "the weights stand below the line only: they belong above it too": lambda losses, m, w: (
            losses[m].sum() / (m * w[:, np.newaxis]).sum()
        ),
        "each weight is counted once below the line: count it at every valid step": (
            lambda losses, m, w: weighted(losses, m, w).sum() / w.sum()
        ),
        "the mask is not used: leave out the padding, above the line and below": (
            lambda losses, m, w: mean_loss(losses, m | True, w)
        ),
        "neither mask nor weights are used: it is the mean of the whole array": (
            lambda losses, m, w: losses.mean()
        ),
        "the padding is zeroed but still counted: below the line, too, only valid steps count": (
            lambda losses, m, w: mean_loss(losses * m, m | True, w)
        ),
        "it is divided by the size of the array: divide by the sum of the weights of all valid "
        "steps": lambda losses, m, w: weighted(losses, m, w).mean(),
        "the sum is returned, not the mean: divide by the sum of the weights of all valid steps": (
            lambda losses, m, w: weighted(losses, m, w).sum()
        ),
        "the mean is taken per sequence first, so steps of short sequences weigh more: sum all "
        "valid steps, then divide once": lambda losses, m, w: np.average(
            row_means(losses, m)[m.any(axis=1)], weights=w[m.any(axis=1)]
        ),
        "the mean is taken per sequence first, and the empty sequence counts as 0: sum all valid "
        "steps, then divide once": lambda losses, m, w: np.average(row_means(losses, m), weights=w),
        "a sequence without a valid step gave 0/0, which is NaN, and so is all that it is added "
        "to: sum the whole batch first, then divide once": lambda losses, m, w: np.average(
            row_means_with_nan(losses, m), weights=w
        ),
        "it is the mean over the padding: the mask is the wrong way round": lambda losses, m, w: (
            mean_loss(losses, ~m, w)
        ),
        "only the last valid step of each sequence counts: all its valid steps do": (
            lambda losses, m, w: mean_loss(losses, last_step(m), w)
        ),
        "one number for each sequence is returned: there is one for the whole batch": (
            lambda losses, m, w: row_means(losses, m)
        ),
        "one number for each sequence is returned, and NaN for the empty one: there is one for "
        "the whole batch": lambda losses, m, w: row_means_with_nan(losses, m),
        "one number for each step is returned: the batch has one": lambda losses, m, w: (
            weighted(losses, m, w).sum(axis=0)
            / np.maximum((m * w[:, np.newaxis]).sum(axis=0), 1e-9)
        ),
        "the weights, of shape (batch,), lie along time: write weights[:, np.newaxis]": (
            lambda losses, m, w: losses * w
        ),
        "the weights, of shape (batch,), are stretched along time: write weights[:, np.newaxis]": (
            lambda losses, m, w: w * losses
        ),
        "losses[mask] is one long row, which no longer knows its instances: multiply by "
        "weights[:, np.newaxis] before you take the valid steps": lambda losses, m, w: (
            losses[m] * w
        ),
        "`losses`, the caller's array, is changed in place: work on a new array": loss_in_place,
        "`weights`, the caller's array, is changed in place: work on a new array": (
            weights_in_place
        ),
    },
    also_right=(
        mean_loss,
        lambda losses, m, w: np.average(losses[m], weights=w[np.nonzero(m)[0]]),
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


def cut_where_positive(tokens, eos):
    ends = (tokens == eos).argmax(axis=1)
    return [row[:end] if end > 0 else row for row, end in zip(tokens, ends, strict=True)]


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
    section="Outputs that end when they choose",
    draw=token_inputs,
    compare=EXACT,
    properties=(InputsUntouched(),),
    mistakes={
        "the end-of-sequence token is kept: cut before it": lambda tokens, eos: [
            tokens[i, : len(row) + 1] for i, row in enumerate(cut(tokens, eos))
        ],
        "a row without the end-of-sequence token came back empty: argmax is 0 where nothing is "
        "True": cut_by_argmax,
        "a row that starts with the end-of-sequence token came back whole: its first one is at 0, "
        "and the row is empty; ask (row == eos).any() whether there is one": cut_where_positive,
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

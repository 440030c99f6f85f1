"""Questions of 06_bptt: a layer forwards, a gradient through one step, and through all of them."""

from functools import partial

import numpy as np

from rnncourse.checks import (
    BatchIndependent,
    Criterion,
    InputsUntouched,
    LinearIn,
    Question,
    SplitsAnywhere,
    Written,
)

tanh = np.tanh


# Forwards ---------------------------------------------------------------------------------


def layer(rng, features, units):
    """Return the weights of a layer that is neither saturated nor linear."""
    return {
        "kernel": rng.normal(size=(features, units)) / 2,
        "recurrent_kernel": rng.normal(size=(units, units)) / 2,
        "bias": rng.normal(size=units) / 2,
    }


def sequence_inputs(rng, timesteps):
    """Return the arguments of `rnn_forward`: all sizes differ.

    The batch is smaller than the steps by two or more, so that a loop over it neither raises
    nor just leaves out the last step.
    """
    sizes = [size for size in (2, 3, 4, 5) if size != timesteps]
    batch = rng.choice([size for size in sizes if size < timesteps - 1])
    others = [size for size in sizes if size != batch]
    features, units = rng.choice(others, size=2, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "h0": rng.uniform(-0.9, 0.9, size=(batch, units)),
        **layer(rng, features, units),
    }


def run(x, h0, W, U, b, activation=tanh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = activation(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def run_steps(count, x, h0, W, U, b):
    """Return the states of the first `count` steps, or fail as the index does."""
    h, states = h0, []
    for t in range(count):
        h = tanh(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def run_instances_as_steps(x, h, W, U, b):
    states = []
    for t in range(x.shape[1]):
        h = tanh(x[t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def run_with_start(x, h0, W, U, b):
    return np.concatenate([h0[:, np.newaxis], run(x, h0, W, U, b)], axis=1)


def run_without_memory(x, h0, W, U, b):
    return tanh(x @ W + (h0 @ U)[:, np.newaxis] + b)


def run_into_one_array(x, h0, W, U, b):
    h, states = h0.copy(), []
    for t in range(x.shape[1]):
        h[:] = tanh(x[:, t] @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


def run_in_place(x, h0, W, U, b):
    states = np.zeros((*x.shape[:2], len(b)))
    for t in range(x.shape[1]):
        h0[:] = tanh(x[:, t] @ W + h0 @ U + b)
        states[:, t] = h0
    return states


def run_reading_states(x, h0, W, U, b):
    states = np.zeros((x.shape[0], x.shape[1] + 1, U.shape[0]))
    states[:, 0] = h0
    projected = x @ W + b
    for t in range(x.shape[1]):
        states[:, t + 1] = tanh(projected[:, t] + states[:, t] @ U)
    return states[:, 1:]


def run_instance_by_instance(x, h0, W, U, b):
    states = np.empty((*x.shape[:2], len(b)))
    for i, h in enumerate(h0):
        for t, x_t in enumerate(x[i]):
            h = tanh(np.concatenate([x_t, h]) @ np.concatenate([W, U]) + b)
            states[i, t] = h
    return states


rnn_forward = Question(
    points=2,
    section="The derivation, on one page",
    draw=tuple(partial(sequence_inputs, timesteps=steps) for steps in (5, 4, 6)),
    properties=(
        InputsUntouched(),
        BatchIndependent(("x", "h0")),
        SplitsAnywhere(sequence="x", state="h0"),
    ),
    mistakes={
        "it starts from zeros: the state before the first step is `h0`": (
            lambda x, h0, W, U, b: run(x, 0 * h0, W, U, b)
        ),
        "every step starts from `h0`: hand the new state on to the next step": run_without_memory,
        "the number of steps is fixed at 5: it is x.shape[1]": partial(run_steps, 5),
        "the loop goes over x.shape[0], the batch: the number of steps is x.shape[1]": (
            lambda x, *others: run_steps(len(x), x, *others)
        ),
        "x[t] is an instance, not a step: step t is x[:, t]": run_instances_as_steps,
        "the last step is missing: range(x.shape[1]) ends with it": lambda x, *others: run(
            x[:, :-1], *others
        ),
        "the first step is missing: steps are counted from 0": lambda x, *others: run(
            x[:, 1:], *others
        ),
        "the state of each step is one too old: `h0` is not among the states, the last one is": (
            lambda x, h0, W, U, b: run_with_start(x, h0, W, U, b)[:, :-1]
        ),
        "`h0` is among the states: return only those after a step": run_with_start,
        "all steps hold the last state: `h[:] = …` writes into the array that the list already "
        "holds, `h = …` makes a new one": run_into_one_array,
        "only the last state is returned: return those of all steps": lambda x, h0, W, U, b: run(
            x, h0, W, U, b
        )[:, -1],
        "the states are time-major: put time second, as np.stack(..., axis=1) does": (
            lambda x, h0, W, U, b: run(x, h0, W, U, b).swapaxes(0, 1)
        ),
        "the states are a list: make one array of them, np.stack(states, axis=1)": (
            lambda x, h0, W, U, b: list(run(x, h0, W, U, b).swapaxes(0, 1))
        ),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, h0, W, U, b: run(x, h0, W, U.T, b)
        ),
        "the bias is left out": lambda x, h0, W, U, b: run(x, h0, W, U, 0 * b),
        "the bias is added twice: once for the whole sum": lambda x, h0, W, U, b: run(
            x, h0, W, U, 2 * b
        ),
        "the previous state is left out: add h @ recurrent_kernel": lambda x, h0, W, U, b: run(
            x, h0, W, 0 * U, b
        ),
        "the tanh is missing": lambda x, h0, W, U, b: run(x, h0, W, U, b, lambda z: z),
        "the activation is ReLU: it is tanh": lambda x, h0, W, U, b: run(
            x, h0, W, U, b, lambda z: np.maximum(z, 0)
        ),
        "the activation is the sigmoid: it is tanh": lambda x, h0, W, U, b: run(
            x, h0, W, U, b, lambda z: 1 / (1 + np.exp(-z))
        ),
        "the steps are read backwards: step 0 is the first": lambda x, h0, W, U, b: run(
            x[:, ::-1], h0, W, U, b
        ),
        "a pair is returned: the states alone are asked for": lambda x, h0, W, U, b: (
            run(x, h0, W, U, b),
            run(x, h0, W, U, b)[:, -1],
        ),
        "`h0`, the caller's array, is changed in place: write h = …, not h[:] = …": run_in_place,
    },
    also_right=(
        run,
        run_reading_states,
        run_instance_by_instance,
    ),
)


# Back through one step --------------------------------------------------------------------

PLACES = {
    "d_x": 0,
    "d_h_before": 1,
    "d_h0": 1,
    "d_kernel": 2,
    "d_recurrent_kernel": 3,
    "d_bias": 4,
}


def step_inputs(rng):
    """Return the arguments of `step_backward`; h is the state that the step really gives."""
    batch, features, units = rng.choice([2, 3, 4, 5], size=3, replace=False)
    weights = layer(rng, features, units)
    x = rng.normal(size=(batch, features))
    before = rng.uniform(-0.9, 0.9, size=(batch, units))
    return {
        "d_h": rng.normal(size=(batch, units)),
        "x": x,
        "h_before": before,
        "h": run(x[:, np.newaxis], before, *weights.values())[:, 0],
        "kernel": weights["kernel"],
        "recurrent_kernel": weights["recurrent_kernel"],
    }


def slope(h):
    return 1 - h**2


def from_sums(d_z, x, before, W, U):
    """Return the five gradients, from that for the sums."""
    return d_z @ W.T, d_z @ U.T, x.T @ d_z, before.T @ d_z, d_z.sum(axis=0)


def step(d_h, x, before, h, W, U):
    return from_sums(d_h * slope(h), x, before, W, U)


def swap(gradients, **new):
    """Return the gradients with some of them replaced."""
    result = list(gradients)
    for name, gradient in new.items():
        result[PLACES[name]] = gradient
    return tuple(result)


def means(gradients, count):
    """Return the gradients with those for the weights divided."""
    return (*gradients[:2], *(d_weight / count for d_weight in gradients[2:]))


def step_in_place(d_h, x, before, h, W, U):
    d_h *= slope(h)
    return from_sums(d_h, x, before, W, U)


def step_by_einsum(d_h, x, before, h, W, U):
    d_z = d_h - d_h * h * h
    return (
        np.einsum("bz,fz->bf", d_z, W),
        np.einsum("bz,kz->bk", d_z, U),
        np.einsum("bf,bz->fz", x, d_z),
        np.einsum("bk,bz->kz", before, d_z),
        np.einsum("bz->z", d_z),
    )


def step_with_one_matrix(d_h, x, before, h, W, U):
    d_z = (1 - h) * (1 + h) * d_h
    ones = np.ones((len(x), 1))
    d_both = (np.vstack([W, U]) @ d_z.T).T
    d_weights = np.hstack([x, before, ones]).T @ d_z
    features = x.shape[1]
    return (
        d_both[:, :features],
        d_both[:, features:],
        d_weights[:features],
        d_weights[features:-1],
        d_weights[-1],
    )


def step_instance_by_instance(d_h, x, before, h, W, U):
    d_x, d_before = np.zeros_like(x), np.zeros_like(before)
    d_W, d_U, d_b = np.zeros_like(W), np.zeros_like(U), np.zeros(len(U))
    for i in range(len(x)):
        d_z = d_h[i] * slope(h[i])
        d_x[i], d_before[i] = W @ d_z, U @ d_z
        d_W += np.outer(x[i], d_z)
        d_U += np.outer(before[i], d_z)
        d_b += d_z
    return d_x, d_before, d_W, d_U, d_b


step_backward = Question(
    points=3,
    section="Three rules are enough",
    draw=step_inputs,
    returns=("d_x", "d_h_before", "d_kernel", "d_recurrent_kernel", "d_bias"),
    properties=(InputsUntouched(), LinearIn("d_h")),
    mistakes={
        "the slope of tanh is missing: first multiply d_h by 1 - h**2": (
            lambda d_h, x, before, h, W, U: from_sums(d_h, x, before, W, U)
        ),
        "the slope is 1 - tanh(h)**2: h is a tanh already, so it is 1 - h**2": (
            lambda d_h, x, before, h, W, U: from_sums(d_h * slope(tanh(h)), x, before, W, U)
        ),
        "the slope is h * (1 - h), that of the sigmoid: tanh has 1 - h**2": (
            lambda d_h, x, before, h, W, U: from_sums(d_h * h * (1 - h), x, before, W, U)
        ),
        "the slope is 1 - h: it is 1 - h**2": lambda d_h, x, before, h, W, U: from_sums(
            d_h * (1 - h), x, before, W, U
        ),
        "the slope is that of the state before: it belongs to h, the state after the step": (
            lambda d_h, x, before, h, W, U: from_sums(d_h * slope(before), x, before, W, U)
        ),
        "the slope is taken twice: multiply d_h by 1 - h**2 once": (
            lambda d_h, x, before, h, W, U: from_sums(d_h * slope(h) ** 2, x, before, W, U)
        ),
        "`h` and `h_before` are exchanged: the slope is that of h, the state after the step, and "
        "the recurrent kernel multiplied h_before": (
            lambda d_h, x, before, h, W, U: step(d_h, x, h, before, W, U)
        ),
        "the recurrent kernel is not transposed: d_h_before is d_z @ recurrent_kernel.T": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_h_before=d_h * slope(h) @ U
            )
        ),
        "the kernel is not transposed: d_x is d_z @ kernel.T": lambda d_h, x, before, h, W, U: swap(
            step(d_h, x, before, h, W, U), d_x=d_h * slope(h) @ W
        ),
        "d_recurrent_kernel is made with h: the kernel multiplied h_before": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_recurrent_kernel=h.T @ (d_h * slope(h))
            )
        ),
        "d_recurrent_kernel is transposed: it is h_before.T @ d_z": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_recurrent_kernel=(d_h * slope(h)).T @ before
            )
        ),
        "d_kernel is transposed: it is x.T @ d_z": lambda d_h, x, before, h, W, U: swap(
            step(d_h, x, before, h, W, U), d_kernel=(d_h * slope(h)).T @ x
        ),
        "d_h_before lacks the slope: it is d_z @ recurrent_kernel.T, with d_z for d_h": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_h_before=d_h @ U.T
            )
        ),
        "d_h_before is d_z: take it back through the recurrent kernel, too": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_h_before=d_h * slope(h)
            )
        ),
        "d_h_before has the slope of h_before: that one belongs to the step before": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U),
                d_h_before=(d_h * slope(h)) @ U.T * slope(before),
            )
        ),
        "d_h is added to d_h_before: h_before reaches h through the recurrent kernel only": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_h_before=(d_h * slope(h)) @ U.T + d_h
            )
        ),
        "d_x lacks the slope: it is d_z @ kernel.T, with d_z for d_h": (
            lambda d_h, x, before, h, W, U: swap(step(d_h, x, before, h, W, U), d_x=d_h @ W.T)
        ),
        "d_bias lacks the slope: sum d_z, not d_h": lambda d_h, x, before, h, W, U: swap(
            step(d_h, x, before, h, W, U), d_bias=d_h.sum(axis=0)
        ),
        "d_bias is not summed over the batch: every instance used the bias": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_bias=d_h * slope(h)
            )
        ),
        "d_bias is one number: sum over the batch only, axis=0": lambda d_h, x, before, h, W, U: (
            swap(step(d_h, x, before, h, W, U), d_bias=np.sum(d_h * slope(h)))
        ),
        "d_bias is summed over the units: sum over the batch, axis=0": (
            lambda d_h, x, before, h, W, U: swap(
                step(d_h, x, before, h, W, U), d_bias=(d_h * slope(h)).sum(axis=1)
            )
        ),
        "d_bias is a mean over the batch: it is the sum": lambda d_h, x, before, h, W, U: swap(
            step(d_h, x, before, h, W, U), d_bias=(d_h * slope(h)).mean(axis=0)
        ),
        "the gradients of the weights are divided by the batch size: if the loss is a mean, d_h "
        "holds that factor already": lambda d_h, x, before, h, W, U: means(
            step(d_h, x, before, h, W, U), len(x)
        ),
        "the signs are reversed: a gradient is asked for, not a step of gradient descent, and the "
        "slope is 1 - h**2, not h**2 - 1": (
            lambda d_h, x, before, h, W, U: step(-d_h, x, before, h, W, U)
        ),
        "the order is another: it is d_x, d_h_before, d_kernel, d_recurrent_kernel, d_bias": (
            lambda d_h, x, before, h, W, U: (
                *step(d_h, x, before, h, W, U)[2:],
                *step(d_h, x, before, h, W, U)[:2],
            )
        ),
        "`d_h`, the caller's array, is changed in place: write d_z = d_h * …, not d_h *= …": (
            step_in_place
        ),
    },
    also_right=(
        step_by_einsum,
        step_with_one_matrix,
        step_instance_by_instance,
    ),
)


# Back through all steps -------------------------------------------------------------------


def backward_inputs(rng, timesteps, last):
    """Return the arguments of `rnn_backward`; which outputs the loss uses, each instance says.

    The last output is used by instance `last` alone; -1 is none. Of the outputs in the
    middle, instances 0 and 1 use one, and another is used by nobody. The first output is used
    by the last instance, and not by instance 0.
    """
    forward = sequence_inputs(rng, timesteps)
    states = run(*forward.values())
    used = rng.random(states.shape[:2]) < 0.5
    middle = rng.permutation(np.arange(1, timesteps - 1))
    used[:2, middle[0]] = True
    used[:, middle[1]] = False
    used[:, -1] = np.arange(len(used)) == last
    used[0, 0], used[-1, 0] = False, True
    return {
        "d_outputs": rng.normal(size=states.shape) * used[..., np.newaxis],
        "x": forward["x"],
        "h0": forward["h0"],
        "states": states,
        "kernel": forward["kernel"],
        "recurrent_kernel": forward["recurrent_kernel"],
    }


def earlier(h0, states):
    """Return the states before each step."""
    return np.concatenate([h0[:, np.newaxis], states[:, :-1]], axis=1)


def over_steps(a, d_z):
    return np.tensordot(a, d_z, axes=([0, 1], [0, 1]))


def collect(d_z, d_h0, x, before, W):
    """Return the five gradients, from those for the sums of all steps."""
    return d_z @ W.T, d_h0, over_steps(x, d_z), over_steps(before, d_z), d_z.sum(axis=(0, 1))


def through_kernel(d_h, d_z, U):
    return d_z @ U.T


def sums(d_outputs, states, U, *, meet=np.add, slopes=None, order=reversed, hand_on=through_kernel):
    """Return the gradients for the sums of all steps, and what the walk ends with.

    `meet` puts the loss's own gradient and that from later steps together, and `hand_on`
    says what goes back to the step before.
    """
    slopes = slope(states) if slopes is None else slopes
    d_z, d_h = np.zeros_like(states), np.zeros_like(states[:, 0])
    for t in order(range(states.shape[1])):
        d_h = meet(d_outputs[:, t], d_h)
        d_z[:, t] = d_h * slopes[:, t]
        d_h = hand_on(d_h, d_z[:, t], U)
    return d_z, d_h


def walk(d_outputs, x, h0, states, W, U, **options):
    d_z, d_h0 = sums(d_outputs, states, U, **options)
    return collect(d_z, d_h0, x, earlier(h0, states), W)


def walk_with(before, d_outputs, x, h0, states, W, U):
    """Return the gradients, with other arrays where the states before each step belong."""
    return collect(*sums(d_outputs, states, U), x, before, W)


def walk_from(last, *given):
    """Return the gradients of a walk that begins at this step."""
    return walk(*given, order=lambda steps: reversed(range(last + 1)))


def last_used(d_outputs):
    """Return the last step at which the loss uses any of these outputs."""
    return np.flatnonzero(d_outputs.any(axis=(0, 2)))[-1]


def walk_to_step_1(*given):
    return walk(*given, order=lambda steps: reversed(steps[1:]))


def terms_of(steps, d_outputs, x, h0, states, W, U):
    """Return the gradients, with the weights' terms of these steps only."""
    right = walk(d_outputs, x, h0, states, W, U)
    d_z, _ = sums(d_outputs, states, U)
    some = collect(d_z[:, steps], None, x[:, steps], earlier(h0, states)[:, steps], W)
    return *right[:2], *some[2:]


def only_step_0(name, *given):
    """Return the gradients, with one weight's term of step 0 only."""
    return swap(walk(*given), **{name: terms_of(slice(1), *given)[PLACES[name]]})


def walk_skipping(d_outputs, x, h0, states, W, U):
    d_z, d_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        if d_outputs[:, t].any():
            d_z[:, t] = (d_outputs[:, t] + d_h) * slope(states[:, t])
            d_h = d_z[:, t] @ U.T
    return collect(d_z, d_h, x, earlier(h0, states), W)


def walk_meeting_late(d_outputs, x, h0, states, W, U):
    d_z, d_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        d_z[:, t] = d_outputs[:, t] * slope(states[:, t]) + d_h
        d_h = d_z[:, t] @ U.T
    return collect(d_z, d_h, x, earlier(h0, states), W)


def walk_adding_up(d_outputs, x, h0, states, W, U):
    d_z, d_h = np.zeros_like(states), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        d_z[:, t] = (d_outputs[:, t] + d_h) * slope(states[:, t])
        d_h = d_h + d_z[:, t] @ U.T
    return collect(d_z, d_h, x, earlier(h0, states), W)


def walk_one_step(d_outputs, x, h0, states, W, U):
    own = d_outputs * slope(states)
    from_next = np.pad(own[:, 1:] @ U.T, ((0, 0), (0, 1), (0, 0)))
    d_z = (d_outputs + from_next) * slope(states)
    return collect(d_z, d_z[:, 0] @ U.T, x, earlier(h0, states), W)


def d_first(d_outputs, states, U):
    """Return the whole gradient for the state after step 0."""
    d_z, _ = sums(d_outputs, states, U)
    return d_outputs[:, 0] + d_z[:, 1] @ U.T


def either(own, later):
    """Return the loss's own gradient where it uses this output at all, else the later steps'."""
    return own if own.any() else later


def only_last(d_outputs):
    alone = np.zeros_like(d_outputs)
    alone[:, -1] = d_outputs[:, -1]
    return alone


def walk_in_place(d_outputs, x, h0, states, W, U):
    for t in reversed(range(1, x.shape[1])):
        d_outputs[:, t - 1] += (d_outputs[:, t] * slope(states[:, t])) @ U.T
    d_z = d_outputs * slope(states)
    return collect(d_z, d_z[:, 0] @ U.T, x, earlier(h0, states), W)


def walk_from_the_last_output(d_outputs, x, h0, states, W, U):
    d_h, d_x = d_outputs[:, -1], []
    d_W, d_U, d_b = np.zeros_like(W), np.zeros_like(U), np.zeros(len(U))
    for t in range(x.shape[1] - 1, -1, -1):
        before = h0 if t == 0 else states[:, t - 1]
        d_x_t, d_h, *terms = step(d_h, x[:, t], before, states[:, t], W, U)
        d_x.insert(0, d_x_t)
        d_W, d_U, d_b = d_W + terms[0], d_U + terms[1], d_b + terms[2]
        if t > 0:
            d_h = d_h + d_outputs[:, t - 1]
    return np.stack(d_x, axis=1), d_h, d_W, d_U, d_b


def walk_output_by_output(d_outputs, x, h0, states, W, U):
    total = [np.zeros_like(x), np.zeros_like(h0), np.zeros_like(W), np.zeros_like(U)]
    total.append(np.zeros(len(U)))
    for s in range(x.shape[1]):
        d_h = d_outputs[:, s]
        for t in range(s, -1, -1):
            before = states[:, t - 1] if t else h0
            d_x, d_h, *d_weights = step(d_h, x[:, t], before, states[:, t], W, U)
            total[0][:, t] += d_x
            total[2:] = [a + b for a, b in zip(total[2:], d_weights, strict=True)]
        total[1] += d_h
    return tuple(total)


rnn_backward = Question(
    points=3,
    section="The derivation, on one page",
    draw=(
        partial(backward_inputs, timesteps=5, last=0),
        partial(backward_inputs, timesteps=4, last=1),
        partial(backward_inputs, timesteps=6, last=-1),
    ),
    returns=("d_x", "d_h0", "d_kernel", "d_recurrent_kernel", "d_bias"),
    properties=(InputsUntouched(), LinearIn("d_outputs")),
    mistakes={
        "what comes back from later steps is not added: the state also goes into the next step": (
            lambda *given: walk(*given, meet=lambda own, later: own)
        ),
        "the loss's own gradient stands in for what comes back from later steps: add the two": (
            lambda *given: walk(*given, meet=either)
        ),
        "np.where takes the loss's own gradient or what comes back from later steps: add the two": (
            lambda *given: walk(*given, meet=lambda own, later: np.where(own != 0, own, later))
        ),
        "the walk begins at the last output that the loss uses of instance 0: of another instance "
        "it may use a later one": lambda d, *given: walk_from(last_used(d[:1]), d, *given),
        "the number of steps is fixed at 5: it is x.shape[1]": partial(walk_from, 4),
        "the loop goes over x.shape[0], the batch: the number of steps is x.shape[1]": (
            lambda d, *given: walk_from(len(d) - 1, d, *given)
        ),
        "the loop begins with t = x.shape[1]: the last step is x.shape[1] - 1": lambda d, *given: (
            walk_from(d.shape[1], d, *given)
        ),
        "the loop leaves out the last step: begin with t = x.shape[1] - 1": lambda d, *given: (
            walk_from(d.shape[1] - 2, d, *given)
        ),
        "the loop leaves out step 0: range(T - 1, 0, -1) ends with step 1, reversed(range(T)) "
        "with step 0": walk_to_step_1,
        "d_x has no step 0: range(T - 1, 0, -1) ends with step 1, reversed(range(T)) with step 0": (
            lambda *given: (walk_to_step_1(*given)[0][:, 1:], *walk_to_step_1(*given)[1:])
        ),
        "only the last output's gradient enters: at every step add d_outputs[:, t]": (
            lambda d, *given: walk(only_last(d), *given)
        ),
        "the last output's gradient enters twice: start with zeros, or with d_outputs[:, -1], not "
        "with both": lambda d, *given: walk(d + only_last(d), *given),
        "the gradient goes back one step only: hand on what came from later steps, too": (
            walk_one_step
        ),
        "the gradient stops where the loss does not use the output: it passes through the state": (
            lambda *given: walk(
                *given,
                meet=lambda own, later: own + later * own.any(axis=1, keepdims=True),
            )
        ),
        "a step whose output the loss does not use is skipped: the gradient goes through it as "
        "through every other": walk_skipping,
        "what comes back is added up from step to step: d_h is new at every step": walk_adding_up,
        "what comes back is added after the slope: add it to d_outputs[:, t], then multiply": (
            walk_meeting_late
        ),
        "the slope of tanh is missing: multiply by 1 - states[:, t]**2": (
            lambda d, x, h0, states, W, U: walk(d, x, h0, states, W, U, slopes=np.ones_like(states))
        ),
        "the slope is 1 - tanh(h)**2: the states are tanh already, so it is 1 - states[:, t]**2": (
            lambda d, x, h0, states, W, U: walk(d, x, h0, states, W, U, slopes=slope(tanh(states)))
        ),
        "the slope is taken twice: step_backward takes it already, so hand it d_h, not d_z": (
            lambda d, x, h0, states, W, U: walk(d, x, h0, states, W, U, slopes=slope(states) ** 2)
        ),
        "the states before and after the step are exchanged: step_backward takes h_before, then "
        "h": lambda d, x, h0, states, W, U: collect(
            *sums(d, states, U, slopes=slope(earlier(h0, states))), x, states, W
        ),
        "d_z is handed on as it is: take it back through the recurrent kernel, too": (
            lambda *given: walk(*given, hand_on=lambda d_h, d_z, U: d_z)
        ),
        "d_h is handed on as it is: hand on d_z @ recurrent_kernel.T": lambda *given: walk(
            *given, hand_on=lambda d_h, d_z, U: d_h
        ),
        "d_h is handed on without the slope: hand on d_z @ recurrent_kernel.T": lambda *given: walk(
            *given, hand_on=lambda d_h, d_z, U: d_h @ U.T
        ),
        "the slope is that of the state before: step t has 1 - states[:, t]**2": (
            lambda d, x, h0, states, W, U: walk(
                d, x, h0, states, W, U, slopes=slope(earlier(h0, states))
            )
        ),
        "the recurrent kernel is not transposed on the way back: d_z @ recurrent_kernel.T": (
            lambda *given: walk(*given, hand_on=lambda d_h, d_z, U: d_z @ U)
        ),
        "the steps are taken forwards: begin with the last one": lambda *given: walk(
            *given, order=iter
        ),
        "d_recurrent_kernel is made with the state after each step: it needs the one before": (
            lambda d, x, h0, states, W, U: walk_with(states, d, x, h0, states, W, U)
        ),
        "d_recurrent_kernel is made with h0 at every step: the state before step t is "
        "states[:, t - 1], and h0 at step 0 only": lambda d, x, h0, states, W, U: walk_with(
            np.broadcast_to(h0[:, np.newaxis], states.shape), d, x, h0, states, W, U
        ),
        "at step 0 d_recurrent_kernel is made with the last state: index t - 1 is -1 there, and "
        "h0 belongs there": lambda d, x, h0, states, W, U: walk_with(
            np.roll(states, 1, axis=1), d, x, h0, states, W, U
        ),
        "at step 0 d_recurrent_kernel is made with zeros: the state before it is h0": (
            lambda d, x, h0, states, W, U: walk_with(
                earlier(0 * h0, states), d, x, h0, states, W, U
            )
        ),
        "d_recurrent_kernel is transposed: each term is h_before.T @ d_z": lambda *given: swap(
            walk(*given), d_recurrent_kernel=walk(*given)[3].T
        ),
        "d_kernel is made with the input of the step before: step t needs x[:, t]": (
            lambda d, x, h0, states, W, U: swap(
                walk(d, x, h0, states, W, U),
                d_kernel=walk(d, np.roll(x, 1, axis=1), h0, states, W, U)[2],
            )
        ),
        "the weights have the last step's term only: sum over all steps": lambda *given: terms_of(
            slice(-1, None), *given
        ),
        "the weights have the term of step 0 only: add to them with +=, not with =": (
            lambda *given: terms_of(slice(1), *given)
        ),
        "d_kernel has the term of step 0 only: write +=, not =": lambda *given: only_step_0(
            "d_kernel", *given
        ),
        "d_recurrent_kernel has the term of step 0 only: write +=, not =": lambda *given: (
            only_step_0("d_recurrent_kernel", *given)
        ),
        "d_bias has the term of step 0 only: write +=, not =": lambda *given: only_step_0(
            "d_bias", *given
        ),
        "the weights have terms only where the loss uses the output: something arrives at other "
        "steps, too": lambda d, *given: terms_of(d.any(axis=(0, 2)), d, *given),
        "the weights lack the term of step 0: it counts like every other": lambda *given: terms_of(
            slice(1, None), *given
        ),
        "the gradients of the weights are divided by the batch size: if the loss is a mean, "
        "d_outputs holds that factor already": lambda *given: means(walk(*given), len(given[1])),
        "the gradients of the weights are means over the steps: they are sums": lambda *given: (
            means(walk(*given), given[1].shape[1])
        ),
        "d_h0 is zero: hand the gradient of step 0 on to the state before it": lambda *given: swap(
            walk(*given), d_h0=np.zeros_like(given[2])
        ),
        "d_h0 is the gradient for the state after step 0: take it through step 0, too": (
            lambda d, x, h0, states, W, U: swap(
                walk(d, x, h0, states, W, U), d_h0=d_first(d, states, U)
            )
        ),
        "d_outputs[:, 0] is added to d_h0: it belongs to the state after step 0": lambda *given: (
            swap(walk(*given), d_h0=walk(*given)[1] + given[0][:, 0])
        ),
        "d_outputs[:, -1] is added to d_h0: at t = 0, the index t - 1 is -1, the last step": (
            lambda *given: swap(walk(*given), d_h0=walk(*given)[1] + given[0][:, -1])
        ),
        "d_h0 lacks the slope of step 0": lambda d, x, h0, states, W, U: swap(
            walk(d, x, h0, states, W, U), d_h0=d_first(d, states, U) @ U.T
        ),
        "d_x is in the order of the walk: put it back into the order of time": lambda *given: (
            walk(*given)[0][:, ::-1].copy(),
            *walk(*given)[1:],
        ),
        "d_x is time-major: put time second": lambda *given: (
            walk(*given)[0].swapaxes(0, 1),
            *walk(*given)[1:],
        ),
        "d_bias is summed over time only: sum over the batch, too": lambda *given: swap(
            walk(*given), d_bias=sums(given[0], given[3], given[5])[0].sum(axis=1)
        ),
        "d_bias is summed over the batch only: sum over time, too": lambda *given: swap(
            walk(*given), d_bias=sums(given[0], given[3], given[5])[0].sum(axis=0)
        ),
        "the order is another: it is d_x, d_h0, d_kernel, d_recurrent_kernel, d_bias": (
            lambda *given: (*walk(*given)[2:], *walk(*given)[:2])
        ),
        "only the weights' gradients are returned: d_x and d_h0 come first": lambda *given: walk(
            *given
        )[2:],
        "`d_outputs`, the caller's array, is changed in place: write d_h = d_outputs[:, t] + d_h, "
        "not d_outputs[:, t] += …": walk_in_place,
    },
    also_right=(
        walk,
        lambda d, *given: walk_from(last_used(d), d, *given),
        walk_from_the_last_output,
        walk_output_by_output,
    ),
)


which_steps_matter = Written(
    section="Where the gradient enters",
    criteria=(
        Criterion(
            0.5,
            "which inputs and states get a gradient of exactly zero, and why",
            "Only the input and the state of step 5: they come after the last output that the "
            "loss uses, and no state runs back in time.",
        ),
        Criterion(
            0.5,
            "why no others do",
            "Every earlier state, $H_{-1}$ among them, is handed on from step to step until "
            "output 4, and each input reaches the state of its own step.",
        ),
        Criterion(
            0.5,
            "which steps put a term other than zero into `d_kernel`",
            "The gradient is the sum of the terms $X_t^\\top\\,\\mathrm{d}Z_t$ of all steps; those "
            "of steps 0 to 4 are not zero, that of step 5 is.",
        ),
        Criterion(
            0.5,
            "why there are some among them whose outputs the loss does not use",
            "At steps 0, 1 and 3 the gradient comes back from the next step through the "
            "recurrent kernel, $\\mathrm{d}H_t = \\mathrm{d}Z_{t+1} U^\\top$.",
        ),
    ),
    typical={
        "Steps 0, 1, 3 and 5 get zero, because the loss does not use their outputs.": (
            "0: outputs are taken for states. Step 5 alone is right, for a reason that is wrong."
        ),
        "Only step 5, without a reason.": "0.25 for the first criterion; the reason is the rest.",
        "Step 5 and $H_{-1}$, which is before the sequence.": (
            "0.5 for step 5 with its reason, 0 for the second: $H_{-1}$ is handed on as well."
        ),
        "Steps 2 and 4 put terms into `d_kernel`.": (
            "0 for the third and fourth: the gradient is not followed back in time."
        ),
        "All steps, because they share the kernel.": (
            "0.25 for the third: it is a sum over steps, but that of step 5 is zero."
        ),
    },
)

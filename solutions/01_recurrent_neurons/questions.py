"""Questions of 01_recurrent_neurons: what is asked, what is right, what usually goes wrong."""

import numpy as np

from rnncourse.checks import BatchIndependent, DependsOn, IndependentOf, InputsUntouched, Question

tanh = np.tanh


def step_inputs(rng):
    """Return the arguments of `rnn_step`, with batch, features and units all different."""
    batch, features, units = rng.choice([2, 3, 4, 5, 6], size=3, replace=False)
    return {
        "x": rng.normal(size=(batch, features)),
        "h": rng.uniform(-1, 1, size=(batch, units)),
        "kernel": rng.normal(size=(features, units)),
        "recurrent_kernel": rng.normal(size=(units, units)),
        "bias": rng.normal(size=units),
    }


def two_step_inputs(rng):
    """Return the arguments of `rnn_two_steps`."""
    inputs = step_inputs(rng)
    x0 = inputs.pop("x")
    del inputs["h"]
    return {"x0": x0, "x1": rng.normal(size=x0.shape), **inputs}


def step_in_place(x, h, W, U, b):
    h[:] = tanh(x @ W + h @ U + b)
    return h


def step_neuron_by_neuron(x, h, W, U, b):
    columns = [tanh(x @ W[:, j] + h @ U[:, j] + b[j]) for j in range(len(b))]
    return np.stack(columns, axis=1)


def step_over_the_joined_input(x, h, W, U, b):
    return tanh(np.concatenate([x, h], axis=1) @ np.concatenate([W, U]) + b)


def step_instance_by_instance(x, h, W, U, b):
    return np.array([tanh(W.T @ x_i + U.T @ h_i + b) for x_i, h_i in zip(x, h, strict=True)])


def two_steps(x0, x1, W, U, b, start=0.0):
    y0 = tanh(x0 @ W + np.full((len(x0), len(b)), start) @ U + b)
    return y0, tanh(x1 @ W + y0 @ U + b)


def two_steps_in_place(x0, x1, W, U, b):
    y0, y1 = two_steps(x0, x1, W, U, b)
    x0[:] = x1
    return y0, y1


def two_steps_in_a_loop(x0, x1, W, U, b):
    outputs, h = [], np.zeros((x0.shape[0], b.shape[0]))
    for x in (x0, x1):
        h = tanh(x @ W + h @ U + b)
        outputs.append(h)
    return outputs[0], outputs[1]


def two_steps_without_a_start(x0, x1, W, U, b):
    y0 = tanh(x0 @ W + b)
    return y0, tanh(x1 @ W + y0 @ U + b)


def two_steps_with_one_projection(x0, x1, W, U, b):
    from_x0, from_x1 = np.stack([x0, x1]) @ W + b
    y0 = tanh(from_x0)
    return y0, tanh(from_x1 + y0 @ U)


rnn_step = Question(
    points=4,
    section="A mini-batch",
    draw=step_inputs,
    properties=(
        InputsUntouched(),
        BatchIndependent(("x", "h")),
        IndependentOf("h", zeros=("recurrent_kernel",)),
    ),
    mistakes={
        "tanh is missing: this is the sum before the activation": lambda x, h, W, U, b: (
            x @ W + h @ U + b
        ),
        "the previous state is left out: add h @ recurrent_kernel": lambda x, h, W, U, b: tanh(
            x @ W + b
        ),
        "the input is left out: add x @ kernel": lambda x, h, W, U, b: tanh(h @ U + b),
        "the bias is left out": lambda x, h, W, U, b: tanh(x @ W + h @ U),
        "the bias is added twice, once to each product": lambda x, h, W, U, b: tanh(
            x @ W + b + h @ U + b
        ),
        "the recurrent kernel is transposed: it is h @ recurrent_kernel, without .T": (
            lambda x, h, W, U, b: tanh(x @ W + h @ U.T + b)
        ),
        "`x @ kernel` does not fit: no .T, and not the recurrent kernel": lambda x, h, W, U, b: (
            tanh(x @ W.T + h @ U + b)
        ),
        "the factors are swapped: x and h stand on the left": lambda x, h, W, U, b: tanh(
            W @ x + U @ h + b
        ),
        "tanh is applied twice": lambda x, h, W, U, b: tanh(tanh(x @ W + h @ U + b)),
        "tanh is applied to each product and not to their sum": lambda x, h, W, U, b: (
            tanh(x @ W) + tanh(h @ U) + b
        ),
        "the activation is the logistic sigmoid, and not tanh": lambda x, h, W, U, b: (
            1 / (1 + np.exp(-(x @ W + h @ U + b)))
        ),
        "the batch is averaged: each instance has a state of its own": lambda x, h, W, U, b: tanh(
            x @ W + (h @ U).mean(axis=0) + b
        ),
        "`h`, the caller's array, is changed in place: work on a new array": step_in_place,
    },
    also_right=(
        step_neuron_by_neuron,
        step_over_the_joined_input,
        step_instance_by_instance,
    ),
)

rnn_two_steps = Question(
    points=6,
    section="Two steps by hand",
    draw=two_step_inputs,
    returns=("y0", "y1"),
    properties=(
        InputsUntouched(),
        BatchIndependent(("x0", "x1")),
        IndependentOf("x1", item=0),
        DependsOn("x0", item=1),
    ),
    mistakes={
        "the state is reset: the second step starts from zeros and not from y0": (
            lambda x0, x1, W, U, b: (tanh(x0 @ W + b), tanh(x1 @ W + b))
        ),
        "the second step reads x0 again": lambda x0, x1, W, U, b: two_steps(x0, x0, W, U, b),
        "the second step reads no input: add x1 @ kernel": lambda x0, x1, W, U, b: two_steps(
            x0, 0 * x1, W, U, b
        ),
        "the outputs are in the order y1, y0": lambda x0, x1, W, U, b: two_steps(x0, x1, W, U, b)[
            ::-1
        ],
        "only y1 is returned: return the pair (y0, y1)": lambda x0, x1, W, U, b: two_steps(
            x0, x1, W, U, b
        )[1],
        "the two outputs are stacked in one array: return the pair (y0, y1)": (
            lambda x0, x1, W, U, b: np.stack(two_steps(x0, x1, W, U, b))
        ),
        "the first step starts from ones: the state before t = 0 is zero": (
            lambda x0, x1, W, U, b: two_steps(x0, x1, W, U, b, start=1.0)
        ),
        "y0 reaches the second step without the recurrent kernel": lambda x0, x1, W, U, b: (
            tanh(x0 @ W + b),
            tanh(x1 @ W + tanh(x0 @ W + b) + b),
        ),
        "the first step has no tanh": lambda x0, x1, W, U, b: (
            x0 @ W + b,
            tanh(x1 @ W + (x0 @ W + b) @ U + b),
        ),
        "the second step has no bias": lambda x0, x1, W, U, b: (
            tanh(x0 @ W + b),
            tanh(x1 @ W + tanh(x0 @ W + b) @ U),
        ),
        "the recurrent kernel is transposed in the second step": lambda x0, x1, W, U, b: (
            tanh(x0 @ W + b),
            tanh(x1 @ W + tanh(x0 @ W + b) @ U.T + b),
        ),
        "`x0`, the caller's array, is changed in place: work on a new array": two_steps_in_place,
    },
    also_right=(
        two_steps_in_a_loop,
        two_steps_without_a_start,
        two_steps_with_one_projection,
    ),
)

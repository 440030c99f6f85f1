"""Questions of 02_memory_cells: any cell over a sequence, a delay line, every n-th one."""

import numpy as np

from rnncourse.checks import (
    BatchIndependent,
    DecimalCell,
    InputsUntouched,
    LinearCell,
    Question,
    SameLayer,
    StillCell,
)

# Any cell ---------------------------------------------------------------------------------


def linear_cell(rng):
    """Return the arguments of `run_cell`; state, input and output have different sizes."""
    batch, timesteps, features, units, outputs = rng.permutation([2, 3, 4, 5, 6, 7])[:5]
    step = LinearCell(
        rng.normal(size=(features, units)),
        rng.normal(size=(units, units)) / 2,
        rng.normal(size=(units, outputs)),
    )
    x, h0 = rng.normal(size=(batch, timesteps, features)), rng.normal(size=(batch, units))
    return {"step": step, "x": x, "h0": h0}


def digits(rng, step):
    """Return the arguments of `run_cell` for a cell whose state is as large as its input."""
    batch, timesteps, features = rng.permutation([2, 3, 4, 5, 6, 7])[:3]
    drawn = rng.integers(1, 10, size=(batch, timesteps + 1, features)).astype(float)
    return {"step": step, "x": drawn[:, 1:], "h0": drawn[:, 0]}


def decimal_cell(rng):
    return digits(rng, DecimalCell(modulus=7))


def still_cell(rng):
    return digits(rng, StillCell())


def run(step, x, h):
    """Return the outputs and the states at all steps, two lists."""
    outputs, states = [], []
    for t in range(x.shape[1]):
        y, h = step(x[:, t], h)
        outputs.append(y)
        states.append(h)
    return outputs, states


def run_right(step, x, h0):
    outputs, states = run(step, x, h0)
    return np.stack(outputs, axis=1), states[-1]


def run_in_a_prepared_array(step, x, h):
    for t in range(x.shape[1]):
        y, h = step(x[:, t], h)
        if t == 0:
            outputs = np.zeros((len(x), x.shape[1], y.shape[1]))
        outputs[:, t] = y
    return outputs, h


def run_time_major(step, x, h):
    outputs = []
    for x_t in np.swapaxes(x, 0, 1):
        y, h = step(x_t, h)
        outputs.append(y[:, np.newaxis])
    return np.concatenate(outputs, axis=1), h


def run_by_recursion(step, x, h):
    y, h = step(x[:, 0], h)
    if x.shape[1] == 1:
        return y[:, np.newaxis], h
    later, final = run_by_recursion(step, x[:, 1:], h)
    return np.concatenate([y[:, np.newaxis], later], axis=1), final


def run_with_old_names(step, x, h, *, swap_arguments=False, swap_results=False, feed_output=False):
    """Return what comes of taking one thing for another in the loop."""
    outputs = []
    for t in range(x.shape[1]):
        y, new = step(h, x[:, t]) if swap_arguments else step(x[:, t], h)
        h, y = (y, new) if swap_results else (y, y) if feed_output else (new, y)
        outputs.append(y)
    return np.stack(outputs, axis=1), h


def run_time_first(step, x, h):
    outputs = []
    for t in range(len(x)):
        y, h = step(x[t], h)
        outputs.append(y)
    return np.stack(outputs, axis=1), h


def run_from_the_start_again(step, x, h0):
    results = [step(x[:, t], h0) for t in range(x.shape[1])]
    return np.stack([y for y, _ in results], axis=1), results[-1][1]


def run_with_two_calls(step, x, h):
    outputs = []
    for t in range(x.shape[1]):
        h = step(x[:, t], h)[1]
        outputs.append(step(x[:, t], h)[0])
    return np.stack(outputs, axis=1), h


def run_all_at_once(step, x, h0):
    return step(x, h0)


def run_by_reshape(step, x, h0):
    outputs, states = run(step, x, h0)
    return np.array(outputs).reshape(len(x), x.shape[1], -1), states[-1]


def run_into(array):
    """Return a loop that writes its outputs into `array(x, h0)`."""

    def run_cell(step, x, h):
        outputs = array(x, h)
        for t in range(x.shape[1]):
            y, h = step(x[:, t], h)
            outputs[:, t] = y
        return outputs, h

    return run_cell


def run_on_the_output(step, x, h0):
    y, outputs = h0, []
    for t in range(x.shape[1]):
        y, h = step(x[:, t], y)
        outputs.append(y)
    return np.stack(outputs, axis=1), h


def run_each_instance(step, x, h, *, nested=False):
    outputs = []
    for instance in x:
        of_instance = []
        for x_t in instance:
            y, h = step(x_t, h)
            of_instance.append(y)
        outputs += [of_instance] if nested else of_instance
    return np.array(outputs), h


def run_in_place(step, x, h0):
    outputs, states = run(step, x, h0.copy())
    h0[...] = states[-1]
    return np.stack(outputs, axis=1), h0.copy()


run_cell = Question(
    points=3,
    section="State and output",
    draw=(linear_cell, decimal_cell, still_cell),
    returns=("outputs", "state"),
    properties=(InputsUntouched(), BatchIndependent(("x", "h0"))),
    mistakes={
        "`h0` is ignored: the first step starts from it, not from zeros": lambda step, x, h0: (
            run_right(step, x, np.zeros_like(h0))
        ),
        "the last step is missing: there are x.shape[1] of them": lambda step, x, h0: run_right(
            step, x[:, :-1], h0
        ),
        "the first step is missing: steps are counted from 0": lambda step, x, h0: run_right(
            step, x[:, 1:], h0
        ),
        "time runs backwards: begin with x[:, 0]": lambda step, x, h0: run_right(
            step, x[:, ::-1], h0
        ),
        "the second item is the last output: return the state, which the cell gave beside it": (
            lambda step, x, h0: (run_right(step, x, h0)[0], run(step, x, h0)[0][-1])
        ),
        "the states are returned as outputs: collect what the cell gives first": (
            lambda step, x, h0: (np.stack(run(step, x, h0)[1], axis=1), run(step, x, h0)[1][-1])
        ),
        "the output is fed back as the state: the next step needs the state": (
            lambda step, x, h0: run_with_old_names(step, x, h0, feed_output=True)
        ),
        "the output goes into the next step: hand on the state, the second of the cell's results": (
            run_on_the_output
        ),
        "the results of the cell are exchanged: it returns (output, next_state)": (
            lambda step, x, h0: run_with_old_names(step, x, h0, swap_results=True)
        ),
        "the arguments of the cell are exchanged: call step(x_t, h)": lambda step, x, h0: (
            run_with_old_names(step, x, h0, swap_arguments=True)
        ),
        "every step starts from `h0`: hand the new state to the next step": (
            run_from_the_start_again
        ),
        "the cell is called twice a step, the second time with the new state: call it once, and "
        "take both results": run_with_two_calls,
        "the outputs are time-major: np.stack with axis=1 puts the time behind the batch": (
            lambda step, x, h0: (np.stack(run(step, x, h0)[0]), run(step, x, h0)[1][-1])
        ),
        "`reshape` mixes the instances: use np.stack with axis=1": run_by_reshape,
        "x[t] is an instance, not a step: step t is x[:, t]": run_time_first,
        "the cell got all steps at once: give it one step at a time, x[:, t]": run_all_at_once,
        "x[i, t] is one instance, and `h` holds all of them: step t of all instances is x[:, t]": (
            run_each_instance
        ),
        "the instances are run one by one, but with the state of all of them: step t of all "
        "instances is x[:, t]": lambda step, x, h0: run_each_instance(step, x, h0, nested=True),
        "the array for the outputs is as wide as the state; the outputs need not be: collect them "
        "in a list, then np.stack with axis=1": run_into(
            lambda x, h0: np.empty((*x.shape[:2], h0.shape[1]))
        ),
        "the array for the outputs is as wide as the inputs; the outputs need not be: collect them "
        "in a list, then np.stack with axis=1": run_into(lambda x, _: np.empty_like(x)),
        "the outputs are a list: np.stack with axis=1 makes one array of it": (
            lambda step, x, h0: (run(step, x, h0)[0], run(step, x, h0)[1][-1])
        ),
        "the outputs are joined without an axis for the time: np.concatenate makes no new axis, "
        "np.stack does": lambda step, x, h0: (
            np.concatenate(run(step, x, h0)[0], axis=1),
            run(step, x, h0)[1][-1],
        ),
        "only the last output is returned: collect those of all steps": lambda step, x, h0: (
            run(step, x, h0)[0][-1],
            run(step, x, h0)[1][-1],
        ),
        "all states are returned: the second item is the last one alone": lambda step, x, h0: (
            run_right(step, x, h0)[0],
            np.stack(run(step, x, h0)[1], axis=1),
        ),
        "the order is (outputs, state), not (state, outputs)": lambda step, x, h0: run_right(
            step, x, h0
        )[::-1],
        "the final state is missing: return (outputs, state)": lambda step, x, h0: run_right(
            step, x, h0
        )[0],
        "`h0`, the caller's array, is changed in place": run_in_place,
    },
    also_right=(run_in_a_prepared_array, run_time_major, run_by_recursion),
)


# A delay line -----------------------------------------------------------------------------

KERNEL, RECURRENT_KERNEL, BIAS, OUTPUT_KERNEL = range(4)


def some_delay(rng):
    """Return the argument of `delay_line_weights`."""
    return {"k": int(rng.integers(3, 9))}


def no_delay(rng):
    return {"k": 0}


def delay_of_one_step(rng):
    return {"k": 1}


def delay(units, *, enter=0, read=-1):
    """Return a row of units, each of which hands its number to the next."""
    kernel, output_kernel = np.zeros((1, units)), np.zeros((units, 1))
    kernel[0, enter] = output_kernel[read, 0] = 1.0
    return kernel, np.eye(units, k=1), np.zeros(units), output_kernel


def but(layer, place, change):
    """Return the layer with one of its arrays changed."""
    return tuple(change(part) if i == place else part for i, part in enumerate(layer))


def delay_with_k_units(k):
    """Return a delay line whose arrays are empty where k is 0."""
    return np.eye(1, k), np.eye(k, k=1), np.zeros(k), np.eye(k, 1, 1 - k)


def delay_with_k_units_set_one_by_one(k):
    kernel, recurrent_kernel, bias, output_kernel = (0 * part for part in delay_with_k_units(k))
    kernel[0, 0] = 1
    for i in range(k - 1):
        recurrent_kernel[i, i + 1] = 1
    output_kernel[-1, 0] = 1
    return kernel, recurrent_kernel, bias, output_kernel


def delay_backwards(k):
    kernel, recurrent_kernel, bias, output_kernel = delay(k + 1)
    return kernel[:, ::-1], recurrent_kernel.T, bias, output_kernel[::-1]


def delay_in_any_order(k):
    order = np.random.default_rng(k).permutation(k + 1)
    kernel, recurrent_kernel, bias, output_kernel = delay(k + 1)
    return kernel[:, order], recurrent_kernel[np.ix_(order, order)], bias, output_kernel[order]


def delay_louder(k):
    kernel, recurrent_kernel, bias, output_kernel = delay(k + 1)
    return 8 * kernel, recurrent_kernel / 2, bias, output_kernel * 2.0 ** (k - 3)


def delay_in_another_basis(k):
    rng = np.random.default_rng(k)
    turn, _ = np.linalg.qr(rng.normal(size=(k + 1, k + 1)))
    kernel, recurrent_kernel, bias, output_kernel = delay(k + 1)
    return kernel @ turn, turn.T @ recurrent_kernel @ turn, bias, turn.T @ output_kernel


def delay_of_whole_numbers(k):
    row = [1] + [0] * k
    return np.array([row]), np.eye(k + 1, k=1, dtype=int), 0 * np.array(row), np.c_[row[::-1]]


def ring(k):
    return but(delay(k + 1), RECURRENT_KERNEL, lambda U: np.roll(np.eye(k + 1), 1, axis=1))


def sum_where_there_is_no_delay(k):
    return but(delay(k + 1), RECURRENT_KERNEL, lambda U: U if k else np.eye(1))


delay_line_weights = Question(
    points=4,
    section="A delay line",
    draw=(some_delay, no_delay, delay_of_one_step),
    returns=("kernel", "recurrent_kernel", "bias", "output_kernel"),
    compare=SameLayer(),
    mistakes={
        "it delays by one step too few: the first unit holds the present input already, so k steps "
        "need k + 1 units, and the last one is read": lambda k: delay(max(k, 1)),
        "there are k units: they delay by k - 1 steps, and with k = 0 there are none; make them "
        "k + 1": delay_with_k_units,
        "there are k units: they delay by k - 1 steps, and with k = 0 there is none to be set; "
        "make them k + 1": delay_with_k_units_set_one_by_one,
        "it delays by one step too many: the first unit holds the present input already": (
            lambda k: delay(k + 2)
        ),
        "there are more than k + 1 units: what do the others do?": lambda k: delay(k + 2, read=-2),
        "it does not delay: the unit that is read is the one that the input enters": lambda k: (
            delay(k + 1, read=0)
        ),
        "nothing ever comes out: the numbers must move from the unit where they enter to the one "
        "that is read; entry [i, j] of the recurrent kernel leads from unit i to unit j": (
            lambda k: but(delay(k + 1), RECURRENT_KERNEL, np.transpose)
        ),
        "with k = 0 it adds up its inputs: a layer that remembers nothing has a recurrent kernel "
        "of 0": sum_where_there_is_no_delay,
        "the numbers run in a ring: what has been read must leave, so nothing leads from the last "
        "unit back to the first": ring,
        "each unit also keeps what it had: the diagonal of the recurrent kernel is 0": lambda k: (
            but(delay(k + 1), RECURRENT_KERNEL, lambda U: U + np.eye(k + 1))
        ),
        "the numbers take short cuts: each unit leads to the next one alone": lambda k: but(
            delay(k + 1), RECURRENT_KERNEL, lambda U: np.triu(np.ones_like(U), 1 if k else 0)
        ),
        "every unit is connected with every unit: most of the recurrent kernel is 0": lambda k: but(
            delay(k + 1), RECURRENT_KERNEL, np.ones_like
        ),
        "the last k + 1 inputs are added: the input enters one unit, and one unit is read": (
            lambda k: but(delay(k + 1), OUTPUT_KERNEL, np.ones_like)
        ),
        "the last k + 1 inputs are averaged: read the last unit alone": lambda k: but(
            delay(k + 1), OUTPUT_KERNEL, lambda V: np.full_like(V, 1 / (k + 1))
        ),
        "something is added to the inputs: the bias is 0": lambda k: but(
            delay(k + 1), BIAS, np.ones_like
        ),
        "the numbers lose half of their size at each step: the weights from unit to unit are 1": (
            lambda k: but(delay(k + 1), RECURRENT_KERNEL, lambda U: U / 2)
        ),
        "`k` is not used: it always delays by 2 steps": lambda k: delay(3),
        "these are the numbers of the chapter: they delay by 3 steps, whatever k is": lambda k: (
            delay(4)
        ),
        "`kernel` is transposed: its shape is (features, units), here (1, k + 1)": lambda k: but(
            delay(k + 1), KERNEL, np.transpose
        ),
        "`output_kernel` is transposed: its shape is (units, 1)": lambda k: but(
            delay(k + 1), OUTPUT_KERNEL, np.transpose
        ),
        "`kernel` is a vector: its shape is (1, units), a row in double brackets": lambda k: but(
            delay(k + 1), KERNEL, np.ravel
        ),
        "`output_kernel` is a vector: its shape is (units, 1), a column": lambda k: but(
            delay(k + 1), OUTPUT_KERNEL, np.ravel
        ),
        "`bias` is a row of a matrix: its shape is (units,)": lambda k: but(
            delay(k + 1), BIAS, np.atleast_2d
        ),
        "`bias` is one number: it needs one for each unit": lambda k: but(
            delay(k + 1), BIAS, lambda b: b[0]
        ),
        "the order is wrong: kernel first, then the recurrent kernel": lambda k: tuple(
            delay(k + 1)[i] for i in (1, 0, 2, 3)
        ),
        "`bias` and `output_kernel` are exchanged: the order is kernel, recurrent kernel, bias, "
        "output kernel": lambda k: tuple(delay(k + 1)[i] for i in (0, 1, 3, 2)),
        "the output kernel is missing: return four arrays": lambda k: delay(k + 1)[:3],
        "these are lists: np.array makes arrays of them": lambda k: tuple(
            part.tolist() for part in delay(k + 1)
        ),
    },
    also_right=(
        delay_backwards,
        delay_in_any_order,
        delay_louder,
        delay_in_another_basis,
        delay_of_whole_numbers,
    ),
)


# Every n-th one ---------------------------------------------------------------------------


def some_number(rng):
    """Return the argument of `every_nth_weights`."""
    return {"n": int(rng.integers(4, 10))}


def every_second(rng):
    return {"n": 2}


def every_nth(n, *, back=None, threshold=None, read=(0, 1)):
    """Return two ReLU units: count plus input, and what that has above `threshold`.

    Args:
        n: Which ones are marked.
        back: What the count loses where the second unit is 1, if it is not n.
        threshold: Where the second unit begins, if it is not n - 1.
        read: Weights of the two units in the output.
    """
    back = n if back is None else back
    threshold = n - 1 if threshold is None else threshold
    return (
        np.ones((1, 2)),
        np.array([[1.0, 1.0], [-back, -back]]),
        np.array([0.0, -threshold]),
        np.array(read, dtype=float)[:, np.newaxis],
    )


def hears(n, recurrent_kernel):
    """Return the right layer with another recurrent kernel, given as nested lists."""
    return but(every_nth(n), RECURRENT_KERNEL, lambda _: np.array(recurrent_kernel, dtype=float))


def every_nth_exchanged(n):
    kernel, recurrent_kernel, bias, output_kernel = every_nth(n)
    return kernel, recurrent_kernel[::-1, ::-1], bias[::-1], output_kernel[::-1]


def every_nth_louder(n):
    kernel, recurrent_kernel, bias, output_kernel = every_nth(n)
    scale = np.array([1.0, n])
    return (
        kernel * scale,
        recurrent_kernel * scale / scale[:, None],
        bias * scale,
        output_kernel / scale[:, None],
    )


def every_nth_later(n):
    kernel, recurrent_kernel, _, output_kernel = every_nth(n)
    scale = np.array([1.0, 2.0])  # the second unit begins at n - 1/2, and reaches 1/2
    return (
        kernel,
        recurrent_kernel * scale[:, None],
        np.array([0.0, 0.5 - n]),
        output_kernel * scale[:, None],
    )


def every_nth_held_back_less(n):
    return hears(n, [[1, 1], [-n, -2]])  # enough to keep the second unit at 0 after an n-th one


def every_nth_of_whole_numbers(n):
    return (
        np.array([[1, 1]]),
        np.array([[1, 1], [-n, -n]]),
        np.array([0, 1 - n]),
        np.array([[0], [1]]),
    )


every_nth_weights = Question(
    points=3,
    section="A toggle",
    draw=(some_number, every_second, some_number),
    returns=("kernel", "recurrent_kernel", "bias", "output_kernel"),
    compare=SameLayer(activation="relu", bits=True),
    mistakes={
        "it never says 1: does each unit hear the count? Entry [i, j] of the recurrent kernel is "
        "the way from unit i to unit j; the output kernel times the kernel will not do, as the "
        "output does not tell the count": lambda n: hears(n, [[0, 0], [1, 1]]),
        "this is a counter, as the toggle is: it says where the count is; read only whether it has "
        "arrived": lambda n: every_nth(n, read=(1, -n)),
        "the unit that adds up is read: read the other one, which is 1 at every n-th one only": (
            lambda n: every_nth(n, read=(1, 0))
        ),
        "both units are read: read the one that is 1 at every n-th one only": lambda n: every_nth(
            n, read=(1, 1)
        ),
        "the output kernel is that of the toggle: here the sum is not to be read": lambda n: (
            every_nth(n, read=(1, -2))
        ),
        "at every n-th one it says -n: taking n away is the business of the recurrent kernel, the "
        "output kernel reads a 1": lambda n: every_nth(n, read=(0, -n)),
        "at every n-th one it says n: a unit that is 1 there is read with a weight of 1": (
            lambda n: every_nth(n, read=(0, n))
        ),
        "it comes one 1 too late, at the (n + 1)-th: the unit that is read must be above 0 where "
        "the sum is n, so its bias is -(n - 1)": lambda n: every_nth(n, threshold=n),
        "it comes one 1 too early, at the (n - 1)-th: the unit that is read must still be 0 there, "
        "so its bias is -(n - 1)": lambda n: every_nth(n, threshold=n - 2),
        "the bias is that of the toggle: the unit that is read must be 0 up to n - 1": lambda n: (
            every_nth(n, threshold=1)
        ),
        "the bias has the wrong sign: it must hold the second unit back": lambda n: every_nth(
            n, threshold=1 - n
        ),
        "the bias is left out, or its two numbers are exchanged: it must hold back the unit that "
        "is read": lambda n: but(every_nth(n), BIAS, lambda b: b[::-1]),
        "it never starts again: after the n-th one the recurrent kernel must take n away": (
            lambda n: every_nth(n, back=0)
        ),
        "the recurrent kernel takes 1 away, not n: a ReLU unit gives 1 where the sum is n, and n "
        "is to go": lambda n: every_nth(n, back=1),
        "the recurrent kernel is that of the toggle: it takes 2 away, whatever n is": lambda n: (
            every_nth(n, back=2)
        ),
        "the recurrent kernel takes n - 1 away, so each new count begins at 1": lambda n: every_nth(
            n, back=n - 1
        ),
        "n is added, not taken away: the weights from the second unit are -n": lambda n: every_nth(
            n, back=-n
        ),
        "the unit that is read does not hear the input, so it comes a step late": lambda n: but(
            every_nth(n), KERNEL, lambda W: W * [1, 0]
        ),
        "n is taken from the sum, but not from the unit that is read: both units must hear it": (
            lambda n: hears(n, [[1, 1], [-n, 0]])
        ),
        "n is taken from the unit that is read, but not from the sum: both units must hear it": (
            lambda n: hears(n, [[1, 1], [0, -n]])
        ),
        "`n` is not used: it always marks every third one": lambda n: every_nth(3),
        "`n` is not used: it always marks every second one": lambda n: every_nth(2),
        "this is the toggle of the chapter: first make it mark every second one, for n = 2": (
            lambda n: every_nth(2, read=(1, -2))
        ),
        "`kernel` is transposed: its shape is (1, units)": lambda n: but(
            every_nth(n), KERNEL, np.transpose
        ),
        "`output_kernel` is transposed: its shape is (units, 1)": lambda n: but(
            every_nth(n), OUTPUT_KERNEL, np.transpose
        ),
        "`kernel` is a vector: its shape is (1, units), a row in double brackets": lambda n: but(
            every_nth(n), KERNEL, np.ravel
        ),
        "`output_kernel` is a vector: its shape is (units, 1), a column": lambda n: but(
            every_nth(n), OUTPUT_KERNEL, np.ravel
        ),
        "`bias` is a row of a matrix: its shape is (units,)": lambda n: but(
            every_nth(n), BIAS, np.atleast_2d
        ),
        "the order is wrong: kernel first, then the recurrent kernel": lambda n: tuple(
            every_nth(n)[i] for i in (1, 0, 2, 3)
        ),
        "`bias` and `output_kernel` are exchanged: the order is kernel, recurrent kernel, bias, "
        "output kernel": lambda n: tuple(every_nth(n)[i] for i in (0, 1, 3, 2)),
        "the output kernel is missing: return four arrays": lambda n: every_nth(n)[:3],
        "these are lists: np.array makes arrays of them": lambda n: tuple(
            part.tolist() for part in every_nth(n)
        ),
    },
    also_right=(
        every_nth_exchanged,
        every_nth_louder,
        every_nth_later,
        every_nth_held_back_less,
        every_nth_of_whole_numbers,
    ),
)

"""Questions of 13_bug_clinic: eight programs to repair, and a test for each.

The wrong answers of a repair are also what its test must catch. They travel as their
source, so each of them stands on its own and needs nothing but `np`.
"""

import numpy as np

from rnncourse.checks import Catches, Criterion, InputsUntouched, Question, Written
from rnncourse.checks.clinic import BROKEN, sealed

RIGHT = ("a right program", "another right program, written differently")


def clinic_test(repair, wrong=5, **bank):
    """Return the question for the test of a repaired program.

    Args:
        repair: The question that asks for the repair.
        wrong: How many of its mistakes, from the first, the test must catch: those that
            break the property in question. The first of all is the broken program.
        bank: Wrong tests by message as `mistakes`, right ones as `also_right`.
    """
    labels = [message.split(":")[0] for message in repair.mistakes][:wrong]
    labels[0] = BROKEN
    functions = [*list(repair.mistakes.values())[:wrong], *repair.also_right]
    programs = {
        name: (sealed(program), name in RIGHT)
        for name, program in zip([*labels, *RIGHT], functions, strict=True)
    }

    def in_any_order(rng):
        return {"programs": {name: programs[name] for name in rng.permutation(list(programs))}}

    return Question(
        points=0.5,
        section="Many small cases instead of one",
        draw=in_any_order,
        compare=Catches(),
        cases=2,
        public_cases=2,
        through="verdicts",
        **bank,
    )


# Tests that are wrong whatever the program -------------------------------------------------


def never_calls(program):
    assert callable(program)


def never_content(program):
    np.testing.assert_raises(TypeError, program)
    raise AssertionError("something is wrong")


def needs(repair):
    """Raise what a test raises that calls the repair, whose cell comes later."""
    raise NameError(f"name {repair!r} is not defined")


def returns_its_verdict(program):
    return program is not None


# 1. Windows of a stream --------------------------------------------------------------------


def window_inputs(rng):
    """Return the arguments of `run_windows`: three windows, the last one short."""
    batch, features, units = rng.choice([2, 3, 4, 5], size=3, replace=False)
    window = int(rng.choice([3, 4]))
    timesteps = 2 * window + int(rng.integers(1, window))
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "kernel": rng.normal(size=(features, units)),
        "recurrent_kernel": rng.normal(size=(units, units)),
        "window": window,
    }


def windows_from_zeros(x, kernel, recurrent_kernel, window):
    outputs = []
    for start in range(0, x.shape[1], window):
        h = np.zeros((len(x), len(recurrent_kernel)))
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def windows_from_row_0(x, kernel, recurrent_kernel, window):
    h = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for start in range(0, x.shape[1], window):
        h = np.zeros_like(h) + h[0]
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def every_other_window_from_zeros(x, kernel, recurrent_kernel, window):
    outputs = []
    for start in range(0, x.shape[1], window):
        if start % (2 * window) == 0:
            h = np.zeros((len(x), len(recurrent_kernel)))
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def full_windows_only(x, kernel, recurrent_kernel, window):
    h = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for start in range(0, x.shape[1] - window + 1, window):
        for t in range(start, start + window):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def windows_from_one_step_too_early(x, kernel, recurrent_kernel, window):
    h = before = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for start in range(0, x.shape[1], window):
        h = before
        for t in range(start, min(start + window, x.shape[1])):
            before, h = h, np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def last_states_of_windows(x, kernel, recurrent_kernel, window):
    ends = np.append(np.arange(window - 1, x.shape[1] - 1, window), x.shape[1] - 1)
    return windows_carried(x, kernel, recurrent_kernel, window)[:, ends]


def windows_carried(x, kernel, recurrent_kernel, window):
    h = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for start in range(0, x.shape[1], window):
        for t in range(start, min(start + window, x.shape[1])):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            outputs.append(h)
    return np.stack(outputs, axis=1)


def windows_concatenated(x, kernel, recurrent_kernel, window):
    both = np.concatenate([recurrent_kernel, kernel])
    h = np.zeros((len(x), len(recurrent_kernel)))
    outputs = np.empty((len(x), x.shape[1], len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.tanh(np.concatenate([h, x[:, t]], axis=1) @ both)
        outputs[:, t] = h
    return outputs


run_windows = Question(
    points=0.5,
    section="The lost state, in Keras as well",
    draw=window_inputs,
    properties=(InputsUntouched(),),
    mistakes={
        "every window starts from zeros: that is the broken program, so make the zeros once, "
        "before the first window": windows_from_zeros,
        "all rows go on from the state of row 0: each goes on from its own": windows_from_row_0,
        "every other window starts from zeros: none but the first may": (
            every_other_window_from_zeros
        ),
        "the last window is left out where it is short: its steps belong to the result": (
            full_windows_only
        ),
        "a window goes on from the state before the last one: take the last": (
            windows_from_one_step_too_early
        ),
        "only the last state of each window is returned: return those after all steps": (
            last_states_of_windows
        ),
        "the outputs are time-major: stack them with axis=1": lambda *arguments: windows_carried(
            *arguments
        ).swapaxes(0, 1),
    },
    also_right=(windows_carried, windows_concatenated),
)


def sequence(batch, timesteps):
    """Return inputs and two kernels, always the same."""
    rng = np.random.default_rng(0)
    return (
        rng.normal(size=(batch, timesteps, 3)),
        rng.normal(size=(3, 4)),
        rng.normal(size=(4, 4)),
    )


def windows_by_shape(program):
    assert program(*sequence(2, 8), 3).shape == (2, 8, 4)


def windows_without_a_border(program):
    data = sequence(2, 8)
    np.testing.assert_allclose(program(*data, 8), windows_carried(*data, 8))


def windows_that_fit(program):
    data = sequence(2, 9)
    np.testing.assert_allclose(program(*data, 3), program(*data, 9))


def windows_only_two(program):
    data = sequence(2, 5)
    np.testing.assert_allclose(program(*data, 3), program(*data, 5))


def windows_of_one_row(program):
    data = sequence(1, 8)
    np.testing.assert_allclose(program(*data, 3), program(*data, 8))


def windows_equal_to_the_bit(program):
    data = sequence(5, 20)
    assert (program(*data, 3) == windows_carried(*data, 3)).all()


def windows_shall_differ(program):
    data = sequence(2, 8)
    assert not np.allclose(program(*data, 3), program(*data, 8))


def windows_by_a_loop_of_its_own(program):
    x, kernel, recurrent_kernel = sequence(3, 8)
    for window in (1, 3, 4):
        outputs = program(x, kernel, recurrent_kernel, window)
        h = np.zeros((3, 4))
        for t in range(8):
            h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
            assert np.abs(outputs[:, t] - h).max() < 1e-10


def windows_of_many_sizes(program):
    data = sequence(3, 7)
    whole = program(*data, 7)
    for window in range(1, 7):
        assert np.allclose(program(*data, window), whole)


test_run_windows = clinic_test(
    run_windows,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `run_windows`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs("run_windows"),
        "it finds nothing: with one window there is no border, and without an assertion about "
        "the numbers nothing can fail": windows_without_a_border,
        "it catches a missing step and nothing else: is there an `assert` that compares "
        "numbers?": windows_by_shape,
        "a program that leaves out a short last window gets through: compare windows that do "
        "not divide the steps with one window of all steps": (windows_that_fit),
        "what goes wrong from the third window on gets through: take three windows or more": (
            windows_only_two
        ),
        "an exchange between rows gets through: take several rows, and compare them all": (
            windows_of_one_row
        ),
        "right programs differ in the last bits: use np.allclose instead of ==": (
            windows_equal_to_the_bit
        ),
        "it is the wrong way round: windows and one long run must agree": windows_shall_differ,
    },
    also_right=(windows_by_a_loop_of_its_own, windows_of_many_sizes),
)


# 2. The cross entropy ----------------------------------------------------------------------


def loss_inputs(rng):
    """Return the arguments of `cross_entropy`, a hopeless row and a large one among them."""
    batch, classes = rng.choice([3, 4, 5, 6], size=2, replace=False)
    labels = rng.integers(classes, size=batch)
    logits = rng.normal(size=(batch, classes))
    logits[0, labels[0]] -= 60
    logits[1] += 1000
    return {"logits": logits, "labels": labels}


def softmax_twice(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    prediction = e / e.sum(axis=1, keepdims=True)
    log_sum = np.log(np.exp(prediction).sum(axis=1))
    return np.mean(log_sum - prediction[np.arange(len(labels)), labels])


def log_of_clipped(logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = np.clip(e / e.sum(axis=1, keepdims=True), 1e-10, 1)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def loss_summed(logits, labels):
    z = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z).sum(axis=1))
    return np.sum(log_sum - z[np.arange(len(labels)), labels])


def loss_that_overflows(logits, labels):
    with np.errstate(over="ignore"):
        log_sum = np.log(np.exp(logits).sum(axis=1))
    return np.mean(log_sum - logits[np.arange(len(labels)), labels])


def log_of_clipped_at(least, logits, labels):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = np.clip(e / e.sum(axis=1, keepdims=True), least, 1)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def log_of_overflown(logits, labels):
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


def loss_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels])


def softmax_over_the_batch(logits, labels):
    z = logits - logits.max(axis=0)
    log_p = z - np.log(np.exp(z).sum(axis=0))
    return -np.mean(log_p[np.arange(len(labels)), labels])


def loss_of_each(logits, labels):
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]


def loss_by_the_largest(logits, labels):
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1))
    return np.mean(log_sum - logits[np.arange(len(labels)), labels])


def loss_by_logaddexp(logits, labels):
    total = np.logaddexp.reduce(logits, axis=1) - logits[range(len(labels)), labels]
    return total.sum() / len(labels)


cross_entropy = Question(
    points=0.5,
    section="A sum where a mean belongs",
    draw=loss_inputs,
    properties=(InputsUntouched(),),
    mistakes={
        "the softmax is applied twice: that is the broken program, so take the logits themselves "
        "in the last two lines, less their largest": softmax_twice,
        "the probabilities are clipped: go from the logits to the loss without them": (
            log_of_clipped
        ),
        "the losses are summed over the batch: take the mean": loss_summed,
        "large logits overflow: subtract the largest one of each row first": loss_that_overflows,
        "the softmax runs over the batch: classes are axis 1": softmax_over_the_batch,
        "the sign is wrong: the loss is never negative": lambda logits, labels: (
            -loss_of_each(logits, labels).mean()
        ),
        "one loss for each instance is returned: return their mean": loss_of_each,
        "it is divided by the number of all logits: divide by that of the instances": (
            lambda logits, labels: loss_of_each(logits, labels).sum() / logits.size
        ),
        "the labels are not used: subtract the logit of the right class, not the largest": (
            lambda logits, labels: loss_of_each(logits, logits.argmax(axis=1)).mean()
        ),
        "the exponentials overflow, and inf / inf is nan: subtract the largest logit of each row "
        "before np.exp": log_of_overflown,
        "1e-12 is added to the probabilities, or they are clipped there: go from the logits to "
        "the loss without them": lambda *arguments: log_of_clipped_at(1e-12, *arguments),
        "1e-7 is added to the probabilities, or they are clipped there: go from the logits to "
        "the loss without them": lambda *arguments: log_of_clipped_at(1e-7, *arguments),
        "`logits` is changed in place: write z = logits - …": loss_in_place,
    },
    also_right=(loss_by_the_largest, loss_by_logaddexp),
)


SOME_LABELS = np.array([0, 2, 1])


def loss_of_the_certain(program):
    assert program(30 * np.eye(4)[SOME_LABELS], SOME_LABELS) < 1e-6


def loss_of_the_undecided(program):
    assert np.isclose(program(np.zeros((3, 4)), SOME_LABELS), np.log(4))


def loss_of_one_instance(program):
    assert np.isclose(program(np.array([[0.0, 1000, 0, 0]]), np.array([0])), 1000)


def loss_of_the_slightly_wrong(program):
    logits = 5 * np.eye(4)[SOME_LABELS + 1]
    assert np.isclose(program(logits, SOME_LABELS), 5 + np.log(1 + 3 * np.exp(-5)))


def loss_of_shifted_logits(program):
    logits = np.random.default_rng(0).normal(size=(3, 4))
    assert np.isclose(program(logits, SOME_LABELS), program(logits + 1000, SOME_LABELS))


def loss_below_one(program):
    assert abs(program(30 * np.eye(4)[SOME_LABELS], SOME_LABELS)) < 1


def loss_equal_to_the_bit(program):
    rng = np.random.default_rng(0)
    for number in range(20):
        logits, labels = 10 ** (number % 4) * rng.normal(size=(50, 4)), rng.integers(4, size=50)
        assert program(logits, labels) == loss_by_the_largest(logits, labels)


def loss_from_formula(program):
    rng = np.random.default_rng(1)
    labels = rng.integers(5, size=4)
    for size in (1, 100, 1000):
        logits = size * rng.normal(size=(4, 5))
        wanted = np.mean(np.logaddexp.reduce(logits, axis=1) - logits[range(4), labels])
        assert np.isclose(program(logits, labels), wanted)


def loss_at_its_ends(program):
    logits = np.array([[0, 900, 0, 0], [900.0, 0, 0, 0], [0, 900, 0, 0]])
    assert np.isclose(program(logits[:2], np.array([1, 0])), 0)
    assert np.isclose(program(logits, np.array([0, 3, 2])), 900)


test_cross_entropy = clinic_test(
    cross_entropy,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `cross_entropy`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs(
            "cross_entropy"
        ),
        "it finds nothing: a tolerance that is too wide, or no assertion about the number?": (
            loss_below_one
        ),
        "it catches a second softmax and nothing else: be certain and wrong, too, by 50 and by "
        "1,000, in a batch of several": loss_of_the_certain,
        "a second softmax gets through: where all logits are equal, two give what one gives, so "
        "be certain": (loss_of_the_undecided),
        "a sum in place of the mean gets through: take several instances": loss_of_one_instance,
        "clipping and overflow get through: let logits differ by 50 and by 1,000": (
            loss_of_the_slightly_wrong
        ),
        "it catches an overflow and nothing else: compare with a loss that you know; that a "
        "shift of the logits changes nothing is true of most wrong programs, too": (
            loss_of_shifted_logits
        ),
        "right programs differ in the last bits: use np.isclose instead of ==": (
            loss_equal_to_the_bit
        ),
    },
    also_right=(loss_from_formula, loss_at_its_ends),
)


# 3. Columns as steps -----------------------------------------------------------------------


def image_inputs(rng):
    """Return images whose numbers tell their places."""
    sizes = rng.choice([2, 3, 4, 5, 6], size=3, replace=False)
    i, row, column = np.indices(sizes)
    return {"images": 100.0 * i + 10 * row + column}


def columns_by_reshape(images):
    batch, rows, columns = images.shape
    return images.reshape(batch, columns, rows)


def columns_of_mixed_images(images):
    batch, rows, columns = images.shape
    return images.T.reshape(batch, columns, rows)


def columns_from_the_right(images):
    return np.rot90(images, axes=(1, 2))


def columns_from_below(images):
    return images[:, ::-1].swapaxes(1, 2)


def rows_as_they_are(images):
    return images.copy()


def columns_of_image_0(images):
    return np.stack([images[0].T for _ in images])


def columns_without_image_0(images):
    steps = np.zeros_like(images.swapaxes(1, 2))
    for i in range(1, len(images)):
        steps[i] = images[i].T
    return steps


def columns_without_the_last(images):
    steps = np.zeros_like(images.swapaxes(1, 2))
    for t in range(images.shape[2] - 1):
        steps[:, t] = images[:, :, t]
    return steps


def columns_stacked(images):
    return np.stack([images[:, :, t] for t in range(images.shape[2])], axis=1)


def columns_transposed(images):
    return np.transpose(images, (0, 2, 1))


read_columns = Question(
    points=0.5,
    section="1. A reshape where a transpose is meant",
    draw=image_inputs,
    properties=(InputsUntouched(),),
    mistakes={
        "it is reshaped: that is the broken program, which cuts the numbers anew in their old "
        "order; exchange the axes": columns_by_reshape,
        "the images are mixed up: .T moves the batch as well, and reshape does not undo that": (
            columns_of_mixed_images
        ),
        "the last column comes first: np.rot90 turns the image, exchange the axes instead": (
            columns_from_the_right
        ),
        "the columns run from the bottom to the top: leave the rows in their order": (
            columns_from_below
        ),
        "the steps are still the rows: exchange axes 1 and 2": rows_as_they_are,
        "every image is image 0: each has its own columns": columns_of_image_0,
        "image 0 is left out: the loop over the images begins with 0": columns_without_image_0,
        "the last column is left out: there are as many steps as columns": (
            columns_without_the_last
        ),
        "the batch is not the first axis any more: leave axis 0 where it is": lambda images: (
            images.T
        ),
        "the result is time-major: the batch is the first axis": lambda images: images.transpose(
            2, 0, 1
        ),
    },
    also_right=(columns_stacked, columns_transposed),
)


def coded(*sizes):
    """Return an array whose numbers tell their places."""
    i, row, column = np.indices(sizes)
    return 100 * i + 10 * row + column


def columns_by_shape(program):
    assert program(coded(2, 3, 4)).shape == (2, 4, 3)


def columns_of_squares(program):
    assert program(coded(2, 3, 3)).shape == (2, 3, 3)


def columns_by_one_number(program):
    images = coded(2, 3, 4)
    assert program(images)[1, 3, 0] == images[1, 0, 3]


def columns_of_one_image(program):
    images = coded(1, 3, 4)
    assert np.array_equal(program(images), images.swapaxes(1, 2))


def columns_there_and_back(program):
    images = coded(2, 3, 4)
    assert np.array_equal(program(program(images)), images)


def columns_at_the_corners(program):
    images = coded(2, 3, 4)
    steps = program(images)
    assert steps[0, 0, 0] == images[0, 0, 0]
    assert steps[-1, -1, -1] == images[-1, -1, -1]


def columns_of_mirrored_images(program):
    i, row, column = np.indices((2, 3, 4))
    images = 100 * i + 10 * abs(row - 1) + abs(2 * column - 3)
    assert np.array_equal(program(images), images.swapaxes(1, 2))


def columns_shall_be_reshaped(program):
    images = coded(2, 3, 4)
    assert np.array_equal(program(images), images.reshape(2, 4, 3))


def columns_place_by_place(program):
    steps = program(coded(3, 4, 2))
    for i, t, row in np.ndindex(3, 2, 4):
        assert steps[i, t, row] == 100 * i + 10 * row + t


def columns_of_random_images(program):
    images = np.random.default_rng(0).normal(size=(3, 5, 4))
    steps = program(images)
    assert steps.shape == (3, 4, 5)
    assert all(np.array_equal(steps[:, t], images[:, :, t]) for t in range(4))


test_read_columns = clinic_test(
    read_columns,
    wrong=8,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `read_columns`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs("read_columns"),
        "it finds nothing: all sizes are equal, or no number is compared": columns_of_squares,
        "it catches a wrong shape and nothing else: compare numbers, and let them differ": (
            columns_by_shape
        ),
        "a mixture of images gets through: take several images, and compare them all": (
            columns_of_one_image
        ),
        "there and back: a reshape undoes a reshape; look at the result in between": (
            columns_there_and_back
        ),
        "only images that were turned are caught: compare all numbers, not the first and the "
        "last": columns_at_the_corners,
        "what is read backwards gets through: let every number tell its place": (
            columns_of_mirrored_images
        ),
        "what is right at one place only gets through: compare all numbers of all images": (
            columns_by_one_number
        ),
        "it demands the reshape: step t must hold column t": columns_shall_be_reshaped,
    },
    also_right=(columns_place_by_place, columns_of_random_images),
)


# 4. The state of a padded batch ------------------------------------------------------------


def padded_inputs(rng):
    """Return the arguments of `final_state`.

    No sequence fills the array, and the first is neither the shortest nor the longest.
    """
    batch, features, units = rng.choice([3, 4, 5, 6], size=3, replace=False)
    timesteps = 8
    lengths = rng.integers(3, 7, size=batch)
    lengths[1 + rng.permutation(batch - 1)[:2]] = 2, 7
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "lengths": lengths,
        "kernel": rng.normal(size=(features, units)),
        "recurrent_kernel": rng.normal(size=(units, units)),
    }


def state_that_read_padding(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
    return h


def state_zero_at_padding(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
        h = h * (t < lengths)[:, np.newaxis]
    return h


def state_that_read_zeros(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        x_t = x[:, t] * (t < lengths)[:, np.newaxis]
        h = np.tanh(x_t @ kernel + h @ recurrent_kernel)
    return h


def state_one_step_too_far(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        moved = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
        h = np.where((t <= lengths)[:, np.newaxis], moved, h)
    return h


def state_at_the_shortest(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(min(lengths)):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
    return h


def state_at_the_end_of_the_first(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(lengths[0]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
    return h


def state_0_is_the_last(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        moved = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
        h = np.where((t < lengths)[:, np.newaxis], moved, h)
    h[0] = h[-1]
    return h


def state_masked_too_early(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        valid = (t < lengths)[:, np.newaxis]
        h = np.tanh(x[:, t] @ kernel + (h * valid) @ recurrent_kernel)
    return h


def state_with_padding_zeroed(x, lengths, kernel, recurrent_kernel):
    x[np.arange(x.shape[1]) >= lengths[:, np.newaxis]] = 0
    return state_frozen(x, lengths, kernel, recurrent_kernel)


def state_frozen(x, lengths, kernel, recurrent_kernel):
    h = np.zeros((len(x), len(recurrent_kernel)))
    for t in range(x.shape[1]):
        moved = np.tanh(x[:, t] @ kernel + h @ recurrent_kernel)
        h = np.where((t < lengths)[:, np.newaxis], moved, h)
    return h


def state_of_each_alone(x, lengths, kernel, recurrent_kernel):
    both = np.concatenate([recurrent_kernel, kernel])
    final = np.zeros((len(x), len(recurrent_kernel)))
    for i, length in enumerate(lengths):
        for t in range(length):
            final[i] = np.tanh(np.concatenate([final[i], x[i, t]]) @ both)
    return final


final_state = Question(
    points=0.5,
    section="2. Padding that counts",
    draw=padded_inputs,
    properties=(InputsUntouched(),),
    mistakes={
        "the padding is read: that is the broken program, so keep h where t is not below the "
        "length": state_that_read_padding,
        "the state becomes 0 at padding: it stays what it was": state_zero_at_padding,
        "the padding is read as zeros: with zeros for input the state still moves": (
            state_that_read_zeros
        ),
        "one step of padding is read: a sequence of length n ends with step n - 1": (
            state_one_step_too_far
        ),
        "all sequences stop with the shortest: each has its own length": state_at_the_shortest,
        "all sequences stop with the first one: each has its own length": (
            state_at_the_end_of_the_first
        ),
        "the first sequence gets the state of the last: each has its own row": state_0_is_the_last,
        "the last step of each sequence is missing: steps are counted from 0, so t < length": (
            lambda x, lengths, *kernels: state_frozen(x, lengths - 1, *kernels)
        ),
        "all sequences go on to the end of the longest: each has its own length": (
            lambda x, lengths, *kernels: state_that_read_padding(
                x[:, : max(lengths)], lengths, *kernels
            )
        ),
        "the mask multiplies the state that goes in, and the padding is read all the same: choose "
        "what comes out with np.where": state_masked_too_early,
        "`x`, the caller's array, is changed in place: choose between states, and leave the "
        "padding as it is": state_with_padding_zeroed,
    },
    also_right=(state_frozen, state_of_each_alone),
)


LENGTHS = np.array([2, 5, 3])


def state_and_rubbish(program):
    x, *kernels = sequence(3, 5)
    rubbish = x.copy()
    rubbish[0, 2:] = rubbish[2, 3:] = 7
    assert np.allclose(program(x, LENGTHS, *kernels), program(rubbish, LENGTHS, *kernels))


def state_of_equal_lengths(program):
    x, *kernels = sequence(3, 5)
    n = np.array([3, 3, 3])
    assert np.allclose(program(x, n, *kernels), program(x[:, :3], n, *kernels))


def state_of_the_longest(program):
    x, *kernels = sequence(3, 5)
    alone = program(x[1:2], LENGTHS[1:2], *kernels)
    assert np.allclose(program(x, LENGTHS, *kernels)[1], alone[0])


def state_alone_but_padded(program):
    x, *kernels = sequence(3, 5)
    for i in range(3):
        alone = program(x[[i]], LENGTHS[[i]], *kernels)
        assert np.allclose(program(x, LENGTHS, *kernels)[i], alone[0])


def state_of_the_first_row(program):
    x, *kernels = sequence(3, 7)
    n = np.array([2, 4, 7])
    alone = program(x[:1, :2], n[:1], *kernels)
    assert np.allclose(program(x, n, *kernels)[0], alone[0])


def state_of_the_middle_row(program):
    x, *kernels = sequence(3, 7)
    n = np.array([2, 4, 7])
    alone = program(x[1:2, :4], n[1:2], *kernels)
    assert np.allclose(program(x, n, *kernels)[1], alone[0])


def state_by_shape(program):
    x, *kernels = sequence(3, 5)
    assert program(x, LENGTHS, *kernels).shape == (3, 4)


def state_shall_be_zero(program):
    x, *kernels = sequence(3, 5)
    assert np.allclose(program(x, LENGTHS, *kernels)[[0, 2]], 0)


def state_equal_to_the_bit(program):
    rng = np.random.default_rng(3)
    x, n = rng.normal(size=(9, 12, 3)), rng.integers(2, 11, size=9)
    kernels = sequence(3, 5)[1:]
    assert (program(x, n, *kernels) == state_frozen(x, n, *kernels)).all()


def state_alone_or_in_the_batch(program):
    x, *kernels = sequence(3, 5)
    together = program(x, LENGTHS, *kernels)
    for i, n in enumerate(LENGTHS):
        alone = program(x[i : i + 1, :n], LENGTHS[i : i + 1], *kernels)
        np.testing.assert_allclose(together[i : i + 1], alone)


def state_by_a_loop_of_its_own(program):
    x, kernel, recurrent_kernel = sequence(4, 7)
    n = np.array([7, 1, 4, 6])
    together = program(x, n, kernel, recurrent_kernel)
    for i in range(4):
        h = np.zeros(4)
        for x_t in x[i, : n[i]]:
            h = np.tanh(x_t @ kernel + h @ recurrent_kernel)
        assert np.allclose(together[i], h)


test_final_state = clinic_test(
    final_state,
    wrong=7,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `final_state`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs("final_state"),
        "it finds nothing: is there padding in your test, and are numbers compared?": (
            state_by_shape
        ),
        "you change the padding and compare the program with itself, and some wrong programs do "
        "not look at the padding either: compare with a run of each sequence alone": (
            state_and_rubbish
        ),
        "a program that stops all sequences with the shortest gets through: put several lengths "
        "into one batch, and compare the longer ones, too": (state_of_equal_lengths),
        "only the longest sequence is looked at, which has no padding: compare all": (
            state_of_the_longest
        ),
        "it sees no padding that does harm: compare every sequence with a run alone, cut to "
        "`x[[i], :lengths[i]]`": state_alone_but_padded,
        "only the first sequence is looked at: compare all": state_of_the_first_row,
        "one sequence is looked at, and not the first: compare all": state_of_the_middle_row,
        "it asks for 0 where there is padding: the state stays what it was": state_shall_be_zero,
        "right programs differ in the last bits: use np.allclose instead of ==": (
            state_equal_to_the_bit
        ),
    },
    also_right=(state_alone_or_in_the_batch, state_by_a_loop_of_its_own),
)


# 5. Windows and their targets --------------------------------------------------------------


def series_inputs(rng):
    """Return the arguments of `forecast_pairs`."""
    length = int(rng.integers(2, 6))
    return {"series": rng.normal(size=length + int(rng.integers(4, 9))), "length": length}


def target_in_its_window(series, length):
    count = len(series) - length
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, series[length - 1 : -1]


def target_that_wraps(series, length):
    count = len(series) - length + 1
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, np.roll(series, -length)[:count]


def target_two_steps_ahead(series, length):
    count = len(series) - length - 1
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, series[length + 1 :]


def newest_first(series, length):
    count = len(series) - length
    inputs = np.stack([series[i : i + length][::-1] for i in range(count)])
    return inputs, series[length:]


def without_the_last_pair(series, length):
    count = len(series) - length - 1
    inputs = np.stack([series[i : i + length] for i in range(count)])
    return inputs, series[length:-1]


def windows_that_stand_still(series, length):
    count = len(series) - length
    return np.stack([series[:length] for _ in range(count)]), series[length:]


def windows_of_one_value(series, length):
    count = len(series) - length
    return np.repeat(series[:count, np.newaxis], length, axis=1), series[length:]


def pairs_one_by_one(series, length):
    starts = range(len(series) - length)
    inputs = np.array([series[i : i + length] for i in starts])
    return inputs, np.array([series[i + length] for i in starts])


def pairs_from_a_view(series, length):
    both = np.lib.stride_tricks.sliding_window_view(series, length + 1)
    return both[:, :-1].copy(), both[:, -1].copy()


forecast_pairs = Question(
    points=0.5,
    section="3. and 4. Leaks: from the future, and from the test part",
    draw=series_inputs,
    returns=("inputs", "targets"),
    properties=(InputsUntouched(),),
    mistakes={
        "the target is the last value of its own window: that is the broken program, so let the "
        "targets begin at series[length]": target_in_its_window,
        "there is one window too many, with the first value of the series as its target: np.roll "
        "goes round; make one window less": target_that_wraps,
        "the target comes two steps after its window: the next value is asked": (
            target_two_steps_ahead
        ),
        "the windows run backwards: leave the oldest value first": newest_first,
        "the last pair is missing: there are len(series) - length": without_the_last_pair,
        "every window is the first one: window i begins at series[i]": windows_that_stand_still,
        "a window holds its first value only, again and again: take series[i : i + length]": (
            windows_of_one_value
        ),
        "the windows hold their targets too: a window has `length` values": (
            lambda series, length: (
                np.lib.stride_tricks.sliding_window_view(series, length + 1).copy(),
                series[length:],
            )
        ),
        "inputs and targets are in the wrong order: return (inputs, targets)": (
            lambda series, length: pairs_one_by_one(series, length)[::-1]
        ),
        "the windows do not overlap: there is one for every step": lambda series, length: (
            pairs_one_by_one(series, length)[0][::length],
            series[length:][::length],
        ),
    },
    also_right=(pairs_one_by_one, pairs_from_a_view),
)


SERIES = np.arange(10, 18)


def target_not_among_inputs(program):
    for window, target in zip(*program(SERIES, 3), strict=True):
        assert target not in window


def target_after_the_newest(program):
    inputs, targets = program(SERIES, 3)
    assert (targets == inputs[:, -1] + 1).all()


def pair_at_the_start(program):
    inputs, targets = program(SERIES, 3)
    assert inputs[0].tolist() == [10, 11, 12]
    assert targets[0] == 13


def targets_without_windows(program):
    assert np.array_equal(program(SERIES, 3)[1], SERIES[3:])


def targets_and_one_input(program):
    inputs, targets = program(SERIES, 3)
    assert inputs[0, 0] == 10
    assert np.array_equal(targets, SERIES[3:])


def targets_and_the_first_window(program):
    inputs, targets = program(SERIES, 3)
    assert inputs[0].tolist() == [10, 11, 12]
    assert np.array_equal(targets, SERIES[3:])


def pairs_by_shape(program):
    inputs, targets = program(SERIES, 3)
    assert inputs.shape == (5, 3)
    assert targets.shape == (5,)


def target_shall_be_the_newest(program):
    inputs, targets = program(SERIES, 3)
    assert np.array_equal(targets, inputs[:, -1])


def pairs_of_some_type(program):
    assert len(program(SERIES, 3)) == 2


def pairs_written_out(program):
    inputs, targets = program(np.array([5, 1, 4, 2, 3]), 2)
    assert np.array_equal(inputs, [[5, 1], [1, 4], [4, 2]])
    assert np.array_equal(targets, [4, 2, 3])


def pairs_of_random_series(program):
    rng = np.random.default_rng(0)
    for length in range(2, 6):
        series = rng.normal(size=length + 4)
        inputs, targets = program(series, length)
        assert len(inputs) == len(targets) == 4
        for i in range(4):
            assert (inputs[i] == series[i : i + length]).all()
            assert targets[i] == series[i + length]


test_forecast_pairs = clinic_test(
    forecast_pairs,
    wrong=7,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `forecast_pairs`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs(
            "forecast_pairs"
        ),
        "it finds nothing: is any number of the result compared?": pairs_of_some_type,
        "it catches a target inside its window and nothing else: ask for the very next value": (
            target_not_among_inputs
        ),
        "a missing pair gets through: ask how many there are": (target_after_the_newest),
        "what goes wrong at the end of the series gets through: compare all pairs": (
            pair_at_the_start
        ),
        "a window that runs backwards gets through: compare whole windows, longer than 1": (
            targets_without_windows
        ),
        "wrong windows get through: compare all values of all windows, not one": (
            targets_and_one_input
        ),
        "windows that stand still get through: compare all windows, not the first": (
            targets_and_the_first_window
        ),
        "only the number of pairs counts in it: compare the values, and let them all differ": (
            pairs_by_shape
        ),
        "it asks for a target that is in its window: the target is the next value": (
            target_shall_be_the_newest
        ),
    },
    also_right=(pairs_written_out, pairs_of_random_series),
)


# 6. The scaler -----------------------------------------------------------------------------


def parts_inputs(rng):
    """Return the arguments of `scale_parts`: the test part lies elsewhere."""
    train, test, features = rng.choice([3, 4, 5, 6, 7], size=3, replace=False)
    return {
        "train": rng.normal(size=(train, features)) * rng.uniform(1, 3, size=features),
        "test": 4 + 2 * rng.normal(size=(test, features)),
    }


def scaled_by_all(train, test):
    both = np.concatenate([train, test])
    mean, deviation = both.mean(axis=0), both.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


def each_part_by_itself(train, test):
    return (
        (train - train.mean(axis=0)) / train.std(axis=0),
        (test - test.mean(axis=0)) / test.std(axis=0),
    )


def deviation_of_all(train, test):
    mean = train.mean(axis=0)
    deviation = np.concatenate([train, test]).std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


def train_scaled_by_all(train, test):
    both = np.concatenate([train, test])
    scaled = (train - both.mean(axis=0)) / both.std(axis=0)
    return scaled, (test - train.mean(axis=0)) / train.std(axis=0)


def centred_apart(train, test):
    deviation = train.std(axis=0)
    return (train - train.mean(axis=0)) / deviation, (test - test.mean(axis=0)) / deviation


def train_scaled_before_its_numbers_are_used(train, test):
    train = (train - train.mean(axis=0)) / train.std(axis=0)
    test = (test - train.mean(axis=0)) / train.std(axis=0)
    return train, test


def parts_in_place(train, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    for part in (train, test):
        part -= mean
        part /= deviation
    return train, test


def parts_scaled_by_train(train, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


def parts_scaled_by_a_factor(train, test):
    factor = 1 / np.sqrt(((train - train.mean(axis=0)) ** 2).mean(axis=0))
    shift = -train.mean(axis=0) * factor
    return train * factor + shift, test * factor + shift


scale_parts = Question(
    points=0.5,
    section="3. and 4. Leaks: from the future, and from the test part",
    draw=parts_inputs,
    returns=("train", "test"),
    properties=(InputsUntouched(),),
    mistakes={
        "mean and deviation come from both parts: that is the broken program, so take them from "
        "`train` alone": scaled_by_all,
        "each part is scaled by its own numbers: take those of `train` for both": (
            each_part_by_itself
        ),
        "the deviation still comes from both parts: take it from `train` alone": deviation_of_all,
        "`train` is still scaled by the numbers of both parts: take its own": train_scaled_by_all,
        "the test part is centred by its own mean: take the mean of `train`": (centred_apart),
        "it is only centred: divide by the deviation, too": lambda train, test: (
            train - train.mean(axis=0),
            test - train.mean(axis=0),
        ),
        "one mean and one deviation for all features: give axis=0": lambda train, test: (
            (train - train.mean()) / train.std(),
            (test - train.mean()) / train.std(),
        ),
        "it is divided by the variance: that is the deviation squared": lambda train, test: (
            (train - train.mean(axis=0)) / train.var(axis=0),
            (test - train.mean(axis=0)) / train.var(axis=0),
        ),
        "`train` is scaled before its numbers are taken for `test`, and then they are 0 and 1: "
        "compute mean and deviation once, first": train_scaled_before_its_numbers_are_used,
        "`train` and `test`, the caller's arrays, are changed in place: write train - mean": (
            parts_in_place
        ),
    },
    also_right=(parts_scaled_by_train, parts_scaled_by_a_factor),
)


def two_parts():
    """Return a training part of 6 steps and a test part of 4, two features."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 2)) * [1, 3] + [5, -2], rng.normal(size=(4, 2)) + 1


def with_an_outlier(test):
    """Return the test part with another last step."""
    return np.concatenate([test[:-1], test[-1:] + 100])


def scaler_seen_in_train(program):
    train, test = two_parts()
    assert np.allclose(program(train, test)[0], program(train, with_an_outlier(test))[0])


def scaler_seen_in_test(program):
    train, test = two_parts()
    before, after = program(train, test)[1], program(train, with_an_outlier(test))[1]
    assert np.allclose(before[:-1], after[:-1])


def train_has_mean_0(program):
    assert np.allclose(program(*two_parts())[0].mean(axis=0), 0)


def mean_0_asked_of_the_test_part(program):
    assert np.allclose(program(*two_parts())[1].mean(axis=0), 0)


def scaler_hardly_tried(program):
    train, test = two_parts()
    before, after = program(train, test), program(train, test + 1e-9)
    assert np.allclose(before[0], after[0])
    assert np.allclose(before[1], after[1])


def scaler_equal_to_the_bit(program):
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(20, 3)), rng.normal(size=(10, 3)) + 1
    for one, other in zip(program(train, test), parts_scaled_by_train(train, test), strict=True):
        assert (one == other).all()


def scaler_blind_to_the_test_part(program):
    train, test = two_parts()
    before, after = program(train, test), program(train, with_an_outlier(test))
    assert np.allclose(before[0], after[0])
    assert np.allclose(before[1][:-1], after[1][:-1])


def scaler_by_its_formula(program):
    train, test = two_parts()
    scaled = program(train, test)
    for part, result in ((train, scaled[0]), (test, scaled[1])):
        assert np.abs(result * train.std(axis=0) + train.mean(axis=0) - part).max() < 1e-9


test_scale_parts = clinic_test(
    scale_parts,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `scale_parts`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs("scale_parts"),
        "it finds nothing: move the test part by much, so that a mean of it moves too": (
            scaler_hardly_tried
        ),
        "only the training part is looked at: look at what became of the test part, too": (
            scaler_seen_in_train
        ),
        "only the test part is looked at: look at what became of the training part, too": (
            scaler_seen_in_test
        ),
        "a mean of 0 in the training part is not enough: what moves when the test part does?": (
            train_has_mean_0
        ),
        "it asks for a mean of 0 in the test part: that needs the numbers of the test part": (
            mean_0_asked_of_the_test_part
        ),
        "right programs differ in the last bits: use np.allclose instead of ==": (
            scaler_equal_to_the_bit
        ),
    },
    also_right=(scaler_blind_to_the_test_part, scaler_by_its_formula),
)


# 7. Clipping -------------------------------------------------------------------------------


def gradient_inputs(rng):
    """Return the arguments of `clip_gradients`, by turns too long and short enough."""
    features, units = rng.choice([2, 3, 4, 5], size=2, replace=False)
    shapes = (features, units), (units, units), (units,)
    gradients = [rng.normal(size=shape) for shape in shapes]
    return {"gradients": gradients, "limit": float(rng.uniform(0.5, 0.9))}


def short_gradient_inputs(rng):
    """Return gradients that are short together, though not if their norms are added."""
    inputs = gradient_inputs(rng)
    norms = [np.linalg.norm(g) for g in inputs["gradients"]]
    limit = (np.linalg.norm(norms) + sum(norms)) / 2
    return inputs | {"limit": float(limit)}


def clipped_one_by_one(gradients, limit):
    return [g * (limit / max(np.linalg.norm(g), limit)) for g in gradients]


def clipped_entry_by_entry(gradients, limit):
    return [np.clip(g, -limit, limit) for g in gradients]


def clipped_by_the_longest(gradients, limit):
    norm = max(np.linalg.norm(g) for g in gradients)
    return [g * (limit / max(norm, limit)) for g in gradients]


def clipped_by_the_sum_of_norms(gradients, limit):
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * (limit / max(norm, limit)) for g in gradients]


def always_clipped(gradients, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (limit / norm) for g in gradients]


def clipped_in_place(gradients, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    for g in gradients:
        g *= limit / max(norm, limit)
    return gradients


def clipped_together(gradients, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (limit / max(norm, limit)) for g in gradients]


def clipped_as_one_vector(gradients, limit):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in gradients]))
    return [g * limit / norm if norm > limit else g.copy() for g in gradients]


clip_gradients = Question(
    points=0.5,
    section="5. Clipping that turns the gradient",
    draw=(gradient_inputs, short_gradient_inputs),
    properties=(InputsUntouched(),),
    mistakes={
        "each array is clipped by its own norm: that is the broken program, so compute one norm "
        "of all arrays together first": clipped_one_by_one,
        "the entries are cut off one by one: multiply all arrays by the same number": (
            clipped_entry_by_entry
        ),
        "the norm is that of the longest array: take that of all together": clipped_by_the_longest,
        "the norms are added: add the squares, and take the root of the sum": (
            clipped_by_the_sum_of_norms
        ),
        "short gradients are made longer: below the limit they stay": always_clipped,
        "the root is missing: the norm is the root of the sum of squares": (
            lambda gradients, limit: [
                g * (limit / max(sum(np.sum(g**2) for g in gradients), limit)) for g in gradients
            ]
        ),
        "they are divided by the norm, and the limit is forgotten: multiply by it": (
            lambda gradients, limit: [g / limit for g in clipped_together(gradients, limit)]
        ),
        "`gradients`, the caller's arrays, are changed in place: make new ones with g * factor": (
            clipped_in_place
        ),
    },
    also_right=(clipped_together, clipped_as_one_vector),
)


def two_gradients():
    """Return two arrays whose norms are about 15 and 4."""
    rng = np.random.default_rng(0)
    return [4 * rng.normal(size=(3, 5)), 2 * rng.normal(size=4)]


def norm_of(gradients):
    """Return the norm of all arrays together."""
    return np.sqrt(sum((g**2).sum() for g in gradients))


def clip_a_single_array(program):
    gradients = two_gradients()[:1]
    clipped = program(gradients, 2.0)
    assert np.isclose(norm_of(clipped), 2)
    assert np.allclose(clipped[0] / norm_of(clipped), gradients[0] / norm_of(gradients))


def clip_not_above_the_limit(program):
    assert norm_of(program(two_gradients(), 2.0)) < 2 + 1e-9


def clip_keeps_the_direction(program):
    gradients = two_gradients()
    ratios = [c / g for c, g in zip(program(gradients, 2.0), gradients, strict=True)]
    assert np.allclose(ratios[0], ratios[0][0, 0])
    assert np.allclose(ratios[1], ratios[0][0, 0])


def clip_only_short_ones(program):
    gradients = two_gradients()
    for clipped, g in zip(program(gradients, 1000.0), gradients, strict=True):
        assert np.allclose(clipped, g)


def clip_only_long_ones(program):
    gradients = two_gradients()
    for clipped, g in zip(program(gradients, 2.0), gradients, strict=True):
        assert np.allclose(clipped, 2 * g / norm_of(gradients))


def clip_each_to_the_limit(program):
    for clipped in program(two_gradients(), 2.0):
        assert np.isclose(norm_of([clipped]), 2)


def clip_by_shape(program):
    assert [g.shape for g in program(two_gradients(), 2.0)] == [(3, 5), (4,)]


def clip_equal_to_the_bit(program):
    rng = np.random.default_rng(0)
    gradients = [rng.normal(size=(8, 9)), rng.normal(size=50)]
    for limit in (2.0, 1000.0):
        wanted = clipped_together(gradients, limit)
        for one, other in zip(program(gradients, limit), wanted, strict=True):
            assert (one == other).all()


def clip_by_its_formula(program):
    gradients = two_gradients()
    for limit in (0.1, 2.0, 10.0, 100.0):
        factor = min(1, limit / norm_of(gradients))
        for clipped, g in zip(program(gradients, limit), gradients, strict=True):
            np.testing.assert_allclose(clipped, factor * g)


def clip_length_and_direction(program):
    gradients = two_gradients()
    clipped = program(gradients, 3.0)
    assert np.isclose(norm_of(clipped), 3)
    cosine = sum((c * g).sum() for c, g in zip(clipped, gradients, strict=True)) / 3
    assert np.isclose(cosine, norm_of(gradients))
    same = program(clipped, 3.5)
    assert all(np.allclose(c, s) for c, s in zip(clipped, same, strict=True))


test_clip_gradients = clinic_test(
    clip_gradients,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `clip_gradients`, which stands below it: the notebook is marked from top to "
        "bottom, so compare with what the test itself knows": lambda program: needs(
            "clip_gradients"
        ),
        "it finds nothing: is any number of the result compared?": clip_by_shape,
        "only a cut of the entries is caught: give it several arrays, since with one its own "
        "norm is the norm of all": (clip_a_single_array),
        "not longer than the limit is not enough: a long gradient becomes as long as the limit, "
        "and a short one stays": clip_not_above_the_limit,
        "the direction alone is not enough: compare the length, too": clip_keeps_the_direction,
        "nothing is clipped in your test: take gradients above the limit, too": (
            clip_only_short_ones
        ),
        "a program that lengthens short gradients gets through: try gradients below the limit, "
        "too": clip_only_long_ones,
        "it asks for each array to be as long as the limit: it is the norm of all together": (
            clip_each_to_the_limit
        ),
        "right programs differ in the last bits: use np.allclose instead of ==": (
            clip_equal_to_the_bit
        ),
    },
    also_right=(clip_by_its_formula, clip_length_and_direction),
)


# 8. The gradient of shared weights ---------------------------------------------------------


def layer_inputs(rng):
    """Return the arguments of `kernel_gradient`."""
    batch, timesteps, features, units = rng.choice([2, 3, 4, 5, 6], size=4, replace=False)
    return {
        "x": rng.normal(size=(batch, timesteps, features)),
        "d_z": rng.normal(size=(batch, timesteps, units)),
    }


def gradient_of_the_last_step(x, d_z):
    for t in range(x.shape[1]):
        d_kernel = x[:, t].T @ d_z[:, t]
    return d_kernel


def gradient_averaged_over_time(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t] / x.shape[1]
    return d_kernel


def gradient_without_step_0(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(1, x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t]
    return d_kernel


def gradient_averaged_over_the_batch(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t] / len(x)
    return d_kernel


def gradient_with_the_input_before(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t - 1].T @ d_z[:, t]
    return d_kernel


def gradient_of_unit_0(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t, :1]
    return d_kernel


def gradient_without_unit_0(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel[:, 1:] += x[:, t].T @ d_z[:, t, 1:]
    return d_kernel


def gradient_step_by_step(x, d_z):
    d_kernel = np.zeros((x.shape[2], d_z.shape[2]))
    for t in range(x.shape[1]):
        d_kernel += x[:, t].T @ d_z[:, t]
    return d_kernel


def gradient_in_one_product(x, d_z):
    return x.reshape(-1, x.shape[2]).T @ d_z.reshape(-1, d_z.shape[2])


kernel_gradient = Question(
    points=0.5,
    section="6. A gradient that is overwritten",
    draw=layer_inputs,
    properties=(InputsUntouched(),),
    mistakes={
        "each step overwrites what the steps before have given: that is the broken program, so "
        "begin with zeros and add": gradient_of_the_last_step,
        "it is averaged over time: the terms of the steps are added": gradient_averaged_over_time,
        "step 0 is left out: its input has a part in the loss, too": gradient_without_step_0,
        "it is averaged over the batch: the terms are added, and the loss has done what there is "
        "to average": gradient_averaged_over_the_batch,
        "the input is that of the step before: the kernel meets x[:, t], and it is the recurrent "
        "kernel that meets what is one step older": gradient_with_the_input_before,
        "all units get the gradient of unit 0: each has its own": gradient_of_unit_0,
        "unit 0 is left out: it gets a gradient like the others": gradient_without_unit_0,
        "only the first step counts: does `return` stand inside the loop?": (
            lambda x, d_z: gradient_in_one_product(x[:, :1], d_z[:, :1])
        ),
        "inputs and d_z are summed over time first: multiply step by step, then add": (
            lambda x, d_z: x.sum(axis=1).T @ d_z.sum(axis=1)
        ),
        "it is transposed: it has the shape of the kernel, (features, units)": lambda x, d_z: (
            gradient_in_one_product(d_z, x)
        ),
    },
    also_right=(gradient_step_by_step, gradient_in_one_product),
)


def step_inputs(batch, timesteps):
    """Return inputs and the gradient for the weighted sums, always the same."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(batch, timesteps, 3)), rng.normal(size=(batch, timesteps, 4))


def gradient_of_a_single_step(program):
    x, d_z = step_inputs(2, 1)
    assert np.allclose(program(x, d_z), x[:, 0].T @ d_z[:, 0])


def gradient_of_parts(program):
    x, d_z = step_inputs(2, 5)
    parts = program(x[:, :2], d_z[:, :2]) + program(x[:, 2:], d_z[:, 2:])
    assert np.allclose(program(x, d_z), parts)


def gradient_by_its_laws(program):
    x, d_z = step_inputs(4, 5)
    in_time = program(x[:, :2], d_z[:, :2]) + program(x[:, 2:], d_z[:, 2:])
    in_batch = program(x[:2], d_z[:2]) + program(x[2:], d_z[2:])
    in_steps = sum(program(x[:, [t]], d_z[:, [t]]) for t in range(5))
    for parts in (in_time, in_batch, in_steps):
        assert np.allclose(program(x, d_z), parts)


def gradient_at_one_place(program):
    x, d_z = step_inputs(2, 5)
    assert np.isclose(program(x, d_z)[0, 0], (x[..., 0] * d_z[..., 0]).sum())


def gradient_at_another_place(program):
    x, d_z = step_inputs(2, 5)
    assert np.isclose(program(x, d_z)[2, 3], (x[..., 2] * d_z[..., 3]).sum())


def gradient_of_one_instance(program):
    x, d_z = step_inputs(1, 5)
    assert np.allclose(program(x, d_z), x[0].T @ d_z[0])


def gradient_of_equal_steps(program):
    x, d_z = (np.tile(array, (1, 5, 1)) for array in step_inputs(2, 1))
    assert np.allclose(program(x, d_z), np.einsum("btf,btu->fu", x, d_z))


def gradient_of_a_last_loss(program):
    x, d_z = step_inputs(2, 5)
    d_z[:, :-1] = 0
    assert np.allclose(program(x, d_z), x[:, -1].T @ d_z[:, -1])


def gradient_by_shape(program):
    assert program(*step_inputs(2, 5)).shape == (3, 4)


def gradient_shall_be_a_mean(program):
    x, d_z = step_inputs(2, 5)
    assert np.allclose(program(x, d_z), np.einsum("btf,btu->fu", x, d_z) / 5)


def gradient_equal_to_the_bit(program):
    x, d_z = step_inputs(7, 30)
    assert (program(x, d_z) == gradient_step_by_step(x, d_z)).all()


def gradient_by_einsum(program):
    x, d_z = step_inputs(2, 5)
    np.testing.assert_allclose(program(x, d_z), np.einsum("btf,btu->fu", x, d_z))


def gradient_by_differences(program):
    x, d_z = step_inputs(3, 4)
    kernel, found = np.ones((3, 4)), program(x, d_z)
    for place in np.ndindex(3, 4):
        moved = kernel.copy()
        moved[place] += 1e-3
        slope = ((x @ moved - x @ kernel) * d_z).sum() / 1e-3
        assert abs(found[place] - slope) < 1e-6


test_kernel_gradient = clinic_test(
    kernel_gradient,
    wrong=7,
    mistakes={
        "it never calls `program`": never_calls,
        "it raises for every program, the right ones too: does it compare floats with ==, or "
        "with rounded numbers, or ask for something that the text does not say?": never_content,
        "it returns a truth value: write `assert` before it": returns_its_verdict,
        "it needs your `kernel_gradient`, which stands below it: the notebook is marked from top "
        "to bottom, so compare with what the test itself knows": lambda program: needs(
            "kernel_gradient"
        ),
        "it finds nothing: is any number of the result compared?": gradient_by_shape,
        "the sum over the steps is not tested: take several steps, with d_z at each": (
            gradient_of_a_single_step
        ),
        "a mean over the batch gets through, since it is a sum over time as well: compare with "
        "a number that you know, for more than one instance": gradient_of_parts,
        "it compares the program with itself: a wrong gradient may obey these sums, too, so "
        "compare with numbers that you know": gradient_by_its_laws,
        "the other units are not looked at: compare all numbers, not those of unit 0": (
            gradient_at_one_place
        ),
        "unit 0 is not looked at: compare all numbers": gradient_at_another_place,
        "a mean over the batch gets through: with one instance it is the sum": (
            gradient_of_one_instance
        ),
        "an input of the wrong step gets through: let all steps differ": (gradient_of_equal_steps),
        "what is lost before the last step gets through: give every step a d_z": (
            gradient_of_a_last_loss
        ),
        "it asks for the mean over time: the terms of the steps are added": (
            gradient_shall_be_a_mean
        ),
        "right programs differ in the last bits: use np.allclose instead of ==": (
            gradient_equal_to_the_bit
        ),
    },
    also_right=(gradient_by_einsum, gradient_by_differences),
)


one_log_two_suspects = Written(
    section="2. Padding that counts",
    criteria=(
        Criterion(
            0.5,
            "the property that is broken, stated for this network",
            "Padding changes nothing: a sentence gets the same logits however many steps of "
            "padding follow it, and whatever is in them.",
        ),
        Criterion(
            0.5,
            "the suspect that you follow, and what speaks against the other",
            "The state, which goes on through the padding. The mean is cleared by one of: the "
            "share of right answers falls as well, and does not depend on the mean; there is one "
            "loss for each sentence, so no padded step has one.",
        ),
        Criterion(
            0.5,
            "the test: what goes in, what is compared with what, and how closely",
            "Sentences of different lengths in one padded batch, and each alone without padding; "
            "states or logits are compared one by one with a small tolerance.",
        ),
        Criterion(
            0.5,
            "the result that would clear your suspect",
            "If they agree for all sentences, padding does not reach the state, and the fault "
            "lies behind it, for instance in the share or in the loss.",
        ),
    ),
    typical={
        "The mean counts the padded steps.": (
            "0 for the second: the table's share falls, too. The third and fourth can still be "
            "full, if the test fits the suspect."
        ),
        "A mask is missing.": (
            "0.25 for the first: a remedy and not a property, but it names the padding."
        ),
        "Compare the losses for 20 and 40 steps.": (
            "0 for the third: the table has done that; it cannot tell the suspects apart."
        ),
        "The test passes.": "0 for the fourth: it must say what is compared, and what follows.",
    },
)

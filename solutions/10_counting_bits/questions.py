"""Questions of 10_counting_bits: bits without lists, an LSTM that counts, one that learns to."""

from importlib import import_module

import numpy as np

from rnncourse.checks import (
    Close,
    CountsOnes,
    Frugal,
    InputsUntouched,
    Learns,
    Question,
    SmallIntegers,
)

# The data set -----------------------------------------------------------------------------


def short_strings(rng):
    """Return the arguments of `bit_dataset`, two sizes that differ."""
    return strings_of(rng, *rng.choice([5, 6, 7, 8], size=2, replace=False))


def long_strings(rng):
    """Return numbers that need more than two bytes."""
    return strings_of(rng, int(rng.integers(5, 10)), int(rng.integers(17, 21)))


def strings_of(rng, batch, bits):
    """Return the arguments of `bit_dataset`; the first and the last string are among them."""
    ends = [0, 1, 2**bits - 1, 2 ** (bits - 1) + 2]
    numbers = rng.permutation([*ends, *rng.integers(2**bits, size=batch - len(ends))])
    return {"numbers": numbers, "bits": int(bits)}


def place_by_place(numbers, bits, *, shift=0, keep=1):
    """Return strings and counts; each place shifted by `shift` more, and cut to `keep`."""
    strings = np.zeros((len(numbers), bits, 1), np.uint8)
    for place in range(bits):
        strings[:, place, 0] = (numbers >> (bits - 1 - place + shift)) & keep
    return strings, counts_of(strings)


def counts_of(strings):
    return strings.sum(axis=(1, 2), dtype=np.uint8)


def with_strings(change):
    """Return a function whose strings are changed, and whose counts are right."""

    def changed(numbers, bits):
        strings, counts = place_by_place(numbers, bits)
        return change(strings), counts

    return changed


def with_counts(change):
    """Return a function whose strings are right, and whose counts are `change(strings)`."""

    def changed(numbers, bits):
        strings, _ = place_by_place(numbers, bits)
        return strings, change(strings)

    return changed


def of_changed_numbers(change):
    return lambda numbers, bits: place_by_place(change(numbers), bits)


def shifted_in_place(numbers, bits):
    strings = np.zeros((len(numbers), bits, 1), np.uint8)
    for place in reversed(range(bits)):
        strings[:, place, 0] = numbers & 1
        numbers >>= 1
    return strings, counts_of(strings)


def lists_of_lists(numbers, bits):
    strings = [[[int(digit)] for digit in f"{number:0{bits}b}"] for number in numbers]
    counts = [sum(digit[0] for digit in string) for string in strings]
    return np.array(strings, np.uint8), np.array(counts, np.uint8)


def without_zeros_in_front(numbers, bits):
    strings = np.array([[[int(digit)] for digit in f"{number:b}"] for number in numbers])
    return strings.astype(np.uint8), counts_of(strings)


def wide_table(numbers, bits):
    table = (numbers[:, np.newaxis] >> np.arange(bits)[::-1]) & 1
    return table[..., np.newaxis].astype(np.uint8), table.sum(axis=1).astype(np.uint8)


def unpacked(numbers, bits):
    octets = numbers.astype(">u4").view(np.uint8).reshape(-1, 4)
    strings = np.unpackbits(octets, axis=1)[:, 32 - bits :, np.newaxis]
    return strings, counts_of(strings)


def made_twice(numbers, bits):
    strings, _ = place_by_place(numbers, bits)
    again, _ = place_by_place(numbers, bits)
    return strings, again.sum(axis=(1, 2), dtype=np.int64).astype(np.uint8)


def columns_side_by_side(numbers, bits):
    columns = [(numbers // 2**power % 2).astype(np.uint8) for power in range(bits)]
    strings = np.stack(columns[::-1], axis=1)
    return strings[..., np.newaxis], strings.sum(axis=1, dtype=np.uint8)


def one_string_after_the_other(numbers, bits):
    strings = np.empty((len(numbers), bits, 1), np.uint8)
    counts = np.zeros(len(numbers), np.uint8)
    places = np.arange(bits)[::-1]
    for row, number in enumerate(numbers):
        strings[row, :, 0] = (number >> places) & 1
        counts[row] = int(number).bit_count()
    return strings, counts


bit_dataset = Question(
    points=3,
    section="The data set by bit arithmetic",
    draw=(short_strings, long_strings, short_strings),
    returns=("strings", "counts"),
    through="measurable",
    compare=SmallIntegers(),
    properties=(InputsUntouched(), Frugal(most=50)),
    mistakes={
        "the digits run from the least significant to the most significant: turn them round": (
            with_strings(lambda strings: strings[:, ::-1])
        ),
        "all digits are shifted by one place too far, and the last one is lost: the last digit is "
        "that of 2 to the power of 0": lambda n, bits: place_by_place(n, bits, shift=1),
        "the first digit is missing, and a 0 stands at the end: the first digit is that of 2 to "
        "the power of bits − 1": lambda n, bits: place_by_place(2 * n % 2**bits, bits),
        "the numbers are shifted and not cut: & 1 keeps the last digit alone": lambda n, bits: (
            place_by_place(n, bits, keep=255)
        ),
        "the numbers are made uint8 before they are shifted, and lose what is above 255: only the "
        "digits fit into one byte": of_changed_numbers(lambda n: n.astype(np.uint8)),
        "the numbers are made int16 or uint16 before they are shifted, and lose what is above "
        "65,535: only the digits fit into a small type": of_changed_numbers(
            lambda n: n.astype(np.uint16)
        ),
        "the zeros in front are missing: every string has `bits` digits": without_zeros_in_front,
        "the feature axis of the strings is missing: their shape is (batch, bits, 1)": with_strings(
            lambda strings: strings[..., 0]
        ),
        "time and features are exchanged: the shape is (batch, bits, 1), not (batch, 1, bits)": (
            with_strings(lambda strings: strings.transpose(0, 2, 1))
        ),
        "the strings are time-major: the batch is the first axis": with_strings(
            lambda strings: strings.transpose(1, 0, 2)
        ),
        "the strings are float32: 4 bytes for a digit; make the array with dtype=np.uint8": (
            with_strings(lambda strings: strings.astype(np.float32))
        ),
        "the strings are float64, which is what np.zeros gives: write dtype=np.uint8": with_strings(
            lambda strings: strings.astype(float)
        ),
        "the strings are int64: 8 bytes for a digit; make the array with dtype=np.uint8": (
            with_strings(lambda strings: strings.astype(np.int64))
        ),
        "the strings are truth values: make the array with dtype=np.uint8": with_strings(
            lambda strings: strings.astype(bool)
        ),
        "the counts are uint64, which is what a sum of uint8 gives: write dtype=np.uint8 in the "
        "sum": with_counts(lambda strings: strings.sum(axis=(1, 2))),
        "the counts are int64: return them as uint8": with_counts(
            lambda strings: strings.sum(axis=(1, 2), dtype=np.int64)
        ),
        "the counts have an axis too many: sum over bits and features, axis=(1, 2)": with_counts(
            lambda strings: strings.sum(axis=1, dtype=np.uint8)
        ),
        "the counts are one-hot: return the number itself": with_counts(
            lambda strings: np.eye(strings.shape[1] + 1, dtype=np.uint8)[counts_of(strings)]
        ),
        "the zeros are counted": with_counts(lambda strings: counts_of(1 - strings)),
        "the sum is over the batch: each string has a count of its own": with_counts(
            lambda strings: strings.sum(axis=(0, 2), dtype=np.uint8)
        ),
        "the sum runs along axis 0, which is the batch: sum over bits and features, "
        "axis=(1, 2)": with_counts(lambda strings: strings.sum(axis=0, dtype=np.uint8)),
        "the counts are the numbers themselves, cut to a byte: count the ones": (
            lambda n, bits: (place_by_place(n, bits)[0], n.astype(np.uint8))
        ),
        "the two results are exchanged: return (strings, counts)": (
            lambda n, bits: place_by_place(n, bits)[::-1]
        ),
        "the counts are missing: return (strings, counts)": (
            lambda n, bits: place_by_place(n, bits)[0]
        ),
        "these are lists: return two arrays": lambda n, bits: tuple(
            part.tolist() for part in place_by_place(n, bits)
        ),
        "`numbers`, the caller's array, is changed in place: write numbers >> 1, not >>=": (
            shifted_in_place
        ),
        "the right digits, by way of Python lists: each list takes 56 bytes before it holds "
        "anything; fill an array of uint8, one place after the other": lists_of_lists,
        "the right digits, but for a while each of them takes 4 or 8 bytes, in a table of wide "
        "integers or in lists: fill an array of uint8, one place after the other": wide_table,
        "the right digits, but a second table of them is there at the same time: make the strings "
        "once, and count in them, in uint8": made_twice,
    },
    also_right=(unpacked, columns_side_by_side, one_string_after_the_other),
)


# An LSTM that counts ----------------------------------------------------------------------

OPEN = 20.0
KERNEL, RECURRENT_KERNEL, BIAS, OUTPUT_KERNEL = range(4)


def short_length(rng):
    """Return the argument of `counting_lstm_weights`."""
    return {"length": int(rng.integers(12, 31))}


def long_length(rng):
    return {"length": int(rng.integers(80, 121))}


def small(length):
    """Return a step that is small enough: tanh takes a 12th of a one from the last count."""
    return 0.5 * length**-1.5


def lstm(i, f, candidate, o, read):
    """Return the layer of one unit; each block is the pair of its kernel and its bias."""
    kernel, bias = zip(i, f, candidate, o, strict=True)
    return np.array([kernel]), np.zeros((1, 4)), np.array(bias), np.array([[read]])


def counter(length, **other):
    """Return a right layer, but for the blocks that are given."""
    step = small(length)
    blocks = {"i": (OPEN, 0.0), "f": (0.0, OPEN), "candidate": (0.0, step), "o": (0.0, OPEN)}
    return lstm(**blocks | {"read": 1 / step} | other)


def but(layer, place, change):
    """Return the layer with one of its arrays changed."""
    return tuple(change(part) if i == place else part for i, part in enumerate(layer))


def in_order(length, order):
    """Return a right layer with its blocks in another order than i, f, c, o."""
    columns = ["ifco".index(name) for name in order]
    kernel, recurrent_kernel, bias, read = counter(length)
    return kernel[:, columns], recurrent_kernel[:, columns], bias[columns], read


def by_the_kernel(length):
    return counter(length, candidate=(small(length), 0.0))


def by_a_gate_that_hardly_opens(length):
    opening = -np.log(1 / small(length) - 1)  # the sigmoid of it is the step
    return counter(length, i=(OPEN, opening - OPEN), candidate=(0.0, OPEN))


def downwards(length):
    return counter(length, candidate=(-small(length), 0.0), read=-1 / small(length))


def from_difference_and_steps(length):
    """Return two units with open gates: ones minus zeros, and steps; half their sum is read."""
    step = small(length)
    kernel, bias = np.zeros((1, 8)), np.repeat([OPEN, OPEN, 0.0, OPEN], 2)
    kernel[0, 4] = bias[5] = step
    return kernel, np.zeros((2, 8)), bias, np.full((2, 1), 0.5 / step)


def three_that_share(length):
    kernel, _, bias, read = counter(length)
    kernel, bias = (np.repeat(part, 3, axis=-1) for part in (kernel, bias))
    return kernel, np.zeros((3, 12)), bias, read * np.array([[1.0], [3.0], [-1.0]]) / 3


counting_lstm_weights = Question(
    points=4,
    section="An LSTM that counts, by hand",
    draw=(short_length, long_length, short_length),
    returns=("kernel", "recurrent_kernel", "bias", "output_kernel"),
    through="with_length",
    compare=CountsOnes(),
    mistakes={
        "the blocks stand in another order: Keras has input gate, forget gate, candidate, output "
        "gate": lambda n: in_order(n, "icfo"),
        "you shut the forget gate at x = −1, and that empties c; it is the input gate that keeps "
        "the candidate out. Or do the blocks stand in another order than Keras's input gate, "
        "forget gate, candidate, output gate?": lambda n: in_order(n, "fico"),
        "the forget gate is not open, so c forgets: give it a large bias": lambda n: counter(
            n, f=(0.0, 1.0)
        ),
        "the forget gate is not open enough, so c leaks a little at each step: give it a larger "
        "bias": lambda n: counter(n, f=(0.0, 3.5)),
        "the forget gate shuts at a one, and the new one takes the place of all others: nothing "
        "must ever be forgotten": lambda n: counter(n, f=(-OPEN, 0.0)),
        "it counts the steps: the same is added at a one and at a zero; let the input gate shut, "
        "or the candidate be 0, where x = −1": lambda n: counter(n, i=(0.0, OPEN)),
        "it shows the ones minus the zeros: at x = −1 the candidate is negative and the input gate "
        "open; let the gate shut there": lambda n: counter(
            n, i=(0.0, OPEN), candidate=(small(n), 0.0)
        ),
        "this is the counter of the chapter, for 20 bits that are 0 and 1: keep its candidate out "
        "at x = −1, with the input gate, and compute the step from `length`": lambda n: counter(
            n, i=(0.0, OPEN), candidate=(0.01, 0.0), read=100.0
        ),
        "something is added at zeros, too: the input gate is not shut enough at x = −1": (
            lambda n: counter(n, i=(10.0, 8.0))
        ),
        "the input gate is not quite open at x = 1, and not quite shut at x = −1: give it a larger "
        "weight": lambda n: counter(n, i=(1.0, 0.0)),
        "it shows 0 all the time, as its candidate is 0: an array of integers cuts a small step "
        "off, so make the arrays with np.zeros or decimal points": lambda n: counter(
            n, candidate=(0.0, 0.0)
        ),
        "it counts the zeros: the input gate must open at x = 1": lambda n: counter(
            n, i=(-OPEN, 0.0)
        ),
        "the output gate is not open, so h does not show what c holds: give it a large bias": (
            lambda n: counter(n, o=(0.0, 0.0))
        ),
        "the output gate is open at some bits only, and the count must be shown after each": (
            lambda n: counter(n, o=(OPEN, 0.0))
        ),
        "c counts in whole numbers, and h shows no more of it than tanh(c), which ends at 1: add a "
        "small step for each one": lambda n: counter(n, candidate=(0.0, OPEN), read=1.0),
        "the candidate is saturated, so a one adds 1 to c: it is the gates that want large "
        "numbers, and the candidate the small step": lambda n: counter(n, candidate=(0.0, OPEN)),
        "the step is too large for this length: tanh(c) falls behind c; compute the step from "
        "`length`": lambda n: counter(n, candidate=(0.0, 0.2), read=5.0),
        "the count is not scaled: h holds the count times the step, so divide by the step in "
        "`output_kernel`": lambda n: counter(n, read=1.0),
        "a one is shown as less than 1: `output_kernel` is 1 divided by what a one adds to c": (
            lambda n: counter(n, read=small(n))
        ),
        "a one is shown as more than 1: is the step in the kernel and in the bias? They add": (
            lambda n: counter(n, candidate=(small(n), small(n)))
        ),
        "the recurrent kernel disturbs the count: the cell state adds up on its own, and U is 0": (
            lambda n: but(counter(n), RECURRENT_KERNEL, np.ones_like)
        ),
        "`kernel` is transposed: its shape is (1, 4·units)": lambda n: but(
            counter(n), KERNEL, np.transpose
        ),
        "`kernel` is a vector: its shape is (1, 4·units), a row in double brackets": lambda n: but(
            counter(n), KERNEL, np.ravel
        ),
        "`recurrent_kernel` has the shape of a simple layer's: an LSTM has (units, 4·units)": (
            lambda n: but(counter(n), RECURRENT_KERNEL, lambda U: U[:, :1])
        ),
        "`bias` is a row of a matrix: its shape is (4·units,)": lambda n: but(
            counter(n), BIAS, np.atleast_2d
        ),
        "`output_kernel` is a vector: its shape is (units, 1)": lambda n: but(
            counter(n), OUTPUT_KERNEL, np.ravel
        ),
        "these are the shapes of a simple layer: an LSTM has four blocks, so 4·units columns": (
            lambda n: (np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), np.ones((1, 1)))
        ),
        "the output kernel is missing: return four arrays": lambda n: counter(n)[:3],
        "these are lists: np.array makes arrays of them": lambda n: tuple(
            part.tolist() for part in counter(n)
        ),
    },
    also_right=(
        by_the_kernel,
        by_a_gate_that_hardly_opens,
        downwards,
        from_difference_and_steps,
        three_that_share,
    ),
)


# A model that learns to count -------------------------------------------------------------


def some_bits(rng):
    """Return the arguments of `model_outputs`; all sizes differ, and none follows from another."""
    batch, bits = rng.choice([3, 4, 5, 6], size=2, replace=False)
    return {
        "x": rng.integers(2, size=(batch, bits, 1)).astype(np.float32),
        "train": None,
        "bits": int(bits),
        "classes": int(bits + rng.integers(3, 6)),
    }


def keras():
    """Return Keras, imported where it is first used: that takes seconds."""
    return import_module("keras")


def model(bits, *layers):
    return keras().Sequential([keras().Input((bits, 1)), *layers])


def lstm_then(bits, *after, units=24, **options):
    """Return a model: an LSTM, and what follows it."""
    return model(bits, keras().layers.LSTM(units, **options), *after)


def dense(classes, **options):
    return keras().layers.Dense(classes, **options)


def functional(bits, classes):
    x = keras().Input((bits, 1))
    h = keras().layers.LSTM(24)(x)
    compiled = keras().Model(x, dense(classes)(h))
    compiled.compile("adam", "mse")
    return compiled


def with_a_cell(bits, classes):
    cell = keras().layers.LSTMCell(24)
    return model(None, keras().layers.RNN(cell), dense(classes))


def dense_first(bits, classes):
    return model(bits, dense(24), keras().layers.LSTM(24), dense(classes))


def all_steps_flat(bits, classes):
    flat = keras().layers.Flatten()
    return lstm_then(bits, flat, dense(classes), return_sequences=True)


def mean_over_steps(bits, classes):
    mean = keras().layers.GlobalAveragePooling1D()
    return lstm_then(bits, mean, dense(classes), return_sequences=True)


def from_c(bits, classes):
    x = keras().Input((bits, 1))
    _, _, c = keras().layers.LSTM(24, return_state=True)(x)
    return keras().Model(x, dense(classes)(c))


def two_lstms(bits, classes):
    upper = keras().layers.LSTM(24)
    return lstm_then(bits, upper, dense(classes), return_sequences=True)


def embedded(bits, classes):
    codes, embedding = keras().Input((bits,)), keras().layers.Embedding(2, 24)
    return keras().Sequential([codes, embedding, keras().layers.LSTM(24), dense(classes)])


def axes_exchanged(bits, classes):
    lstm_layer = keras().layers.LSTM(24)
    return keras().Sequential([keras().Input((1, bits)), lstm_layer, dense(classes)])


def first_step(bits, classes):
    first = keras().layers.Cropping1D((0, bits - 1))
    flat = keras().layers.Flatten()
    return lstm_then(bits, first, flat, dense(classes), return_sequences=True)


def in_one_step(bits, classes):
    one_step = keras().layers.Reshape((1, bits))
    return model(bits, one_step, keras().layers.LSTM(24), dense(classes))


build_counter = Question(
    points=3,
    section="The trained one",
    draw=some_bits,
    cases=2,
    public_cases=2,
    returns=("outputs", "shapes of the trainable weights"),
    through="model_outputs",
    compare=Close(rtol=1e-4, atol=1e-5),
    properties=(Learns("counting", at_least=0.8),),
    time_limit=60.0,
    mistakes={
        "it gives probabilities: leave the softmax to the loss": lambda bits, classes: lstm_then(
            bits, dense(classes, activation="softmax")
        ),
        "each output is squeezed between 0 and 1 by a sigmoid: the last layer has no activation": (
            lambda bits, classes: lstm_then(bits, dense(classes, activation="sigmoid"))
        ),
        "it gives logarithms of probabilities: the logits are what the last Dense layer computes, "
        "without activation": lambda bits, classes: lstm_then(
            bits, dense(classes, activation="log_softmax")
        ),
        "the last layer has a ReLU, which cuts the negative logits off": lambda bits, classes: (
            lstm_then(bits, dense(classes, activation="relu"))
        ),
        "it answers at every step: leave return_sequences at False": lambda bits, classes: (
            lstm_then(bits, dense(classes), return_sequences=True)
        ),
        "there is one class too few: `classes` says how many": lambda bits, classes: lstm_then(
            bits, dense(classes - 1)
        ),
        "`classes` is not used: there need not be bits + 1 of them": lambda bits, classes: (
            lstm_then(bits, dense(bits + 1))
        ),
        "it gives one number: the question wants one logit for each class": lambda bits, classes: (
            lstm_then(bits, dense(1))
        ),
        "the LSTM computes with ReLU: leave its activation as it is": lambda bits, classes: (
            lstm_then(bits, dense(classes), activation="relu")
        ),
        "the LSTM does not learn: trainable must not be False": lambda bits, classes: lstm_then(
            bits, dense(classes), trainable=False
        ),
        "there is a Dense layer before the LSTM: the bits go into it as they are": dense_first,
        "the Dense layer is missing: the LSTM itself gives numbers between −1 and 1": (
            lambda bits, classes: lstm_then(bits, units=classes)
        ),
        "the Dense layer has no bias: leave use_bias at True": lambda bits, classes: lstm_then(
            bits, dense(classes, use_bias=False)
        ),
        "this is a SimpleRNN: the question wants an LSTM": lambda bits, classes: model(
            bits, keras().layers.SimpleRNN(24), dense(classes)
        ),
        "this is a GRU: the question wants an LSTM": lambda bits, classes: model(
            bits, keras().layers.GRU(24), dense(classes)
        ),
        "the LSTM has as many units as there are classes: it has 24": lambda bits, classes: (
            lstm_then(bits, dense(classes), units=classes)
        ),
        "the LSTM has as many units as there are bits: it has 24": lambda bits, classes: lstm_then(
            bits, dense(classes), units=bits
        ),
        "the LSTM reads the string backwards: leave go_backwards at False": lambda bits, classes: (
            lstm_then(bits, dense(classes), go_backwards=True)
        ),
        "the whole string is read in one step: bits are the time steps, and there is one feature": (
            in_one_step
        ),
        "the outputs of all steps go into the Dense layer: take the last one": all_steps_flat,
        "the outputs are averaged over the steps: take the last one": mean_over_steps,
        "the output of the first step is taken: take the last one": first_step,
        "the Dense layer reads the cell state c: it reads the output h of the last step": from_c,
        "there are two LSTM layers, one above the other: one is asked": two_lstms,
        "there is an Embedding layer: the bits go into the LSTM as they are": embedded,
        "time and features are exchanged: the input has the shape (bits, 1)": axes_exchanged,
        "there is dropout: the other options stay as Keras has them": lambda bits, classes: (
            lstm_then(bits, dense(classes), dropout=0.2)
        ),
    },
    also_right=(functional, with_a_cell),
)

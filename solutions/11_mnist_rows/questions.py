"""Questions of 11_mnist_rows: a classifier of rows, its loss from logits, its confusions."""

import numpy as np

from rnncourse.checks import Close, InputsUntouched, Learns, Question, StartsUndecided

# A classifier that reads rows -------------------------------------------------------------


def builder_inputs(rng):
    """Return images and the sizes of a model; `units` is also what the trained model has."""
    batch, rows, columns, classes = rng.choice(range(4, 11), size=4, replace=False).tolist()
    return {
        "x": rng.uniform(0, 1, size=(batch, rows, columns)).astype("float32"),
        "train": None,
        "units": int(rng.integers(32, 41)),
        "rows": rows,
        "columns": columns,
        "classes": classes,
    }


def model(*layers):
    """Return a builder of a model whose layers are made from keras.layers and the sizes."""

    def build(units, rows, columns, classes):
        import keras

        sizes = {"units": units, "rows": rows, "columns": columns, "classes": classes}
        made = [layer(keras.layers, **sizes) for layer in layers]
        return keras.Sequential([keras.Input((rows, columns)), *made])

    return build


def row_dense(layers, units, **_):
    return layers.Dense(units, activation="relu")


def lstm(layers, units, **_):
    return layers.LSTM(units)


def lstm_everywhere(layers, units, **_):
    return layers.LSTM(units, return_sequences=True)


def logits(layers, classes, **_):
    return layers.Dense(classes)


def ending_in(activation):
    return model(
        row_dense, lstm, lambda layers, classes, **_: layers.Dense(classes, activation=activation)
    )


def beginning_with(activation):
    return model(
        lambda layers, units, **_: layers.Dense(units, activation=activation), lstm, logits
    )


def large_start(units, rows, columns, classes):
    import keras

    large = keras.initializers.RandomNormal(stddev=1.0)
    return keras.Sequential(
        [
            keras.Input((rows, columns)),
            keras.layers.Dense(units, activation="relu", kernel_initializer=large),
            keras.layers.LSTM(units),
            keras.layers.Dense(classes, kernel_initializer=large),
        ]
    )


def taking(*axes):
    """Return a builder of a sequential model whose input has the named sizes as axes."""

    def build(units, rows, columns, classes):
        import keras

        sizes = {"rows": rows, "columns": columns, "batch": None}
        return keras.Sequential(
            [
                keras.Input([sizes[axis] for axis in axes]),
                keras.layers.Dense(units, activation="relu"),
                keras.layers.LSTM(units),
                keras.layers.Dense(classes),
            ]
        )

    return build


def cell_state(units, rows, columns, classes):
    import keras

    x = keras.Input((rows, columns))
    _, _, c = keras.layers.LSTM(units, return_state=True)(
        keras.layers.Dense(units, activation="relu")(x)
    )
    return keras.Model(x, keras.layers.Dense(classes)(c))


def fixed_batch(size):
    def build(units, rows, columns, classes):
        import keras

        x = keras.Input((rows, columns))
        zeros = [keras.ops.zeros((size, units))] * 2
        h = keras.layers.LSTM(units)(
            keras.layers.Dense(units, activation="relu")(x), initial_state=zeros
        )
        return keras.Model(x, keras.layers.Dense(classes)(h))

    return build


def functional(units, rows, columns, classes):
    import keras

    x = keras.Input((None, columns))
    outputs = keras.layers.LSTM(units, return_sequences=True)(
        keras.layers.Dense(units, activation="relu")(x)
    )
    return keras.Model(x, keras.layers.Dense(classes)(outputs[:, -1]))


def without_input(units, rows, columns, classes):
    import keras

    built_later = keras.Sequential()
    built_later.add(keras.layers.TimeDistributed(keras.layers.Dense(units)))
    built_later.add(keras.layers.ReLU())
    built_later.add(keras.layers.RNN(keras.layers.LSTMCell(units)))
    built_later.add(keras.layers.Dense(classes, activation="linear"))
    return built_later


build_row_classifier = Question(
    points=4,
    section="A classifier in NumPy",
    through="model_outputs",
    draw=builder_inputs,
    compare=Close(rtol=1e-4, atol=1e-5),
    returns=("logits", "shapes of the trainable weights"),
    properties=(StartsUndecided(at_most=0.35), Learns("digits", at_least=0.7)),
    cases=1,
    public_cases=1,
    time_limit=120,
    mistakes={
        "it ends in a softmax: leave the activation of the last layer out, the loss takes "
        "logits": ending_in("softmax"),
        "the last layer has a ReLU, which cuts all negative logits off: leave its activation "
        "out": ending_in("relu"),
        "it reads columns, not rows: the features of step t are the pixels of row t": model(
            lambda layers, **_: layers.Permute((2, 1)), row_dense, lstm, logits
        ),
        "a reshape to (columns, rows) mixes the rows: the image comes as (rows, columns) "
        "already": model(
            lambda layers, rows, columns, **_: layers.Reshape((columns, rows)),
            row_dense,
            lstm,
            logits,
        ),
        "the axes of keras.Input are turned round: rows first, then columns": taking(
            "columns", "rows"
        ),
        "keras.Input has an axis for the batch: leave it out, Keras adds it": taking(
            "batch", "rows", "columns"
        ),
        "the image is flattened, so no rows are left to read: leave Flatten out": model(
            lambda layers, **_: layers.Flatten(), row_dense, lstm, logits
        ),
        "the image is flattened and becomes a single step: leave Flatten and Reshape out, the rows "
        "are the steps": model(
            lambda layers, **_: layers.Flatten(),
            row_dense,
            lambda layers, units, **_: layers.Reshape((1, units)),
            lstm,
            logits,
        ),
        "it reads pixel after pixel: leave the reshape out, a step reads a whole row": model(
            lambda layers, rows, columns, **_: layers.Reshape((rows * columns, 1)),
            row_dense,
            lstm,
            logits,
        ),
        'the first dense layer is linear: give it activation="relu"': beginning_with(None),
        "the first dense layer has a tanh: it is to have a ReLU": beginning_with("tanh"),
        "the ReLU is in the LSTM: it belongs to the dense layer before it": model(
            lambda layers, units, **_: layers.Dense(units),
            lambda layers, units, **_: layers.LSTM(units, activation="relu"),
            logits,
        ),
        "the LSTM has a ReLU, too: only the dense layer before it has one, so leave the activation "
        "of the LSTM out": model(
            row_dense, lambda layers, units, **_: layers.LSTM(units, activation="relu"), logits
        ),
        "the dense layer on each row is missing": model(lstm, logits),
        "the dense layer stands behind the LSTM: it comes before it": model(
            lstm, row_dense, logits
        ),
        "the recurrent layer is a SimpleRNN: it is to be an LSTM": model(
            row_dense, lambda layers, units, **_: layers.SimpleRNN(units), logits
        ),
        "the recurrent layer is a GRU: it is to be an LSTM": model(
            row_dense, lambda layers, units, **_: layers.GRU(units), logits
        ),
        "there are logits after every row: leave return_sequences out, so that the LSTM gives its "
        "last output only": model(row_dense, lstm_everywhere, logits),
        "the logits are made of the outputs after all rows: the last one alone is to be used": (
            model(row_dense, lstm_everywhere, lambda layers, **_: layers.Flatten(), logits)
        ),
        "the logits are made of the cell state c: use the LSTM's output h": cell_state,
        "it reads from the bottom to the top: leave go_backwards out": model(
            row_dense,
            lambda layers, units, **_: layers.LSTM(units, go_backwards=True),
            logits,
        ),
        "the last layer is missing: a dense layer makes `classes` logits of the LSTM's output": (
            model(row_dense, lstm)
        ),
        "the last layer has `units` outputs: it makes one logit for each of the `classes`": model(
            row_dense, lstm, lambda layers, units, **_: layers.Dense(units)
        ),
        "the LSTM cannot learn: leave trainable=False out": model(
            row_dense, lambda layers, units, **_: layers.LSTM(units, trainable=False), logits
        ),
        "its zero state has room for 100 images: leave the initial state out, then it fits every "
        "batch": fixed_batch(100),
        "it starts from weights of standard deviation 1, so its first logits are far apart: leave "
        "kernel_initializer out": large_start,
    },
    also_right=(functional, without_input),
)


# A loss after every row -------------------------------------------------------------------


def loss_sizes(rng):
    """Return pairwise distinct sizes: batch, rows, classes."""
    return rng.choice([4, 5, 6, 7, 8], size=3, replace=False)


def moderate_logits(rng):
    """Return logits as a model has them after some training."""
    batch, rows, classes = loss_sizes(rng)
    labels = rng.permutation(np.append(rng.integers(1, classes, size=batch - 2), [0, classes - 1]))
    return {"logits": rng.normal(scale=2, size=(batch, rows, classes)), "labels": labels}


def large_logits(rng):
    """Return logits around 1000, around -1000, and 60 apart."""
    inputs = moderate_logits(rng)
    z, y = inputs["logits"], inputs["labels"]
    z[0] += 1000
    z[1] -= 1000
    z[2, 0, y[2]] -= 60
    return inputs


def confident_logits(rng):
    """Return logits of a model that is right and sure of it: the loss is almost 0."""
    inputs = moderate_logits(rng)
    z, y = inputs["logits"], inputs["labels"]
    z[np.arange(len(y)), :, y] += 40
    return inputs


def log_softmax(z, axis=-1):
    """Return the logarithm of the softmax, safely."""
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def pick(values, y):
    """Return the entries of the right classes, shape (batch, rows)."""
    return np.take_along_axis(values, y[:, np.newaxis, np.newaxis], axis=-1)[..., 0]


def losses(z, y):
    return -pick(log_softmax(z), y)


def one_hot_like(z, y):
    """Return ones at the right classes, shape (batch, 1, classes)."""
    return np.eye(z.shape[-1])[y][:, np.newaxis]


def clipped(smallest):
    return lambda z, y: -np.mean(np.log(np.maximum(pick(np.exp(log_softmax(z)), y), smallest)))


def a_little_added(little):
    return lambda z, y: -np.mean(np.log(pick(np.exp(log_softmax(z)), y) + little))


def by_exp(z, y):
    with np.errstate(all="ignore"):
        return np.mean(np.log(np.exp(z).sum(axis=-1)) - pick(z, y))


def one_max_for_all(z, y):
    with np.errstate(all="ignore"):
        return np.mean(np.log(np.exp(z - z.max()).sum(axis=-1)) + z.max() - pick(z, y))


def max_not_added_back(z, y):
    top = z.max(axis=-1, keepdims=True)
    return np.mean(np.log(np.exp(z - top).sum(axis=-1)) - pick(z, y))


def axis_wrong(axis):
    return lambda z, y: -np.mean(pick(log_softmax(z, axis), y))


def max_without_its_axis(z, y):
    z = z - z.max(axis=-1)
    return np.mean(losses(z, y))


def summed_over_rows(z, y):
    log_sum = np.logaddexp.reduce(z, axis=1)  # (batch, classes)
    return np.mean(log_sum - pick(z, y))


def summed_over_rows_below_max(z, y):
    top = z.max(axis=-1, keepdims=True)
    return np.mean(top[..., 0] + np.log(np.exp(z - top).sum(axis=1)) - pick(z, y))


def loss_in_place(z, y):
    z -= z.max(axis=-1, keepdims=True)
    return np.mean(losses(z, y))


def loss_one_by_one(z, y):
    total = 0.0
    for image, label in zip(z, y, strict=True):
        for row in image:
            shifted = row - row.max()
            total += np.log(np.sum(np.exp(shifted))) - shifted[label]
    return float(total / (z.shape[0] * z.shape[1]))


sequence_loss = Question(
    points=3,
    section="From logits to a loss",
    draw=(moderate_logits, large_logits, confident_logits),
    properties=(InputsUntouched(),),
    mistakes={
        "the softmax is applied twice: the logits go into the formula as they are": lambda z, y: (
            np.mean(losses(np.exp(log_softmax(z)), y))
        ),
        "exp overflows at 1000 and gives 0 at -1000: subtract each row's largest logit first, "
        "and add it again after the log": by_exp,
        "the largest logit of the whole array is subtracted, so rows far below it give log 0: "
        "each row has its own, max(axis=-1, keepdims=True)": one_max_for_all,
        "the largest logit is subtracted inside the log-sum-exp and not added again": (
            max_not_added_back
        ),
        "the probabilities are clipped at 1e-10, or 1e-10 is added to them: take the loss from the "
        "logits, nothing needs clipping": clipped(1e-10),
        "the probabilities are clipped at 1e-7: take the loss from the logits, nothing needs "
        "clipping": clipped(1e-7),
        "the probabilities are clipped at 1e-12: take the loss from the logits, nothing needs "
        "clipping": clipped(1e-12),
        "1e-8 is added to the probabilities: take the loss from the logits, log 0 cannot happen": (
            a_little_added(1e-8)
        ),
        "it is the sum, not the mean: divide by the number of images times the number of rows": (
            lambda z, y: losses(z, y).sum()
        ),
        "it is summed over the rows, then averaged over the images: average over both": (
            lambda z, y: losses(z, y).sum(axis=1).mean()
        ),
        "it is summed over the images, then averaged over the rows: average over both": (
            lambda z, y: losses(z, y).sum(axis=0).mean()
        ),
        "it is divided by the number of classes as well: one class counts, the right one": (
            lambda z, y: -np.mean(log_softmax(z) * one_hot_like(z, y))
        ),
        "all classes count, not the right one alone: take the logit of the label": lambda z, y: (
            -np.mean(log_softmax(z))
        ),
        "only the last row counts: all rows do": lambda z, y: losses(z, y)[:, -1].mean(),
        "there is one number for each image: the mean is over the images, too": lambda z, y: losses(
            z, y
        ).mean(axis=1),
        "there is one number for each row: the mean is over the rows, too": lambda z, y: losses(
            z, y
        ).mean(axis=0),
        "there is one number for each image and row: take their mean": losses,
        "the sign is wrong: it is the log-sum-exp minus the logit of the label": lambda z, y: (
            -np.mean(losses(z, y))
        ),
        "the log-sum-exp is missing: it is more than minus the logit of the label": lambda z, y: (
            -np.mean(pick(z, y))
        ),
        "the logit of the label is missing: subtract it from the log-sum-exp": lambda z, y: np.mean(
            losses(z, y) + pick(z, y)
        ),
        "the log is missing: it is minus the log of the probability, not one minus the "
        "probability": lambda z, y: np.mean(1 - np.exp(-losses(z, y))),
        "the log is missing: it is minus the log of the probability, not minus the "
        "probability": lambda z, y: -np.mean(np.exp(-losses(z, y))),
        "the log is that of the base 2: it is the natural one, np.log": lambda z, y: (
            np.mean(losses(z, y)) / np.log(2)
        ),
        "the log is that of the base 10: it is the natural one, np.log": lambda z, y: (
            np.mean(losses(z, y)) / np.log(10)
        ),
        "the sum of the exponentials runs over the rows: it runs over the classes, axis=-1": (
            axis_wrong(1)
        ),
        "the sum of the exponentials runs over the images: it runs over the classes, axis=-1": (
            axis_wrong(0)
        ),
        "a maximum or a sum over the classes has lost its axis, so it does not fit the logits: "
        "keep it, keepdims=True": max_without_its_axis,
        "the log-sum-exp is over axis 1, the rows, so it does not fit the logits of the labels: it "
        "is over the classes, axis=-1": summed_over_rows,
        "the maximum is over the classes and the sum over the rows: both are over the classes, "
        "axis=-1": summed_over_rows_below_max,
        "`[:, :, labels]` takes the labels of all images for each: write "
        "[np.arange(len(labels)), :, labels], or go through the images": lambda z, y: (
            -np.mean(log_softmax(z)[:, :, y])
        ),
        "`[..., labels]` gives (batch, rows, batch), which cannot be taken from (batch, rows): "
        "write [np.arange(len(labels)), :, labels]": lambda z, y: (
            log_softmax(z)[..., 0] - z[..., y]
        ),
        "the labels, of shape (batch,), are taken for one-hot vectors of shape (batch, classes): "
        "they are the numbers of the classes": lambda z, y: y * z,
        "logits are multiplied by the labels, as if these were one-hot vectors: they are the "
        "numbers of the classes": lambda z, y: z * y,
        "`logits`, the caller's array, is changed in place: write logits - top, not -=": (
            loss_in_place
        ),
    },
    also_right=(
        lambda z, y: np.mean(np.logaddexp.reduce(z, axis=-1) - pick(z, y)),
        loss_one_by_one,
        lambda z, y: -(log_softmax(z) * one_hot_like(z, y)).sum() / z[..., 0].size,
    ),
)


# Which classes are confused ---------------------------------------------------------------


def guess_inputs(rng):
    """Return labels and guesses; the last class never occurs, and another is guessed only."""
    classes = int(rng.integers(5, 9))
    return guesses_of(rng, classes, guessed_only=int(rng.integers(classes - 1)))


def guess_inputs_beyond(rng):
    """Return the same, and the class that is guessed only is above all labels."""
    classes = int(rng.integers(5, 9))
    return guesses_of(rng, classes, guessed_only=classes - 2)


def guesses_of(rng, classes, guessed_only):
    images = int(rng.choice([24, 27, 31]))
    present = np.delete(np.arange(classes - 1), guessed_only)
    weights = rng.uniform(1, 3, size=len(present))
    labels = rng.choice(present, size=images - len(present), p=weights / weights.sum())
    labels = rng.permutation(np.concatenate([labels, present]))
    wrong = rng.random(images) < 0.4
    guesses = np.where(wrong, rng.integers(0, classes - 1, size=images), labels)
    first, second = np.flatnonzero(labels == labels[0])[:2] if _twice(labels) else (0, 1)
    guesses[[first, second]] = labels[0]  # a pair that occurs twice
    guesses[np.flatnonzero(labels != labels[0])[:2]] = guessed_only
    return {"labels": labels, "guesses": guesses, "classes": classes}


def _twice(labels):
    return np.count_nonzero(labels == labels[0]) > 1


def counts(labels, guesses, classes):
    return np.histogram2d(labels, guesses, bins=classes, range=[[0, classes]] * 2)[0]


def rates(labels, guesses, classes):
    found = counts(labels, guesses, classes)
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1)


def by_columns(labels, guesses, classes):
    found = counts(labels, guesses, classes)
    return found / np.maximum(found.sum(axis=0), 1)


def by_rows_without_keepdims(labels, guesses, classes):
    found = counts(labels, guesses, classes)
    return found / np.maximum(found.sum(axis=1), 1)


def not_a_number(labels, guesses, classes):
    found = counts(labels, guesses, classes)
    with np.errstate(invalid="ignore"):
        return found / found.sum(axis=1, keepdims=True)


def nan_replaced(labels, guesses, classes):
    return np.nan_to_num(not_a_number(labels, guesses, classes))


def pairs_once(labels, guesses, classes):
    found = np.zeros((classes, classes))
    found[labels, guesses] += 1
    return found


def at_most_one(found):
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1)


def once_and_not_a_number(labels, guesses, classes):
    found = pairs_once(labels, guesses, classes)
    with np.errstate(invalid="ignore"):
        return found / found.sum(axis=1, keepdims=True)


def by_labels_that_occur(labels, guesses, classes):
    found = rates(labels, guesses, classes)
    return found[: max(labels.max(), guesses.max()) + 1, : max(labels.max(), guesses.max()) + 1]


def as_large_as_the_largest_label(labels, guesses, classes):
    found = np.zeros((labels.max() + 1, labels.max() + 1))
    np.add.at(found, (labels, guesses), 1)
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1)


def among_wrong_guesses(labels, guesses, classes):
    found = counts(labels, guesses, classes) * (1 - np.eye(classes))
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1)


def smoothed(labels, guesses, classes):
    found = counts(labels, guesses, classes)
    return found / (found.sum(axis=1, keepdims=True) + 1)


def absent_is_right(labels, guesses, classes):
    found = rates(labels, guesses, classes)
    absent = found.sum(axis=1) == 0
    found[absent, absent.nonzero()] = 1.0
    return found


def labels_in_place(labels, guesses, classes):
    found = rates(labels, guesses, classes)
    labels.sort()
    return found


def rates_pair_by_pair(labels, guesses, classes):
    table = np.zeros((classes, classes))
    for label, guess in zip(labels, guesses, strict=True):
        table[label, guess] += 1 / np.sum(labels == label)
    return table


def rates_by_class(labels, guesses, classes):
    rows = []
    for label in range(classes):
        row = np.bincount(guesses[labels == label], minlength=classes)
        rows.append(row / max(row.sum(), 1))
    return np.array(rows)


confusion_rates = Question(
    points=3,
    section="Which digits it gets wrong",
    draw=(guess_inputs, guess_inputs_beyond),
    properties=(InputsUntouched(),),
    mistakes={
        "these are counts: divide each row by the number of its images": counts,
        "these are counts, as integers: divide each row by the number of its images": (
            lambda y, g, n: counts(y, g, n).astype(int)
        ),
        "it is transposed: the rows are the right classes, the columns the guesses": (
            lambda y, g, n: rates(y, g, n).T
        ),
        "rows are guesses and columns are right classes, and the rows sum to 1: exchange labels "
        "and guesses": lambda y, g, n: rates(g, y, n),
        "the columns sum to 1: divide by the sum of each row, sum(axis=1, keepdims=True)": (
            by_columns
        ),
        "the sums of the rows are divided along the columns: keep their axis, "
        "sum(axis=1, keepdims=True)": by_rows_without_keepdims,
        "all entries together sum to 1: divide each row by its own number of images": (
            lambda y, g, n: counts(y, g, n) / len(y)
        ),
        "a class without images gave 0/0, which is NaN: its row is 0": not_a_number,
        "each pair is counted once, however often it occurs: `table[labels, guesses] += 1` does "
        "that; use np.add.at, or a loop": lambda y, g, n: at_most_one(pairs_once(y, g, n)),
        "each pair is counted once, and a class without images gave 0/0: count with np.add.at or a "
        "loop, and make the row of that class 0": once_and_not_a_number,
        "each pair is counted once, and nothing is divided: use np.add.at, or a loop, then divide "
        "each row": pairs_once,
        "each pair is counted once, and then divided by the number of images of the class: use "
        "np.add.at, or a loop": lambda y, g, n: (
            pairs_once(y, g, n) / np.maximum(np.bincount(y, minlength=n), 1)[:, np.newaxis]
        ),
        "it ends with the largest class that occurs: it needs `classes` rows and columns": (
            by_labels_that_occur
        ),
        "it ends with the largest label, and a guess can be larger: its size is `classes`": (
            as_large_as_the_largest_label
        ),
        "1 is added to the number of images: only a class without images needs help, as with "
        "np.maximum(…, 1)": smoothed,
        "a class without images got a 1 on the diagonal: its row is 0": absent_is_right,
        "a class without images got the same share everywhere: its row is 0": lambda y, g, n: (
            np.where(counts(y, g, n).sum(axis=1, keepdims=True) == 0, 1 / n, rates(y, g, n))
        ),
        "the diagonal is 0: the right guesses belong into the table, too": lambda y, g, n: (
            rates(y, g, n) * (1 - np.eye(n))
        ),
        "the diagonal is 0, and the shares are those of the wrong guesses: leave the right ones "
        "in, and divide by all images of the class": among_wrong_guesses,
        "only the diagonal is filled: the wrong guesses belong into the table, too": (
            lambda y, g, n: rates(y, g, n) * np.eye(n)
        ),
        "only the diagonal is returned: the table has a row and a column for each class": (
            lambda y, g, n: np.diag(rates(y, g, n))
        ),
        "these are per cent: return shares between 0 and 1": lambda y, g, n: 100 * rates(y, g, n),
        "the shares are rounded to whole numbers: `//` does that, or an integer dtype; use / and "
        "floats": lambda y, g, n: np.floor(rates(y, g, n)),
        "the shares are rounded to whole numbers, and are integers: use / and floats": (
            lambda y, g, n: np.floor(rates(y, g, n)).astype(int)
        ),
        "`labels`, the caller's array, is changed in place: work on a copy": labels_in_place,
    },
    also_right=(rates, rates_pair_by_pair, rates_by_class, nan_replaced),
)

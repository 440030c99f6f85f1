"""Questions of 12_time_series: split by time, scale, build the network, forecast freely."""

from importlib import import_module

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnncourse.checks import (
    BatchIndependent,
    BeatsBaselines,
    BlindToLater,
    Close,
    InputsUntouched,
    LagForecaster,
    Question,
)


def keras():
    """Return Keras, imported where a model is built: that takes seconds."""
    return import_module("keras")


# A split by time --------------------------------------------------------------------------


def parts_to_split(rng, validation, length):
    """Return the arguments of `split_by_time`, content-coded; all parts differ in length."""
    train, rest = rng.choice(np.arange(length + 3, length + 9), size=2, replace=False)
    timesteps, features = train + validation + rest, int(rng.integers(2, 5))
    step, feature = np.indices((timesteps, features))
    return {
        "series": 1000.0 * rng.integers(1, 10) + 10 * step + feature,
        "train": int(train),
        "validation": int(validation),
        "length": int(length),
    }


def short_history(rng):
    """Draw a validation part that is longer than the history."""
    return parts_to_split(rng, validation=rng.integers(6, 9), length=rng.integers(3, 5))


def long_history(rng):
    """Draw a history of the test that reaches back into the training part."""
    return parts_to_split(rng, validation=rng.integers(2, 4), length=rng.integers(5, 7))


def parts(s, n, v, length, *, history=None):
    """Return the three parts; `history` is that of the test if it is another."""
    back = length if history is None else history
    return s[:n], s[n - length : n + v], s[n + v - back :]


def each_with(before):
    """Return the answer that puts `before(series, train, validation, length)` in front."""

    def answer(s, n, v, length):
        first = before(s, n, v, length)
        return s[:n], *(np.concatenate([first, part]) for part in (s[n : n + v], s[n + v :]))

    return answer


def history_from_the_part_before(s, n, v, length):
    training, validation, test = s[:n], s[n : n + v], s[n + v :]
    return (
        training,
        np.concatenate([training[-length:], validation]),
        np.concatenate([validation[-length:], test]),
    )


def shuffled(s, n, v, length):
    order = np.random.default_rng(0).permutation(len(s))
    return parts(s[order], n, v, length)


def windows_of_each(s, n, v, length):
    return tuple(
        sliding_window_view(part, length, axis=0).swapaxes(1, 2) for part in parts(s, n, v, length)
    )


def parts_by_pieces(s, n, v, length):
    known = [s[:n], s[: n + v]]
    pieces = np.split(s, [n, n + v])
    later = [
        np.concatenate([past[len(past) - length :], piece])
        for past, piece in zip(known, pieces[1:], strict=True)
    ]
    return pieces[0], *later


split_by_time = Question(
    points=2,
    section="Split by time",
    draw=(short_history, long_history),
    returns=("training", "validation", "test"),
    properties=(InputsUntouched(),),
    mistakes={
        "the history is missing: the validation and the test part begin `length` steps earlier": (
            lambda s, n, v, length: parts(s, n, v, 0)
        ),
        "the test part has no history: it begins `length` steps earlier, as the validation part "
        "does": lambda s, n, v, length: parts(s, n, v, length, history=0),
        "the validation part has no history: it begins `length` steps earlier, as the test part "
        "does": lambda s, n, v, length: parts(s, n, v, 0, history=length),
        "the history is one step too short: the first step of a part then is no target": (
            lambda s, n, v, length: parts(s, n, v, length - 1)
        ),
        "the history is one step too long: its last step would be a target of two parts": (
            lambda s, n, v, length: parts(s, n, v, length + 1)
        ),
        "the training part goes on into the validation part: it ends after `train` steps": (
            lambda s, n, v, length: (s[: n + length], *parts(s, n, v, length)[1:])
        ),
        "the training part is one step too short: it is series[:train]": lambda s, n, v, length: (
            s[: n - 1],
            *parts(s, n, v, length)[1:],
        ),
        "the training part gave its last steps away: the history of the validation part belongs "
        "to both": lambda s, n, v, length: (s[: n - length], *parts(s, n, v, length)[1:]),
        "the validation part is cut off too early: its history comes on top of its `validation` "
        "steps": lambda s, n, v, length: (
            s[:n],
            s[n - length : n - length + v],
            parts(s, n, v, length)[2],
        ),
        "the validation part reaches to the end of the series: stop before step "
        "train + validation": lambda s, n, v, length: (
            s[:n],
            s[n - length :],
            parts(s, n, v, length)[2],
        ),
        "the validation part ends at step `validation`: it ends at train + validation": (
            lambda s, n, v, length: (s[:n], s[n - length : v], parts(s, n, v, length)[2])
        ),
        "the additional steps stand behind the validation part: its history is the `length` steps "
        "before it": lambda s, n, v, length: (s[:n], s[n : n + v + length], s[n + v :]),
        "the additional steps stand behind the validation part, as those of the test do not: a "
        "history comes before its part": lambda s, n, v, length: (
            s[:n],
            s[n : n + v + length],
            parts(s, n, v, length)[2],
        ),
        "`train +` is forgotten in the test part: it begins at step train + validation - length": (
            lambda s, n, v, length: (*parts(s, n, v, length)[:2], s[v - length :])
        ),
        "the test part is the last `length` steps: its history begins at step "
        "train + validation - length, and all that follow belong to it": lambda s, n, v, length: (
            *parts(s, n, v, length)[:2],
            s[-length:],
        ),
        "the test part begins before the validation part: its history begins `length` steps "
        "before step train + validation": lambda s, n, v, length: (
            *parts(s, n, v, length)[:2],
            s[n - length :],
        ),
        "the history of the test is taken from the validation part, which may be too short: it "
        "may reach back into the training part": history_from_the_part_before,
        "each part begins at step 0: the history has `length` steps": lambda s, n, v, length: (
            s[:n],
            s[: n + v],
            s,
        ),
        "the history of both parts comes from the beginning of the series: it ends where the "
        "part begins": each_with(lambda s, n, v, length: s[:length]),
        "both parts have the last steps of training for their history: that of the test ends "
        "where the test begins": each_with(lambda s, n, v, length: s[n - length : n]),
        "the history is made of zeros: it is the `length` steps before the part": each_with(
            lambda s, n, v, length: np.zeros((length, s.shape[1]))
        ),
        "there is a gap of `length` steps before each part: the history is put in front, not "
        "left out": lambda s, n, v, length: (s[:n], s[n + length : n + v], s[n + v + length :]),
        "the steps are shuffled: a series is split in the order of time": shuffled,
        "the steps run backwards: each part keeps the order of time": lambda *arguments: tuple(
            part[::-1] for part in parts(*arguments)
        ),
        "the training part comes last: the model must not learn from what it is to forecast": (
            lambda s, n, v, length: parts(s[::-1], n, v, length)
        ),
        "validation and test are exchanged: return (training, validation, test)": (
            lambda *arguments: tuple(parts(*arguments)[i] for i in (0, 2, 1))
        ),
        "the features are split, not the steps: time is axis 0": lambda s, n, v, length: tuple(
            part.T for part in parts(s.T, n, v, length)
        ),
        "the parts are cut into windows already: return the parts": windows_of_each,
        "only two parts are returned: validation and test are two": lambda s, n, v, length: (
            s[:n],
            s[n - length :],
        ),
    },
    also_right=(
        parts,
        parts_by_pieces,
        lambda s, n, v, length: (
            s[np.arange(n)],
            s[np.arange(n - length, n + v)],
            s[np.arange(n + v - length, len(s))],
        ),
    ),
)


# A scaler from the training part -----------------------------------------------------------


def series_to_scale(rng):
    """Return the arguments of `scale_from_train`; later, level and spread are others."""
    features, train, later = rng.choice([3, 4, 5, 6, 7], size=3, replace=False)
    level, spread = rng.uniform(3, 9, size=features), np.geomspace(0.2, 5, features)
    series = level + rng.permutation(spread) * rng.normal(size=(train + later, features))
    series[train:] = 2 * series[train:] + rng.uniform(4, 8, size=features)
    return {"series": series, "train": int(train)}


def series_with_a_constant(rng):
    """Draw one feature that is constant in the training part, at a whole number."""
    inputs = series_to_scale(rng)
    feature = rng.integers(inputs["series"].shape[1])
    inputs["series"][: inputs["train"], feature] = rng.integers(2, 9)
    return inputs


def spread_of(past):
    """Return the deviation of each feature, 1 for one that is constant."""
    deviation = past.std(axis=0)
    return np.where(deviation == 0, 1.0, deviation)


def scaled_by(mean, deviation):
    """Return the answer that gets its two numbers from the series and `train`."""

    def answer(series, train):
        centre, width = mean(series, train), deviation(series, train)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (series - centre) / width, centre, width

    return answer


def past_mean(series, train):
    return series[:train].mean(axis=0)


def past_spread(series, train):
    return spread_of(series[:train])


def divided_by(width):
    """Return the answer that divides by `width(past)` and reports it."""
    return scaled_by(past_mean, lambda series, train: width(series[:train]))


right_scaler = scaled_by(past_mean, past_spread)


def each_part_by_its_own(series, train):
    scaled, mean, deviation = right_scaler(series, train)
    later = series[train:]
    return (
        np.concatenate([scaled[:train], (later - later.mean(axis=0)) / later.std(axis=0)]),
        mean,
        deviation,
    )


def divided_first(series, train):
    _, mean, deviation = right_scaler(series, train)
    return series / deviation - mean, mean, deviation


def zero_where_constant(series, train):
    scaled, mean, deviation = right_scaler(series, train)
    return np.where(series[:train].std(axis=0) == 0, 0.0, scaled), mean, deviation


def reported_as_zero(series, train):
    scaled, mean, _ = right_scaler(series, train)
    return scaled, mean, series[:train].std(axis=0)


def with_keepdims(series, train):
    scaled, mean, deviation = right_scaler(series, train)
    return scaled, mean[np.newaxis], deviation[np.newaxis]


def one_if_any_is_zero(past):
    deviation = past.std(axis=0)
    return deviation if np.all(deviation) else np.ones_like(deviation)


def scaled_in_place(series, train):
    mean, deviation = past_mean(series, train), past_spread(series, train)
    series -= mean
    series /= deviation
    return series, mean, deviation


def scaled_feature_by_feature(series, train):
    scaled, numbers = np.empty_like(series), []
    for f, column in enumerate(series.T):
        mean = sum(column[:train]) / train
        variance = sum((value - mean) ** 2 for value in column[:train]) / train
        deviation = variance**0.5 or 1.0
        scaled[:, f] = (column - mean) / deviation
        numbers.append((mean, deviation))
    return scaled, *np.array(numbers).T


def scaled_by_moments(series, train):
    past = series[:train]
    mean, constant = past.mean(axis=0), np.ptp(past, axis=0) == 0
    deviation = np.sqrt(((past - mean) ** 2).mean(axis=0))
    deviation[constant] = 1
    return (series - mean) / deviation, mean, deviation


scale_from_train = Question(
    points=2,
    section="Scale without looking ahead",
    draw=(series_to_scale, series_with_a_constant),
    returns=("scaled", "mean", "deviation"),
    properties=(InputsUntouched(), BlindToLater()),
    mistakes={
        "mean and deviation come from the whole series, so the test part has moved the scaler: "
        "use series[:train]": scaled_by(
            lambda series, train: series.mean(axis=0), lambda series, train: spread_of(series)
        ),
        "the mean comes from the whole series: use series[:train]": scaled_by(
            lambda series, train: series.mean(axis=0), past_spread
        ),
        "the deviation comes from the whole series: use series[:train]": scaled_by(
            past_mean, lambda series, train: spread_of(series)
        ),
        "mean and deviation come from the part *after* the training: use series[:train]": (
            scaled_by(
                lambda series, train: series[train:].mean(axis=0),
                lambda series, train: spread_of(series[train:]),
            )
        ),
        "mean and deviation come from the last `train` steps: use series[:train]": scaled_by(
            lambda series, train: series[-train:].mean(axis=0),
            lambda series, train: spread_of(series[-train:]),
        ),
        "mean and deviation miss the last training step: use series[:train]": scaled_by(
            lambda series, train: series[: train - 1].mean(axis=0),
            lambda series, train: spread_of(series[: train - 1]),
        ),
        "mean and deviation see one step of the later part: use series[:train]": scaled_by(
            lambda series, train: series[: train + 1].mean(axis=0),
            lambda series, train: spread_of(series[: train + 1]),
        ),
        "the later part is scaled by its own mean and deviation: use those of the training part "
        "for all steps": each_part_by_its_own,
        "there is one mean and one deviation for all features: give axis=0": scaled_by(
            lambda series, train: series[:train].mean(),
            lambda series, train: series[:train].std(),
        ),
        "the mean goes over the features of a step: time is axis 0": lambda series, train: (
            series - series.mean(axis=1)[:train]
        ),
        "only the training part comes back: scale the whole series": lambda series, train: (
            right_scaler(series, train)[0][:train],
            *right_scaler(series, train)[1:],
        ),
        "only the later part comes back: scale the whole series": lambda series, train: (
            right_scaler(series, train)[0][train:],
            *right_scaler(series, train)[1:],
        ),
        "a constant feature was divided by 0: use 1 in place of a deviation of 0": divided_by(
            lambda past: past.std(axis=0)
        ),
        "the deviation of a constant feature is returned as 0: return the 1 that you divided by": (
            reported_as_zero
        ),
        "a constant feature became 0 at all steps: with a deviation of 1 its later changes stay": (
            zero_where_constant
        ),
        "a small number is added to every deviation: use exactly 1 where it is 0, and change no "
        "other": divided_by(lambda past: past.std(axis=0) + 1e-3),
        "a small number stands for a deviation of 0, which makes the later steps huge: use 1": (
            divided_by(lambda past: np.where(past.std(axis=0) == 0, 1e-8, past.std(axis=0)))
        ),
        "one constant feature set all deviations to 1: each feature has its own": divided_by(
            one_if_any_is_zero
        ),
        "all deviations below 1 became 1: only those that are 0 do": divided_by(
            lambda past: np.maximum(past.std(axis=0), 1) + 0 * past[0]
        ),
        "the sum of squares is divided by train - 1: std without ddof divides by train": (
            divided_by(lambda past: np.where(past.std(axis=0) == 0, 1.0, past.std(axis=0, ddof=1)))
        ),
        "it is divided by the variance: take its square root": divided_by(
            lambda past: np.where(past.std(axis=0) == 0, 1.0, past.var(axis=0))
        ),
        "the deviation is the mean distance from the mean: square, average, take the root": (
            divided_by(
                lambda past: np.where(
                    past.std(axis=0) == 0, 1.0, np.abs(past - past.mean(axis=0)).mean(axis=0)
                )
            )
        ),
        "the mean is not subtracted": lambda series, train: (
            series / past_spread(series, train),
            *right_scaler(series, train)[1:],
        ),
        "it is not divided by the deviation": lambda series, train: (
            series - past_mean(series, train),
            *right_scaler(series, train)[1:],
        ),
        "it is divided before the mean is subtracted: write (series - mean) / deviation": (
            divided_first
        ),
        "the first value is subtracted, not the mean": scaled_by(
            lambda series, train: series[0], past_spread
        ),
        "minimum and range scale the series: use mean and deviation": scaled_by(
            lambda series, train: series[:train].min(axis=0),
            lambda series, train: np.where(
                np.ptp(series[:train], axis=0) == 0, 1.0, np.ptp(series[:train], axis=0)
            ),
        ),
        "mean and deviation are in the wrong order: return (scaled, mean, deviation)": (
            lambda series, train: tuple(right_scaler(series, train)[i] for i in (0, 2, 1))
        ),
        "only the scaled series is returned: return (scaled, mean, deviation)": (
            lambda series, train: right_scaler(series, train)[0]
        ),
        "mean and deviation have the shape (1, features): leave out keepdims": with_keepdims,
        "`series`, the caller's array, is changed in place: write series - mean, not -=": (
            scaled_in_place
        ),
    },
    also_right=(right_scaler, scaled_feature_by_feature, scaled_by_moments),
)


# The network ------------------------------------------------------------------------------


def windows_for_the_network(rng):
    """Return known windows and the sizes of a model; all sizes differ."""
    batch, timesteps, features, units = rng.choice(np.arange(2, 9), size=4, replace=False)
    return {
        "x": rng.normal(scale=2, size=(batch, timesteps, features)).astype("float32"),
        "train": None,
        "timesteps": int(timesteps),
        "features": int(features),
        "units": int(units),
    }


def network(*hidden):
    """Return the answer that stacks what these functions make of the sizes."""
    return lambda timesteps, features, units: keras().Sequential(
        [
            keras().Input((timesteps, features)),
            *(layer(timesteps, features, units) for layer in hidden),
        ]
    )


def recurrent(**options):
    options = {"activation": "relu", "return_sequences": True} | options
    return lambda timesteps, features, units: keras().layers.SimpleRNN(units, **options)


def projection(**options):
    return lambda timesteps, features, units: keras().layers.Dense(features, **options)


def functional(forecast_of):
    """Return the answer that makes forecasts of the states by `forecast_of(states, sizes)`."""

    def answer(timesteps, features, units):
        series = keras().Input((timesteps, features))
        states = recurrent()(timesteps, features, units)(series)
        return keras().Model(series, forecast_of(states, (timesteps, features, units), series))

    return answer


def through_reshape(states, sizes, series):
    timesteps, features, units = sizes
    stacked = keras().layers.Dense(features)(keras().ops.reshape(states, (-1, units)))
    return keras().ops.reshape(stacked, (-1, timesteps, features))


def mixed_by_reshape(states, sizes, series):
    timesteps, features, units = sizes
    stacked = keras().layers.Dense(features)(keras().ops.reshape(states, (-1, units)))
    mixed = keras().ops.reshape(stacked, (-1, features, timesteps))
    return keras().ops.transpose(mixed, (0, 2, 1))


def from_all_steps(states, sizes, series):
    timesteps, features, _ = sizes
    flat = keras().layers.Flatten()(states)
    return keras().layers.Reshape((timesteps, features))(
        keras().layers.Dense(timesteps * features)(flat)
    )


def mixed_before_the_projection(states, sizes, series):
    timesteps, features, units = sizes
    mixed = keras().layers.Permute((2, 1))(keras().layers.Reshape((units, timesteps))(states))
    return keras().layers.Dense(features)(mixed)


def of_one_feature(timesteps, features, units):
    layers = [recurrent()(timesteps, 1, units), keras().layers.Dense(1)]
    return keras().Sequential([keras().Input((timesteps, 1)), *layers])


def last_step_repeated(states, sizes, series):
    last = keras().layers.Dense(sizes[1])(states[:, -1])
    return keras().layers.RepeatVector(sizes[0])(last)


def backwards_too(timesteps, features, units):
    return keras().layers.Bidirectional(recurrent()(timesteps, features, units), merge_mode="sum")


def per_step(timesteps, features, units):
    return keras().layers.TimeDistributed(keras().layers.Dense(features))


def through_a_cell(timesteps, features, units):
    cell = keras().layers.SimpleRNNCell(units, activation="relu")
    return keras().layers.RNN(cell, return_sequences=True)


def hidden_dense(timesteps, features, units):
    return keras().layers.Dense(units, activation="relu")


build_forecaster = Question(
    points=3,
    section="A hundred units, one number",
    through="model_outputs",
    draw=windows_for_the_network,
    compare=Close(rtol=1e-4, atol=1e-5),
    returns=("forecasts", "shapes of the trainable weights"),
    properties=(BeatsBaselines(at_most=0.5),),
    cases=2,
    public_cases=2,
    time_limit=60,
    mistakes={
        'the neurons are not ReLU: SimpleRNN takes tanh unless you give activation="relu"': network(
            recurrent(activation="tanh"), projection()
        ),
        'the neurons have no activation function: give activation="relu"': network(
            recurrent(activation="linear"), projection()
        ),
        "only the last step has a forecast: the recurrent layer needs return_sequences=True": (
            network(recurrent(return_sequences=False), projection())
        ),
        "the last forecast is repeated at every step: project the state of each step": functional(
            last_step_repeated
        ),
        "the projection has a ReLU, so that no forecast is negative: give it no activation": (
            network(recurrent(), projection(activation="relu"))
        ),
        "the projection has a tanh, so that no forecast is outside -1 and 1: give it no "
        "activation": network(recurrent(), projection(activation="tanh")),
        "the projection has a softmax, which is for classes: give it no activation": network(
            recurrent(), projection(activation="softmax")
        ),
        "the projection has no bias": network(recurrent(), projection(use_bias=False)),
        "the recurrent layer has no bias": network(recurrent(use_bias=False), projection()),
        "there is no projection: the states have `units` numbers, a forecast has `features`": (
            network(recurrent())
        ),
        "the recurrent layer itself has `features` neurons: it has `units`, and a projection "
        "follows": network(
            lambda timesteps, features, units: recurrent()(timesteps, units, features)
        ),
        "the projection gives one number a step: it gives `features` of them": network(
            recurrent(), lambda *sizes: keras().layers.Dense(1)
        ),
        "the dense layer stands before the recurrent one: it projects the states, so it comes "
        "behind": network(
            projection(), lambda timesteps, features, units: recurrent()(timesteps, units, features)
        ),
        "there is a dense layer too many: the projection takes the states as they are": network(
            recurrent(), hidden_dense, projection()
        ),
        "there is a second recurrent layer: one is asked": network(
            recurrent(), recurrent(), projection()
        ),
        "it is an LSTM: a simple recurrent layer is asked, SimpleRNN": network(
            lambda timesteps, features, units: keras().layers.LSTM(
                units, activation="relu", return_sequences=True
            ),
            projection(),
        ),
        "it is a GRU: a simple recurrent layer is asked, SimpleRNN": network(
            lambda timesteps, features, units: keras().layers.GRU(
                units, activation="relu", return_sequences=True
            ),
            projection(),
        ),
        "it is bidirectional, so a forecast reads the steps that it is to forecast: read forwards "
        "only": network(backwards_too, projection()),
        "it reads the window backwards, so a forecast reads the steps that it is to forecast": (
            network(recurrent(go_backwards=True), projection())
        ),
        "each forecast reads the states of all steps, also of later ones, from Flatten: project "
        "each step by itself": functional(from_all_steps),
        "`reshape` mixes steps and features: from (batch·timesteps, features) go back to (batch, "
        "timesteps, features)": functional(mixed_by_reshape),
        "Reshape and Permute mix steps and units before the projection: the states are "
        "(batch, timesteps, units) already, so leave both out": functional(
            mixed_before_the_projection
        ),
        "the model reads one feature only, as the chapter's does: its input has the shape "
        "(timesteps, features)": of_one_feature,
        "the input is added to the projection: the forecast is the projection alone": functional(
            lambda states, sizes, series: keras().layers.Dense(sizes[1])(states) + series
        ),
        "the recurrent layer does not learn: leave it trainable": network(
            recurrent(trainable=False), projection()
        ),
        "the projection does not learn: leave it trainable": network(
            recurrent(), projection(trainable=False)
        ),
        "the layers are returned, not a model of them: put them into keras.Sequential": (
            lambda timesteps, features, units: [
                recurrent()(0, 0, units),
                projection()(0, features, 0),
            ]
        ),
    },
    also_right=(
        network(recurrent(), per_step),
        network(through_a_cell, projection()),
        functional(through_reshape),
        lambda timesteps, features, units: keras().Sequential(
            [recurrent()(timesteps, features, units), projection()(timesteps, features, units)]
        ),
    ),
)


# Free-running forecasts -------------------------------------------------------------------


def window_to_continue(rng, *, more):
    """Return the arguments of `free_run`, which asks for `more` steps than the window has."""
    length = int(rng.integers(3, 6))
    batch, features = rng.choice([n for n in (2, 3, 4, 5) if n != length], size=2, replace=False)
    weights = rng.uniform(0.3, 1, size=(length, features)) * rng.choice([-1, 1], (length, features))
    mean, deviation = rng.uniform(3, 9, size=features), rng.uniform(1.5, 4, size=features)
    return {
        "model": LagForecaster(weights / np.abs(weights).sum(axis=0) * 1.2),
        "window": mean + deviation * rng.normal(size=(batch, length, features)),
        "steps": length + more,
        "mean": mean,
        "deviation": deviation,
    }


def more_steps_than_the_window(rng):
    """Draw more steps than the window has."""
    return window_to_continue(rng, more=2)


def fewer_steps_than_the_window(rng):
    """Draw fewer steps than the window has."""
    return window_to_continue(rng, more=-1)


def moved(window, newest):
    return np.concatenate([window[:, 1:], newest], axis=1)


def run(move=moved, forecast=lambda output: output[:, -1:], fed=lambda y, mean, deviation: y):
    """Return the answer that moves the window, picks the forecast and feeds it in these ways."""

    def answer(model, window, steps, mean, deviation):
        scaled = (window - mean) / deviation
        forecasts = []
        for _ in range(steps):
            newest = forecast(model(scaled))
            forecasts.append(newest)
            scaled = move(scaled, fed(newest, mean, deviation))
        return np.concatenate(forecasts, axis=1) * deviation + mean

    return answer


def scaled_in_these_ways(into, back):
    """Return the answer that scales by `into` and turns back by `back`."""

    def answer(model, window, steps, mean, deviation):
        still = run()(model, into(window, mean, deviation), steps, 0.0, 1.0)
        return back(still, mean, deviation)

    return answer


def scaled_at_each_step(model, window, steps, mean, deviation):
    forecasts = []
    for _ in range(steps):
        newest = model((window - mean) / deviation)[:, -1:]
        forecasts.append(newest * deviation + mean)
        window = moved(window, newest)
    return np.concatenate(forecasts, axis=1)


def turned_back_by_the_window(model, window, steps, mean, deviation):
    centre, width = window.mean(axis=(0, 1)), window.std(axis=(0, 1))
    return run()(model, window, steps, centre, width)


def one_step_less(model, window, steps, mean, deviation):
    return run()(model, window, steps - 1, mean, deviation)


def fed_back_whole(model, window, steps, mean, deviation):
    scaled, forecasts = (window - mean) / deviation, []
    for _ in range(steps):
        scaled = model(scaled)
        forecasts.append(scaled[:, -1:])
    return np.concatenate(forecasts, axis=1) * deviation + mean


def late_by_one(model, window, steps, mean, deviation):
    forecasts = run()(model, window, steps, mean, deviation)
    return np.concatenate([window[:, -1:], forecasts[:, :-1]], axis=1)


def with_the_window(model, window, steps, mean, deviation):
    return np.concatenate([window, run()(model, window, steps, mean, deviation)], axis=1)


def last_window_only(model, window, steps, mean, deviation):
    known = with_the_window(model, window, steps, mean, deviation)
    return known[:, -window.shape[1] :][:, -steps:]


def all_outputs(model, window, steps, mean, deviation):
    scaled = (window - mean) / deviation
    return model(scaled)[:, -steps:] * deviation + mean


def first_instance_alone(model, window, steps, mean, deviation):
    return run()(model, window[:1], steps, mean, deviation)[0]


def last_window_turned_back(model, window, steps, mean, deviation):
    known = with_the_window(model, window, steps, mean, deviation)
    return known[:, -window.shape[1] :]


def one_after_another_from_one_output(model, window, steps, mean, deviation):
    outputs = model((window - mean) / deviation)
    return np.concatenate([outputs[:, k : k + 1] for k in range(steps)], axis=1) * deviation + mean


def views_of_one_array(model, window, steps, mean, deviation):
    known, forecasts = (window - mean) / deviation, []
    for _ in range(steps):
        newest = model(known)[:, -1:]
        known[:, :-1] = known[:, 1:].copy()
        known[:, -1:] = newest
        forecasts.append(known[:, -1:])
    return np.concatenate(forecasts, axis=1) * deviation + mean


def each_window_by_its_own(model, window, steps, mean, deviation):
    centre, width = window.mean(axis=1, keepdims=True), window.std(axis=1, keepdims=True)
    return run()(model, window, steps, centre, width)


def by_one_mean_for_all_features(model, window, steps, mean, deviation):
    return run()(model, window, steps, window.mean(), window.std())


def output_of_step_k(model, window, steps, mean, deviation):
    scaled, forecasts = (window - mean) / deviation, []
    for k in range(steps):
        forecasts.append(model(scaled)[:, k : k + 1])
        scaled = moved(scaled, forecasts[-1])
    return np.concatenate(forecasts, axis=1) * deviation + mean


def window_in_place(model, window, steps, mean, deviation):
    window -= mean
    window /= deviation
    return run()(model, window, steps, 0.0, 1.0) * deviation + mean


def run_by_growing(model, window, steps, mean, deviation):
    length = window.shape[1]
    known = (window - mean) / deviation
    for _ in range(steps):
        newest = model(known[:, -length:])[:, -1:]
        known = np.concatenate([known, newest], axis=1)
    return known[:, length:] * deviation + mean


def run_in_the_units(model, window, steps, mean, deviation):
    known = np.empty((len(window), window.shape[1] + steps, window.shape[2]))
    known[:, : window.shape[1]] = window
    for t in range(steps):
        scaled = (known[:, t : t + window.shape[1]] - mean) / deviation
        known[:, t + window.shape[1]] = model(scaled)[:, -1] * deviation + mean
    return known[:, window.shape[1] :]


def run_by_rolling(model, window, steps, mean, deviation):
    scaled, forecasts = (window - mean) / deviation, []
    for _ in range(steps):
        newest = model(scaled)[:, -1]
        scaled = np.roll(scaled, -1, axis=1)
        scaled[:, -1] = newest
        forecasts.append(newest * deviation + mean)
    return np.stack(forecasts, axis=1)


free_run = Question(
    points=3,
    section="Forecasts from forecasts",
    draw=(more_steps_than_the_window, fewer_steps_than_the_window),
    properties=(InputsUntouched(), BatchIndependent(("window",))),
    mistakes={
        "the window is not moved, so every forecast is the same: drop its oldest step and append "
        "the forecast": run(move=lambda window, newest: window),
        "the forecast is put at the front of the window: the newest step stands last": run(
            move=lambda window, newest: np.concatenate([newest, window[:, 1:]], axis=1)
        ),
        "the forecast is put at the front, and the newest step dropped: drop the oldest, "
        "window[:, 1:], and append": run(
            move=lambda window, newest: np.concatenate([newest, window[:, :-1]], axis=1)
        ),
        "the newest step is dropped from the window: drop the oldest, with window[:, 1:]": run(
            move=lambda window, newest: np.concatenate([window[:, :-1], newest], axis=1)
        ),
        "no step is dropped from the window, so it grows: keep its length with window[:, 1:]": run(
            move=lambda window, newest: np.concatenate([window, newest], axis=1)
        ),
        "a step is dropped from the window and none comes in: append the forecast": run(
            move=lambda window, newest: window[:, 1:]
        ),
        "the window's own oldest step comes in at its end, as np.roll does: the forecast belongs "
        "there": run(move=lambda window, newest: np.roll(window, -1, axis=1)),
        "the last known step is fed again and again: feed the forecast": run(
            move=lambda window, newest: moved(window, window[:, -1:])
        ),
        "the whole output becomes the next window: only its last step is a forecast of something "
        "new": fed_back_whole,
        "the forecast is taken from the first step of the output: take the last one, [:, -1:]": (
            run(forecast=lambda output: output[:, :1])
        ),
        "the forecast is the last but one step of the output: take the last one, [:, -1:]": run(
            forecast=lambda output: output[:, -2:-1]
        ),
        "forecast k is taken from step k of the output, which has `length` steps: take the last "
        "one, [:, -1:]": output_of_step_k,
        "the forecast is the mean of the output over time: take its last step, [:, -1:]": run(
            forecast=lambda output: output.mean(axis=1, keepdims=True)
        ),
        "output[:, -1] has no time axis, and cannot be appended: take output[:, -1:]": run(
            forecast=lambda output: output[:, -1]
        ),
        "output[-1:] is the last instance: time is axis 1, output[:, -1:]": run(
            forecast=lambda output: output[-1:]
        ),
        "one forecast is missing: there are `steps` of them": one_step_less,
        "there is one forecast too many: there are `steps` of them": (
            lambda model, window, steps, mean, deviation: run()(
                model, window, steps + 1, mean, deviation
            )
        ),
        "the first result is the last known step, and the last forecast is lost: write down the "
        "forecast, not what was fed": late_by_one,
        "the known window stands before the forecasts: return the forecasts alone": with_the_window,
        "the forecasts are read off the last window, which has forgotten the early ones: collect "
        "them on the way": last_window_only,
        "the last window is returned, which has `length` steps whatever `steps` is: collect the "
        "forecasts on the way": last_window_turned_back,
        "the window itself came back, not the forecasts": lambda model, window, *others: window,
        "all forecasts are views of one array, so each shows the last one: append a copy": (
            views_of_one_array
        ),
        "the model is called once, and its output taken for the future: call it for each step": (
            all_outputs
        ),
        "the steps of one output are taken for one forecast each: they belong to steps that are "
        "known; call the model for each forecast": one_after_another_from_one_output,
        "only the last forecast is returned: collect all of them": lambda model, window, *others: (
            run()(model, window, *others)[:, -1:]
        ),
        "only the last forecast is returned, without a time axis: collect all of them": (
            lambda *arguments: run()(*arguments)[:, -1]
        ),
        "the forecasts come in reverse order: the earliest first": lambda *arguments: run()(
            *arguments
        )[:, ::-1],
        "the forecasts are time-major: put the batch first, time second": lambda *arguments: run()(
            *arguments
        ).swapaxes(0, 1),
        "the forecasts are a list: np.concatenate(forecasts, axis=1) makes one array of them": (
            lambda *arguments: [
                forecast[:, np.newaxis] for forecast in run()(*arguments).swapaxes(0, 1)
            ]
        ),
        "the forecasts lie side by side along the features: concatenate along time, axis=1": (
            lambda *arguments: run()(*arguments).reshape(len(arguments[1]), 1, -1)
        ),
        "the instances follow one another along time: concatenate along axis=1": (
            lambda *arguments: np.concatenate(
                list(run()(*arguments).swapaxes(0, 1)[:, :, np.newaxis]), axis=0
            )
        ),
        "only the first instance is continued: keep the batch": first_instance_alone,
        "the batch axis is lost: the model takes (batch, length, features)": (
            lambda model, window, *others: model(window[0])
        ),
        "the window is not scaled: the model reads (window - mean) / deviation": (
            scaled_in_these_ways(lambda x, m, d: x, lambda y, m, d: y * d + m)
        ),
        "the forecasts are still scaled: return them times deviation plus mean": (
            scaled_in_these_ways(lambda x, m, d: (x - m) / d, lambda y, m, d: y)
        ),
        "`mean` and `deviation` are not used: the model reads and gives scaled values": (
            scaled_in_these_ways(lambda x, m, d: x, lambda y, m, d: y)
        ),
        "the window is divided before the mean is subtracted: write (window - mean) / deviation": (
            scaled_in_these_ways(lambda x, m, d: x / d - m, lambda y, m, d: y * d + m)
        ),
        "only the mean is divided, for want of parentheses: write (window - mean) / deviation": (
            scaled_in_these_ways(lambda x, m, d: x - m / d, lambda y, m, d: y * d + m)
        ),
        "the mean is added before the product: turn back with forecast * deviation + mean": (
            scaled_in_these_ways(lambda x, m, d: (x - m) / d, lambda y, m, d: (y + m) * d)
        ),
        "the mean is not added: turn back with forecast * deviation + mean": scaled_in_these_ways(
            lambda x, m, d: (x - m) / d, lambda y, m, d: y * d
        ),
        "the deviation is left out on the way back: turn back with forecast * deviation + mean": (
            scaled_in_these_ways(lambda x, m, d: (x - m) / d, lambda y, m, d: y + m)
        ),
        "the forecasts are scaled once more, not turned back: it is forecast * deviation + mean": (
            scaled_in_these_ways(lambda x, m, d: (x - m) / d, lambda y, m, d: (y - m) / d)
        ),
        "the forecast goes into the scaled window in the units of the series: feed it scaled, and "
        "turn it back for the result": run(fed=lambda y, mean, deviation: y * deviation + mean),
        "a forecast is scaled a second time before the model reads it: keep the whole window "
        "scaled, and scale it once": scaled_at_each_step,
        "mean and deviation are computed from the window: use the arguments": (
            turned_back_by_the_window
        ),
        "each window is scaled by its own mean and deviation: use the arguments": (
            each_window_by_its_own
        ),
        "one mean and one deviation of all features scale the window: use the arguments": (
            by_one_mean_for_all_features
        ),
        "each window is scaled by its own mean and deviation, and the forecasts turned back by "
        "the arguments: use the arguments for both": scaled_in_these_ways(
            lambda x, m, d: (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True),
            lambda y, m, d: y * d + m,
        ),
        "the window is scaled by its own mean and deviation, and the forecasts turned back by "
        "the arguments: use the arguments for both": scaled_in_these_ways(
            lambda x, m, d: (x - x.mean(axis=(0, 1))) / x.std(axis=(0, 1)),
            lambda y, m, d: y * d + m,
        ),
        "`model.predict_on_batch` belongs to Keras: any function may be a model, so call "
        "model(window)": lambda model, window, *others: model.predict_on_batch(window),
        "`model.predict` belongs to Keras: any function may be a model, so call model(window)": (
            lambda model, window, *others: model.predict(window)
        ),
        "`window`, the caller's array, is changed in place: write window - mean, not -=": (
            window_in_place
        ),
    },
    also_right=(run(), run_by_growing, run_in_the_units, run_by_rolling),
)

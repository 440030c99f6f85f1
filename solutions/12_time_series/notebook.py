# %% [markdown]
# # Exercise 12: time series
#
# You will split a series by time, scale it without looking ahead, build the forecasting network, and let a model forecast from its own forecasts.
# Each question goes a step further than the chapter *Time series*; read that first, and allow 60 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# A series has the shape `(timesteps, features)` here: all its values at step $t$ stand in row $t$.
#
# | question | points |
# | --- | --- |
# | `split_by_time` | 2 |
# | `scale_from_train` | 2 |
# | `build_forecaster` | 3 |
# | `free_run` | 3 |

# %%
import numpy as np

from rnncourse import check

# %% [markdown]
# ## Three parts, in the order of time
#
# Cut a series into a part for training, one for validation and one for the test.
# The first `train` steps belong to training, the next `validation` steps to validation, and all that remain to the test; the order of the steps stays as it is.
#
# Each part will be cut into windows of `length` steps, and the step after a window is its target.
# So that the *first* step of the validation and of the test part can be a target too, each of these two begins with the `length` steps before it: its history.
# The history is known when the forecast is made, and is no target; it may reach back as far as it needs.
# Only the last step's target counts in these two parts.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `series` | the series | `(timesteps, features)` |
# | `train` | steps for training, more than `length` | an `int` |
# | `validation` | steps for validation | an `int` |
# | `length` | steps of a window | an `int` |
#
# Return the tuple of the three parts `(training, validation, test)`, of the shapes
#
# - `(train, features)`,
# - `(length + validation, features)`,
# - `(length + rest, features)`, where `rest` steps follow the first `train + validation`.
#
# Leave the arguments as they are.
#
# A worked number: one feature and the values 0, 1, …, 9, with `train = 5`, `validation = 2` and `length = 3`.
# The parts are 0 1 2 3 4, then 2 3 4 **5 6**, then 4 5 6 **7 8 9**; the targets of the last two are in bold.
#
# In these checks a number tells its place: the last three digits are 10·t + f, for feature f at step t.


# %% solution="split_by_time"
def split_by_time(series, train, validation, length):
    """Return the parts for training, validation and test, the last two with their history."""
    ### BEGIN SOLUTION
    end = train + validation
    return series[:train], series[train - length : end], series[end - length :]
    ### END SOLUTION


# %% question="split_by_time"
check("12_time_series/split_by_time", split_by_time)

# %% [markdown]
# ## A scaler that does not look ahead
#
# Scale every feature of the whole series with a mean and a deviation that come from the first `train` steps alone:
#
# $$
# \mu_f = \frac{1}{n}\sum_{t=0}^{n-1} x_{t,f}
# \qquad
# \delta_f = \sqrt{\frac{1}{n}\sum_{t=0}^{n-1} \left(x_{t,f} - \mu_f\right)^2}
# \qquad
# \tilde x_{t,f} = \frac{x_{t,f} - \mu_f}{\delta_f}
# $$
#
# with $n$ = `train`, and the last formula for *all* steps.
#
# A feature may be constant over the first `train` steps; its deviation is then 0, and nothing can be divided by it.
# (It is exactly 0 in these checks; with real data, take what is tiny beside the values for 0.)
# Use 1 in place of a deviation of 0, and return that 1 as its deviation.
# The feature may well change later.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `series` | $x$, the series | floats, `(timesteps, features)` |
# | `train` | $n$, the number of steps for training | an `int` |
#
# Return the tuple `(scaled, mean, deviation)`: the whole series scaled, `(timesteps, features)`, and the numbers that scaled it, `(features,)` each.
# Leave the arguments as they are.
#
# A worked number: the steps `[1, 5]`, `[3, 5]` and `[8, 6]` with `train = 2` have the means 2 and 5, and the deviations 1 and 0, of which the second becomes 1.
# Scaled, the steps are `[-1, 0]`, `[1, 0]` and `[6, 1]`.


# %% solution="scale_from_train"
def scale_from_train(series, train):
    """Return the scaled series, (timesteps, features), and its mean and deviation, (features,)."""
    ### BEGIN SOLUTION
    mean = series[:train].mean(axis=0)
    deviation = series[:train].std(axis=0)
    deviation = np.where(deviation == 0, 1.0, deviation)
    return (series - mean) / deviation, mean, deviation
    ### END SOLUTION


# %% question="scale_from_train"
check("12_time_series/scale_from_train", scale_from_train)

# %% [markdown]
# ## The network
#
# Build the chapter's network in Keras, for a series of any number of features: at every step it reads all features, and forecasts all features of the next step.
#
# - A simple recurrent layer of `units` ReLU neurons, with its bias, whose states at *all* steps are used.
# - An output projection from `units` to `features` with a bias: the same weights at every step, and no activation function.
#
# $$
# h_t = \max\left(0,\; x_t W + h_{t-1} U + b\right)
# \qquad
# y_t = h_t V + b'
# $$
#
# | argument | what it is | type |
# | --- | --- | --- |
# | `timesteps` | steps of a window | an `int` |
# | `features` | features of the series, and of the forecasts | an `int` |
# | `units` | neurons of the recurrent layer | an `int` |
#
# Return a Keras model from `(batch, timesteps, features)` to `(batch, timesteps, features)`, not yet trained; it need not be compiled.
# It has five arrays of weights: $W$, $U$, $b$, $V$ and $b'$.
#
# A worked number: with 2 features and 10 units there are 2·10 + 10·10 + 10 + 10·2 + 2 = 152 weights.
#
# The check gives your model known weights and compares its forecasts with the right ones.
# If they agree, it trains your model for 400 steps (some seconds) on a series of one feature that it has drawn.
# The mean absolute error on the steps that follow must be at most half of that of the naive forecast and of the seasonal one, whichever is better.

# %%
import keras


# %% solution="build_forecaster"
def build_forecaster(timesteps, features, units):
    """Return an untrained Keras model that forecasts the next step at every step."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((timesteps, features)),
            keras.layers.SimpleRNN(units, activation="relu", return_sequences=True),
            keras.layers.Dense(features),
        ]
    )
    ### END SOLUTION


# %% question="build_forecaster"
check("12_time_series/build_forecaster", build_forecaster)

# %% [markdown]
# ## A model that reads its own forecasts
#
# A model forecasts one step; you want `steps` of them, and the true values in between are not known yet.
# So its forecast becomes the newest step of the next window, and the oldest step leaves: the window keeps its length.
#
# The model was trained on scaled values, but you get a window in the units of the series, and are to return forecasts in these units.
# With $\mu$ and $\delta$ for `mean` and `deviation`:
#
# 1. scale the window once: $(x - \mu) / \delta$;
# 2. call the model; its output at the *last* step of the window is the forecast;
# 3. move the scaled window by one step, and put the forecast, still scaled, at its end;
# 4. repeat from 2 until there are `steps` forecasts, and turn these back: $\tilde y\,\delta + \mu$.
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `model` | call it as a function, `model(window)`: it takes a window and returns an array of the same shape, at every step the forecast of the next | a function |
# | `window` | the last known steps, in the units of the series | floats, `(batch, length, features)` |
# | `steps` | how many steps to forecast; there may be more of them than steps in the window | an `int` |
# | `mean` | $\mu$ | floats, `(features,)` |
# | `deviation` | $\delta$ | floats, `(features,)` |
#
# Return the forecasts alone, in the units of the series, the earliest first: floats, `(batch, steps, features)`.
# Leave the arguments as they are.
#
# The `model` of these checks is no network but a weighted sum of the steps in the window, so that the right answer is known exactly.
# It accepts windows of shape `(batch, length, features)` and no others.
#
# A worked number: a model that forecasts the sum of the last two steps, one feature, $\mu = 0$, $\delta = 1$ and the window 3, 5.
# The forecasts are 8, 13, 21, 34, …
# In other units, with $\mu = 10$ and $\delta = 2$, the window 16, 20 is the scaled window 3, 5, and the forecasts are 26, 36, 52, 78, …


# %% solution="free_run"
def free_run(model, window, steps, mean, deviation):
    """Return `steps` forecasts in the units of the series, shape (batch, steps, features)."""
    ### BEGIN SOLUTION
    scaled = (window - mean) / deviation
    forecasts = []
    for _ in range(steps):
        newest = model(scaled)[:, -1:]
        forecasts.append(newest)
        scaled = np.concatenate([scaled[:, 1:], newest], axis=1)
    return np.concatenate(forecasts, axis=1) * deviation + mean
    ### END SOLUTION


# %% question="free_run"
check("12_time_series/free_run", free_run)

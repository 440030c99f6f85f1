# %% [markdown]
# # Exercise 11: images by rows
#
# You will build a classifier that reads images row by row, compute its loss from the logits, and see which classes it confuses.
# The loss and the table of confusions are NumPy; the classifier is Keras.
# Each question goes a step further than the chapter *Images by rows*; read that first, and allow 45 minutes.
#
# Replace each stub (`raise NotImplementedError()`) by your own code and run the cell.
# Then run the check below it: it tries your function, says what came back, and names the mistake if it knows it.
# The grading asks the same questions with fresh numbers.
#
# | question | points |
# | --- | --- |
# | `build_row_classifier` | 4 |
# | `sequence_loss` | 3 |
# | `confusion_rates` | 3 |

# %%
import keras
import numpy as np

from rnncourse import check

# %% [markdown]
# ## A classifier that reads rows
#
# Return a Keras model, not yet trained, of three layers:
#
# 1. a dense layer of `units` units with the activation ReLU, $\max(0, z)$, on each row;
# 2. an LSTM of `units` units, which reads what the first layer gives, row after row from the top;
# 3. a dense layer that makes one logit for each class of the LSTM's output after the last row.
#
# | argument | what it is | type |
# | --- | --- | --- |
# | `units` | the width of the first layer, and the size of the LSTM's state | an `int` |
# | `rows` | the number of rows of an image, which are the time steps | an `int` |
# | `columns` | the number of pixels in a row, which are the features | an `int` |
# | `classes` | the number of classes | an `int` |
#
# The model takes images of shape `(batch, rows, columns)`, with any number of images in a batch.
# It returns logits of shape `(batch, classes)`, without a softmax, and it has no other output.
# Leave the starting weights to Keras, and freeze none.
# Do not compile it and do not train it: the check does.
#
# The check gives your model known weights and looks at the logits.
# With the weights that it starts from, it must prefer no class: the logits of an image hardly differ.
# Then it trains it for 300 steps on small images of digits, of 14 rows and 14 columns, and asks for digits of other writers; that takes some seconds.
# At least 70 % of them must be right, where always saying the most frequent class gets 10 %.
#
# A worked number: `build_row_classifier(5, 6, 7, 4)` returns a model that turns images of shape `(3, 6, 7)` into logits of shape `(3, 4)`.
# Its layers have $7 \cdot 5 + 5 = 40$, then $4 \cdot (5 \cdot 5 + 5 \cdot 5 + 5) = 220$, then $5 \cdot 4 + 4 = 24$ weights, together 284: `model.count_params()` says so, once the model knows the shape of its images from `keras.Input`.


# %% solution="build_row_classifier"
def build_row_classifier(units, rows, columns, classes):
    """Return a model from images, (batch, rows, columns), to logits, (batch, classes)."""
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((rows, columns)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.LSTM(units),
            keras.layers.Dense(classes),
        ]
    )
    ### END SOLUTION


# %% question="build_row_classifier"
check("11_mnist_rows/build_row_classifier", build_row_classifier)

# %% [markdown]
# ## A loss after every row
#
# The chapter asks its models once, after the last row.
# A model that shall know the digit early is asked after every row, and it has the same label at each of them.
# With $z_{i,t,j}$ for the logit of class $j$ after row $t$ of image $i$, and $k_i$ for the right class of image $i$:
#
# $$ L_{i,t} = \log \sum_j e^{z_{i,t,j}} - z_{i,t,k_i} \qquad\qquad L = \text{mean of } L_{i,t} \text{ over all images and rows} $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `logits` | $z$, of any size: differences and values of a thousand occur | floats, `(batch, rows, classes)` |
# | `labels` | $k$, the number of the right class of each image | integers, `(batch,)` |
#
# Return one number, a Python `float` or a NumPy one.
# It must be right for logits of 1000 and of −1000, too.
# Nothing may be clipped: where the right class is 60 below another, the loss at that row is 60, not 23.
# Leave the arguments as they are.
#
# A worked number: take one image with label 1, two rows and two classes, and the logits `[[[0, 0], [1000, 999]]]`.
# The losses are $\log(e^0 + e^0) - 0 = \log 2 \approx 0.693$ after row 0 and $\log(1 + e^{-1}) + 1000 - 999 \approx 1.313$ after row 1, so $L \approx 1.003$.


# %% solution="sequence_loss"
def sequence_loss(logits, labels):
    """Return the mean cross entropy over all images and rows, one number."""
    ### BEGIN SOLUTION
    top = logits.max(axis=-1, keepdims=True)
    log_sum = top[..., 0] + np.log(np.exp(logits - top).sum(axis=-1))  # (batch, rows)
    right = logits[np.arange(len(labels)), :, labels]  # (batch, rows)
    return float(np.mean(log_sum - right))
    ### END SOLUTION


# %% question="sequence_loss"
check("11_mnist_rows/sequence_loss", sequence_loss)

# %% [markdown]
# ## Which classes are confused
#
# The chapter counts: how many images of class $k$ were taken for class $j$?
# Where some classes are rarer than others, shares say more than counts.
#
# $$ \text{rate}_{k,j} = \frac{\text{number of images of class } k \text{ that were taken for class } j}{\text{number of images of class } k} $$
#
# | argument | what it is | type and shape |
# | --- | --- | --- |
# | `labels` | the right class of each image, from 0 to `classes` − 1 | integers, `(images,)` |
# | `guesses` | the class that the model gave it, from 0 to `classes` − 1 | integers, `(images,)` |
# | `classes` | the number of classes | an `int` |
#
# Return an array of floats of shape `(classes, classes)`: a row for each right class, a column for each guess.
# Each row sums to 1, except that of a class of which there is no image: all of it is 0.
# Leave the arguments as they are.
#
# A worked number: the labels 0, 0, 0, 2, the guesses 0, 1, 1, 2 and 4 classes give
#
# ```
# [[0.333, 0.667, 0, 0],
#  [0,     0,     0, 0],
#  [0,     0,     1, 0],
#  [0,     0,     0, 0]]
# ```


# %% solution="confusion_rates"
def confusion_rates(labels, guesses, classes):
    """Return the share of each class's images that each guess got, (classes, classes)."""
    ### BEGIN SOLUTION
    counts = np.zeros((classes, classes))
    np.add.at(counts, (labels, guesses), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ### END SOLUTION


# %% question="confusion_rates"
check("11_mnist_rows/confusion_rates", confusion_rates)

"""Three assignments that every grader can run, and submissions to them.

tiny   imports TensorFlow, and does a few operations
lstm   trains a small LSTM with Keras
numpy  a recurrence in NumPy
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """An assignment of one question: what is given, the answers, how one is used, two checks."""

    name: str
    given: str
    signature: str
    right: str
    wrong: str
    use: str
    checks: tuple[str, str]

    def answer(self, body):
        return f"{self.signature}\n{body}"

    def of(self, number):
        """Return the answer that a student of this number gives: every fourth is wrong."""
        body = self.wrong if number % 4 == 3 else self.right
        return f"{self.answer(body)}  # {number}"

    def marks(self, number):
        """Return the points that the checks should give for it."""
        return (1.0, 0.0) if number % 4 == 3 else (1.0, 1.0)


TINY = Task(
    name="tiny",
    given="import tensorflow as tf",
    signature="def mean_square(x):",
    right="    return tf.reduce_mean(tf.square(x))",
    wrong="    return tf.square(tf.reduce_mean(x))",
    use="same = mean_square(tf.constant([2.0, 2.0]))\n"
    "different = mean_square(tf.constant([1.0, 3.0]))",
    checks=("assert float(same) == 4.0", "assert float(different) == 5.0"),
)

LSTM = Task(
    name="lstm",
    given="""import keras
import numpy as np

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(256, 20, 1)).astype("float32")
y = (x.sum(axis=1) > 0).astype("float32")""",
    signature="def trained_accuracy(x, y):",
    right="""    inputs = keras.Input(x.shape[1:])
    outputs = keras.layers.Dense(1, "sigmoid")(keras.layers.LSTM(16)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=32, epochs=8, verbose=0)
    return history.history["accuracy"][-1]""",
    wrong="""    inputs = keras.Input(x.shape[1:])
    outputs = keras.layers.Dense(1, "sigmoid")(keras.layers.LSTM(16)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(1e-9), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=32, epochs=8, verbose=0)
    return history.history["accuracy"][-1]""",
    use="accuracy = trained_accuracy(x, y)",
    checks=("assert 0.0 <= accuracy <= 1.0", "assert accuracy > 0.8"),
)

NUMPY = Task(
    name="numpy",
    given="import numpy as np",
    signature="def last_state(x, kernel, recurrent):",
    right="""    h = np.zeros(recurrent.shape[0])
    for row in x:
        h = np.tanh(row @ kernel + h @ recurrent)
    return h""",
    wrong="""    h = np.zeros(recurrent.shape[0])
    for row in x:
        h = np.tanh(row @ kernel)
    return h""",
    use="""kernel = np.ones((3, 2))
forgets = last_state(np.ones((2, 3)), kernel, np.zeros((2, 2)))
remembers = last_state(np.ones((2, 3)), kernel, np.eye(2))""",
    checks=(
        "assert np.allclose(forgets, np.tanh(3.0))",
        "assert np.allclose(remembers, np.tanh(3.0 + np.tanh(3.0)))",
    ),
)

TASKS = {task.name: task for task in (TINY, LSTM, NUMPY)}

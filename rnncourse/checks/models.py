"""Questions that ask for a Keras model: what it computes, and whether it learns.

A learner's `build(…)` returns an untrained model. The adapter `model_outputs`
gives all its weights known values, so that the outputs can be compared with
those of the reference's model; the property `StartsUndecided` looks at the
weights that it starts from; and `Learns` has it trained for a short while on a
task with fresh data, and looks at what it gets right.

Keras is imported only where the adapter is called.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnncourse.checks.adapters import UnreadableAnswer, adapter, boundary
from rnncourse.checks.calls import Ask, Inputs
from rnncourse.checks.compare import Comparison
from rnncourse.checks.properties import Property
from rnncourse.checks.values import describe
from rnncourse.datasets import bits_of, bundled_digits, count_ones
from rnncourse.errors import QuestionError


@dataclass(frozen=True)
class Task:
    """Data to learn from, and data to be tried on, for one model.

    Args:
        x: Inputs for training, the first axis being the examples.
        y: Classes, shape `(examples,)`.
        test_x: Inputs that are not among those for training.
        test_y: Their classes; they never leave the examiner.
        arguments: What the model is built with, by the name of the builder's argument.
        training: Options of `rnncourse.training.fit`.
    """

    x: NDArray[Any]
    y: NDArray[np.int64]
    test_x: NDArray[Any]
    test_y: NDArray[np.int64]
    arguments: Inputs
    training: dict[str, Any]


def counting_task(rng: np.random.Generator) -> Task:
    """Return strings of 8 bits with the number of ones in each: half of all for training."""
    numbers = rng.permutation(2**8)
    strings = bits_of(numbers, bits=8)
    x, y = strings[..., np.newaxis].astype("float32"), count_ones(strings)
    training = {"learning_rate": 0.02, "batch_size": 32, "steps": 600}
    return Task(x[:128], y[:128], x[128:], y[128:], {"bits": 8, "classes": 9}, training)


def digits_task(rng: np.random.Generator) -> Task:
    """Return scikit-learn's digits as rows, the writers of the test images held out."""
    digits = bundled_digits()
    order = rng.permutation(len(digits.train_labels))
    x, test_x = (
        images.astype("float32")[:, ::2, ::2] / 255
        for images in (digits.train_images[order], digits.test_images)
    )
    y, test_y = (
        labels.astype(np.int64) for labels in (digits.train_labels[order], digits.test_labels)
    )
    training = {"learning_rate": 0.005, "batch_size": 64, "steps": 300}
    return Task(x, y, test_x, test_y, {"rows": 14, "columns": 14, "classes": 10}, training)


TASKS: dict[str, Callable[[np.random.Generator], Task]] = {
    "counting": counting_task,
    "digits": digits_task,
}


@adapter
@boundary
def model_outputs(build: Any, x: NDArray[Any], train: Any, *arguments: Any) -> Any:
    """Build a model, give it known weights or train it, and return what it makes of `x`.

    Args:
        build: The learner's function, which returns a Keras model.
        x: Inputs, shape `(examples, …)`.
        train: None, or a dict of `x`, `y` and `training`, as a `Task` has them, and of
            `loss` where that is not the cross entropy; an empty one leaves the weights as
            they start.
        *arguments: Arguments of `build`.

    Returns:
        The pair of the outputs and the shapes of the weights that training changes.
    """
    if train is not None:
        return _outputs(build(*arguments), x, train)
    with _double_precision():  # so that no processor's last digit shows
        return _outputs(build(*arguments), x.astype("float64"), None)


@contextmanager
def _double_precision() -> Iterator[None]:
    """Have Keras build in float64, and afterwards in what it was.

    The policy is set as well as floatx: Keras derives it from floatx only once.
    """
    import keras

    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def _outputs(model: Any, x: NDArray[Any], train: Any) -> Any:
    """Return the outputs for `x`, with known, trained or first weights, and the shapes."""
    import keras

    if not isinstance(model, keras.Model):
        raise UnreadableAnswer(
            f"The result is {describe(model)}, not a Keras model. "
            "Return the model itself, not yet trained."
        )
    _require_axes(getattr(model, "input_shape", None), x)
    outputs = model(x[:1])  # builds it
    if isinstance(outputs, list | tuple | dict):
        raise UnreadableAnswer("The model has several outputs: it needs one.")
    if train is None:
        model.set_weights([_spread(w.shape, i) for i, w in enumerate(model.weights)])
    elif train:
        _fit(model, train)
    shapes = [tuple(int(size) for size in w.shape) for w in model.trainable_weights]
    outputs = keras.ops.convert_to_numpy(model(x, training=False))
    if train is None and not np.allclose(model(x, training=True), outputs, equal_nan=True):
        raise UnreadableAnswer(
            "In training the model computes something else than afterwards. Is there dropout? "
            "Leave it out."
        )
    return outputs, shapes


def _require_axes(shape: Any, x: NDArray[Any]) -> None:
    """Refuse a model whose inputs have the axes of `x` in another order."""
    sizes, given = tuple(shape or ())[1:], x.shape[1:]
    if None not in sizes and sizes != given and sizes == given[::-1]:
        raise UnreadableAnswer(
            f"The model takes inputs of shape {('batch', *sizes)}, and is given "
            f"{('batch', *given)}: two axes are exchanged.".replace("'", "")
        )


def _spread(shape: tuple[int, ...], number: int) -> NDArray[np.float64]:
    """Return weights that differ everywhere, of the size that a sane start has."""
    values = np.sin(np.arange(np.prod(shape)) * 1.7 + number)
    return values.reshape(shape) / np.sqrt(max(shape[0], 1))


def _fit(model: Any, train: dict[str, Any]) -> None:
    from rnncourse.training import fit

    data, rng = (train["x"], train["y"]), np.random.default_rng(0)
    loss = train.get("loss", "cross_entropy")
    fit(model, data, loss=loss, rng=rng, progress=False, **train["training"])


@dataclass(frozen=True)
class StartsUndecided(Property):
    """Before any training the model prefers no class: the logits of an input hardly differ.

    Args:
        at_most: The largest standard deviation of one input's logits, on average, that
            counts as undecided.
    """

    cost: ClassVar[float] = 0.5

    at_most: float

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return "before any training it prefers no class"

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Have it built, and look at the logits of 100 inputs of noise."""
        noise = rng.uniform(0, 1, size=(100, *inputs["x"].shape[1:])).astype(inputs["x"].dtype)
        logits = ask(inputs | {"x": noise, "train": {}}).value[0]
        if np.std(logits, axis=-1).mean() <= self.at_most:
            return None
        return (
            "Its first logits are far apart, so it starts out certain, and wrong. Leave the "
            "starting weights to Keras: no kernel_initializer, no set_weights."
        )


@dataclass(frozen=True)
class Learns(Property):
    """The model learns a task: trained for a short while, it gets enough right.

    It takes seconds, so the reference is held to it once, when the exercise is built.

    Args:
        task: Name of the task, one of `TASKS`.
        at_least: The share of the test examples that must be right.
    """

    costly: ClassVar[bool] = True

    task: str
    at_least: float

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise QuestionError(f"There is no task {self.task!r}; there are {', '.join(TASKS)}.")

    def title(self, items: tuple[str, ...] = ()) -> str:
        """Return what must hold, in a few words."""
        return (
            f"trained on the task {self.task!r}, it gets at least {self.at_least:.0%} of new "
            "examples right"
        )

    def broken(
        self, ask: Ask, inputs: Inputs, compare: Comparison, rng: np.random.Generator
    ) -> str | None:
        """Have it trained, and count what it gets right on examples that it has not seen."""
        task = TASKS[self.task](rng)
        train = {"x": task.x, "y": task.y, "training": task.training}
        outputs = ask(inputs | task.arguments | {"x": task.test_x, "train": train}).value[0]
        right = float(np.mean(np.argmax(outputs, axis=-1) == task.test_y))
        majority = float(np.bincount(task.test_y).max() / len(task.test_y))
        if right >= self.at_least:
            return None
        return (
            f"After {task.training['steps']} steps it gets {right:.0%} of new examples right; "
            f"always saying the most frequent class gets {majority:.0%}. Does it give logits, "
            "and do all its layers learn?"
        )

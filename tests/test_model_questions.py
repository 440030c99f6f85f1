"""Questions that ask for a Keras model: compared by known weights, then trained."""

import numpy as np
import pytest

from rnncourse.checks import Close, Learns, Question, StartsUndecided
from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.errors import QuestionError

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.tensorflow


def counter(bits, classes, *, activation=None, trainable=True):
    """Return a small model that counts ones."""
    lstm = keras.layers.LSTM(24, trainable=trainable)
    dense = keras.layers.Dense(classes, activation=activation)
    return keras.Sequential([keras.Input((bits, 1)), lstm, dense])


def softmax(bits, classes):
    """Give probabilities."""
    return counter(bits, classes, activation="softmax")


def frozen(bits, classes):
    """Leave the LSTM as it was drawn."""
    return counter(bits, classes, trainable=False)


QUESTION = Question(
    points=3,
    through="model_outputs",
    draw=lambda rng: {
        "x": rng.integers(0, 2, size=(3, 5, 1)).astype("float32"),
        "train": None,
        "bits": 5,
        "classes": 6,
    },
    compare=Close(rtol=1e-4, atol=1e-5),
    returns=("outputs", "shapes of the trainable weights"),
    mistakes={"it gives probabilities": softmax, "the LSTM is frozen": frozen},
    properties=(Learns("counting", at_least=0.8),),
    time_limit=60,
)
PAPER = QUESTION.paper("counter", counter, seed=1)


def marked(build):
    """Return the verdict on a builder."""
    return mark(PAPER, asking(build, PAPER.through))


def test_right_model_passes_and_learns():
    """It computes the same with the same weights, and learns the task."""
    verdict = marked(lambda bits, classes: counter(bits, classes))
    assert verdict.passed
    assert "it gets at least 80% of new examples right" in verdict.trials[-1].title


@pytest.mark.parametrize(("build", "named"), [(softmax, "probabilities"), (frozen, "frozen")])
def test_wrong_models_are_named_without_training(build, named):
    """Known weights tell them apart."""
    assert named in marked(build).mistake


@pytest.mark.parametrize(
    ("result", "said"),
    [(3, "not a Keras model"), (None, "not a Keras model"), (keras.layers.Dense(3), "not a Keras")],
)
def test_what_is_no_model_is_named(result, said):
    """The learner reads what came back."""
    assert said in marked(lambda bits, classes: result).message


def test_exchanged_axes_are_named():
    """The learner reads both shapes, not TensorFlow's error."""

    def exchanged(bits, classes):
        layers = keras.layers.LSTM(24), keras.layers.Dense(classes)
        return keras.Sequential([keras.Input((1, bits)), *layers])

    assert marked(exchanged).message == (
        "The model takes inputs of shape (batch, 1, 5), and is given (batch, 5, 1): "
        "two axes are exchanged."
    )


def test_dropout_is_named_before_any_training():
    """It shows in training only, where a lucky run would pass."""

    def forgetful(bits, classes):
        layers = keras.layers.LSTM(24, dropout=0.2), keras.layers.Dense(classes)
        return keras.Sequential([keras.Input((bits, 1)), *layers])

    assert "Is there dropout? Leave it out." in marked(forgetful).message


def test_model_that_does_not_learn_is_told_so():
    """Right values with known weights, and no learning: the share is named with the baseline."""
    task = Learns("counting", at_least=0.8)
    deaf = asking(lambda *_: (np.zeros((128, 9)), []))
    finding = task.broken(deaf, PAPER.cases[0].inputs, Close(), np.random.default_rng(0))
    assert "always saying the most frequent class" in finding


def test_weights_at_the_start_are_looked_at():
    """Known weights hide how a model starts; large ones make it certain before any training."""

    def certain(bits, classes):
        model = counter(bits, classes)
        model.set_weights([10 * weights for weights in model.get_weights()])
        return model

    undecided, decided = (
        StartsUndecided(at_most=0.3).broken(
            asking(build, PAPER.through),
            PAPER.cases[0].inputs,
            Close(),
            np.random.default_rng(0),
        )
        for build in (counter, certain)
    )
    assert undecided is None
    assert "Leave the starting weights to Keras" in decided


def test_errors_of_keras_are_brief():
    """No escape codes of a terminal, no list of arguments, no number of the layer."""

    def turned(bits, classes):
        return keras.Sequential([keras.Input((bits, 2)), keras.layers.Dense(classes)])

    message = marked(turned).message
    assert "Input 0 of layer" in message
    assert "expected" in message
    assert not any(noise in message for noise in ("\x1b", "Arguments received", "_"))


def test_unknown_task_is_refused():
    """An author learns which tasks there are."""
    with pytest.raises(QuestionError, match="counting, digits"):
        Learns("chess", at_least=0.5)


def test_models_built_before_do_not_decide_the_precision_nor_later_ones():
    """The policy that Keras has kept since the learner's first layer is set aside, and put back."""
    policy = keras.config.dtype_policy()  # kept from now on
    assert keras.layers.Dense(2).dtype == "float32"
    seen = []

    def build(bits, classes):
        model = counter(bits, classes)
        seen.append(model.dtype)
        return model

    assert marked(build).passed
    assert {*seen[:-1]} == {"float64"}  # known weights
    assert seen[-1] == "float32"  # trained
    assert keras.config.dtype_policy() == policy
    assert keras.layers.Dense(2).dtype == "float32"

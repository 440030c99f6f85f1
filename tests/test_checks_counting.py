"""An LSTM that counts is compared by what it shows; the memory of a data set is measured."""

import tracemalloc

import numpy as np
import pytest

from rnncourse.checks import CountsOnes, Frugal, Question, SmallIntegers
from rnncourse.checks.calls import asking
from rnncourse.checks.compare import comparison_from_tree
from rnncourse.checks.counting import MOST_UNITS, with_length
from rnncourse.checks.marking import mark
from rnncourse.checks.memory import measurable
from rnncourse.checks.properties import property_from_tree
from rnncourse.checks.stand_ins import StillCell
from rnncourse.checks.values import Foreign
from rnncourse.exercises import Course
from tests.conftest import ROOT

LENGTH, STEP = 30, 0.001
NAMES = ("kernel", "recurrent_kernel", "bias", "output_kernel")
COUNTS = CountsOnes()


# An LSTM that counts ----------------------------------------------------------------------


def counter(i=(20, 0), f=(0, 20), candidate=(0, STEP), o=(0, 20), read=1 / STEP):
    """Return an LSTM of one unit; each block is its kernel and its bias."""
    kernel, bias = np.array([i, f, candidate, o], float).T
    return kernel[np.newaxis], np.zeros((1, 4)), bias, np.array([[read]])


def changed(place, value):
    """Return a right counter with another array at one place."""
    return tuple(value if i == place else part for i, part in enumerate(counter()))


def said(layer, length=LENGTH):
    """Return what is said of a layer, the reason only."""
    expected = counter(), length
    difference = COUNTS.difference(expected, (layer, length), items=NAMES)
    return "" if difference is None else difference.reason


def same(one, other, length=LENGTH):
    """Return whether two layers are right, or wrong in the same way."""
    return COUNTS.equal((one, length), (other, length))


RIGHT = [
    counter(),
    counter(candidate=(STEP, 0)),
    counter(candidate=(-STEP, 0), read=-1 / STEP),
    counter(i=(20, -np.log(1 / STEP - 1) - 20), candidate=(0, 20)),
    tuple(part.astype("float32") for part in counter()),
    [part.astype("float16") if i < 2 else part for i, part in enumerate(counter())],
]


@pytest.mark.parametrize("layer", RIGHT)
def test_layers_that_count_are_the_same(layer):
    """However the step comes in, and in whatever type the weights are."""
    assert said(layer) == ""
    assert same(counter(), layer)


@pytest.mark.parametrize("units", [1, 2, 5])
def test_units_may_share_the_count(units):
    """More units than needed, each with its own part of what is shown."""
    rng = np.random.default_rng(units)
    kernel, _, bias, _ = counter()
    shares = rng.uniform(0.5, 1, size=(units, 1))
    layer = (
        np.repeat(kernel, units, axis=1),
        np.zeros((units, 4 * units)),
        np.repeat(bias, units),
        shares / shares.sum() / STEP,
    )
    assert said(layer) == ""


def test_step_is_too_large_from_some_length_on():
    """The step of the chapter's formula is just right; a larger one fails near the end."""
    promised = np.sqrt(1.5 / LENGTH**3)
    assert said(counter(candidate=(0, 0.98 * promised), read=1 / (0.98 * promised))) == ""
    too_large = counter(candidate=(0, 1.1 * promised), read=1 / (1.1 * promised))
    assert "step 28 is wrong" in said(too_large)
    assert said(too_large, length=20) == ""


FAULTS = {
    "no candidate": counter(candidate=(0, 0)),
    "half open": counter(i=(1, 0)),
    "input and forget gate": counter(i=(0, 20), f=(20, 0)),
    "icfo": tuple(part[..., [0, 2, 1, 3]] for part in counter()[:3]) + counter()[3:],
    "forgets": counter(f=(0, 1)),
    "leaks": counter(f=(0, 3)),
    "overwrites": counter(f=(-20, 0)),
    "steps": counter(i=(0, 20)),
    "difference": counter(i=(0, 20), candidate=(STEP, 0)),
    "some zeros": counter(i=(10, 8)),
    "zeros": counter(i=(-20, 0)),
    "hidden": counter(o=(0, -20)),
    "hidden at times": counter(o=(20, 0)),
    "whole numbers": counter(candidate=(0, 20), read=1),
    "saturated": counter(candidate=(0, 20)),
    "large step": counter(candidate=(0, 0.1), read=10),
    "unscaled": counter(read=1),
    "quiet": counter(read=STEP),
    "loud": counter(candidate=(STEP, STEP)),
    "hears itself": changed(1, np.ones((1, 4))),
    "difference, large step": counter(i=(0, 20), candidate=(0.1, 0), read=10),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_known_by_its_repair(name):
    """A fault is like itself, in other numbers too, and like no other one."""
    assert [other for other in FAULTS if same(FAULTS[name], FAULTS[other])] == [name]
    assert not same(counter(), FAULTS[name])
    kernel, recurrent_kernel, bias, read = FAULTS[name]
    doubled = (
        np.repeat(kernel, 2, axis=1),
        np.kron(np.repeat(np.split(recurrent_kernel, 4, axis=1), 2), np.eye(2)[:, :1]),
        np.repeat(bias, 2),
        np.repeat(read, 2, axis=0) / 2,
    )
    if name not in ("hears itself", "unscaled", "whole numbers"):  # half of 1 is no 1
        assert same(FAULTS[name], doubled)


def test_two_faults_at_once_are_known_again_by_what_they_show():
    """No single repair helps; the message says what the gates do."""
    twice = counter(f=(0, 0), o=(0, 0))
    assert same(twice, twice)
    assert not same(twice, counter(f=(0, 0.5), o=(0, 0)))
    assert not same(twice, counter())
    assert "f 0.5, candidate 0.001, o 0.5, and at a first zero i 2.06e-09" in said(twice)


def test_message_says_what_is_shown_and_when_it_is_wrong():
    """The reason holds no expected number, the detail does."""
    wrong = counter(i=(0, 20)), 12
    difference = COUNTS.difference((counter(), 12), wrong)
    assert difference.reason.startswith(
        "Asked for a length of 12 and fed with ones and zeros in turn, it shows 1, 2: "
        "step 1 is wrong. Unit 0 has at a first one i 1, f 1, candidate 0.001, o 1"
    )
    assert difference.detail == "Expected 1, 1."


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (None, "the result is None. Does the function end without `return`?"),
        (counter()[:3], "expected a tuple of 4: `kernel`, `recurrent_kernel`"),
        ("1234", "expected a tuple of 4"),
        (StillCell(), "expected a tuple of 4"),
        (tuple(part.tolist() for part in counter()), "`kernel` is a list of 1"),
        (changed(2, Foreign("tensorflow EagerTensor")), "a tensorflow EagerTensor, not"),
        (changed(1, 1j * np.zeros((1, 4))), "complex128 (1, 4), not a NumPy array of numbers"),
        (changed(0, np.zeros(4)), "`kernel` is a vector: its shape is (1, 4·units)"),
        (changed(0, np.zeros((2, 4))), "`kernel` must have shape (1, 4). Received: (2, 4)"),
        (changed(0, np.zeros((1, 3))), "must have shape (features, 4·units)"),
        (changed(1, np.zeros((4, 4))), "`recurrent_kernel` must have shape (1, 4)"),
        (changed(2, np.zeros((1, 4))), "`bias` must have shape (4,)"),
        (changed(3, np.zeros(1)), "`output_kernel` must have shape (1, 1)"),
        (changed(3, np.full((1, 1), np.nan)), "`output_kernel` holds NaN or infinity"),
    ],
)
def test_what_is_no_lstm_is_refused(layer, reason):
    """Each fault of form has its message, and is known again."""
    assert reason in said(layer)
    assert same(layer, layer)
    assert not same(counter(), layer)


def test_huge_arrays_are_refused_before_they_run():
    """A layer of a stranger's size costs nothing."""
    units = 2 * MOST_UNITS
    layer = tuple(
        np.broadcast_to(0.0, s) for s in [(1, 4 * units), (units, 4 * units), (4 * units,)]
    )
    assert "more than 64 units are not tried" in said((*layer, np.zeros((units, 1))))


def test_huge_numbers_are_an_answer_like_another():
    """Overflow is wrong, and no error."""
    growing = changed(3, np.full((1, 1), 1e300))
    assert "it shows inf" in said(growing)
    assert not same(counter(), growing)


@pytest.mark.parametrize("answer", [None, 3, (1, 2, 3), "ab", [counter(), 30]])
def test_what_no_adapter_made_is_refused(answer):
    """A forged answer is none."""
    assert "is None" in COUNTS.difference((counter(), LENGTH), answer).reason
    assert not COUNTS.equal((counter(), LENGTH), answer)


def test_adapter_returns_the_length_beside_the_answer():
    """The comparison needs both."""
    assert with_length(lambda length: length + 1, 4) == (5, 4)


def test_comparison_travels():
    """What is stored with the public cases comes back the same."""
    assert comparison_from_tree(COUNTS.to_tree()) == COUNTS
    assert comparison_from_tree(SmallIntegers().to_tree()) == SmallIntegers()


# Memory -----------------------------------------------------------------------------------


def frugal(numbers, bits):
    """Fill one array, one place after the other."""
    strings = np.zeros((len(numbers), bits), np.uint8)
    for place in range(bits):
        strings[:, place] = (numbers >> place) & 1
    return strings


def wide(numbers, bits):
    """Make a table of large integers first."""
    return ((numbers[:, np.newaxis] >> np.arange(bits)) & 1).astype(np.uint8)


def lists(numbers, bits):
    """Make a list for each digit."""
    return np.array([[[number >> p & 1] for p in range(bits)] for number in numbers.tolist()])


def finding(function, most=50):
    """Return what the property finds."""
    ask = asking(function, "measurable")
    rng = np.random.default_rng(0)
    return Frugal(most).broken(ask, {"numbers": np.arange(4), "bits": 3}, SmallIntegers(), rng)


def test_frugal_function_holds_the_property():
    """What fills a small array is right; with less than the array itself, nothing is."""
    assert finding(frugal) is None
    assert "more than 10 bytes" in finding(frugal, most=10)


def test_findings_come_in_classes():
    """A table and lists are told apart, and the same finding has the same words."""
    assert "more than 120 bytes" in finding(wide)
    assert "more than 500 bytes" in finding(lists)
    assert finding(wide) == finding(wide)


def test_measuring_leaves_a_running_trace_alone():
    """Somebody who measures already goes on measuring."""
    tracemalloc.start()
    try:
        inside = measurable(frugal, np.arange(1000), 20, True)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    assert not tracemalloc.is_tracing()
    assert 20_000 < inside < 50_000


def test_trace_ends_where_the_function_raises():
    """A mistake while measuring leaves nothing running."""
    with pytest.raises(ZeroDivisionError):
        measurable(lambda numbers, bits: 1 / 0, np.arange(4), 3, True)
    assert not tracemalloc.is_tracing()


def test_broken_property_costs_half():
    """The number comes from the learner's own kernel, so it cannot cost everything."""
    question = Question(
        points=3,
        draw=lambda rng: {"numbers": rng.integers(8, size=5), "bits": 3},
        through="measurable",
        compare=SmallIntegers(),
        properties=(Frugal(most=50),),
        mistakes={"a table of large integers": wide},
    )
    paper = question.paper("bits", frugal, seed=0)
    verdict = mark(paper, asking(wide, paper.through))
    assert (verdict.points, verdict.mistake) == (1.5, "a table of large integers")
    assert mark(paper, asking(frugal, paper.through)).passed


def test_property_travels():
    """It is stored as its name and settings."""
    assert property_from_tree(Frugal(most=50).to_tree()) == Frugal(most=50)


@pytest.mark.tensorflow
def test_model_that_cannot_learn_is_caught_by_training():
    """Known weights say nothing of how a model starts; the threshold is in calibration_10.md."""
    keras = pytest.importorskip("keras")
    exercise = Course.find(ROOT).exercise("10_counting_bits")
    paper = exercise.examination(0)["build_counter"]

    def from_zeros(bits, classes):
        zeros = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
        lstm = keras.layers.LSTM(24, **zeros)
        dense = keras.layers.Dense(classes, kernel_initializer="zeros")
        return keras.Sequential([keras.Input((bits, 1)), lstm, dense])

    verdict = mark(paper, asking(from_zeros, paper.through))
    assert verdict.points == 0
    assert "always saying the most frequent class gets" in verdict.message


@pytest.mark.parametrize("dtype", ["int64", "float32", "bool", "int8"])
def test_other_types_are_told_the_wanted_one(dtype):
    """The hint names what to write, whatever the arguments were."""
    digits = np.array([0, 1], np.uint8)
    reason = SmallIntegers().difference(digits, digits.astype(dtype), "`strings`").reason
    assert reason == (
        f"`strings` has dtype {dtype}, expected uint8. "
        "Write dtype=np.uint8 where the array is made or summed."
    )
    assert SmallIntegers().difference(digits, digits) is None
    assert "wrong at 2 of 2" in SmallIntegers().difference(digits, 1 - digits).reason

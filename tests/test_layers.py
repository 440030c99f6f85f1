"""Layers compare by what they do, and say what a wrong one does instead."""

import numpy as np
import pytest

from rnncourse.checks.compare import comparison_from_tree
from rnncourse.checks.layers import MOST_UNITS, SameLayer
from rnncourse.checks.stand_ins import StillCell
from rnncourse.checks.values import Foreign
from rnncourse.errors import QuestionError

NAMES = ("kernel", "recurrent_kernel", "bias", "output_kernel")
DELAY, TOGGLE = SameLayer(), SameLayer(activation="relu", bits=True)


def delay(k, units=None):
    """Return a delay line of k steps."""
    units = k + 1 if units is None else units
    enter, read = np.eye(units)[:1], np.eye(units)[:, k : k + 1]
    return enter, np.eye(units, k=1), np.zeros(units), read


def counter(n):
    """Return a counter modulo n."""
    read = np.array([[1.0], [-n]])
    return np.ones((1, 2)), read @ np.ones((1, 2)), np.array([0, 1.0 - n]), read


def changed(layer, place, value):
    """Return the layer with another array at one place."""
    return tuple(value if i == place else part for i, part in enumerate(layer))


def said(received, expected=None, comparison=DELAY):
    """Return what is said of a layer, the reason only."""
    expected = delay(3) if expected is None else expected
    difference = comparison.difference(expected, received, items=NAMES)
    return "" if difference is None else difference.reason


@pytest.mark.parametrize("k", range(9))
def test_delays_in_any_basis_are_the_same(k):
    """Order, size, sign and mixture of the units do not matter."""
    rng = np.random.default_rng(k)
    mixture = rng.normal(size=(k + 1, k + 1)) + 3 * np.eye(k + 1)
    kernel, recurrent_kernel, bias, read = delay(k)
    back = np.linalg.inv(mixture)
    other = (kernel @ mixture, back @ recurrent_kernel @ mixture, bias, back @ read)
    assert DELAY.difference(delay(k), other) is None
    assert DELAY.equal(other, delay(k))


def test_delay_right_from_zero_is_right_from_any_start():
    """What the comparison leaves out, and may: any k + 1 units that delay forget their start."""
    rng = np.random.default_rng(0)
    mixture = rng.normal(size=(4, 4)) + 3 * np.eye(4)
    kernel, recurrent_kernel, bias, read = delay(3)
    back = np.linalg.inv(mixture)
    W, U, V = kernel @ mixture, back @ recurrent_kernel @ mixture, back @ read
    h, x = rng.normal(size=4), rng.normal(size=20)
    outputs = []
    for x_t in x:
        h = x_t * W[0] + h @ U + bias
        outputs.append(h @ V[:, 0])
    np.testing.assert_allclose(outputs[3:], x[:-3])


def test_counters_with_exchanged_units_are_the_same():
    """A layer with ReLU is compared on zeros and ones."""
    kernel, recurrent_kernel, bias, read = counter(3)
    other = (kernel, recurrent_kernel[::-1], bias[::-1], read[::-1])
    assert TOGGLE.difference(counter(3), other) is None
    assert not TOGGLE.equal(counter(3), counter(4))


def test_whole_numbers_pass_for_floats():
    """Integers and booleans make the same layer; so does a list of four arrays."""
    kernel, recurrent_kernel, bias, read = delay(3)
    other = [kernel.astype(int), recurrent_kernel.astype(bool), bias.astype("uint8"), read]
    assert DELAY.difference(delay(3), other) is None
    assert DELAY.difference(delay(3), tuple(part.astype("float16") for part in delay(3))) is None


def test_fewer_units_are_allowed_where_they_do():
    """The expected layer says how many are enough, not how many there must be."""
    assert DELAY.difference(delay(2, units=4), delay(2)) is None


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        (delay(2), "It delays by 2 steps."),
        (delay(1), "It delays by 1 step."),
        (changed(delay(3), 3, 2 * delay(3)[3]), "delays by 3 steps, and multiplies by 2."),
        (changed(delay(3), 1, np.roll(np.eye(4), 1, axis=1)), "One input comes out 25 times"),
        (changed(delay(3), 1, np.eye(4, k=-1)), "It never says anything but 0."),
        (changed(delay(3), 1, 1e200 * np.eye(4, k=1)), "It grows beyond all numbers later."),
        (changed(delay(3), 1, np.ones((4, 4))), "a single 1 at step 0, the layer answers 0, 1:"),
        (changed(delay(3), 2, np.ones(4)), "or a bias adds to it"),
    ],
)
def test_wrong_delay_is_described(received, reason):
    """The reason says what the layer does, and tells no number of the expected one."""
    found = said(received)
    assert "a single 1 at step 0" in found
    assert reason in found


def test_wrong_counter_is_described():
    """A counter is fed with ones, up to the first wrong answer."""
    difference = TOGGLE.difference(counter(3), counter(4))
    assert difference.reason == "Fed with ones, the layer answers 1, 2, 3: step 2 is wrong."
    assert difference.detail == "Expected 1, 2, 0."


def test_difference_on_the_random_stream_alone_is_found():
    """What is right on ones alone is not yet a toggle."""
    blinking = (
        np.array([[0.0, 0.0]]),
        np.array([[1.0, 1.0], [-2.0, -2.0]]),
        np.array([1.0, 0.0]),
        np.array([[1.0], [-2.0]]),
    )
    assert "On a random stream of 100 steps" in said(blinking, counter(2), TOGGLE)


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        (None, "the result is None. Does the function end without `return`?"),
        (delay(3)[:3], "expected a tuple of 4: `kernel`, `recurrent_kernel`"),
        (np.ones(4), "expected a tuple of 4"),
        ("1234", "expected a tuple of 4"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "expected a tuple of 4"),
        (StillCell(), "expected a tuple of 4"),
        (tuple(part.tolist() for part in delay(3)), "`kernel` is a list of 1"),
        (changed(delay(3), 2, 0.0), "`bias` is the float 0.0, not a NumPy array"),
        (changed(delay(3), 1, Foreign("tensorflow EagerTensor")), "a tensorflow EagerTensor, not"),
        (changed(delay(3), 1, 1j * np.eye(4)), "`recurrent_kernel` has dtype complex128"),
        (changed(delay(3), 0, delay(3)[0].T), "`kernel` has shape (4, 1), expected (1, 4)"),
        (changed(delay(3), 0, delay(3)[0].T), "It looks transposed."),
        (changed(delay(3), 3, np.ones(4)), "Write .reshape(4, 1) after it"),
        (changed(delay(3), 2, np.ones((1, 4))), "write single brackets"),
        (
            tuple(delay(3)[i] for i in (0, 1, 3, 2)),
            "`bias` and `output_kernel` are exchanged: the order is kernel, recurrent_kernel,",
        ),
        (changed(delay(3), 1, np.ones((4, 3))), "(4, 3), expected (units, units)"),
        (changed(delay(3), 1, np.ones(())), "(), expected (units, units)"),
        (changed(delay(3), 1, np.ones((0, 0))), "with 1 unit at least"),
        (changed(delay(3), 1, np.nan * np.eye(4)), "`recurrent_kernel` holds NaN or infinity"),
        (changed(delay(3), 2, np.full(4, -np.inf)), "`bias` holds NaN or infinity"),
        (delay(3, units=5), "for 5 units, at most 4 are allowed"),
    ],
)
def test_what_is_no_layer_is_refused(received, reason):
    """Each fault of form has its message, whatever a stranger sends."""
    assert reason in said(received)
    assert not DELAY.equal(delay(3), received) or "5 units" in reason


def test_huge_arrays_are_refused_before_they_run():
    """A layer of a stranger's size costs nothing."""
    huge = np.broadcast_to(0.0, (10**6, 10**6))
    bias = np.broadcast_to(0.0, 10**6)
    layer = (bias[None], huge, bias, bias[:, None])
    assert "more than 64 units are not tried" in said(layer)
    assert DELAY.equal(layer, layer)
    assert not DELAY.equal(layer, delay(MOST_UNITS - 1))


def test_huge_numbers_end_in_infinity_not_in_an_error():
    """Overflow is an answer like another; so is what it leads to."""
    growing = changed(delay(3), 1, np.full((4, 4), 1e300))
    assert "single 1" in said(growing)
    assert DELAY.equal(growing, growing)
    assert not DELAY.equal(growing, delay(3))
    assert "single 1" in said(tuple(np.full(part.shape, 1e308) for part in delay(3)))


def test_what_has_the_same_fault_is_equal():
    """A wrong answer of the bank is known again by its fault."""
    transposed = changed(delay(3), 0, delay(3)[0].T)
    assert DELAY.equal(transposed, changed(transposed, 3, 7 * delay(3)[3]))
    assert not DELAY.equal(transposed, changed(delay(3), 3, delay(3)[3].T))
    assert not DELAY.equal(transposed, delay(3))
    assert DELAY.equal(delay(3, units=5), delay(3))


def test_comparison_travels():
    """What is stored with the public cases comes back the same."""
    assert comparison_from_tree(TOGGLE.to_tree()) == TOGGLE


def test_unknown_activation_is_refused():
    """A question with a spelling mistake fails where it is written."""
    with pytest.raises(QuestionError, match="linear, relu"):
        SameLayer(activation="sigmoid")

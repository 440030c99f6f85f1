"""Where an answer and the expected one part, and what is said of it."""

import numpy as np
import pytest

from rnncourse.checks import EXACT, Close
from rnncourse.checks.values import Foreign

EXPECTED = np.linspace(-1, 1, 12).reshape(4, 3)


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (None, "Does the function end without `return`?"),
        (EXPECTED.tolist(), "np.array or np.stack, of tensors with tf.stack"),
        ((EXPECTED, EXPECTED), "return one item, not several"),
        (Foreign("tensorflow EagerTensor"), "use np instead of tf"),
        (Foreign("generator"), "It uses `yield`"),
        (3.0, "the float 3.0, not a NumPy array"),
        (EXPECTED.T, "It looks transposed"),
        (EXPECTED[:, 0], "An axis was lost"),
        (EXPECTED[None], "an axis too many"),
        (EXPECTED[:2], r"shape \(2, 3\), expected \(4, 3\). Axis 0 is too short"),
        (np.ones((4, 5)), "Axis 1 is too long"),
        (np.ones((5, 5)), "Print the shape of each factor"),
        (EXPECTED.astype("float32"), 'dtype float32, expected float64.*unless it gets dtype="'),
        (EXPECTED.astype("int64"), "dtype int64, expected float64. Whole numbers came back"),
        (EXPECTED * np.nan, "NaN or infinity at 12 of 12"),
        (EXPECTED + np.inf, "NaN or infinity"),
        (EXPECTED + np.eye(4, 3), "wrong at 3 of 12 places"),
    ],
)
def test_difference_says_what_is_wrong(received, said):
    """Each kind of wrong value has its own message."""
    import re

    difference = Close().difference(EXPECTED, received)
    assert difference is not None
    assert re.search(said, difference.reason)


def test_tensor_in_place_of_a_number_is_told_the_way_out():
    """A loss of Keras is a tensor without axes; other strange values get no such advice."""
    tensor, generator = (
        Close().difference(1.5, Foreign(name)) for name in ("tensorflow EagerTensor", "generator")
    )
    assert "float(…)" in tensor.reason
    assert "float(…)" not in generator.reason


def test_difference_keeps_numbers_out_of_the_reason():
    """Expected numbers stand in the detail alone, which feedback never shows."""
    difference = Close().difference(EXPECTED, EXPECTED + 1)
    assert "expected -1" in difference.detail
    assert "-1" not in difference.reason


def test_axes_in_another_order_are_named():
    """A permuted result is not called lost or new."""
    expected = np.zeros((2, 3, 4))
    assert "another order" in Close().difference(expected, np.zeros((3, 2, 4))).reason


def test_equal_values_have_no_difference():
    """Rounding errors within the tolerance are no difference; NaN equals NaN."""
    assert Close().difference(EXPECTED, EXPECTED * (1 + 1e-8)) is None
    assert Close().equal(np.array([np.nan]), np.array([np.nan]))
    assert Close().equal({"a": [1, 2.0]}, {"a": [1, 2.0]})


def test_exact_allows_no_error():
    """Integers and counts are right or wrong."""
    assert EXACT.equal(np.arange(3), np.arange(3))
    assert not EXACT.equal(2**53, 2**53 + 1)
    assert not EXACT.equal(np.array([2**53]), np.array([2**53 + 1]))
    assert EXACT.equal(np.array([np.nan]), np.array([np.nan]))
    assert not EXACT.equal(EXPECTED, np.nextafter(EXPECTED, 2))


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (EXPECTED, "expected a tuple of 2: `h`, `c`"),
        ((EXPECTED,), "expected a tuple of 2"),
        ((EXPECTED, EXPECTED.T), "`c` has shape"),
    ],
)
def test_items_are_called_by_their_names(received, said):
    """The message names the item that is wrong."""
    expected = (EXPECTED, EXPECTED + 1)
    assert said in Close().difference(expected, received, items=("h", "c")).reason


@pytest.mark.parametrize(
    ("expected", "received", "same"),
    [
        (3, 3, True),
        (3, np.array(3), True),
        (3, 4, False),
        ("tanh", "tanh", True),
        ("tanh", "relu", False),
        (None, 1, False),
        (2.0, 2.0 + 1e-12, True),
        (True, "True", False),
        (True, 1, False),
        (np.array(0.5), 0.5, True),
        (np.array(3), 3, True),
        (3, 10**400, False),
        (2.0, 1 + 2j, False),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, None, False),
    ],
)
def test_numbers_and_text_compare(expected, received, same):
    """Plain values compare by value."""
    assert Close().equal(expected, received) is same


def test_truth_values_are_called_by_their_names():
    """A mask holds False and True, and is made by a comparison."""
    mask = np.array([True, False])
    assert "dtype=bool" in Close().difference(mask, np.array([1, 0])).reason
    assert "expected True, received False" in Close().difference(mask, ~mask).detail


def test_list_of_another_length_is_counted():
    """The places of a list have no names."""
    said = Close().difference([EXPECTED] * 5, [EXPECTED] * 4).reason
    assert said.endswith("expected a list of 5.")


def test_items_that_are_right_and_wrong_are_told_apart():
    """Of five gradients a learner reads which notice the mistake."""
    names = ("d_x", "d_h0", "d_bias")
    expected = (EXPECTED, EXPECTED + 1, EXPECTED + 2)
    said = Close().difference(expected, (EXPECTED, EXPECTED, EXPECTED), items=names).reason
    assert said.endswith("Wrong, too: `d_bias`. Right: `d_x`.")
    said = Close().difference(expected[:2], (EXPECTED + 1, EXPECTED + 1), items=("h", "c")).reason
    assert said.endswith("Right: `c`.")


def test_items_in_another_order_are_named():
    """The pair is right, the return line is not."""
    expected = (EXPECTED, EXPECTED.T)
    said = Close().difference(expected, expected[::-1], items=("h", "c")).reason
    assert "in another order: `h`, `c`" in said

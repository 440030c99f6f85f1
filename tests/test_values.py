"""Values travel as text and come back the same; strangers' text does no harm."""

import json

import numpy as np
import pytest

from rnncourse.checks.stand_ins import LinearCell
from rnncourse.checks.values import Foreign, describe, from_text, rounded, to_text
from rnncourse.errors import CourseError

VALUES = [
    None,
    True,
    3,
    "text",
    2.5,
    float("inf"),
    np.arange(6.0).reshape(2, 3),
    np.array(True),
    np.zeros((0, 4), dtype="float32"),
    np.array([1 + 2j]),
    np.arange(4, dtype=">i4"),
    np.arange(6.0).reshape(2, 3).T,
    [1, (2.0, None), {"h": np.eye(2)}],
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("readable", [False, True])
def test_values_come_back_the_same(value, readable):
    """Types, shapes, dtypes and every bit survive."""
    back = from_text(to_text(value, readable=readable))
    np.testing.assert_equal(back, value)
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype.newbyteorder("=")
        assert back.flags.writeable


def test_nan_comes_back():
    """NaN is no JSON number, and travels all the same."""
    assert np.isnan(from_text(to_text(float("nan"))))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (np.array([object()], dtype=object), "array of dtype object"),
        (object(), "object"),
        (lambda: None, "function"),
    ],
)
def test_other_values_come_back_as_the_name_of_their_type(value, named):
    """Nothing is pickled: what cannot travel is named."""
    assert from_text(to_text(value)) == Foreign(named)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        '{"dtype": "object", "shape": [1], "base64": ""}',
        '{"dtype": "f8,f8", "shape": [1], "base64": ""}',
        '{"dtype": "float64", "shape": [9], "base64": "AAAA"}',
        '{"dtype": "float64", "shape": [1000000000000], "values": []}',
        '{"dtype": "no such", "shape": [1], "values": [1]}',
        '{"unheard of": 1}',
        "{}",
        '{"dtype": "(1,2", "shape": [1], "values": [1]}',
        '{"dtype": ["float64"], "shape": [1], "values": [1]}',
        "[" * 100_000,
        '{"float": "not a number"}',
    ],
)
def test_text_of_strangers_is_refused(text):
    """Damaged or hostile text raises our error, and nothing else."""
    with pytest.raises(CourseError, match="not a stored value"):
        from_text(text)


def test_lone_surrogates_are_replaced_where_text_is_shown():
    """A message can always be written to a file."""
    assert describe("\ud800") == "the str ?"


def test_description_is_short_whatever_the_value():
    """A nested list of thousands is described in a line."""
    value = [[[float(i)] * 50] * 50 for i in range(50)]
    assert describe(value) == "a list of 50: a list of 50, a list of 50, a list of 50, …"
    assert len(describe([10**5000])) < 80


def test_readable_text_is_numbers():
    """Released cases can be read by a person and compared by a version control system."""
    tree = json.loads(to_text(np.array([0.5, 1.0]), readable=True))
    assert tree == {"dtype": "float64", "shape": [2], "values": [0.5, 1.0]}


def test_rounded_absorbs_the_last_bit():
    """Results that differ in the last bit, as between processors, round to the same."""
    value = np.tanh(np.linspace(-3, 3, 1000))
    other = np.nextafter(value, np.inf)
    assert to_text(rounded(value)) == to_text(rounded(other))


def test_rounded_keeps_structure_and_integers():
    """Only floats are rounded."""
    value = {"n": 3, "pair": (np.arange(3), 1 / 3)}
    assert rounded(value)["pair"][1] == 0.333333333
    assert rounded(value)["n"] == 3
    assert rounded(value)["pair"][0].dtype == np.arange(3).dtype


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (Foreign("tensorflow EagerTensor"), "a tensorflow EagerTensor"),
        ([np.zeros((2, 3))], "a list of 1: float64 (2, 3)"),
        ((), "a tuple of nothing"),
        ({"a": 1}, "a dict of 1"),
        (np.float64(2.0), "the float64 2.0"),
    ],
)
def test_describe_names_what_a_value_is(value, said):
    """Messages call values by their type and shape."""
    assert describe(np.asarray(value) if isinstance(value, np.generic) else value) == said


def test_stand_ins_travel_with_their_fields():
    """A cell that a question hands over is the same cell in another process."""
    rng = np.random.default_rng(0)
    cell = LinearCell(*(rng.normal(size=shape) for shape in ((2, 3), (3, 3), (3, 1))))
    back = from_text(to_text(cell, readable=True))
    x, h = np.ones((4, 2)), np.ones((4, 3))
    for one, other in zip(back(x, h), cell(x, h), strict=True):
        np.testing.assert_array_equal(one, other)
    assert rounded(cell).kernel[0, 0] == float(f"{cell.kernel[0, 0]:.9g}")


@pytest.mark.parametrize(
    "tree",
    [
        {"stand_in": ["Popen", {"dict": []}]},
        {"stand_in": ["LinearCell", {"dict": [["shell", True]]}]},
        {"stand_in": []},
        {"stand_in": 3},
    ],
)
def test_no_other_callable_is_made_from_text(tree):
    """A stranger's text names a stand-in of ours, or nothing."""
    with pytest.raises(CourseError, match="not a stored value"):
        from_text(json.dumps(tree))


def test_rounded_complex_numbers_lose_what_differs_between_processors():
    """A part that is nothing but noise beside the other becomes 0; the rest keeps nine digits."""
    noisy = np.array([[1 / 3 + 1e-17j, 2 / 3j], [0j, 1e12 * (1 + 1j) / 3]])
    (first, second), (zero, large) = rounded(noisy)
    assert first == 0.333333333
    assert second == -0.666666667j
    assert (zero, large) == (0, 333333333000 * (1 + 1j))
    assert rounded(noisy * (1 + 1e-15)).tobytes() == rounded(noisy).tobytes()
    assert np.isnan(rounded(np.array([complex("nan")]))[0])

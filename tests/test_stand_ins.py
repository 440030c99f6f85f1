"""Stand-ins step as they say, travel as plain values, and show up what is taken for what."""

import numpy as np
import pytest

from rnncourse.checks.calls import call
from rnncourse.checks.stand_ins import STAND_INS, DecimalCell, LinearCell, StandIn, StillCell
from rnncourse.checks.values import from_text, rounded, to_text
from rnncourse.errors import CourseError

FEATURES, UNITS, OUTPUTS, BATCH = 3, 5, 2, 4
CELLS = [
    LinearCell(
        np.linspace(-1, 1, 15).reshape(FEATURES, UNITS),
        np.linspace(-1, 2, 25).reshape(UNITS, UNITS),
        np.linspace(1, 2, 10).reshape(UNITS, OUTPUTS),
    ),
    DecimalCell(modulus=7),
    StillCell(),
]
of_every_kind = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)


def step(cell):
    """Return what a cell gives for one step of whole numbers."""
    units = UNITS if isinstance(cell, LinearCell) else FEATURES
    x = np.arange(1.0, BATCH * FEATURES + 1).reshape(BATCH, FEATURES)
    h = np.arange(20.0, BATCH * units + 20).reshape(BATCH, units)
    return x, h, *cell(x, h)


def test_every_kind_is_tried_here():
    """A new stand-in gets its tests."""
    own = {kind for kind in STAND_INS.values() if kind.__module__ == StandIn.__module__}
    assert {type(cell) for cell in CELLS} == own


@of_every_kind
def test_stand_in_travels(cell):
    """What arrives is of the same kind, and computes the same."""
    arrived = from_text(to_text(cell))
    assert type(arrived) is type(cell)
    for one, other in zip(step(cell), step(arrived), strict=True):
        np.testing.assert_array_equal(one, other)


@of_every_kind
def test_rounding_keeps_the_kind(cell):
    """Released cases hold rounded stand-ins."""
    assert type(rounded(cell)) is type(cell)


@of_every_kind
def test_step_leaves_its_arguments_as_they_were(cell):
    """A learner's arrays are not the cell's to change."""
    x, h, *_ = step(cell)
    again = step(cell)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(h, again[1])
    assert call(lambda cell, x, h: cell(x, h), {"cell": cell, "x": x, "h": h}).changed == ()


@of_every_kind
def test_instances_do_not_see_each_other(cell):
    """One instance gets the same alone as among others."""
    x, h, y, new = step(cell)
    alone = cell(x[1:2], h[1:2])
    np.testing.assert_allclose(alone[0], y[1:2])
    np.testing.assert_allclose(alone[1], new[1:2])


@of_every_kind
def test_exchanged_arguments_show(cell):
    """`step(h, x)` is an error, or gives other numbers."""
    x, h, y, new = step(cell)
    try:
        other = cell(h, x)
    except ValueError:
        return
    assert not np.array_equal(other[0], y)
    assert not np.array_equal(other[1], new)


@of_every_kind
def test_output_is_not_the_state(cell):
    """A program that takes one for the other goes wrong."""
    *_, y, new = step(cell)
    assert not np.array_equal(y, new)


def test_linear_cell_has_sizes_of_its_own():
    """Input, state and output differ in size."""
    x, h, y, new = step(CELLS[0])
    assert (x.shape[1], new.shape, y.shape) == (FEATURES, h.shape, (BATCH, OUTPUTS))


def test_decimal_cell_reads_digits_in_their_order():
    """The state is the number that the digits make."""
    h = np.array([[3.0]])
    for digit in (1.0, 4.0, 1.0):
        y, h = DecimalCell(modulus=7)(np.array([[digit]]), h)
    assert h.tolist() == [[3141.0]]
    assert y.tolist() == [[3141 % 7]]


def test_still_cell_keeps_its_state():
    """Whatever it reads, the state is the first one."""
    x, h, y, new = step(StillCell())
    np.testing.assert_array_equal(new, h)
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize(
    "text",
    [
        '{"stand_in": ["NoSuchCell", {"dict": []}]}',
        '{"stand_in": ["StillCell", {"dict": [["modulus", 7]]}]}',
        '{"stand_in": ["DecimalCell", {"dict": []}]}',
        '{"stand_in": ["StillCell"]}',
        '{"stand_in": [7, 7]}',
    ],
)
def test_damaged_stand_in_is_refused(text):
    """A stranger's text names no class but a stand-in, and no field but its own."""
    with pytest.raises(CourseError, match="not a stored value"):
        from_text(text)


def test_stand_in_is_shown_by_its_kind():
    """A case's title names the cell, not all its weights."""
    assert str(CELLS[0]) == "LinearCell(…)"
    assert all(isinstance(cell, StandIn) for cell in CELLS)

"""Properties hold for right functions and are broken by wrong ones, and travel as plain values."""

import numpy as np
import pytest

from rnncourse.checks import (
    BatchIndependent,
    Close,
    DependsOn,
    IgnoresPadding,
    IndependentOf,
    InputsUntouched,
    Learns,
    LinearIn,
    SplitsAnywhere,
)
from rnncourse.checks.calls import asking
from rnncourse.checks.properties import KINDS, property_from_tree
from rnncourse.errors import QuestionError

INPUTS = {"x": np.random.default_rng(0).normal(size=(4, 3)), "w": np.eye(3) * 2}
PADDED = {"x": INPUTS["x"], "mask": np.arange(3) < np.array([[2], [0], [3], [1]])}


def double(x, w):
    """Return x times w."""
    return x @ w


def pair(x, w):
    """Return two items, of which the first ignores w."""
    return x + 1, x @ w


def changing(x, w):
    """Change the first argument."""
    x += 1
    return x @ w


@pytest.mark.parametrize(
    ("prop", "right", "wrong", "said"),
    [
        (InputsUntouched(), double, changing, "`x` was changed in place"),
        (BatchIndependent(("x",)), double, lambda x, w: x - x.mean(0), "influence each other"),
        (BatchIndependent(("x",)), double, lambda x, w: x[::-1], "influence each other"),
        (BatchIndependent(("x",)), pair, lambda x, w: (x, np.cumsum(x, 0)), "influence each other"),
        (IndependentOf("x", zeros=("w",)), double, lambda x, w: x, "Changing `x` changed it"),
        (IndependentOf("w", item=0), pair, lambda x, w: (x @ w, x), "Changing `w` changed it"),
        (DependsOn("w", item=1), pair, lambda x, w: (x, x), "Changing `w` changed nothing"),
        (DependsOn("x"), double, lambda x, w: w, "Changing `x` changed nothing"),
    ],
)
def test_property_holds_for_right_and_is_broken_by_wrong(prop, right, wrong, said):
    """Each property passes a right function, and says how a wrong one breaks it."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        assert prop.broken(asking(right), INPUTS, Close(), rng) is None
        assert said in prop.broken(asking(wrong), INPUTS, Close(), rng)


def test_padding_may_hold_anything():
    """What reads only valid steps passes; what reads, counts or copies padding does not."""
    prop = IgnoresPadding("x", "mask")
    for right in (lambda x, mask: x[mask].mean(), lambda x, mask: (x * mask).sum(axis=1)):
        assert prop.broken(asking(right), PADDED, Close(), np.random.default_rng(0)) is None
    for wrong in (lambda x, mask: x.mean(), lambda x, mask: x[:, -1]):
        said = prop.broken(asking(wrong), PADDED, Close(), np.random.default_rng(0))
        assert "padding of `x` change the result" in said


def test_linear_means_sums_and_multiples():
    """What adds a constant, or squares, is not linear; single results and tuples are looked at."""
    rng, prop = np.random.default_rng(0), LinearIn("x")
    for right in (double, lambda x, w: (x @ w, 2 * x)):
        assert prop.broken(asking(right), INPUTS, Close(), rng) is None
    for wrong in (lambda x, w: x @ w + 1, lambda x, w: (x, np.abs(x))):
        assert "not that of a minus 3 times" in prop.broken(asking(wrong), INPUTS, Close(), rng)


def running_sum(x, h):
    """Return the sums so far, from `h`."""
    return np.cumsum(x, axis=1) + h[:, np.newaxis]


def test_a_run_may_be_split_at_any_step():
    """A run that starts from the state may be split; one that forgets it may not."""
    prop = SplitsAnywhere("x", "h")
    inputs = {"x": INPUTS["x"][..., np.newaxis], "h": np.ones((4, 1))}
    rights = (running_sum, lambda x, h: (running_sum(x, h), running_sum(x, h)[:, -1]))
    wrongs = (
        lambda x, h: running_sum(x, 0 * h),
        lambda x, h: (running_sum(x, h), running_sum(x, h)[:, 0]),
    )
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for right in rights:
            assert prop.broken(asking(right), inputs, Close(), rng) is None
        for wrong in wrongs:
            said = prop.broken(asking(wrong), inputs, Close(), rng)
            assert "from the state that those left" in said


def test_lost_batch_axis_is_named_as_such():
    """`squeeze` is right until a batch has one instance."""
    prop = BatchIndependent(("x",))
    finding = prop.broken(
        asking(lambda x, w: (x @ w).squeeze()), INPUTS, Close(), np.random.default_rng(0)
    )
    assert "With a batch of 1" in finding
    assert "Keep the batch axis" in finding


@pytest.mark.parametrize(
    "prop",
    [
        InputsUntouched(),
        BatchIndependent(("x", "h")),
        IgnoresPadding("x", "mask"),
        IndependentOf("h", ("w",), 1),
        DependsOn("x"),
        Learns("counting", 0.9),
        LinearIn("x"),
        SplitsAnywhere("x", "h"),
    ],
)
def test_properties_travel_as_plain_values(prop):
    """What is stored with the public cases comes back as the same property."""
    assert property_from_tree(prop.to_tree()) == prop


def test_property_of_a_newer_course_is_named():
    """Cases that are newer than the package say so."""
    with pytest.raises(QuestionError, match="Update it"):
        property_from_tree({"name": "NotYetInvented"})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_property_has_a_title(kind):
    """A learner reads what was tried."""
    settings = {
        "BatchIndependent": (("x",),),
        "IndependentOf": ("x",),
        "DependsOn": ("x",),
        "Frugal": (50,),
        "IgnoresPadding": ("x", "m"),
        "LinearIn": ("x",),
        "Learns": ("counting", 0.9),
        "SplitsAnywhere": ("x", "h"),
        "StartsUndecided": (0.5,),
    }
    assert len(kind(*settings.get(kind.__name__, ())).title()) > 10


def test_titles_call_items_by_their_names():
    """An item is called as the question calls it."""
    assert IndependentOf("x1", item=0).title(("y0", "y1")) == "y0 does not depend on x1"
    assert DependsOn("x0", item=1).title() == "item 1 of the result depends on x0"

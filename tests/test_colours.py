"""Colours that stand together are told apart without one kind of cone, in light and in dark."""

import re
from itertools import combinations

import pytest

from rnncourse.plots.palette import COLOURS, signed_colour
from tests.colour_vision import SEEN, difference, lab
from tests.conftest import ROOT

# CIEDE2000. Two colours side by side differ from about 1 on; 10 is seen at a glance.
AT_A_GLANCE = 10
ON_A_MAP = ("#ff7f50", "#ffffff")  # two paths over the landscape of chapter 7
CSS = (ROOT / "book" / "_assets" / "course.css").read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ],
)
def test_difference_has_the_published_values(one, other, expected):
    """The measure gives what its authors tabulate: blues, greys, a green, a dark colour."""
    assert difference(one, other) == pytest.approx(expected, abs=5e-5)


def test_lab_of_red_confuses_it_with_a_dark_yellow():
    """The simulation does what it is for: without red cones a red is dark and yellowish."""
    lightness, red, yellow = lab("#ff0000", "protanopia")
    assert lightness < lab("#ff0000")[0]
    assert abs(red) < 20 < yellow


@pytest.mark.parametrize("vision", SEEN)
def test_colours_of_lines_differ(vision):
    """Any two colours of a figure differ at a glance, though markers and dashes differ, too."""
    pairs = [*combinations(COLOURS, 2), ON_A_MAP]
    seen = [difference(lab(one, vision), lab(other, vision)) for one, other in pairs]
    assert min(seen) > AT_A_GLANCE


@pytest.mark.parametrize("vision", SEEN)
@pytest.mark.parametrize("value", [0.2, 0.6, 1.0])
def test_signs_of_heat_differ(vision, value):
    """A negative value is not taken for a positive one of the same size."""
    below, above = (lab(signed_colour(sign * value, 1.0), vision) for sign in (-1, 1))
    assert difference(below, above) > AT_A_GLANCE


@pytest.mark.parametrize("vision", SEEN)
def test_right_and_wrong_differ_in_both_themes(vision):
    """The verdicts of questions do not depend on red and green, in light or in dark."""
    themes = zip(
        *(re.findall(rf"--course-{v}: (#\w+)", CSS) for v in ("right", "wrong")), strict=True
    )
    seen = [difference(lab(right, vision), lab(wrong, vision)) for right, wrong in themes]
    assert len(seen) > 1
    assert min(seen) > AT_A_GLANCE


def test_chapters_use_the_palette():
    """What chapters draw by hand has the colours that were measured here, and greys."""
    chapters = [path.read_text("utf-8") for path in sorted((ROOT / "book").glob("[01]*.md"))]
    used = set(re.findall(r"""["'](#[0-9A-Fa-f]{6})["']""", "".join(chapters)))
    assert "#0072B2" in used
    greys = {colour for colour in used if colour[1:3] == colour[3:5] == colour[5:]}
    assert used - greys <= {*COLOURS, *ON_A_MAP}

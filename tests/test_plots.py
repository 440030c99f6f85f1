"""The figures: what is drawn is the data, labelled; what cannot be drawn is refused."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest

from rnncourse import plots
from rnncourse.errors import DataError, ShapeError
from rnncourse.plots.palette import COLOURS, SIGNED_STOPS, ink_on, line_style, signed_colour
from rnncourse.plots.svg import Scale, element, picture, tick_values, words

SVG = "{http://www.w3.org/2000/svg}"
LIGHT, DARK = "#fdfcf9", "#14171a"
STATES = np.tanh(np.linspace(-2, 2, 21).reshape(7, 3))  # 7 steps, 3 units


@pytest.fixture
def ax():
    """Return axes that need no screen."""
    figure = pytest.importorskip("matplotlib.figure")
    return figure.Figure().subplots()


def drawn(ax):
    """Draw the figure, so that what only fails then fails here; return the axes."""
    ax.figure.canvas.draw()
    return ax


def texts(ax):
    """Return the texts in the axes."""
    return [text.get_text() for text in ax.texts]


def legend(ax):
    """Return the texts of the legend."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def looks(line):
    """Return what tells a line from another when there are no colours."""
    return line.get_marker(), str(line._unscaled_dash_pattern)


def parsed(image):
    """Return the root of an SVG picture, which must be well-formed XML."""
    return ET.fromstring(image.text)  # noqa: S314


def svg_texts(image):
    """Return the texts of an SVG picture."""
    return ["".join(text.itertext()) for text in parsed(image).iter(f"{SVG}text")]


def luminance(colour):
    """Return the relative luminance of WCAG."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """Return the contrast of two colours, 1 to 21."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


# ---------------------------------------------------------------------- palette


def test_importing_plots_loads_no_matplotlib():
    """SVG text is made in the browser, where matplotlib is not."""
    code = """
import sys
import rnncourse.plots as plots
plots.svg_lines([0.0, 1.0], title="t")
plots.svg_heatmap([[0.0, 1.0]], title="t")
plots.svg_unrolled(2)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"matplotlib", "PIL", "keras", "tensorflow", "sklearn"}


def test_line_style_never_repeats_in_a_figure():
    """36 lines look different, and any 6 neighbours differ without their colours."""
    styles = [line_style(number) for number in range(36)]
    assert len(set(styles)) == 36
    for first in range(0, 36, 6):
        six = styles[first : first + 6]
        assert len({style.marker for style in six}) == len({style.dashes for style in six}) == 6


@pytest.mark.parametrize("page", [LIGHT, DARK])
@pytest.mark.parametrize("colour", [*COLOURS[:4], "#7d7d7d"])
def test_colours_are_seen_on_both_pages(colour, page):
    """A contrast of 3, which WCAG asks of graphics, up to rounding."""
    assert contrast(colour, page) > 2.8


def test_signed_colour_is_matplotlibs():
    """The picture in the browser has the colours of the one in the book."""
    mpl = pytest.importorskip("matplotlib")
    for value in np.linspace(-1, 1, 41):
        expected = np.array(mpl.colormaps["PuOr"]((value + 1) / 2)[:3]) * 255
        colour = signed_colour(2 * value, 2)
        found = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert found == pytest.approx(expected, abs=6)


@pytest.mark.parametrize("colour", SIGNED_STOPS)
def test_ink_on_takes_the_better_of_black_and_white(colour):
    """The other ink has less contrast."""
    ink = ink_on(colour)
    other = {"#000000": "#ffffff", "#ffffff": "#000000"}[ink]
    assert contrast(ink, colour) >= contrast(other, colour)


# ------------------------------------------------------------------- matplotlib


def test_unrolled_network_writes_every_shape(ax):
    """One cell a step, the input's shape once a cell, the state's above and between."""
    assert plots.unrolled_network(ax, 3, features=2, units=5, batch=4) is drawn(ax)
    assert len(ax.patches) == 3
    found = texts(ax)
    assert found.count("(4, 2)") == 3
    assert found.count("(4, 5)") == 3 + 4
    assert {"$x_0$", "$x_2$", "$h_0$", "$h_2$", "$h_{-1}$"} <= set(found)
    assert not ax.axison


def test_unrolled_network_writes_batch_for_any_number(ax):
    """Without a number of instances the word stands in its place."""
    assert "(batch, 2)" in texts(plots.unrolled_network(ax, 1, features=2, units=5))


@pytest.mark.parametrize("sizes", [(0, 2, 5), (9, 2, 5), (2, 0, 5), (2, 2, -1), (2.0, 2, 5)])
def test_unrolled_network_refuses_what_cannot_be_drawn(sizes, ax):
    """Whole sizes, and as many steps as can be read."""
    with pytest.raises(DataError, match="must be a whole number"):
        plots.unrolled_network(ax, *sizes)


def test_states_over_time_draws_each_unit_as_a_line(ax):
    """The lines are the columns, named, and differ without their colours."""
    assert plots.states_over_time(ax, STATES, names=["a", "b", "c"]) is drawn(ax)
    assert np.array_equal([line.get_ydata() for line in ax.lines], STATES.T)
    assert all(line.get_xdata().tolist() == [*range(7)] for line in ax.lines)
    assert legend(ax) == ["a", "b", "c"]
    for a, b in combinations(ax.lines, 2):
        assert all(one != other for one, other in zip(looks(a), looks(b), strict=True))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time step t", "state h")


def test_states_over_time_draws_many_units_as_a_heat_map(ax):
    """Time goes from left to right, zero is in the middle of the colours."""
    states = np.linspace(-0.5, 1, 70).reshape(10, 7)
    drawn(plots.states_over_time(ax, states))
    (image,) = ax.images
    assert np.array_equal(image.get_array(), states.T)
    assert image.get_clim() == (-1, 1)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time step t", "unit")
    assert ax.figure.axes[1].get_ylabel() == "state h"


def test_states_over_time_draws_what_is_asked_for(ax):
    """Three units as a heat map, with their names."""
    drawn(plots.states_over_time(ax, STATES, kind="heat map", names=["a", "b", "c"]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    with pytest.raises(DataError, match='"lines" or "heat map"'):
        plots.states_over_time(ax, STATES, kind="bars")


def test_states_over_time_of_zeros_has_colours(ax):
    """A network that does nothing yet is drawn as well."""
    drawn(plots.states_over_time(ax, np.zeros((5, 8))))
    assert ax.images[0].get_clim() == (-1, 1)


def test_gates_over_input_has_a_row_a_gate_and_a_column_a_token(ax):
    """Values, names and tokens are in their places, with the numbers written in."""
    gates = {"input i": [0.1, 0.2, 0.3, 1.0], "forget f": [0.9, 0.8, 0.7, 0.0]}
    assert plots.gates_over_input(ax, gates, ["the", "cat", "sat", "<eos>"]) is drawn(ax)
    assert np.array_equal(ax.images[0].get_array(), [*gates.values()])
    assert ax.images[0].get_clim() == (0, 1)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["the", "cat", "sat", "<eos>"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["input i", "forget f"]
    assert texts(ax) == ["0.10", "0.20", "0.30", "1.00", "0.90", "0.80", "0.70", "0.00"]


def test_gates_over_input_groups_the_units_of_a_gate(ax):
    """With two axes, each unit has a row, and the name stands at the middle of its gate."""
    gates = {"i": np.full((4, 3), 0.25), "f": np.full((4, 2), 0.75)}
    drawn(plots.gates_over_input(ax, gates, "abcd"))
    assert ax.images[0].get_array()[:, 0].tolist() == [0.25] * 3 + [0.75] * 2
    assert ax.get_yticks().tolist() == [1.0, 3.5]
    assert [line.get_ydata()[0] for line in ax.lines] == [2.5]


@pytest.mark.parametrize(
    ("gates", "error", "what"),
    [
        ({}, ShapeError, "at least one gate"),
        ({"i": [0.1, 0.2]}, ShapeError, "one value a token, 3"),
        ({"i": [0.1, 0.2, 1.5]}, DataError, "between 0 and 1"),
        ({"i": [0.1, np.nan, 0.5]}, DataError, r"nan at \[1, 0\]"),
        ({"i": np.zeros((2, 3, 4))}, ShapeError, "Choose one instance"),
    ],
)
def test_gates_over_input_refuses_what_is_no_gate(gates, error, what, ax):
    """Number, range, NaN and rank."""
    with pytest.raises(error, match=what):
        plots.gates_over_input(ax, gates, "abc")


def test_gradient_norms_are_on_a_logarithmic_axis(ax):
    """One line needs no legend, several are named."""
    norms = 0.5 ** np.arange(30)
    drawn(plots.gradient_norms(ax, norms))
    assert ax.get_yscale() == "log"
    assert np.array_equal(ax.lines[0].get_ydata(), norms)
    assert ax.get_legend() is None
    drawn(plots.gradient_norms(ax, {"u = 0.5": norms, "u = 1": np.ones(30)}))
    assert {"u = 0.5", "u = 1"} <= set(legend(ax))


def test_gradient_norms_may_vanish_altogether(ax):
    """A norm of 0 does not stop the picture."""
    drawn(plots.gradient_norms(ax, [1.0, 1e-200, 0.0]))


@pytest.mark.parametrize("norms", [[1.0, -1.0], [0.0, 0.0], [1.0, np.inf], [[1.0]], [], {}])
def test_gradient_norms_refuses_what_is_no_norm(norms, ax):
    """Negative, all zero, infinite, of another rank, empty."""
    with pytest.raises(ValueError, match="`norms` must"):
        plots.gradient_norms(ax, norms)


def test_loss_curves_count_epochs_from_one(ax):
    """The baseline is a line of its own, across the whole picture."""
    curves = {"training": [2.0, 1.0, 0.5], "validation": [2.1, 1.2, 0.9]}
    assert plots.loss_curves(ax, curves, baseline={"majority class": 1.8}) is drawn(ax)
    assert legend(ax) == ["training", "validation", "majority class"]
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [*curves.values()]
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert set(ax.lines[2].get_ydata()) == {1.8}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")


def test_loss_curves_takes_a_number_as_baseline(ax):
    """It is called the baseline."""
    assert "baseline" in legend(drawn(plots.loss_curves(ax, {"a": [1.0]}, baseline=0)))


def test_loss_curves_says_where_training_diverged(ax):
    """The line and the place of the first NaN."""
    with pytest.raises(DataError, match=r"`curves\['b'\]` must be finite. Received: nan at \[1\]"):
        plots.loss_curves(ax, {"a": [1.0], "b": [1.0, np.nan, np.nan]})
    with pytest.raises(DataError, match=r"`baseline.*` must be a finite number"):
        plots.loss_curves(ax, {"a": [1.0]}, baseline=np.inf)


def test_forecasts_begin_at_the_first_predicted_step(ax):
    """The predictions lie over what happened at the same steps."""
    series = np.arange(10.0)
    lines = {"network": series[6:] + 0.1, "naive": series[5:9]}
    assert plots.forecasts(ax, series, lines, start=6) is drawn(ax)
    assert np.array_equal(ax.lines[0].get_ydata(), series)
    assert ax.lines[1].get_xdata().tolist() == [6, 7, 8, 9]
    assert np.array_equal(ax.lines[2].get_ydata(), lines["naive"])
    assert legend(ax) == ["series", "network", "naive"]


def test_forecasts_may_go_past_the_end(ax):
    """The future is what a forecast is for."""
    drawn(plots.forecasts(ax, np.zeros(5), np.ones(3), start=5))
    assert ax.lines[1].get_xdata().tolist() == [5, 6, 7]


@pytest.mark.parametrize("start", [-1, 11, 2.5])
def test_forecasts_refuses_a_start_outside_the_series(start, ax):
    """A gap between series and forecast is a mistake in the index."""
    with pytest.raises(DataError, match="`start` must be a whole number, from 0 to 10"):
        plots.forecasts(ax, np.zeros(10), np.zeros(2), start=start)


def test_digit_rows_shows_the_image_and_the_states_in_step(ax):
    """Both have one row a time step, in the same axes."""
    image, states = np.eye(28), np.linspace(-1, 1, 28 * 40).reshape(28, 40)
    assert plots.digit_rows(ax, image, states) is drawn(ax)
    assert np.array_equal(ax.images[0].get_array(), image)
    assert np.array_equal(ax.images[1].get_array(), states)
    left, right, bottom, top = ax.images[1].get_extent()
    assert (bottom, top) == (27.5, -0.5)
    assert 28 < left < right == ax.get_xlim()[1]
    assert ax.get_ylabel() == "row = time step t"


@pytest.mark.parametrize(
    ("image", "states", "what"),
    [
        (np.zeros((1, 28, 28)), None, "Choose one instance"),
        (np.zeros((28, 28)), np.zeros((40, 28)), "Transpose"),
        (np.zeros((0, 28)), None, "must not be empty"),
        (np.zeros((28, 28)), np.zeros(28), r"\(rows, units\)"),
    ],
)
def test_digit_rows_refuses_other_shapes(image, states, what, ax):
    """One image, one state a row."""
    with pytest.raises(ShapeError, match=what):
        plots.digit_rows(ax, image, states)


@pytest.mark.parametrize(
    ("states", "error", "what"),
    [
        (np.zeros(3), ShapeError, r"must have shape \(timesteps, units\). Received: \(3,\)"),
        (np.zeros((0, 3)), ShapeError, "must not be empty"),
        ([[0.0, np.nan]], DataError, r"nan at \[0, 1\]"),
        ([["a"]], DataError, "must hold numbers"),
        ([[1.0], [1.0, 2.0]], DataError, "must hold numbers"),
    ],
)
@pytest.mark.parametrize("draw", [plots.states_over_time, None])
def test_states_are_refused_alike_by_figure_and_svg(draw, states, error, what, ax):
    """Rank, emptiness, NaN, text and ragged lists."""
    with pytest.raises(error, match=what.replace("timesteps, units", r"\w+, \w+")):
        draw(ax, states) if draw else plots.svg_heatmap(states, title="t")


# -------------------------------------------------------------------------- SVG

PICTURES = {
    "line": lambda: plots.svg_lines([0.0, -1.0, 3.0], title="One line"),
    "lines": lambda: plots.svg_lines(STATES, title="Three units", names=["a", "<b>", "c & d"]),
    "heat": lambda: plots.svg_heatmap(STATES.T, title="Three units"),
    "unrolled": lambda: plots.svg_unrolled(3, features=2, units=5, batch=4),
}


@pytest.mark.parametrize("name", PICTURES)
def test_svg_says_what_it_shows(name):
    """Title and description are there, referred to, and not empty; the text is one document."""
    image = PICTURES[name]()
    root = parsed(image)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    labels = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert root.get("aria-labelledby").split() == [label.get("id") for label in labels]
    assert all(label.text.strip() for label in labels)
    assert image._repr_svg_() == image.text


@pytest.mark.parametrize("name", PICTURES)
def test_svg_text_takes_the_colour_of_the_page(name):
    """Only text on a coloured ground, and the state's symbol, has a colour of its own."""
    fixed = {
        text.get("fill")
        for text in parsed(PICTURES[name]()).iter(f"{SVG}text")
        if text.get("fill") != "currentColor"
    }
    assert fixed <= {"#000000", "#ffffff", "#fff", COLOURS[1]}


@pytest.mark.parametrize("name", PICTURES)
def test_svg_stays_inside_its_frame(name):
    """No element begins outside the view box."""
    root = parsed(PICTURES[name]())
    _, _, width, height = map(float, root.get("viewBox").split())
    for part in root.iter():
        for keys, limit in ((("x", "cx", "x1", "x2"), width), (("y", "cy", "y1", "y2"), height)):
            places = [float(part.get(key)) for key in keys if part.get(key)]
            assert all(0 <= place <= limit for place in places), ET.tostring(part)
        pairs = [pair.split(",") for pair in part.get("points", "").split()]
        assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in pairs)


@pytest.mark.parametrize("name", PICTURES)
def test_svg_is_the_same_every_time(name):
    """A rebuilt page does not change."""
    assert PICTURES[name]() == PICTURES[name]()


def test_svg_pictures_on_one_page_do_not_share_ids():
    """A screen reader would read the title of the first for both."""
    found = [part.get("id") for make in PICTURES.values() for part in parsed(make()).iter()]
    found = [name for name in found if name]
    assert len(found) == len(set(found)) == 2 * len(PICTURES)


def test_svg_lines_are_the_values():
    """Places in the picture are an affine map of steps and values, y going down."""
    values = np.array([0.0, 1.0, -1.0, 0.5])
    line = parsed(plots.svg_lines(values, title="t")).find(f"{SVG}polyline")
    points = np.array([pair.split(",") for pair in line.get("points").split()], dtype=float)
    assert np.diff(points[:, 0]) == pytest.approx((points[-1, 0] - points[0, 0]) / 3, abs=0.1)
    slope, _ = np.polyfit(values, points[:, 1], 1)
    assert slope < 0
    assert points[:, 1] == pytest.approx(
        np.polyval(np.polyfit(values, points[:, 1], 1), values), abs=0.1
    )


def test_svg_lines_ticks_stand_at_their_values():
    """The tick 0 is at the height of a value of 0, and at the place of the first step."""
    root = parsed(plots.svg_lines([0.0, 1.0, 0.0], title="t"))
    (_, y), *_ = (
        tuple(map(float, pair.split(",")))
        for pair in root.find(f"{SVG}polyline").get("points").split()
    )
    zero = next(
        text
        for text in root.iter(f"{SVG}text")
        if text.text == "0" and text.get("text-anchor") == "end"
    )
    assert float(zero.get("y")) == pytest.approx(y + 4.5, abs=0.1)


def test_svg_lines_are_told_apart_without_colours():
    """Each line has its own dashes and its own marker, in the picture and in the legend."""
    root = parsed(plots.svg_lines(STATES, title="t"))
    dashes = [line.get("stroke-dasharray") for line in root.iter(f"{SVG}polyline")]
    assert len(set(dashes[:3])) == 3
    assert sorted(map(str, dashes[3:])) == sorted(map(str, dashes[:3]))


@pytest.mark.parametrize(
    "values", [[3.0], [3.0, 3.0], np.zeros(4), [1e-300, 2e-300], [1e200, -1e200]]
)
def test_svg_lines_of_constant_or_extreme_values(values):
    """One step, no range, tiny and huge values give a picture with finite places."""
    image = plots.svg_lines(values, title="t")
    parsed(image)
    assert "nan" not in image.text
    assert "inf" not in image.text


def test_svg_lines_legend_wraps():
    """Long names go into further rows; the picture stays inside its frame."""
    names = [f"a rather long name, number {k}" for k in range(7)]
    image = plots.svg_lines(np.eye(9, 7), title="t", names=names)
    assert set(names) <= set(svg_texts(image))
    rows = {t.get("y") for t in parsed(image).iter(f"{SVG}text") if t.text in names}
    assert len(rows) == 4


def test_svg_escapes_what_it_is_given():
    """Names and titles are text, whatever is in them."""
    bad = "</text><script>alert('x')</script> & \"quoted\" \x00\x1b"
    image = plots.svg_heatmap([[1.0]], title=bad, row_names=[bad], xlabel=bad, description=bad)
    assert not list(parsed(image).iter(f"{SVG}script"))
    clean = bad.replace("\x00", "").replace("\x1b", "")
    assert svg_texts(image).count(clean) == 2
    assert parsed(image).find(f"{SVG}title").text == clean
    assert parsed(image).find(f"{SVG}desc").text == clean


def test_svg_heatmap_has_a_cell_a_value():
    """Colours are those of the values, in their places, numbers written in large cells."""
    matrix = np.array([[0.0, -1.0, 0.5], [1.0, 0.25, -0.5]])
    image = plots.svg_heatmap(matrix, title="t")
    rectangles = list(parsed(image).iter(f"{SVG}rect"))[:6]
    expected = [signed_colour(value, 1.0) for value in matrix.ravel()]
    assert [cell.get("fill") for cell in rectangles] == expected
    xs, ys = ([float(cell.get(key)) for cell in rectangles] for key in "xy")
    assert xs[:3] == xs[3:] == sorted(xs[:3])
    assert len(set(ys[:3])) == 1
    assert ys[0] < ys[3]
    assert [t for t in svg_texts(image) if "." in t] == [
        f"{value:.2f}".replace("-", "−") for value in matrix.ravel()
    ]


def test_svg_heatmap_limit_sets_the_darkest_colour():
    """Two pictures with one limit can be compared."""
    cell = next(parsed(plots.svg_heatmap([[1.0]], title="t", limit=2)).iter(f"{SVG}rect"))
    assert cell.get("fill") == signed_colour(0.5, 1.0)
    for limit in (0, -1, np.nan):
        with pytest.raises(DataError, match="`limit` must be"):
            plots.svg_heatmap([[1.0]], title="t", limit=limit)


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (3, 200), (100, 2)])
def test_svg_heatmap_thins_out_its_names(shape):
    """No two names of the columns touch, and the bar beside them fits."""
    image = plots.svg_heatmap(np.ones(shape), title="t")
    names = [
        text
        for text in parsed(image).iter(f"{SVG}text")
        if "".join(text.itertext()).strip().isdigit() and text.get("text-anchor") == "middle"
    ]
    places = [float(text.get("x")) for text in names]
    widths = [7 * len("".join(text.itertext()).strip()) for text in names]
    assert all(b - a > w for a, b, w in zip(places, places[1:], widths, strict=False))


def test_svg_heatmap_refuses_too_many_values():
    """Ten thousand elements make a page slow."""
    with pytest.raises(DataError, match="10000 values"):
        plots.svg_heatmap(np.zeros((101, 100)), title="t")


@pytest.mark.parametrize(
    "options", [{"names": ["a"]}, {"title": " "}, {"height": 20}, {"height": 300.5}]
)
def test_svg_lines_refuses_what_does_not_fit(options):
    """As many names as lines, a title, and a height in which something can be seen."""
    with pytest.raises(ValueError, match=r"must (have|say|be)"):
        plots.svg_lines(STATES, **{"title": "t"} | options)


def test_svg_unrolled_writes_every_shape():
    """As the figure does: the input's shape once a cell, the state's above and between."""
    found = svg_texts(plots.svg_unrolled(3, features=2, units=5, batch=4))
    assert found.count("(4, 2)") == 3
    assert found.count("(4, 5)") == 3 + 4
    assert {"x0", "x2", "h0", "h2", "h−1"} <= set(found)


def test_svg_unrolled_writes_words_for_any_size():
    """Without numbers the names of the axes stand in their place."""
    found = svg_texts(plots.svg_unrolled(1))
    assert {"(batch, features)", "(batch, units)"} <= set(found)


@pytest.mark.parametrize("steps", [0, 9, 1.5, "2"])
def test_svg_unrolled_refuses_what_cannot_be_drawn(steps):
    """As many steps as can be read."""
    with pytest.raises(DataError, match="`steps` must be a whole number, from 1 to 8"):
        plots.svg_unrolled(steps)


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-0.9, 0.9), (0, 29), (-9.8, -3.9), (1e-9, 3e-9), (0, 12345)]
)
def test_tick_values_are_round_and_inside(low, high):
    """Between 3 and 11 ticks, equally far apart, at a round distance."""
    ticks = np.array(tick_values(low, high))
    assert 3 <= len(ticks) <= 11
    room = (high - low) * 1e-6
    assert low - room <= ticks[0] < ticks[-1] <= high + room
    step = np.diff(ticks)
    assert step == pytest.approx(step[0])
    mantissa = step[0] / 10 ** np.floor(np.log10(step[0]) + 1e-9)
    assert min(abs(mantissa - round_one) for round_one in (1, 2, 5)) < 1e-6


def test_scale_maps_its_ends_to_its_ends():
    """Also when the place falls while the value rises."""
    scale = Scale(-1, 3, 200, 20)
    assert [scale.place(v) for v in (-1, 1, 3)] == [200, 110, 20]


def test_element_and_words_escape():
    """Attributes and text cannot end early."""
    assert element("a", b='"<') == '<a b="&quot;&lt;"/>'
    assert words(0, 0, "<").count("&lt;") == 1


def test_picture_needs_words():
    """A picture without a description is silent to some."""
    with pytest.raises(DataError, match="`title` and `description`"):
        picture([], 1, 1, title="t", description="")

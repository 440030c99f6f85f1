"""Pictures told in steps: the numbers are the cells' own, each part knows its step."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from rnncourse.bptt import numerical_gradient
from rnncourse.errors import DataError, ShapeError
from rnncourse.plots import SteppedImage, stepped_gates, stepped_gradient, stepped_neuron

SVG = "{http://www.w3.org/2000/svg}"
X, WEIGHTS = [1.0, -0.5, 2.0], {"w": 0.3, "u": 0.7, "b": 0.1}


def parts(picture):
    """Return the steps at which parts of a picture appear."""
    root = ET.fromstring(picture.image.text)  # noqa: S314
    return [int(group.get("data-step")) for group in root.iter(f"{SVG}g") if group.get("data-step")]


def states(w, u, b):
    """Return the states over X, written out."""
    h = [0.0]
    for x in X:
        h.append(np.tanh(w * x + u * h[-1] + b))
    return h[1:]


def pad(**changes):
    """Return the arguments of a picture of two steps, with changes."""
    gates = {"i": [1, 0], "f": [0, 1], "o": [0, 1]}
    return {"candidate": [5, 9], "gates": gates, "c": [5, 5], "h": [0, 5]} | changes


def test_stepped_neuron_shows_the_states():
    """Each step ends in the state of that time step."""
    picture = stepped_neuron(X, **WEIGHTS)
    for step, state in zip(picture.steps, states(**WEIGHTS), strict=True):
        assert step.endswith(f"= {state:.3g}.")
    assert sorted(parts(picture)) == [1, 2, 3]


def test_stepped_gradient_ends_in_the_gradient():
    """The last step is what finite differences say."""
    picture = stepped_gradient(X, **WEIGHTS, target=1.0)

    def loss(w):
        return (states(w, WEIGHTS["u"], WEIGHTS["b"])[-1] - 1) ** 2

    total = numerical_gradient(loss, WEIGHTS["w"])
    assert picture.steps[-1].endswith(f"= {total:.3g}.".replace("-", "−"))
    assert sorted(parts(picture)) == list(range(1, 9))


def test_stepped_gradient_goes_back_from_the_last_step():
    """Forwards, loss, then the time steps in reverse."""
    steps = stepped_gradient(X, **WEIGHTS).steps
    assert [step.split(":")[0] for step in steps[3:7]] == [
        "The loss",
        "Back from the loss",
        "Back to step 1",
        "Back to step 0",
    ]


def test_stepped_gates_tells_what_is_kept_and_shown():
    """A sentence has the gates, the cell before and after, and what is shown."""
    steps = stepped_gates(["5↓", "9↑"], **pad()).steps
    assert "c = f · c + i · 9 = 1 · 5 + 0 · 9 = 5" in steps[1]
    assert steps[1].endswith("h = o · 5 = 1 · 5 = 5.")


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"gates": {"i": [1, 0]}}, DataError, "keys i, f and o"),
        ({"gates": {"i": [1, 2], "f": [0, 1], "o": [0, 1]}}, DataError, "between 0 and 1"),
        ({"c": [5]}, ShapeError, "for each of 2 tokens"),
    ],
)
def test_stepped_gates_refuses_what_does_not_fit(changes, error, said):
    """The message says what was expected."""
    with pytest.raises(error, match=said):
        stepped_gates(["5↓", "9↑"], **pad(**changes))


def test_stepped_image_needs_steps():
    """A picture without steps is no story."""
    with pytest.raises(DataError, match="none"):
        SteppedImage("title", stepped_neuron(X, **WEIGHTS).image, [])


def test_stepped_image_reads_without_pictures():
    """As text it is its title and its steps; as HTML every step can be read, escaped."""
    picture = stepped_neuron(X, **WEIGHTS, title="a < b")
    assert repr(picture).splitlines()[1] == f"1. {picture.steps[0]}"
    html = picture._repr_html_()
    assert "<figcaption>a &lt; b</figcaption>" in html
    assert html.count("<li>") == len(picture.steps)

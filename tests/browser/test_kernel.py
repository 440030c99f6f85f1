"""TensorFlow in the page: the same cells over a kernel of `rnncourse serve --kernel`."""

import psutil
import pytest

from tests.browser.conftest import Cells, Visit, note
from tests.conftest import ROOT
from tests.serving import serving

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST = "01_recurrent_neurons"
TRAINING = """import keras, numpy as np, matplotlib.pyplot as plt
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.layers.SimpleRNN(4), keras.layers.Dense(1)])
model.compile(loss="mse")
past = model.fit(np.ones((32, 5, 1)), np.ones((32, 1)), epochs=3, verbose=1)
plt.plot(past.history["loss"])
plt.show()
print("epochs", len(past.epoch))"""
INTERRUPTED = """import time
print("here")
try:
    while True:
        time.sleep(0.01)
finally:
    y = 5"""
DEAF = """import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    time.sleep(0.01)"""


@pytest.fixture(scope="module")
def server(site):
    """Yield the command, as a reader starts it."""
    with serving("--kernel", "--site", str(site)) as found:
        yield found


def open_chapter(context, server, name=FIRST):
    """Open the address that the command prints, then a chapter; return its cells."""
    page = context.new_page()
    found = Visit(page, [], [])
    page.on("pageerror", lambda error: found.problems.append(str(error)))
    page.on("console", lambda message: note(found.problems, message))
    context.on("request", lambda request: found.requests.append(request.url))
    page.goto(server.address)
    assert "token" not in page.url
    page.goto(f"{server.origin}/course/book/{name}.html")
    cells = Cells(found)
    page.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    return cells


@pytest.fixture
def context(browser):
    """Yield a fresh profile of a browser."""
    made = browser.new_context(service_workers="block")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(browser, server):
    """Yield the first chapter, open once for tests that leave no trace in it."""
    context = browser.new_context(service_workers="block")
    found = open_chapter(context, server)
    yield found
    assert found.visit.problems == []
    context.close()


def kernels(server):
    """Return the processes of the server's kernels."""
    return psutil.Process(server.process.pid).children()


def test_every_cell_of_the_chapter_is_live(shared):
    """Also cells that the browser cannot run; a line says so, in the place of the links."""
    cells = shared.page.locator(".cell.tag_live:not([class*=live-of-])")
    written = (ROOT / "book" / f"{FIRST}.md").read_text("utf-8").count("```{code-cell}")
    assert cells.count() == cells.locator(".cm-content").count() == written
    assert "Every cell runs on this machine" in shared.page.locator(".launch").inner_text()


def test_model_is_trained_and_plotted(shared):
    """Keras trains, its bar overwrites itself, and matplotlib's figure is in the page."""
    assert shared.run(0, TRAINING).startswith("Done"), shared.output(0)
    shown = shared.output(0)
    assert "Epoch 3/3" in shown
    assert "epochs 3" in shown
    assert shown.count("━") < 100  # one bar an epoch, not one a step
    assert "\x1b" not in shown
    picture = shared.cell(0).locator(".live-output img")
    assert picture.evaluate("image => image.naturalWidth") > 400


def test_cells_above_run_first_and_share_their_variables(shared):
    """A cell finds what those above it define."""
    shared.cell(0).get_by_role("button", name="Reset").click()
    assert shared.run(4, "print(neuron_states(pulse, 1.0, 0.5).shape)").startswith("Done")
    assert shared.output(4).strip() == "(25,)"


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a = 1\nb = a +\nc = 2", 2, "cell 1, line 2\nSyntaxError: invalid syntax"),
        ("def f():\n    return nothing\n\n\nf()", 2, "cell 1, line 2, in f\n    return nothing"),
        ("import keras\nkeras.layers.Dense('x')", 2, "cell 1, line 2\n    keras.layers.Dense('x')"),
        ("import no_such_thing", 1, "ModuleNotFoundError: No module named 'no_such_thing'"),
    ],
)
def test_error_marks_its_line(shared, source, line, said):
    """The reader's own lines are told, and none of a library."""
    assert shared.run(0, source) == f"An error in line {line}."
    assert shared.cell(0).locator(".live-wrong-line").inner_text() == source.splitlines()[line - 1]
    assert said in shared.output(0)
    assert "site-packages" not in shared.output(0)


def test_values_are_shown_as_in_a_notebook(shared):
    """The last value, tables and drawings come through, warnings apart."""
    drawing = "from rnncourse.plots import svg_lines\nimport sys\nprint('w', file=sys.stderr)\n"
    shared.run(0, f"{drawing}svg_lines([0, 1, 4], title='A rise')")
    assert shared.cell(0).locator(".live-output svg title").text_content() == "A rise"
    assert shared.cell(0).locator(".live-warning").inner_text().strip() == "w"
    shared.run(0, "40 + 2")
    assert shared.output(0).strip() == "42"


@pytest.mark.parametrize("lines", [10_000, 100])
def test_flood_of_output_is_cut(shared, lines):
    """100 MB of text leave the page usable, in whatever pieces they come; an error is told."""
    flood = f"for _ in range({lines}):\n    print('x' * {10**8 // lines}, flush=True)\n1 / 0"
    assert shared.run(0, flood) == "An error in line 3."
    shown = shared.cell(0).locator(".live-output").text_content()
    assert len(shown) < 101_000
    assert "… cut" in shown
    assert "ZeroDivisionError" in shown
    assert shared.run(0, "1").startswith("Done")


def begin(cells, source):
    """Run an endless cell; return when it prints or runs."""
    cells.write(0, source)
    cells.page.keyboard.press("Shift+Enter")
    cells.page.wait_for_function(
        "() => document.querySelector('.live-status').textContent === 'Running …'"
    )


def test_stop_interrupts_and_keeps_the_variables(shared):
    """An endless loop ends; what was computed is there."""
    begin(shared, INTERRUPTED)
    shared.page.wait_for_selector(".live-output pre")
    shared.cell(0).get_by_role("button", name="Stop").click()
    assert shared.wait(0) == "Stopped. The variables are as they were then."
    shared.run(0, "print(y)")
    assert shared.output(0).strip() == "5"


def test_stop_again_ends_what_does_not_listen(context, server):
    """A kernel that ignores interrupts is ended; the next run has a new one."""
    found = open_chapter(context, server)
    found.run(0, "y = 1")
    begin(found, DEAF)
    stop = found.cell(0).get_by_role("button", name="Stop")
    stop.click()
    found.page.get_by_text("Stop again ends Python itself").wait_for()
    stop.click()
    assert "All variables are gone" in found.wait(0)
    assert found.run(0, "print('y' in globals())").startswith("Done")
    assert found.output(0).strip() == "False"


def test_dead_kernel_is_said(context, server):
    """A crash is told at the cell, and mended by the next run."""
    found = open_chapter(context, server)
    assert "Python has died" in found.run(0, "import os, signal\nos.kill(os.getpid(), 9)")
    assert found.run(0, "print(1)").startswith("Done")
    assert found.visit.problems == []


def test_kernel_ends_with_its_page(context, server):
    """Who leaves a page leaves no process behind."""
    before = set(kernels(server))
    found = open_chapter(context, server)
    found.run(0, "1")
    (own,) = set(kernels(server)) - before
    found.page.goto(server.origin + "/course/book/glossary.html")
    assert psutil.wait_procs([own], timeout=60)[1] == []


def test_lost_command_is_said_and_the_page_still_reads(context, site):
    """When the command ends the cell says so; opened again, the page is as without it."""
    with serving("--kernel", "--site", str(site)) as gone:
        found = open_chapter(context, gone)
        found.run(0, "1")
    assert "`rnncourse serve` has ended" in found.run(0)
    assert "neuron_states" in found.page.locator("article").inner_text()


def test_token_of_another_time_is_forgotten(context, server):
    """A page that knows an old token is a page without a kernel, and asks nothing more."""
    context.add_init_script("localStorage.setItem('kernel-token', 'old')")
    page = context.new_page()
    page.goto(f"{server.origin}/course/book/{FIRST}.html")
    page.wait_for_selector(".live-bar")
    assert 0 < page.locator(".cm-content").count() < 10
    assert "rnncourse serve --kernel" in page.locator(".launch").inner_text()
    assert page.evaluate("localStorage.getItem('kernel-token')") is None


def test_other_page_cannot_reach_the_kernel(context, server, book):
    """A page of another origin can neither ask the server nor connect to it."""
    open_chapter(context, server).run(0, "1")
    page = context.new_page()
    page.goto(f"{book.origin}/sub/path/_static/live/licences.txt")  # it has no policy of ours
    read = "address => fetch(address, {credentials: 'include'}).then(r => r.text()).catch(String)"
    assert "Failed to fetch" in page.evaluate(read, f"{server.origin}/api/kernels")
    connect = """address => new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
    })"""
    kernel = server.ask("/api/kernels", **server.own)[2].partition('"id": "')[2].partition('"')[0]
    address = server.origin.replace("http", "ws") + f"/api/kernels/{kernel}/channels"
    assert page.evaluate(connect, address) == "refused"

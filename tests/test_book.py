"""The book: it builds strictly, and its pages work in a browser as in print."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.e2e

BIN = Path(sys.executable).parent
PAGES = [
    "index",
    "01_recurrent_neurons",
    "02_memory_cells",
    "03_sequence_shapes",
    "04_unrolling",
    "05_variable_length",
    "06_bptt",
    "07_vanishing_gradients",
    "08_truncated_bptt",
    "09_lstm",
    "10_counting_bits",
    "11_mnist_rows",
    "12_time_series",
    "13_bug_clinic",
]
PAGES += [
    "notation",
    "weight_map",
    "tf1_to_keras3",
    "api",
    "glossary",
    "source_map",
    "bibliography",
    "instructor_guide",
]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def build(root, out):
    """Build a book strictly; return the finished process."""
    command = [str(BIN / "jupyter-book"), "build", str(root), "--path-output", str(out)]
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    return subprocess.run(
        [*command, "-W", "-n", "--keep-going"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of a freshly built book."""
    if not (ROOT / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail("node_modules/ is missing: make setup")
        pytest.skip("node_modules/ is missing: make setup installs it")
    out = tmp_path_factory.mktemp("book")
    done = build(ROOT, out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "_build" / "html"


@pytest.fixture(scope="module")
def address(site):
    """Serve the book under a sub-path, as a project page would be; yield its address."""
    handler = functools.partial(_Quiet, directory=str(site.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/html/book"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def browser():
    """Yield Chromium; without one, fail in CI and skip elsewhere."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        message = "Chromium is missing: tools/system_packages.sh chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


def open_page(browser, url, **settings):
    """Open a page; return it with the problems and the requests it made."""
    page = browser.new_context(**settings).new_page()
    problems, requests = [], []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url, wait_until="networkidle")
    return page, problems, requests


def test_every_page_of_the_contents_is_known():
    """A new page is tested too."""
    listed = re.findall(r"book/(\w+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(PAGES)


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_page_stands_on_its_own(browser, address, name, width):
    """No error, no request to another origin, nothing wider than the screen."""
    page, problems, requests = open_page(
        browser, f"{address}/{name}.html", viewport={"width": width, "height": 900}
    )
    origin = address.split("/html")[0]
    assert problems == []
    assert [url for url in requests if not url.startswith((origin, "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_formulas_are_set(browser, address):
    """Mathematics is drawn from the site's own files."""
    page, *_ = open_page(browser, f"{address}/01_recurrent_neurons.html")
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-container").count() > 40
    assert page.locator("mjx-merror").count() == 0


@pytest.mark.browser
def test_questions_answer_by_keyboard_and_without_scripts(browser, address):
    """Each option opens its feedback, one at a time; only one is right."""
    page, *_ = open_page(browser, f"{address}/01_recurrent_neurons.html", java_script_enabled=False)
    questions = page.locator(".predict")
    assert questions.count() >= 3
    for number in range(questions.count()):
        options = questions.nth(number).locator("details")
        assert questions.nth(number).locator("details.predict-right").count() == 1
        for place in range(options.count()):
            options.nth(place).locator("summary").focus()
            page.keyboard.press("Enter")
            assert options.nth(place).locator(".predict-feedback").is_visible()
            assert questions.nth(number).locator("details[open]").count() == 1


@pytest.mark.browser
def test_both_colour_schemes_are_readable(browser, address):
    """Text and background differ enough in light and in dark."""
    for scheme in ("light", "dark"):
        page, *_ = open_page(browser, f"{address}/index.html", color_scheme=scheme)
        colours = page.evaluate(
            "[getComputedStyle(document.querySelector('article p')).color,"
            " getComputedStyle(document.body).backgroundColor]"
        )
        one, other = (_luminance(colour) for colour in colours)
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) > 7


def _luminance(colour):
    """Return the relative luminance of an rgb() colour (WCAG 2.1)."""
    parts = [int(float(part)) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_exercise_can_be_downloaded(site):
    """The chapter links to the released notebook itself."""
    page = (site / "book" / "01_recurrent_neurons.html").read_text(encoding="utf-8")
    link = re.search(r'href="([^"]*01_recurrent_neurons\.ipynb)"', page)[1]
    released = ROOT / "exercises" / "01_recurrent_neurons" / "01_recurrent_neurons.ipynb"
    assert (site / "book" / link).resolve().read_bytes() == released.read_bytes()


@pytest.fixture
def small_book(tmp_path):
    """Return a book of one page in a folder of its own, with the course's settings."""
    for name in ("_config.yml", "package.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "book").mkdir()
    shutil.copytree(ROOT / "book" / "_ext", tmp_path / "book" / "_ext")
    shutil.copytree(ROOT / "book" / "_assets", tmp_path / "book" / "_assets")
    (tmp_path / "book" / "references.bib").touch()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    return tmp_path


PREDICT = "# Page\n\n:::{{predict}} A question?\n{}\n:::\n"
NOTEBOOK = (
    "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
    "kernelspec:\n  name: python3\n  display_name: Python 3\n---\n# Page\n\n"
    "```{code-cell} ipython3\n1 / 0\n```\n"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PREDICT.format("- [x] a\n\n  why\n- [x] b\n\n  why"), "exactly one option"),
        (PREDICT.format("- [x] a\n- [ ] b\n\n  why"), "has no feedback"),
        (NOTEBOOK, "ZeroDivisionError"),
        ("# Page\n\n[nowhere](nowhere.md)\n", "nowhere"),
    ],
)
def test_faulty_page_fails_the_build(small_book, text, said):
    """A failing cell, a broken link or a badly written question never reaches a reader."""
    (small_book / "book" / "index.md").write_text(text, encoding="utf-8")
    done = build(small_book, small_book / "out")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr

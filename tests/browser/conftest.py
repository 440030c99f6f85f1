"""One built site, one server and one Chromium for all tests of what readers see."""

import contextlib
import dataclasses
import fcntl
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent
SOURCES = ("book", "exercises", "rnncourse", "_config.yml", "_toc.yml", "package-lock.json")
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


def build(root, out, *, builder="html", **environment):
    """Build a book strictly; return the finished process."""
    command = [str(BIN / "jupyter-book"), "build", str(root), "--path-output", str(out)]
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "NO_COLOR": "1"} | environment
    return subprocess.run(
        [*command, "--builder", builder, "-W", "-n", "--keep-going"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def is_current(stamp):
    """Return whether a site was begun after the last change of what it is made from."""
    paths = [path for name in SOURCES for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    files = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    return stamp.is_file() and stamp.stat().st_mtime >= max(f.stat().st_mtime for f in files)


@contextlib.contextmanager
def alone(place):
    """Let one process at a time through."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built book: that of `make book`, or one built beside it."""
    if is_current(ROOT / "_build" / ".book"):
        return ROOT / "_build" / "html"
    if not (ROOT / "node_modules").is_dir():
        if os.environ.get("CI"):
            pytest.fail("node_modules/ is missing: make setup")
        pytest.skip("node_modules/ is missing: make setup installs it")
    out = ROOT / "_build" / "tests"
    stamp = out / ".book"
    with alone(out):
        if not is_current(stamp):
            begun = time.time()
            share_executed_cells(out)
            done = build(ROOT, out)
            assert done.returncode == 0, done.stdout + done.stderr
            stamp.touch()
            os.utime(stamp, (begun, begun))
    return out / "_build" / "html"


def share_executed_cells(out):
    """Let a build take the executed cells of the others."""
    cache = out / "_build" / ".jupyter_cache"
    if not cache.exists():
        cache.parent.mkdir(exist_ok=True)
        (ROOT / "_build" / ".jupyter_cache").mkdir(parents=True, exist_ok=True)
        cache.symlink_to(ROOT / "_build" / ".jupyter_cache")


@dataclasses.dataclass
class Served:
    """A site on a server of static files, under a sub-path as a project's page would be.

    Args:
        root: Its address.
        sent: Bytes sent, by path.
        stop: Ends the server.
    """

    root: str
    sent: Counter
    stop: object

    @property
    def origin(self):
        """The address of the server."""
        return self.root.removesuffix("/sub/path")

    def page(self, name):
        """Return the address of a page."""
        return f"{self.root}/book/{name}.html"


class _Handler(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        """Take the sub-path away; nothing is beside it."""
        return super().translate_path(path.removeprefix("/sub/path") if "/sub/" in path else "/-")

    def copyfile(self, source, outputfile):
        """Send a file, and count its bytes."""
        self.server.sent[self.path.split("?")[0]] += os.fstat(source.fileno()).st_size
        with contextlib.suppress(ConnectionError):  # the page has gone
            super().copyfile(source, outputfile)

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def served(folder):
    """Serve a folder on a free port."""
    handler = functools.partial(_Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.sent = Counter()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()

    def stop():
        if thread.is_alive():
            server.shutdown()
            server.server_close()
            thread.join()

    yield Served(f"http://127.0.0.1:{server.server_address[1]}/sub/path", server.sent, stop)
    stop()


@pytest.fixture(scope="session")
def book(site):
    """Serve the book for all tests; yield where."""
    with served(site) as found:
        yield found


# Not for the session: Playwright keeps an event loop running, in which no other
# test could run one of its own.
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


@dataclasses.dataclass
class Visit:
    """A page in a browser of its own, with what went wrong there and what it asked for."""

    page: object
    problems: list
    requests: list


def note(problems, message):
    """Note what a page complains about, but not that its service worker is kept out here."""
    if message.type in ("error", "warning") and "blocked by Playwright" not in message.text:
        problems.append(message.text)


def note_failure(problems, request):
    """Note a request that failed; one that leaving the page cut off did not."""
    if request.failure != "net::ERR_ABORTED":
        problems.append(f"failed: {request.url}, {request.failure}")


@pytest.fixture
def visit(browser):
    """Return a function that opens an address in a fresh browser context."""
    contexts = []

    def open_page(address, *, script=None, wait="load", **settings):
        context = browser.new_context(**settings)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        found = Visit(page, [], [])
        page.on("pageerror", lambda error: found.problems.append(str(error)))
        page.on("console", lambda message: note(found.problems, message))
        page.on("requestfailed", lambda request: note_failure(found.problems, request))
        context.on("request", lambda request: found.requests.append(request.url))
        page.goto(address, wait_until=wait)
        return found

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def cells(visit, book):
    """Return a function that opens a page by name; gives its live cells."""

    def open_cells(name, **settings):
        found = visit(book.page(name), **settings)
        return Cells(found)

    return open_cells


class Cells:
    """The live cells of a page, as a reader uses them."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.page.wait_for_selector(".live-bar")

    def cell(self, place):
        """Return a live cell by its place on the page, from 0."""
        return self.page.locator(".cell.tag_live").nth(place)

    def write(self, place, source):
        """Replace the text of a cell."""
        editor = self.cell(place).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, place, source=None):
        """Run a cell, and wait for its end; return what it then says."""
        if source is not None:
            self.write(place, source)
        self.cell(place).get_by_role("button", name="Run").click()
        return self.wait(place)

    def wait(self, place):
        """Wait until a cell says something final, and return it."""
        status = self.cell(place).locator(".live-status")
        self.page.wait_for_function(
            "element => element.textContent && !element.textContent.includes('…')",
            arg=status.element_handle(),
            timeout=60_000,
        )
        return status.inner_text()

    def output(self, place):
        """Return what a cell shows now."""
        return self.cell(place).locator(".live-output").inner_text()

"""Bad conditions: each says at the cell what is the matter, and the page still reads."""

import pytest

from tests.browser.conftest import Cells, served

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST = "01_recurrent_neurons"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"

BLOCKED = "navigator.serviceWorker.register = () => Promise.reject(new DOMException('blocked'))"


def reads(page):
    """Return whether the text, the code and its output from the book are there."""
    cell = page.locator(".cell.tag_live").first
    return "neuron_states" in cell.inner_text() and "h_3 / h_2" in cell.inner_text()


def test_without_javascript_the_page_reads(visit, book):
    """Code and output stand as in print, and a line says what would let it run."""
    found = visit(book.page(FIRST), java_script_enabled=False)
    assert reads(found.page)
    assert "allow JavaScript" in found.page.locator(".cell.tag_live").first.inner_text()


def test_without_webassembly_it_is_said(visit, book):
    """A browser in lockdown shows the book's output, and why there is no other."""
    found = Cells(visit(book.page(FIRST), script="delete globalThis.WebAssembly"))
    assert "WebAssembly is switched off" in found.run(0)
    assert reads(found.page)


def test_from_the_disk_it_is_said_how(visit, site):
    """Without a server the cell says which command makes one."""
    found = Cells(visit((site / "book" / f"{FIRST}.html").as_uri()))
    assert "python3 -m http.server" in found.run(0)
    assert reads(found.page)


def test_blocked_service_worker_is_mentioned(visit, book):
    """Everything works but offline use, and that is said."""
    found = Cells(visit(book.page(FIRST), script=BLOCKED))
    assert "Not kept for use without a network" in found.run(0)


def test_full_storage_is_said(cells):
    """An edit that cannot be kept is an edit all the same."""
    found = cells(FIRST, service_workers="block", script=FULL)
    found.write(0, "print(6 * 7)")
    assert "Not kept" in found.cell(0).locator(".live-status").inner_text()
    assert found.cell(0).locator(".cm-content").inner_text() == "print(6 * 7)"


@pytest.mark.parametrize("lost", ["worker.js.bin", "packages.zip.bin"])
def test_lost_network_is_said_and_mended(cells, lost):
    """When a part of Python cannot be fetched the cell says so; with the network back it runs."""
    found = cells(FIRST, service_workers="block")
    found.page.route(f"**/{lost}", lambda route: route.abort())
    assert "Is the network there?" in found.run(0)
    found.page.unroute(f"**/{lost}")
    assert found.run(0).startswith("Done")


def test_dead_worker_is_said(cells):
    """When Python itself breaks, the next run starts a new one."""
    found = cells(FIRST, service_workers="block")
    assert "Python has died" in found.run(0, "import os\nos.abort()")
    assert found.run(0, "print(1)").startswith("Done")


def test_visited_page_works_without_a_network(visit, site):
    """After one visit the server may go: the page opens, and its cells run."""
    with served(site) as book:
        found = visit(book.page(FIRST))
        found.page.wait_for_selector("html[data-offline=kept]", state="attached")
        book.stop()
        found.page.reload()
        cells = Cells(found)
        assert cells.run(0).startswith("Done")
        assert "h_3 / h_2 = 0.477" in cells.output(0)
        found.page.wait_for_selector("mjx-container")
        found.page.goto(book.page("09_lstm"))
        assert "not visited" in found.page.locator("body").inner_text()

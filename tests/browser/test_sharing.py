"""What others see of the site: cards of links, descriptions, the page for lost readers."""

import html
import re
import struct

import pytest

from tests.browser.test_pages import PAGES

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


def content(page, name):
    """Return what the meta element of that name says."""
    return html.unescape(re.search(rf'<meta (?=[^>]*"{name}")[^>]*content="([^"]*)"', page)[1])


@pytest.mark.parametrize("name", PAGES)
def test_page_has_a_description_and_a_card(site, name):
    """A sentence of its own, and a picture that is there, of the size that cards have."""
    page = site / "book" / f"{name}.html"
    text = page.read_text("utf-8")
    assert 40 < len(content(text, "description")) <= 165
    assert content(text, "og:description") == content(text, "description")
    card = (page.parent / content(text, "og:image")).resolve().read_bytes()
    assert struct.unpack(">II", card[16:24]) == (1200, 630)


def test_descriptions_differ(site):
    """No two pages say the same of themselves."""
    pages = [(site / "book" / f"{name}.html").read_text("utf-8") for name in PAGES]
    assert len({content(page, "description") for page in pages}) == len(PAGES)


@pytest.mark.parametrize("address", ["nowhere.html", "book/nowhere.html"])
def test_lost_reader_finds_the_contents(visit, book, site, address):
    """The page for missing addresses stands alone, and its link leads to the contents."""
    found = visit(f"{book.root}/search.html", service_workers="block")
    body = (site / "404.html").read_text("utf-8")
    found.page.route("**/nowhere.html", lambda route: route.fulfill(status=200, body=body))
    found.page.goto(f"{book.root}/{address}")
    before = len(found.requests)
    found.page.get_by_role("link", name="contents").click()
    found.page.wait_for_selector(".predict-count")
    assert found.requests[before].startswith(book.root)

"""Questions in the page: answered by keyboard, read aloud, counted in the contents."""

import pytest

from tests.browser.test_pages import violations

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST = "01_recurrent_neurons"
STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"


def answer(page, question, option):
    """Answer a question by its places, with the keyboard alone."""
    page.locator(".predict").nth(question).locator("summary").nth(option).focus()
    page.keyboard.press("Enter")


def counted(page):
    """Return what the table of chapters says about the first chapter."""
    return page.locator(".predict-count").first.inner_text()


def test_answer_by_keyboard_is_read_aloud(visit, book):
    """Each option opens its feedback, which goes into a live region; one is open at a time."""
    found = visit(book.page(FIRST), service_workers="block")
    question = found.page.get_by_role("group", name="What is its state at").first
    said = question.get_by_role("status")
    answer(found.page, 0, 1)
    assert "Not this one." in said.inner_text()
    answer(found.page, 0, 3)
    assert "Right." in said.inner_text()
    assert question.locator("details[open]").count() == 1
    answer(found.page, 0, 3)
    assert said.inner_text() == ""
    assert found.problems == []


def test_answers_are_kept_and_counted(visit, book):
    """A page that is opened again has its answers, the contents count them, and forget."""
    found = visit(book.page("index"), service_workers="block")
    assert counted(found.page) == "5 questions"
    assert not found.page.locator(".predict-reset").is_visible()
    found.page.goto(book.page(FIRST))
    answer(found.page, 0, 1)
    answer(found.page, 1, 2)
    found.page.reload()
    assert found.page.locator(".predict details[open]").count() == 2
    found.page.goto(book.page("index"))
    found.page.reload()
    assert counted(found.page) == "2 of 5 answered"
    assert violations(found.page) == []
    found.page.get_by_role("button", name="Forget them").press("Enter")
    assert counted(found.page) == "5 questions"
    found.page.goto(book.page(FIRST))
    assert found.page.locator(".predict details[open]").count() == 0


@pytest.mark.parametrize("script", [STORAGE, FULL])
def test_blocked_or_full_storage_is_no_error(visit, book, script):
    """Questions answer, and nothing is kept; the theme's own scripts do complain."""
    found = visit(book.page(FIRST), script=script, service_workers="block")
    answer(found.page, 0, 3)
    assert "Right." in found.page.locator(".predict-said").first.inner_text()
    found.page.goto(book.page("index"))
    assert counted(found.page) == "5 questions"


def test_contents_count_without_scripts(visit, book):
    """The number of questions is in the page itself."""
    page = visit(book.page("index"), java_script_enabled=False).page
    assert counted(page) == "5 questions"
    assert page.locator(".predict-count").count() == 13

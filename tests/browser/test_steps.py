"""Pictures told in steps: by key and button, still where less motion is wished, whole in print.

That they are accessible is part of `test_pages.test_colour_scheme_is_readable`.
"""

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST = "01_recurrent_neurons"
PAGES = {FIRST: 5, "06_bptt": 8, "09_lstm": 10}


def figure(page):
    """Return the picture of a page, by what is in it."""
    found = page.locator("figure.stepped")
    return found, found.get_by_role("status"), found.locator(".stepped-place")


@pytest.mark.parametrize(("name", "count"), PAGES.items())
def test_picture_is_stepped_by_keyboard(visit, book, name, count):
    """Arrows, Home and End go from step to step, and each step is read aloud."""
    found = visit(book.page(name), service_workers="block")
    picture, said, place = figure(found.page)
    steps = picture.locator("li").all_text_contents()
    assert len(steps) == count
    picture.get_by_role("button", name="Next").press("Enter")
    assert said.inner_text() == steps[1]
    for key, step in [("ArrowRight", 3), ("ArrowLeft", 2), ("End", count), ("Home", 1)]:
        found.page.keyboard.press(key)
        assert place.inner_text() == f"step {step} of {count}"
        assert said.inner_text() == steps[step - 1]
        assert picture.locator(f"[data-step='{step}'].current").count() == 1
    assert picture.locator(".ahead .value:visible").count() == 0
    assert picture.locator(".spot:visible").count() == 1
    assert picture.locator("li:visible").count() == 0
    assert found.problems == []


def test_picture_plays_and_pauses(visit, book):
    """Play goes on by itself, to the end or to a pause; nothing moves before."""
    page = visit(book.page(FIRST), service_workers="block").page
    page.clock.install()
    picture, _, place = figure(page)
    page.clock.run_for(60_000)
    assert place.inner_text() == "step 1 of 5"
    picture.get_by_role("button", name="Play").click()
    page.clock.run_for(8_000)
    assert place.inner_text() == "step 3 of 5"
    picture.get_by_role("button", name="Pause").click()
    page.clock.run_for(60_000)
    assert place.inner_text() == "step 3 of 5"
    picture.get_by_role("button", name="Play").click()
    page.clock.run_for(60_000)
    assert place.inner_text() == "step 5 of 5"


def test_less_motion_leaves_the_steps(visit, book):
    """Without Play and transitions; the buttons step."""
    page = visit(book.page("06_bptt"), reduced_motion="reduce", service_workers="block").page
    picture, _, place = figure(page)
    assert not picture.get_by_role("button", name="Play").is_visible()
    picture.get_by_role("button", name="Next").click()
    assert place.inner_text() == "step 2 of 8"
    part = picture.locator("[data-step='2']").first
    assert part.evaluate("part => getComputedStyle(part).transitionDuration") == "0s"


def test_picture_is_whole_without_scripts_and_in_print(visit, book):
    """Every value and every sentence is there."""
    still = visit(book.page("06_bptt"), java_script_enabled=False).page
    printed = visit(book.page("06_bptt"), service_workers="block").page
    printed.emulate_media(media="print")
    for page in (still, printed):
        picture = page.locator("figure.stepped")
        values = picture.locator(".value")
        assert values.count() == values.and_(picture.locator(":visible")).count() > 8
        assert picture.locator("li:visible").count() == 8
        assert picture.locator(".spot:visible").count() == 0

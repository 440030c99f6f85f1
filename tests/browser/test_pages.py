"""Every page stands on its own: no error, no other origin, no policy broken, on any screen."""

import re

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PAGES = ["index", *re.findall(r"file: book/(\w+)", (ROOT / "_toc.yml").read_text("utf-8"))]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"  # milliseconds
# The theme's own: the search field and the theme switch, the logo outside of landmarks.
KNOWN = {"label-content-name-mismatch", "region"}
EXCEPT = {"exclude": ["th:has(mjx-container)"]}  # to axe, a heading that is a formula is empty


@pytest.mark.parametrize("name", PAGES)
def test_page_stands_on_its_own(visit, book, name, record_property):
    """No error, no other origin, nothing that axe finds, nothing wider than a screen or a phone."""
    before = book.sent.copy()
    window = {"viewport": {"width": 1280, "height": 900}, "service_workers": "block"}
    found = visit(book.page(name), wait="networkidle", **window)
    weight = (book.sent - before).total() / 1e6
    foreign = [url for url in found.requests if not url.startswith((book.root, "data:"))]
    wrong = violations(found.page)
    noted = {"page": name, "requests": len(found.requests), "MB": weight, "axe": len(wrong)}
    noted |= {"load s": found.page.evaluate(LOADED) / 1000}
    noted |= {"errors": len(found.problems), "foreign": len(foreign)}
    record_property("browser", noted)
    assert (found.problems, foreign, wrong) == ([], [], [])
    for width in (1280, 390):
        found.page.set_viewport_size({"width": width, "height": 900})
        assert found.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["index", "search", "genindex"])
def test_page_at_the_root_stands_on_its_own(visit, book, name):
    """The pages that Sphinx adds are under the policy, too."""
    found = visit(f"{book.root}/{name}.html", wait="networkidle")
    assert found.problems == []


def test_every_page_has_a_policy_without_unsafe_scripts(site):
    """No page may run a script that the site does not know."""
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > len(PAGES)
    for path in pages:
        policy = re.search(
            r'http-equiv="Content-Security-Policy" content="([^"]*)"', path.read_text("utf-8")
        )[1]
        scripts = re.search(r"script-src ([^;]*)", policy)[1]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in scripts
        assert "'unsafe-eval'" not in scripts
        assert "http" not in policy


def test_policy_stops_a_script_that_was_put_in(visit, book):
    """Markup that somebody slips into a page runs nothing and sends nothing away."""
    found = visit(book.page("index"))
    found.page.evaluate(
        """() => {
            const box = document.createElement('div');
            box.innerHTML = '<img src="/none" onerror="window.ran = 1">';
            const script = document.createElement('script');
            script.textContent = 'window.ran = 1';
            document.body.append(box, script);
            return fetch('https://example.org/').catch(() => {});
        }"""
    )
    assert found.page.evaluate("window.ran") is None
    assert "https://example.org/" not in found.requests
    assert sum("Content Security Policy" in problem for problem in found.problems) >= 2


def test_formulas_are_set(visit, book):
    """Mathematics is drawn from the site's own files."""
    page = visit(book.page("01_recurrent_neurons"), wait="networkidle").page
    page.wait_for_selector("mjx-container")
    assert page.locator("mjx-container").count() > 40
    assert page.locator("mjx-merror").count() == 0


def test_questions_answer_by_keyboard_and_without_scripts(visit, book):
    """Each option opens its feedback, one at a time; only one is right."""
    page = visit(book.page("01_recurrent_neurons"), java_script_enabled=False).page
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colour_scheme_is_readable(visit, book, scheme):
    """Text and background differ enough, and axe finds nothing but what the theme brings."""
    page = visit(book.page("01_recurrent_neurons"), color_scheme=scheme, wait="networkidle").page
    colours = page.evaluate(
        "[getComputedStyle(document.querySelector('article p')).color,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    one, other = (luminance(colour) for colour in colours)
    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) > 7
    assert violations(page) == []


def violations(page):
    """Return what axe finds beside what the theme brings: rules, each with the elements."""
    page.evaluate(AXE.read_text("utf-8"))
    rules = {"rules": {rule: {"enabled": False} for rule in KNOWN}}
    found = page.evaluate("([where, rules]) => axe.run(where, rules)", [EXCEPT, rules])[
        "violations"
    ]
    return [(rule["id"], [node["html"][:80] for node in rule["nodes"]]) for rule in found]


def luminance(colour):
    """Return the relative luminance of an rgb() colour (WCAG 2.1)."""
    parts = [int(float(part)) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_search_finds_a_page(visit, book):
    """The search runs in the page, under the policy."""
    found = visit(f"{book.root}/search.html?q=saturated", wait="networkidle")
    found.page.wait_for_selector("#search-results li a")
    links = found.page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("01_recurrent_neurons" in link for link in links)
    assert found.problems == []


def test_pages_open_from_the_disk(visit, site):
    """Without any server a page shows its formulas and figures, and the search finds."""
    found = visit((site / "book" / "01_recurrent_neurons.html").as_uri(), wait="networkidle")
    found.page.wait_for_selector("mjx-container")
    assert found.problems == []
    found.page.goto(f"{(site / 'search.html').as_uri()}?q=saturated", wait_until="networkidle")
    found.page.wait_for_selector("#search-results li a")


def test_exercise_can_be_downloaded(site):
    """The chapter links to the released notebook itself."""
    page = (site / "book" / "01_recurrent_neurons.html").read_text(encoding="utf-8")
    link = re.search(r'href="([^"]*_downloads/[^"]*01_recurrent_neurons\.ipynb)"', page)[1]
    released = ROOT / "exercises" / "01_recurrent_neurons" / "01_recurrent_neurons.ipynb"
    assert (site / "book" / link).resolve().read_bytes() == released.read_bytes()


def test_weight_of_a_page_is_moderate(visit, book):
    """A first page brings at most 3.5 MB, uncompressed."""
    before = book.sent.copy()
    visit(book.page("01_recurrent_neurons"), wait="networkidle", service_workers="block")
    assert (book.sent - before).total() < 3.5e6


def test_icons_come_from_the_font(visit, book, site):
    """The theme's 1.5 MB script for icons is left out, and they are there."""
    page = visit(book.page("index"), wait="networkidle").page
    icon = "getComputedStyle(document.querySelector('.fa-bars'), '::before').content"
    assert page.evaluate(icon) not in ("none", "normal")
    assert page.evaluate("document.fonts.check('900 16px \"Font Awesome 6 Free\"')")
    assert list(site.rglob("fontawesome.js*")) == []

"""The class report in a browser: nothing of a learner's runs, and everybody can read it."""

import pytest

from tests.browser.test_pages import violations
from tests.test_report import HOSTILE, class_that_says

pytestmark = [
    pytest.mark.browser,
    # nbgrader's own: it makes a submission before it adds it to the session.
    pytest.mark.filterwarnings("ignore:Object of type <Submitted.*> not in session"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return the address of the report on a class whose learners try everything."""
    root = tmp_path_factory.mktemp("hostile")
    class_that_says(root, HOSTILE)
    return (root / "report.html").as_uri()


def test_nothing_of_a_learners_runs(visit, report):
    """No script, dialog or request, and no complaint of the policy: it has nothing to stop."""
    found = visit(report)
    dialogs = []
    found.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    found.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert (dialogs, found.problems, found.requests) == ([], [], [report])
    assert found.page.locator("script, img, svg[onload]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
def test_report_is_readable(visit, report, scheme, width):
    """Nothing is wider than the screen, and axe finds nothing."""
    size = {"width": width, "height": 900}
    page = visit(report, color_scheme=scheme, viewport=size, bypass_csp=True).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []

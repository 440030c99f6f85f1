"""The table below the browser tests: one line a page, whatever test measured it."""

from types import SimpleNamespace

from tests.browser.table import table


def report(**noted):
    """Return what pytest hands on of a test that noted something."""
    return SimpleNamespace(user_properties=[("browser", noted)])


def test_table_puts_what_two_tests_noted_into_one_line():
    """Pages are sorted, numbers stand below their columns, gaps stay empty."""
    found = [
        report(page="b", requests=7, MB=1.234),
        report(page="a", axe=2),
        report(page="b", axe=0),
    ]
    head, first, second = table([*found, SimpleNamespace()])
    assert head.split()[:4] == ["page", "requests", "MB", "load"]
    assert first.split() == ["a", "2"]
    assert second.split() == ["b", "7", "1.23", "0"]
    assert len(head) == len(first) == len(second)


def test_table_is_not_there_when_no_browser_ran():
    """The NumPy tests end without it."""
    assert table([SimpleNamespace(user_properties=[("other", 1)])]) == []

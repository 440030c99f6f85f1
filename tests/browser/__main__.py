"""Visit every page in Chromium, run its first live cell, print a table: python -m tests.browser."""

import sys

import pytest

HERE = "tests/browser"
TESTS = (
    f"{HERE}/test_pages.py::test_page_stands_on_its_own",
    f"{HERE}/test_live.py::test_cells_show_in_the_page_what_they_show_in_the_book",
)

if __name__ == "__main__":
    sys.exit(pytest.main([*TESTS, "-q", *sys.argv[1:]]))

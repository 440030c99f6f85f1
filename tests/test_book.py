"""The book builds strictly. What readers see of it: `tests/browser`."""

import pytest

from tests.browser.conftest import build

pytestmark = pytest.mark.e2e


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
        ("# Page\n\n:::{progress}\nno table\n:::\n", "must be a table"),
        (NOTEBOOK, "ZeroDivisionError"),
        ("# Page\n\n[nowhere](nowhere.md)\n", "nowhere"),
        ("# Page\n\n:::{live-exercise} 01_no_such\n:::\n", "there is no"),
        ("# Page\n\n:::{live-exercise} 09_lstm lstm_stop\n:::\n", "no question lstm_stop"),
    ],
)
def test_faulty_page_fails_the_build(small_book, text, said):
    """A failing cell, a broken link or a badly written question never reaches a reader."""
    (small_book / "book" / "index.md").write_text(text, encoding="utf-8")
    done = build(small_book, small_book / "out")
    assert done.returncode != 0
    assert said in done.stdout + done.stderr

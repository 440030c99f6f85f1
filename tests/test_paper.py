"""The book on paper: what folds or moves on the web is there to read, and nothing is lost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import build
from tests.conftest import ROOT
from tools import typeset

CHAPTER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
# A chapter

:::{predict} What is $1 + 1$ in binary?
- [ ] 2

  Binary has no digit 2.
- [x] 10

  One two and no ones.
:::

```{code-cell} ipython3
:tags: [hide-input]
from rnncourse.plots import stepped_neuron
stepped_neuron([0.0, 1.0], w=1.0, u=0.5, title="What it hears & keeps")
```

```{code-cell} ipython3
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```
"""
GLOSSARY = "# Glossary\n\n:::{glossary}\ncell\n单元\n  A part that takes one step ★.\n:::\n"


def test_faults_are_missing_signs_and_wide_lines():
    """What a reader would see is named once; a point or two beyond the margin is not seen."""
    log = (
        "Missing character: There is no ★ in font [pagella.otf]/OT:!\n" * 2
        + "Overfull \\hbox (3.2pt too wide) in paragraph at lines 1--2\n"
        + "Overfull \\hbox (12.0pt too wide) in paragraph at lines 3--4\n"
    )
    sign, wide = typeset.faults(log)
    assert "★" in sign
    assert wide == "12 points too wide: in paragraph at lines 3--4"


def test_missing_tex_is_named_with_what_installs_it(tmp_path):
    """Without TeX the command says so in two lines, and how to get it."""
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "typeset.py"],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: latexmk, xelatex, rsvg-convert: not installed.")
    assert "tools/pdf_packages.txt" in done.stderr


@pytest.fixture(scope="module")
def printed(tmp_path_factory, make_small_book):
    """Return the LaTeX of a small book: its path."""
    if typeset.missing():
        message = f"{', '.join(typeset.missing())}: tools/pdf_packages.txt has the packages"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    course = make_small_book(tmp_path_factory.mktemp("paper"))
    book = course / "book"
    (book / "index.md").write_text("# Contents\n", "utf-8")
    (book / "01_chapter.md").write_text(CHAPTER, "utf-8")
    (book / "glossary.md").write_text(GLOSSARY, "utf-8")
    chapters = "chapters:\n- file: book/01_chapter\n- file: book/glossary\n"
    (course / "_toc.yml").write_text(f"format: jb-book\nroot: book/index\n{chapters}")
    done = build(course, course, builder="latex")
    assert done.returncode == 0, done.stdout + done.stderr
    return course / "_build" / "latex" / "rnn-step-by-step.tex"


@pytest.mark.e2e
def test_question_has_letters_and_its_answer_at_the_end(printed):
    """The chapter asks; what is said to each option comes after the last appendix."""
    question, answer = re.split("Answers", printed.read_text("utf-8"), maxsplit=1)
    assert r"\begin{coursequestion}{1.1}" in question
    assert "Binary has no digit" not in question
    assert question.index(r"\appendix") > question.index("coursequestion")
    assert r"\courseanswer{1.1}{B}" in answer
    assert answer.index("Not this one") < answer.index("Right.") < answer.index("no ones")


@pytest.mark.e2e
def test_pictures_are_vectors(printed):
    """The picture in steps stands still above its steps; a figure is no image of pixels."""
    text = printed.read_text("utf-8")
    pictures = re.findall(r"\\sphinxincludegraphics(?:\[.*?\])?{{(\w+)}\.(\w+)}", text)
    assert [kind for _, kind in pictures] == ["pdf", "pdf"]
    for name, _ in pictures:
        assert (printed.parent / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert r"What it hears \& keeps" in text
    assert "h₀ = tanh" in text
    assert "stepped\\PYGZus{}neuron" not in text


@pytest.mark.e2e
def test_book_is_typeset_with_every_sign(printed, tmp_path):
    """XeLaTeX makes a PDF, and has a face for Chinese and for each sign."""
    target = Path(tmp_path, "pdf", "book.pdf")
    assert typeset.main(printed, target) == []
    assert target.read_bytes().startswith(b"%PDF")

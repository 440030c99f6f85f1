"""A page's notebook elsewhere: it needs nothing but itself, and the links to it are right."""

import re
import shutil
import subprocess
import sys
import zipfile
from html import unescape
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from tests.browser.conftest import build
from tests.conftest import ROOT

pytestmark = pytest.mark.e2e

REPOSITORY = "https://github.com/owner/course"
PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
# A page

:::{admonition} Afterwards you can
:class: opening

- read it.
:::

See {eq}`eq-one`, {numref}`fig-one`, the [section](sec-two) and [Keras](https://keras.io).

```{math}
:label: eq-one
h_t = x_t * 2
```

:::{figure} _assets/unrolled_neuron.svg
:name: fig-one
:alt: A neuron

A caption with *stress*, `code` and $x$.
:::

(sec-two)=
## Two

:::{predict} Is $1 < 2$?
- [x] Yes

  As ever.
- [ ] No

  Count again.
:::

| a | b |
| --- | --- |
| `x` | 5 $ or 6_7 |

```{code-cell} ipython3
:tags: [hide-input]

print("run")
```
"""
TEXT = r"""# A page

> **Afterwards you can**
>
> - read it.

See (1), Fig. 1, the section and [Keras](https://keras.io).

$$
h_t = x_t * 2
\tag{1}
$$

![A neuron](attachment:unrolled_neuron.svg)

**Fig. 1** A caption with *stress*, `code` and $x$.
## Two

**Predict first.** Is $1 < 2$?

- (a) Yes
- (b) No

<details><summary>The answers</summary>

**(a) Right.** As ever.

**(b) Not this one.** Count again.

</details>

| a | b |
| --- | --- |
| `x` | 5 \$ or 6\_7 |"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Build a book of one page that has an address; return the folder of its site."""
    root = tmp_path_factory.mktemp("launch")
    config = (ROOT / "_config.yml").read_text()
    assert config.count('  url: ""') == 1
    config = config.replace('  url: ""', f"  url: {REPOSITORY}")
    config = config.replace("\n  config:", '\n  config:\n    launch_hub: "https://hub.example/"', 1)
    (root / "_config.yml").write_text(config)
    (root / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    for name in ("node_modules", "exercises", "tools", "package.json", "package-lock.json"):
        (root / name).symlink_to(ROOT / name)
    for name in ("rnncourse", "book/_assets", "book/_ext", "book/_live"):
        shutil.copytree(ROOT / name, root / name)
    if (ROOT / "_build" / "live").is_dir():  # else it is made, in a minute
        shutil.copytree(ROOT / "_build" / "live", root / "_build" / "live")
    (root / "book" / "references.bib").touch()
    (root / "book" / "index.md").write_text(PAGE)
    done = build(root, root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "_build" / "html"


def test_published_notebook_is_plain_markdown(published):
    """References, questions and figures need no Sphinx to be read; pictures are inside."""
    notebook = nbformat.read(published / "notebooks" / "index.ipynb", 4)
    nbformat.validate(notebook)
    text = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    assert "\n".join(cell.source for cell in text) == TEXT
    assert list(text[0].attachments) == ["unrolled_neuron.svg"]
    first, last = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert 'find_spec("rnncourse") is None' in first.source
    assert f"git+{REPOSITORY}@v" in first.source
    assert last.source == 'print("run")'
    assert last.metadata.jupyter.source_hidden


def test_links_open_the_published_notebook(published):
    """Colab reads it from the branch of the site; Binder and the hub pull that branch."""
    page = (published / "book" / "index.html").read_text("utf-8")
    links = {text: address for address, text in links_of(page)}
    path = "notebooks/index.ipynb"
    assert links["Colab"].endswith(f"/github/owner/course/blob/gh-pages/{path}")
    assert links["Binder"].startswith("https://mybinder.org/v2/gh/owner/course/v")
    (pull,) = parse_qs(urlsplit(links["Binder"]).query)["urlpath"]
    assert links["JupyterHub"] == f"https://hub.example/hub/user-redirect/{pull}"
    wanted = {"repo": REPOSITORY, "branch": "gh-pages", "urlpath": f"lab/tree/course/{path}"}
    assert {name: text for name, (text,) in parse_qs(urlsplit(pull).query).items()} == wanted
    assert (published / "book" / links["Download"]).is_file()


def test_without_an_address_there_is_no_dead_link(site):
    """The course has none yet: a page offers its notebook, and the command."""
    page = (site / "book" / "09_lstm.html").read_text("utf-8")
    assert [text for _, text in links_of(page)] == ["Download"]
    assert "rnncourse serve --kernel" in page


def links_of(page):
    """Return address and text of the links in the line that says where cells run."""
    line = page.partition('<div class="launch">')[2].partition("</div>")[0]
    return re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', unescape(line))


@pytest.mark.tensorflow
def test_published_notebook_runs_in_a_folder_of_its_own(site, tmp_path, monkeypatch):
    """The first chapter runs from top to bottom with the wheel, and without the repository."""
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(wheel, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        archive.extractall(tmp_path / "installed")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    (tmp_path / "empty").mkdir()
    notebook = nbformat.read(site / "notebooks" / "01_recurrent_neurons.ipynb", 4)
    notebook.cells.append(nbformat.v4.new_code_cell("import rnncourse; rnncourse.__file__"))
    at = {"metadata": {"path": str(tmp_path / "empty")}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=at).execute()
    assert str(tmp_path) in notebook.cells[-1].outputs[0].data["text/plain"]
    assert not list((tmp_path / "empty").iterdir())

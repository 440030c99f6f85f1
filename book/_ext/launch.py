"""Sphinx extension: where the cells of a page run, below what the page says of itself.

With the repository's address (`repository.url` in `_config.yml`) there are links that
open the page's published notebook in Colab and on Binder, both of which want it from
a public repository: the branch `gh-pages`, to which the site is published. With the
address of a JupyterHub (`launch_hub`) there is a link for that, too. Without them
there is no dead link: the notebook can be downloaded, and a command runs the page here.
"""

import posixpath
from html import escape
from urllib.parse import urlencode

from docutils import nodes
from notebooks import FOLDER, notebooks_of, repository_of

from rnncourse import __version__

BRANCH = "gh-pages"
WHAT = {
    True: "Cells with a Run button run right here. To run all of them,",
    False: "To run these cells,",
}
LINE = """<div class="launch">
<p>{what} type <code>rnncourse serve --kernel</code> in the folder of the course,
or take the notebook: {buttons}</p>
<p hidden>Every cell runs on this machine.
Shift+Enter runs one, after those above that it needs.</p>
</div>"""


def launch_links(app, name: str) -> dict[str, str]:
    """Return where a published notebook can be opened: places and addresses.

    Args:
        app: Sphinx, whose configuration says where the course is published.
        name: The name of the notebook, without its extension.
    """
    repository = repository_of(app)
    project = repository.removeprefix("https://github.com/")
    if not repository or project == repository:  # both open notebooks from GitHub
        return {}
    path = f"{FOLDER}/{name}.ipynb"
    pull = git_pull(repository, path)
    binder = f"https://mybinder.org/v2/gh/{project}/v{__version__}"
    links = {
        "Colab": f"https://colab.research.google.com/github/{project}/blob/{BRANCH}/{path}",
        "Binder": f"{binder}?{urlencode({'urlpath': pull})}",
    }
    if app.config.launch_hub:
        links["JupyterHub"] = f"{app.config.launch_hub.rstrip('/')}/hub/user-redirect/{pull}"
    return links


def git_pull(repository: str, path: str) -> str:
    """Return the request by which nbgitpuller fetches the notebooks and opens one."""
    folder = repository.rpartition("/")[2]
    place = {"repo": repository, "branch": BRANCH, "urlpath": f"lab/tree/{folder}/{path}"}
    return f"git-pull?{urlencode(place)}"


def add_line(app, doctree: nodes.document, docname: str) -> None:
    """Say where the cells of a page run: below its opening, or else below its title."""
    if app.builder.format != "html" or docname not in notebooks_of(app.env):
        return
    boxes = [box for box in doctree.findall(nodes.admonition) if "opening" in box["classes"]]
    place = [*boxes, *doctree.findall(nodes.title)][0]
    place.parent.insert(
        place.parent.index(place) + 1, nodes.raw("", line(app, doctree, docname), format="html")
    )


def line(app, doctree: nodes.document, docname: str) -> str:
    """Return what a page says of where its cells run."""
    live = any("tag_live" in cell["classes"] for cell in doctree.findall(nodes.container))
    folder, name = posixpath.split(docname)
    links = launch_links(app, name)
    buttons = [f'<a href="{escape(to)}">{place}</a>' for place, to in links.items()]
    notebook = posixpath.relpath(f"{FOLDER}/{name}.ipynb", folder)
    buttons.append(f'<a href="{notebook}" download>Download</a>')
    return LINE.format(what=WHAT[live], buttons=" ".join(buttons))


def setup(app) -> dict:
    """Register the extension; it reads what `notebooks` remembers."""
    app.add_config_value("launch_hub", "", "html")
    app.connect("doctree-resolved", add_line)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""What formgrader's own pages lack: nbgrader writes the names in an address into them as they are.

A link to formgrader could so hold a program, and the name of a folder in
`submitted/` makes such a link.
"""

import sys
from functools import wraps
from typing import Any

HANDLERS = "nbgrader.server_extensions.formgrader.base"
CODED = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "&#92;"})
"""The signs that end a text in HTML or in a string of JavaScript; others stay as they are."""


def escape_names() -> None:
    """Have formgrader escape the names in its pages, where it is running in this process."""
    module = sys.modules.get(HANDLERS)
    if module is None or module.BaseHandler.render.__module__ == __name__:
        return
    plain = module.BaseHandler.render

    @wraps(plain, assigned=())
    def render(self: Any, name: str, **content: Any) -> Any:
        coded = {k: v.translate(CODED) if isinstance(v, str) else v for k, v in content.items()}
        return plain(self, name, **coded)

    module.BaseHandler.render = render

"""Run one cell in the reader's browser, as a notebook would; imported by `worker.js`.

Everything that a cell shows goes through `post(kind, content)`: "text", "warning"
(what is written to stderr), "html" or "svg". What runs here is the reader's own
code, so nothing is guarded but the page: output is cut before it can choke it.
"""

import ast
import builtins
import linecache
import sys
import time
import traceback
import types
from collections.abc import Callable
from typing import Any

MOST_TEXT = 100_000  # characters of one run; more makes a page slow
MOST_MARKUP = 2_000_000  # characters of one picture or table
FLUSH_SECONDS = 0.05

HINTS = {
    ModuleNotFoundError: "Python in this page has its own library, NumPy and rnncourse. "
    "For anything else, such as Keras or matplotlib, run the chapter in Jupyter.",
    MemoryError: "Python in this page has at most 2 GB of memory. Make the arrays smaller.",
    RecursionError: "A function called itself too often. Does it have an end?",
}


class Stream:
    """Collect what is printed, and post it in pieces, up to a limit.

    Args:
        kind: "text" or "warning".
        post: Takes the kind and the text.
    """

    def __init__(self, kind: str, post: Callable[[str, str], None]) -> None:
        self.kind, self.post = kind, post
        self.parts: list[str] = []
        self.taken = self.dropped = 0
        self.last = time.monotonic()

    def write(self, text: str) -> int:
        """Take text; what is above the limit is counted, not kept."""
        room = max(MOST_TEXT - self.taken, 0)
        if room:
            self.parts.append(text[:room])
        self.taken += min(len(text), room)
        self.dropped += max(len(text) - room, 0)
        if self.parts and time.monotonic() - self.last > FLUSH_SECONDS:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Post what is there."""
        if self.parts:
            self.post(self.kind, "".join(self.parts))
            self.parts.clear()
        self.last = time.monotonic()

    def close(self) -> None:
        """Post the rest, and say what was left out."""
        self.flush()
        if self.dropped:
            self.post(
                "warning",
                f"\n… cut after {MOST_TEXT:,} characters; {self.dropped:,} more are not shown.",
            )

    def isatty(self) -> bool:
        """Say that nobody reads this on a terminal."""
        return False


class Page:
    """The page as its cells see it: where they write, and what they have defined.

    Args:
        post: Takes a kind and its content.
    """

    def __init__(self, post: Callable[[str, str], None]) -> None:
        self.post = post
        self.shown = 0  # tables and pictures of the running cell
        self.places: set[str] = set()
        self.namespaces: dict[str, dict[str, Any]] = {}
        _stand_in_for_ipython(self)

    def run(self, source: str, name: str, group: str) -> dict[str, Any] | None:
        """Run a cell; return None, or what its error was.

        Args:
            source: Its text.
            name: Its name in messages, such as "cell 2".
            group: Cells of one group share their variables.

        Returns:
            None, or a dictionary with `text`, `line` (from 1; 0 if unknown) and `quiet`,
            whether the cell has said it all itself.
        """
        place = f"<{name}>"
        self.places.add(place)
        linecache.cache[place] = (len(source), None, source.splitlines(True), place)
        names = self.namespaces.setdefault(group, {"__name__": "__main__"})
        streams = Stream("text", self.post), Stream("warning", self.post)
        sys.stdout, sys.stderr = streams
        self.shown = 0
        try:
            self._execute(source, place, names)
        except BaseException as error:  # also SystemExit: the page goes on
            return self._explain(error, place)
        finally:
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
            for stream in streams:
                stream.close()
        return None

    def show(self, value: object) -> None:
        """Show a value as notebooks do: as a picture, a table, or text."""
        sys.stdout.flush()
        for method, kind in (("_repr_svg_", "svg"), ("_repr_html_", "html")):
            markup = getattr(value, method, None)
            if markup is not None and not isinstance(value, type):
                return self.show_markup(kind, markup())
        print(repr(value))
        return None

    def show_markup(self, kind: str, markup: str) -> None:
        """Show a picture or a table, unless it is too large for a page."""
        sys.stdout.flush()
        self.shown += 1
        if len(markup) > MOST_MARKUP:
            self.post("warning", f"Not shown: it takes {len(markup):,} characters to draw.")
        else:
            self.post(kind, markup)

    def _execute(self, source: str, place: str, names: dict[str, Any]) -> None:
        tree = ast.parse(source, place)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, place, "exec"), names)  # noqa: S102 - the reader's own code
        # As in a notebook, a semicolon at the end hides the value.
        if last is not None:
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307
            if value is not None and not source.rstrip().endswith(";"):
                names["_"] = value
                self.show(value)

    def _explain(self, error: BaseException, place: str) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename in self.places]
        line = next((f.lineno or 0 for f in reversed(own) if f.filename == place), 0)
        if isinstance(error, SyntaxError) and error.filename == place:
            line = error.lineno or 0
        message = "".join(traceback.format_exception_only(error)).rstrip()
        hint = next((text for kind, text in HINTS.items() if isinstance(error, kind)), "")
        parts = [*map(_frame_text, own), message, *([hint] if hint else [])]
        # A failed check has shown its table; that it also raises says nothing more.
        quiet = type(error).__name__ == "CheckFailed" and self.shown > 0
        return {"text": "\n".join(parts), "line": 0 if quiet else line, "quiet": quiet}


def _frame_text(frame: traceback.FrameSummary) -> str:
    where = "" if frame.name == "<module>" else f", in {frame.name}"
    return f"{frame.filename.strip('<>')}, line {frame.lineno}{where}\n    {frame.line}"


def _stand_in_for_ipython(page: Page) -> None:
    """Offer what cells and `check` use of IPython, which is too large for a page."""

    def publish_display_data(data: dict[str, str], **_: object) -> None:
        if "text/html" in data:
            page.show_markup("html", data["text/html"])
        else:
            print(data["text/plain"])

    def display(*values: object) -> None:
        for value in values:
            page.show(value)

    ipython, shown = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    ipython.get_ipython = lambda: page
    shown.display, shown.publish_display_data = display, publish_display_data
    ipython.display = shown
    sys.modules |= {"IPython": ipython, "IPython.display": shown}
    builtins.display = display

"""The book from a server of static files, for this machine only."""

import functools
import socket
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rnncourse.errors import CourseError

HOST = "127.0.0.1"
PORT = 8787  # always the same if possible: browsers keep a reader's edits by address
BOOK = "/course/"  # where the book begins; what runs its cells is not below it


def free_port(wanted: int | None = None) -> int:
    """Return a port of this machine that nobody listens on.

    Args:
        wanted: The only one that will do; without it, the course's own or any other.

    Raises:
        CourseError: If the port wanted is taken.
    """
    for port in (PORT, 0) if wanted is None else (wanted,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise CourseError(
        f"Port {wanted} cannot be had: another program listens there, or it needs "
        "a privilege. Choose another, or leave --port out."
    )


def checked_site(site: Path) -> Path:
    """Return the folder of the built book.

    Raises:
        CourseError: If there is no book in it.
    """
    if not (site / "book" / "index.html").is_file():
        raise CourseError(f"There is no built book in {site}. Build it: make book")
    return site.resolve()


def pages_server(site: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of the book; `serve_forever` runs it.

    Args:
        site: The folder of the built book.
        port: Where to listen.
    """
    handler = functools.partial(_Pages, directory=str(site))
    return ThreadingHTTPServer((HOST, port), handler)


class _Pages(SimpleHTTPRequestHandler):
    """Send files of the book; the root leads to it."""

    def do_GET(self) -> None:
        """Send a file, or the way to the book."""
        if self.path == "/":
            self.send_response(302)
            self.send_header("Location", BOOK)
            self.end_headers()
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """Return the file of an address; there is none beside the book."""
        return super().translate_path(path.removeprefix(BOOK) if path.startswith(BOOK) else "/-")

    def log_message(self, *_: object) -> None:
        """Say nothing of requests that went well, or did not."""

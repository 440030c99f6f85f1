"""The book, and a Jupyter Server that runs its cells on the reader's own machine.

A kernel runs whatever it is told as the reader, so nobody else may tell it anything:

- the server listens on the loopback interface alone, and refuses requests that call
  it by another name, as a page does whose name was made to point here;
- a request needs the token, which is new at every start and in no file. The reader's
  browser gets it behind a `#`, which browsers send to nobody;
- a request that comes from a page must come from the book's own origin, whatever else
  it brings. Other pages are refused, and are told nothing that they could read;
- of Jupyter's services kernels can be had, and no others; of the reader's settings for
  Jupyter, which might open it further, none is read.

Kernels end with the server, however it ends: each looks every second whether the
process that started it is there.
"""

import logging
import os
import secrets
import signal
from pathlib import Path
from typing import Any

from jupyter_server.auth import Authorizer, User
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado import web
from traitlets.config import Config

from rnncourse.serving.pages import BOOK, HOST

ACCESS = {
    "ip": HOST,
    "port_retries": 0,
    "allow_remote_access": False,
    "allow_unauthenticated_access": False,
    "allow_root": True,  # what runs here is the reader's own
    "open_browser": False,
    "no_browser_open_file": True,  # the token would be in it
    "log_level": logging.ERROR,
}
SETTINGS = {
    "IdentityProvider": {"cookie_options": {"SameSite": "Strict"}},
    "KernelManager": {"transport_encryption": "auto"},
    "KernelRestarter": {"restart_limit": 0},  # the page says it, and starts a new one
    # A kernel whose page has gone without a word ends after ten minutes.
    "MappingKernelManager": {"cull_idle_timeout": 600},
    # Bytes a second; what comes faster is not sent to the page.
    "ZMQChannelsWebsocketConnection": {"iopub_data_rate_limit": 10_000_000},
}


class OwnPagesOnly(IdentityProvider):
    """Know the reader by the token, and only behind the book's own pages."""

    def get_user(self, handler: web.RequestHandler) -> Any:
        """Return who asks, or None for a page of another origin."""
        origin = handler.request.headers.get("Origin", self.parent.origin)
        return super().get_user(handler) if origin == self.parent.origin else None

    def generate_anonymous_user(self, handler: web.RequestHandler) -> User:
        """Return the one user that there is."""
        return User("reader")


class KernelsOnly(Authorizer):
    """Let the reader have kernels, and of Jupyter's other services nothing."""

    def is_authorized(
        self, handler: web.RequestHandler, user: User, action: str, resource: str
    ) -> bool:
        """Return whether a service is given."""
        return resource == "kernels"


class Pages(JupyterHandler, web.StaticFileHandler):
    """Files of the book, which are public."""

    @allow_unauthenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        """Send a file."""
        await super().get(path, include_body)

    @allow_unauthenticated
    async def head(self, path: str) -> None:
        """Send what is known about a file."""
        await super().head(path)


class ToTheBook(web.RedirectHandler):
    """Where one gets without a path."""

    @allow_unauthenticated
    def get(self, *names: str) -> None:
        """Send the reader on."""
        super().get(*names)


class BookServer(ServerApp):
    """A Jupyter Server that has the book, and keeps to itself what it has been told."""

    @property
    def origin(self) -> str:
        """The one origin whose pages are answered."""
        return f"http://{HOST}:{self.port}"

    @property
    def address(self) -> str:
        """Where the book begins, for the reader's browser alone: the token is in it."""
        return f"{self.origin}{BOOK}book/index.html#token={self.identity_provider.token}"

    def load_config_file(self, suppress_errors: bool = True) -> None:
        """Read no settings."""

    def write_server_info_file(self) -> None:
        """Write no file: the token would be in it."""

    def init_signal(self) -> None:
        """End without asking, kernels first, when Ctrl+C or another program says so."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop(from_signal=True))


def kernel_server(site: Path, port: int) -> BookServer:
    """Return a server of the book that runs its cells; `start` runs it until it is stopped.

    Args:
        site: The folder of the built book.
        port: Where to listen.
    """
    # Kernels inherit these: this Python, whatever kernels the reader has; and no
    # remarks of TensorFlow between the lines that a cell prints.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    server = BookServer(
        port=port,
        root_dir=str(Path.cwd()),
        cookie_secret=secrets.token_bytes(32),
        identity_provider_class=OwnPagesOnly,
        authorizer_class=KernelsOnly,
        config=Config(SETTINGS),
        **ACCESS,
    )
    server.config.IdentityProvider.token = secrets.token_urlsafe(32)
    server.initialize(argv=[], find_extensions=False)
    pages = {"path": str(site), "default_filename": "index.html"}
    to_the_book = {"url": BOOK, "permanent": False}
    server.web_app.add_handlers(
        ".*$", [("/", ToTheBook, to_the_book), (rf"{BOOK}(.*)", Pages, pages)]
    )
    return server

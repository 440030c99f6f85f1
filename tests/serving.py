"""`rnncourse serve` as a reader starts it, for tests: one process, and its address."""

import contextlib
import dataclasses
import http.client
import os
import subprocess
import sys
from urllib.parse import urlsplit

from tests.conftest import ROOT

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclasses.dataclass
class Serving:
    """A running command.

    Args:
        process: It.
        address: What it says that the book is at.
    """

    process: subprocess.Popen
    address: str

    @property
    def origin(self):
        """Return the origin of the book's pages."""
        return self.address.partition("/course/")[0]

    @property
    def own(self):
        """Return the headers by which the book's pages ask."""
        token = self.address.partition("#token=")[2]
        return {"Authorization": f"token {token}", "Origin": self.origin}

    def ask(self, path, method="GET", **headers):
        """Return status, headers and text of an answer."""
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=30)
        with contextlib.closing(connection):
            body = "{}" if method == "POST" else None
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = "" if answer.status == 101 else answer.read().decode()
            return answer.status, dict(answer.getheaders()), text


@contextlib.contextmanager
def serving(*options, **environment):
    """Run `rnncourse serve` on a free port until the block ends."""
    command = [sys.executable, "-m", "rnncourse", "serve", "--no-browser", "--port", "0", *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Serving(process, process.stdout.readline().split()[4])
    finally:
        process.terminate()
        process.communicate(timeout=30)

"""What the provisioner of a warm kernel and the forking server say to each other.

One local socket of whole messages (SOCK_SEQPACKET) for each kernel; the server
listens on `control` in its run folder, and a kernel's own folder lies beside it:

    provisioner                                  server
    {"kernel": ID, "limits": {…}}  ──────────>   forks, and locks the fork into RUN/ID,
      with the door of a cgroup                  and into the cgroup
                                   <──────────   {"pid": N}   it serves, and is sealed
    {"kill": true}                 ──────────>   kills it
                                   <──────────   {"exit": N}  it ended: status, or minus a signal
    (closes, or dies)              ──────────>   kills it

Whatever goes wrong before a kernel serves ends in `{"exit": …}`. A message is
JSON of at most 64 KiB. The server trusts the provisioner and no kernel: none has
a descriptor of this socket, and the run folder is out of a kernel's sight.
"""

import json
import socket
from pathlib import Path
from typing import Any

CONTROL = "control"
MOST = 65536


def listen(folder: Path) -> socket.socket:
    """Return the server's socket in a run folder."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(str(folder / "new"))
    server.listen(64)
    (folder / "new").rename(folder / CONTROL)  # who sees it can connect
    return server


def connect(folder: Path) -> socket.socket:
    """Return a new connection to the server of a run folder.

    Raises:
        OSError: If no server listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(folder / CONTROL))
    except OSError:
        connection.close()
        raise
    return connection


def to_message(**content: Any) -> bytes:
    """Return a message."""
    return json.dumps(content).encode()


def from_message(data: bytes) -> dict[str, Any]:
    """Return a message's content; of a closed connection, nothing."""
    content = json.loads(data) if data else {}
    return content if isinstance(content, dict) else {}

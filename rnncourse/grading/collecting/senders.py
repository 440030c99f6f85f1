"""Who handed in a file: what its place in an archive says.

Learning platforms write the sender into the names that they give. Only the part
that the platform wrote is read; what follows it is the student's own choice, and
may look like anything. Nothing here touches a disk.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from rnncourse.errors import CollectError

FOLDER = "folder"
"""The platform that is none: a folder, or a zip, that is called like the student."""

# Their first places are unambiguous: Moodle and Canvas put no "_" into a name.
MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<key>[0-9]{1,20})_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?"
)
CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?:LATE_)?(?P<key>[0-9]{1,20})_(?P<serial>[0-9]{1,20})_(?P<file>.+)"
)
BLACKBOARD = re.compile(r"(?P<key>.*?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})_(?P<file>.+)")
CANVAS_ATTEMPT = re.compile(r"-[0-9]+(?=\.ipynb$)", re.IGNORECASE)
"""What Canvas adds to the name of a file that is handed in again."""


@dataclass(frozen=True)
class Sender:
    """Whoever handed something in, as a platform knows them.

    Args:
        platform: "Moodle", "Canvas", "Blackboard" or "folder".
        key: What the platform tells people apart by.
        name: What it calls them.
    """

    platform: str
    key: str
    name: str

    def __str__(self) -> str:
        if self.platform == FOLDER:
            return f"the folder {self.key}"
        return f"{self.name} ({self.platform} {self.key})"


@dataclass(frozen=True)
class Origin:
    """Where in an archive a file was, taken apart.

    Args:
        sender: Who handed it in.
        parts: The sender's own path below that, folders first.
        serial: Number that grows with every upload; 0 if the platform gives none.
        time: When it was handed in, if its name says so.
    """

    sender: Sender
    parts: tuple[str, ...]
    serial: int = 0
    time: datetime | None = None


def path_parts(path: str) -> tuple[str, ...]:
    """Return the parts of a path in an archive.

    Raises:
        CollectError: If it leads out of the archive, or is no path at all.

    >>> path_parts("./chen/01_recurrent_neurons.ipynb")
    ('chen', '01_recurrent_neurons.ipynb')
    """
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in path):
        raise CollectError("its name has control characters, or is not Unicode")
    if "\\" in path:
        raise CollectError("its name has a backslash")
    if path.startswith("/") or re.match("[A-Za-z]:", path):
        raise CollectError("its name is an absolute path")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in parts:
        raise CollectError("its name leads out of the archive")
    return parts


def origin(parts: tuple[str, ...], slugs: list[str]) -> Origin:
    """Return who handed in what lies at a path.

    Args:
        parts: The path's parts.
        slugs: The exercises, which no student is called like.

    Raises:
        CollectError: If no known layout says it.

    >>> origin(("Wei Chen_12_assignsubmission_file_", "a.ipynb"), []).sender
    Sender(platform='Moodle', key='12', name='Wei Chen')
    """
    first, *rest = parts
    if found := MOODLE.fullmatch(first):
        own = [found["file"]] if found["file"] else []
        return Origin(Sender("Moodle", found["key"], found["name"]), (*own, *rest))
    if len(parts) == 1:
        return _flat(first)
    if len(parts) > 3 or (len(parts) == 3 and parts[1] not in slugs) or first in slugs:
        raise CollectError("its place is unknown: expected <student>/<exercise>.ipynb")
    return Origin(Sender(FOLDER, first, first), tuple(rest))


def _flat(name: str) -> Origin:
    """Return the origin of a file that lies in no folder."""
    canvas, blackboard = CANVAS.fullmatch(name), BLACKBOARD.fullmatch(name)
    if canvas and blackboard:
        raise CollectError("its name could be from Canvas or from Blackboard")
    if canvas:
        file = CANVAS_ATTEMPT.sub("", canvas["file"])
        sender = Sender("Canvas", canvas["key"], canvas["name"])
        return Origin(sender, (file,), serial=int(canvas["serial"]))
    if blackboard:
        # The title before it may have "_" as well: who differs in it is somebody else.
        sender = Sender("Blackboard", blackboard["key"], blackboard["key"].rpartition("_")[2])
        return Origin(sender, (blackboard["file"],), time=_time(blackboard["time"]))
    if name.lower().endswith(".zip"):
        return Origin(Sender(FOLDER, name[:-4], name[:-4]), (name,))
    raise CollectError("it does not say who handed it in: expected <student>/<exercise>.ipynb")


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")  # as the platform shows it
    except ValueError:
        return None

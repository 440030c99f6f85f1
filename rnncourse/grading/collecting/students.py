"""Which student of the class a sender is: by the roster, or else by a name that is safe.

Without a roster two people whose ids would be the same are told apart later, by
refusing both.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnncourse.errors import ClassError, CollectError
from rnncourse.grading.collecting.senders import FOLDER, Sender

MAX_ID = 64
SAFE_ID = re.compile(r"\w[\w.@-]*(?<!\.)")
RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{n}{i}" for n in ("COM", "LPT") for i in range(10)}
"""What Windows takes for a device, with any suffix."""


@dataclass(frozen=True)
class Student:
    """A student of the class.

    Args:
        id: The name of the student's folder.
        stated: Whether a person wrote the id, in the roster or as a folder's name.
    """

    id: str
    stated: bool


@dataclass(frozen=True)
class Person:
    """One line of the roster; all but the id may be empty."""

    id: str
    name: str = ""
    canvas_id: str = ""
    moodle_id: str = ""


def folded(text: str) -> str:
    """Return text such that what a disk or a reader may take for the same is the same.

    >>> folded("Jose\u0301  Chen") == folded("jos\u00e9 chen")
    True
    """
    text = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", text).split())


def read_roster(text: str) -> list[Person]:
    """Return the people in a roster.

    Args:
        text: CSV with a column `id`, and any of `name`, `canvas_id`, `moodle_id`.

    Raises:
        ClassError: If it is no such table, or does not tell people apart.
    """
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise ClassError(f"The roster is no CSV file: {error}.") from error
    columns = rows[0] if rows else []
    if "id" not in columns:
        raise ClassError(
            "The roster needs a first line with the columns id, name, canvas_id, moodle_id, "
            f"separated by commas; only id must be there. Received: {', '.join(columns) or '-'}."
        )
    known = ("id", "name", "canvas_id", "moodle_id")
    named = [dict(zip(columns, row, strict=False)) for row in rows[1:] if any(row)]
    people = [Person(*(row.get(column, "") for column in known)) for row in named]
    for field in ("id", "canvas_id"):
        values = [folded(getattr(person, field)) for person in people]
        if twice := sorted({v for v in values if v and values.count(v) > 1}):
            raise ClassError(f"The roster has two people with the {field} {', '.join(twice)}.")
    for person in people:
        if not _is_safe(person.id):
            raise ClassError(f"The roster's id {person.id!r} cannot be a folder's name: {ALLOWED}.")
    return people


def read_people(path: Path) -> list[Person]:
    """Return the people in a roster's file.

    Raises:
        ClassError: If it cannot be read, or is no roster.
    """
    try:
        return read_roster(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ClassError(f"The roster {path} could not be read: {error}.") from error


ALLOWED = f"up to {MAX_ID} letters, digits and . _ @ -"


def student(sender: Sender, roster: Sequence[Person] | None) -> Student:
    """Return who a sender is.

    With a roster, Canvas's numbers decide; for Moodle the full name does, because
    its numbers are new in every assignment, and the number only among people of
    one name, or for a line without a name. Everybody else goes by id, or by name.

    Raises:
        CollectError: If the roster does not say it, or no safe id can be made.

    >>> student(Sender("Moodle", "12", "Wei Chen"), None)
    Student(id='wei-chen', stated=False)
    """
    if roster is not None:
        return Student(_in_roster(sender, roster).id, stated=True)
    if sender.platform == FOLDER and _is_safe(own := unicodedata.normalize("NFC", sender.key)):
        return Student(own, stated=True)
    made = re.sub(r"\W+", "-", folded(sender.name)).strip("-")
    if sender.platform == "Canvas":  # its numbers are the same in every assignment
        made = f"{made}_{sender.key}"
    if not _is_safe(made):
        raise CollectError(f"its sender's name makes no student id ({ALLOWED}). Use --roster")
    return Student(made, stated=False)


def _in_roster(sender: Sender, roster: Sequence[Person]) -> Person:
    name = folded(sender.name)
    if sender.platform == "Canvas":
        found = [person for person in roster if person.canvas_id == sender.key]
    else:
        own_id = [person for person in roster if folded(person.id) == name]
        named = [person for person in roster if name and folded(person.name) == name]
        found = named if sender.platform == "Moodle" else own_id or named
    if sender.platform == "Moodle" and len(found) != 1:
        found = [p for p in found or roster if p.moodle_id == sender.key and (found or not p.name)]
    if len(found) != 1:
        problem = "is not in the roster" if not found else "is twice in the roster"
        raise CollectError(f"{sender} {problem}")
    return found[0]


def _is_safe(student_id: str) -> bool:
    device = student_id.partition(".")[0].upper()
    return bool(
        SAFE_ID.fullmatch(student_id) and len(student_id) <= MAX_ID and device not in RESERVED
    )

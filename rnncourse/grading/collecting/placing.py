"""Put notebooks into a class folder, such that nobody's work is lost or taken for another's.

submitted/<student>/<exercise>/<exercise>.ipynb       what counts
submitted/.collected/<exercise>/<student>.json        who handed it in, and when
submitted/.replaced/<student>/<exercise>/<when>.ipynb what counted before

Each file is written in one step, and in this order: kept, recorded, replaced.
Whatever moment an interruption takes, the next run goes on from there.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rnncourse.errors import CollectError
from rnncourse.grading.collecting.entries import read
from rnncourse.grading.collecting.planning import (
    NEW,
    OLDER,
    REFUSED,
    REPLACED,
    UNCHANGED,
    Age,
    Candidate,
    Outcome,
    newer,
    outcome,
)
from rnncourse.grading.collecting.senders import FOLDER
from rnncourse.grading.collecting.students import folded
from rnncourse.grading.notebook_files import MAX_BYTES

MAX_STUDENT_BYTES = 2 * MAX_BYTES
"""Size of all that one student hands in at once."""


@dataclass(frozen=True)
class Present:
    """The notebook that is in a place already.

    Args:
        content: The file's content.
        age: Number of its upload and its time, as of a candidate.
        platform: Where it came from; "folder" if it was not collected.
        key: What the platform tells its sender by.
        stated: Whether a person wrote whose it is.
        next: SHA-256 of what was about to replace it, when a run was interrupted.
    """

    content: bytes
    age: Age
    platform: str = FOLDER
    key: str = ""
    stated: bool = True
    next: str = ""


def place(submitted: Path, chosen: list[Candidate], *, write: bool = True) -> Iterator[Outcome]:
    """Yield what was done with each candidate, on disk before the next is looked at.

    Args:
        submitted: The class's folder of submissions; made if missing.
        chosen: At most one candidate for each student and exercise.
        write: Do it; otherwise only say what would be done.
    """
    taken: dict[str, int] = {}
    students = [path.name for path in submitted.iterdir()] if submitted.is_dir() else []
    twins = {folded(name): name for name in students}
    for candidate in chosen:
        who = candidate.student.id
        try:
            twin = twins.get(folded(who), who)
            if twin != who:
                raise CollectError(f"the class has {twin!r}, which is nearly the same name")
            content = read(candidate.entry)
            taken[who] = taken.get(who, 0) + len(content)
            if taken[who] > MAX_STUDENT_BYTES:
                raise CollectError(f"{candidate.sender} handed in too much at once")
            present = _present(submitted, candidate)
            done, reason = decide(candidate, content, present)
            if write and done in (NEW, REPLACED, UNCHANGED):
                _put(submitted, candidate, content, present)
        except (CollectError, OSError) as error:
            done, reason = REFUSED, str(error)
        yield outcome(candidate, done, reason)


def decide(candidate: Candidate, content: bytes, present: Present | None) -> tuple[str, str]:
    """Return what is to be done with a candidate, and why.

    Args:
        candidate: What came in.
        content: Its content.
        present: What is in its place.
    """
    undated = "" if any(candidate.age) else "undated, so it counts as the oldest"
    if present is None:
        return NEW, undated
    if content == present.content:
        return UNCHANGED, ""
    if not _same_sender(candidate, present):
        return REFUSED, f"what is there was not handed in by {candidate.sender}. Use --roster"
    is_newer = present.next == _digest(content) or newer(candidate.age, present.age)
    if is_newer is None:
        return REFUSED, "what is there differs, and which is newer cannot be told. Remove one"
    return (REPLACED, "what was there is in .replaced") if is_newer else (OLDER, undated)


def _same_sender(candidate: Candidate, present: Present) -> bool:
    sender = candidate.sender
    if (sender.platform, sender.key) == (present.platform, present.key):
        return True
    return candidate.student.stated and present.stated


def _present(submitted: Path, candidate: Candidate) -> Present | None:
    """Return what is in a candidate's place, or None."""
    path, record = _notebook(submitted, candidate), _record(submitted, candidate)
    if not path.exists():
        return None
    content = path.read_bytes()
    age: Age = (0, datetime.fromtimestamp(path.stat().st_mtime))
    if not record.is_file():
        return Present(content, age)
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        if said["sha256"] == _digest(content):
            age = said["serial"], datetime.fromisoformat(said["time"]) if said["time"] else None
        following = said["sha256"] if said["replaces"] == _digest(content) else ""
        return Present(content, age, said["platform"], said["key"], said["stated"], following)
    except (KeyError, TypeError, ValueError) as error:
        raise CollectError(f"{record} is damaged ({error!r}). Remove it") from error


def _put(submitted: Path, candidate: Candidate, content: bytes, present: Present | None) -> None:
    record, digest = _record(submitted, candidate), _digest(content)
    if present and present.content == content:
        if _same_sender(candidate, present) and newer(candidate.age, present.age):
            _write(record, _said(candidate, digest))
        return
    if present:
        _keep(submitted, candidate, present)
    replaces = _digest(present.content) if present else ""
    _write(record, _said(candidate, digest, replaces))
    _write(_notebook(submitted, candidate), content, candidate.age[1])


def _said(candidate: Candidate, digest: str, replaces: str = "") -> bytes:
    serial, time = candidate.age
    said = {
        "platform": candidate.sender.platform,
        "key": candidate.sender.key,
        "name": candidate.sender.name,
        "stated": candidate.student.stated,
        "serial": serial,
        "time": time.isoformat() if time else None,
        "from": candidate.entry.where,
        "sha256": digest,
        "replaces": replaces,
    }
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes, time: datetime | None = None) -> None:
    """Write a file in one step, with its time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    if time:
        os.utime(draft, (time.timestamp(), time.timestamp()))
    draft.replace(path)


def _notebook(submitted: Path, candidate: Candidate) -> Path:
    slug = candidate.slug
    return _inside(submitted, candidate.student.id, slug, f"{slug}.ipynb")


def _record(submitted: Path, candidate: Candidate) -> Path:
    return _inside(submitted, ".collected", candidate.slug, f"{candidate.student.id}.json")


def _keep(submitted: Path, candidate: Candidate, present: Present) -> None:
    folder = _inside(submitted, ".replaced", candidate.student.id, candidate.slug)
    end = f"{_digest(present.content)[:12]}.ipynb"
    if not any(folder.glob(f"*-{end}")):
        time = f"{present.age[1]:%Y-%m-%dT%H-%M-%S}" if present.age[1] else "undated"
        _write(folder / f"{time}-{end}", present.content, present.age[1])


def _inside(submitted: Path, *parts: str) -> Path:
    """Return a path in the class's folder, on which no link leads out of it."""
    path = submitted
    for part in parts:
        path /= part
        if path.is_symlink():
            raise CollectError(f"{path} is a link, which is not followed")
    return path

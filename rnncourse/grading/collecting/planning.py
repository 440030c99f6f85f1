"""Which file of an archive becomes which student's notebook; nothing is opened or written.

Everything that cannot be placed safely is refused, alone, with a reason. Two
senders never share a place: where it could be so, neither gets it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import IO

from rnncourse.errors import CollectError
from rnncourse.grading.collecting.senders import Origin, Sender, origin, path_parts
from rnncourse.grading.collecting.students import Person, Student, folded, student

NEW, REPLACED, UNCHANGED = "new", "replaced", "unchanged"
OLDER, REFUSED = "older", "refused"

Age = tuple[int, datetime | None]
"""Number of an upload, and its time: the greater the newer; 0 and None are unknown."""


@dataclass(frozen=True)
class Entry:
    """One file of an archive.

    Args:
        path: Its path in the archive.
        open: Opens it for reading.
        inside: Its path in the zip that lies at `path`, if it is in one.
        time: When it was last changed, if that is known.
        trouble: Why it is not to be looked at, whatever it is called.
    """

    path: str
    open: Callable[[], IO[bytes]] = field(compare=False, repr=False)
    inside: str = ""
    time: datetime | None = None
    trouble: str = ""

    @property
    def where(self) -> str:
        """The path, through a zip if it is in one."""
        return f"{self.path} > {self.inside}" if self.inside else self.path

    @property
    def is_notebook(self) -> bool:
        """Whether it is called like one."""
        return (self.inside or self.path).lower().endswith(".ipynb")


@dataclass(frozen=True)
class Candidate:
    """A notebook, and where it might go.

    Args:
        entry: The file.
        sender: Who handed it in.
        student: Who that is in the class.
        slug: Name of the exercise.
        exact: Whether it has the name that the exercise was released under.
        age: When it was handed in.
    """

    entry: Entry
    sender: Sender
    student: Student
    slug: str
    exact: bool
    age: Age


@dataclass(frozen=True)
class Outcome:
    """What was done with a file.

    Args:
        student: Id of the student, or "".
        slug: Name of the exercise, or "".
        done: "new", "replaced", "unchanged", "older" or "refused".
        reason: Why.
        where: The file's path in the archive.
    """

    student: str
    slug: str
    done: str
    reason: str
    where: str


@dataclass(frozen=True)
class Rules:
    """What is known before an archive is looked at.

    Args:
        slugs: The exercises of the course.
        exercise: The exercise that all notebooks are of, if they are of one.
        roster: The students, if there is a roster.
        wrappers: Names of folders around everything, which are looked through.
        now: The time; what is dated after it has no date.
    """

    slugs: list[str]
    exercise: str | None = None
    roster: Sequence[Person] | None = None
    wrappers: tuple[str, ...] = ()
    now: datetime = field(default_factory=datetime.now)


def plan(entries: Iterable[Entry], rules: Rules) -> tuple[list[Candidate], list[Outcome]]:
    """Return what to place, at most one notebook a student and exercise, and what not, and why."""
    found: list[Candidate] = []
    left: list[Outcome] = []
    others: dict[Sender, list[str]] = defaultdict(list)
    for entry in entries:
        try:
            came = _came(entry, rules)
            if came is None:
                continue
            others[came.sender].append("" if entry.is_notebook else entry.where)
            if entry.is_notebook:
                found.append(_candidate(entry, came, rules))
        except CollectError as error:
            left.append(Outcome("", "", REFUSED, str(error), entry.where))
    for sender, files in others.items():
        if all(files):
            reason = f"{sender} handed in no file that ends in .ipynb"
            left.append(Outcome("", "", REFUSED, reason, ", ".join(files)))
    alone, shared = _told_apart(found)
    chosen, beaten = _newest(alone)
    return chosen, left + shared + beaten


def newer(one: Age, other: Age) -> bool | None:
    """Return whether one age is newer than another, or None if that cannot be told."""
    if one[0] and other[0] and one[0] != other[0]:
        return one[0] > other[0]
    if one[1] == other[1]:
        return None
    if one[1] is None or other[1] is None:
        return one[1] is not None
    return one[1] > other[1]


def _came(entry: Entry, rules: Rules) -> Origin | None:
    """Return where an entry came from; None for what no one handed in."""
    parts, inner = path_parts(entry.path), path_parts(entry.inside)
    if _is_junk(parts + inner):
        return None
    if entry.trouble:
        raise CollectError(entry.trouble)
    while len(parts) > 1 and parts[0] in rules.wrappers:
        parts = parts[1:]
    try:
        came = origin(parts, rules.slugs)
    except CollectError:
        if entry.is_notebook or parts[-1].lower().endswith(".zip"):
            raise
        return None  # a note beside the submissions
    return replace(came, parts=came.parts[:-1] + inner) if inner else came


def _candidate(entry: Entry, came: Origin, rules: Rules) -> Candidate:
    slug = _exercise(came.parts, rules)
    time = came.time or entry.time
    known = time is not None and time <= rules.now + timedelta(days=1)
    return Candidate(
        entry,
        came.sender,
        student(came.sender, rules.roster),
        slug,
        exact=folded(came.parts[-1]) == folded(f"{slug}.ipynb"),
        age=(came.serial, time if known else None),
    )


def _is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a file is what systems leave behind, and no one handed in."""
    hidden = any(part.startswith(".") for part in parts)
    return not parts or hidden or "__MACOSX" in parts or parts[-1] in ("Thumbs.db", "desktop.ini")


def _exercise(parts: tuple[str, ...], rules: Rules) -> str:
    """Return the exercise that a notebook is of: what its own name says, or its folder's."""
    named = [slug for slug in rules.slugs if _says(parts[-1], slug)]
    named = named or [slug for slug in rules.slugs if slug in parts[:-1]]
    slug = max(named, key=len, default=rules.exercise)
    if slug is None:
        raise CollectError("its name says no exercise. Rename it, or add --exercise")
    if rules.exercise not in (None, slug):
        raise CollectError(f"it is called like {slug}, not {rules.exercise}")
    return slug


def _says(name: str, slug: str) -> bool:
    """Return whether a file's name has an exercise's name in it, as a word."""
    return bool(re.search(rf"(?<![^\W_]){re.escape(folded(slug))}(?![^\W_])", folded(name)))


def _told_apart(found: list[Candidate]) -> tuple[list[Candidate], list[Outcome]]:
    """Return the candidates whose students are one sender each, and why the others are not."""
    senders: dict[str, set[Sender]] = defaultdict(set)
    for candidate in found:
        senders[folded(candidate.student.id)].add(candidate.sender)
    alone, shared = [], []
    for candidate in found:
        same = senders[folded(candidate.student.id)]
        if len(same) == 1:
            alone.append(candidate)
            continue
        who = " and ".join(sorted(map(str, same)))
        reason = f"{who} would be one student. Tell them apart with --roster"
        shared.append(outcome(candidate, REFUSED, reason))
    return alone, shared


def _newest(found: list[Candidate]) -> tuple[list[Candidate], list[Outcome]]:
    """Return one candidate for each place, and why not the others."""
    places: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in found:
        places[candidate.student.id, candidate.slug].append(candidate)
    chosen, left = [], []
    for rivals in places.values():
        pool = [rival for rival in rivals if rival.exact] or rivals
        best = next((one for one in pool if _beats_all(one, pool)), None)
        if best:
            chosen.append(best)
            reason = f"{best.entry.where} is the one that counts"
            left += [outcome(other, OLDER, reason) for other in rivals if other is not best]
        else:
            reason = f"{len(pool)} notebooks, and none is newest. Which one counts?"
            left += [outcome(rival, REFUSED, reason) for rival in rivals]
    return chosen, left


def _beats_all(one: Candidate, pool: list[Candidate]) -> bool:
    return all(other is one or newer(one.age, other.age) for other in pool)


def outcome(candidate: Candidate, done: str, reason: str = "") -> Outcome:
    """Return what was done with a candidate."""
    return Outcome(candidate.student.id, candidate.slug, done, reason, candidate.entry.where)

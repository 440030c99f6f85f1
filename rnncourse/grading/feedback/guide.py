"""The course's own words on a page: titles, and where in the book to read on."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rnncourse.checks.rubrics import Written
from rnncourse.exercises import Course

ADDRESS = re.compile(r'^\s+baseurl: *"?([^"\s#]*)', re.MULTILINE)
HEADING = re.compile(r"^# ([^%#].*)$", re.MULTILINE)
IN_NOTEBOOK = re.compile(r"^# # (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Reading:
    """Where in the book something is explained.

    Args:
        chapter: The chapter's title.
        section: The section's heading.
        url: Its address, or "" where the book's is not known.
    """

    chapter: str
    section: str
    url: str = ""


@dataclass(frozen=True)
class Guide:
    """What a page says about one exercise that no student wrote.

    Args:
        title: The exercise's title.
        readings: Where to read on, by question.
        rubrics: The questions that are answered in words.
    """

    title: str
    readings: dict[str, Reading]
    rubrics: dict[str, Written]


def guide(course: Course, slug: str, book: str = "") -> Guide:
    """Return what is said about an exercise; of one that is not of this course, its name.

    Args:
        course: The course.
        slug: Name of the exercise.
        book: The book's address; "" for that in `_config.yml`, if it has one.
    """
    if slug not in course.slugs():
        return Guide(slug, {}, {})
    return _guide(course, slug, book, course.exercise(slug).fingerprint())


@lru_cache(maxsize=32)
def _guide(course: Course, slug: str, book: str, _fingerprint: str) -> Guide:
    exercise = course.exercise(slug)
    chapter = _first(HEADING, course.root / "book" / f"{slug}.md") or slug
    home = book or book_address(course)
    readings = {
        name: Reading(chapter, section, f"{home}book/{slug}.html#{anchor(section)}" if home else "")
        for name, section in exercise.sections.items()
        if section
    }
    title = _first(IN_NOTEBOOK, exercise.folder / "notebook.py") or slug
    return Guide(title, readings, exercise.rubrics)


def book_address(course: Course) -> str:
    """Return the address that the book is published under, with / at its end, or ""."""
    found = ADDRESS.search((course.root / "_config.yml").read_text(encoding="utf-8"))
    address = found[1] if found else ""
    return f"{address.rstrip('/')}/" if address else ""


def anchor(heading: str) -> str:
    """Return the id that the built book gives a section, as docutils makes it.

    >>> anchor("3. and 4. Leaks: from the future")
    'and-4-leaks-from-the-future'
    """
    plain = unicodedata.normalize("NFKD", heading.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"^[-0-9]+|-+$", "", re.sub(r"[^a-z0-9]+", "-", plain))


def _first(heading: re.Pattern[str], path: Path) -> str:
    """Return the first heading in a file, or "" where there is none."""
    found = heading.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else ""

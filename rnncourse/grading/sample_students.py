"""A whole class of synthetic students, each with a name and answers of their own.

It shows the desk of whoever teaches: export, report, regrading. What each of
them should get is not written down: an answer may call one before it that is
wrong. `rnncourse.grading.sample_class` has the class whose marks are known.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode

from rnncourse.exercises import Course, Exercise
from rnncourse.grading.bank_code import bank_code
from rnncourse.grading.samples import Answers, as_bytes
from rnncourse.notebooks import write_if_changed

FIRST = ["Ada", "Bo", "Chioma", "Dmitri", "Eun", "Fatima", "Goran", "Hana", "Jana", "Kofi"]
LAST = ["Adeyemi", "Brown", "Chen", "D'Souza", "Eriksen", "García", "Haddad", "Ito", "Kaya", "陈"]
DIFFICULT = ('Smith, John "Jack"', "=SUM(A1:A9)", "-Ana\tMaria")
"""Names that a careless export breaks on."""
SHARED = """
def {0}_slowly({1}, {2}):
    {3} = [row for row in {1} if row is not None]
    for {4} in range(len({3}) - 1, -1, -1):
        if {3}[{4}] is {2}:
            del {3}[{4}]
    return tuple(reversed({3})) or ({2},)
"""
"""What two students have and nobody else, each with names of their own."""
MISSING, DAMAGED, WRONG, BLANK, OTHERWISE = 0.04, 0.01, 0.3, 0.1, 0.15


def write_students(root: Path, course: Course, number: int, slugs: Sequence[str]) -> int:
    """Write what so many students hand in, and a roster; return the number of submissions.

    Args:
        root: Folder of the class; made if missing.
        course: The course.
        number: How many students; the same number gives the same class.
        slugs: The exercises.
    """
    ids = [f"s{place:03}" for place in range(1, number + 1)]
    written = 0
    for slug in slugs:
        exercise = course.exercise(slug)
        released = nbformat.read(course.exercises / slug / f"{slug}.ipynb", as_version=4)
        for student, content in _submissions(exercise, released, ids):
            write_if_changed(root / "submitted" / student / slug / f"{slug}.ipynb", content)
            written += 1
    write_if_changed(root / "roster.csv", _roster(ids).encode())
    return written


def _submissions(
    exercise: Exercise, released: NotebookNode, ids: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(len(ids))
    answers = Answers(exercise, released)
    bank = (exercise.folder / "questions.py").read_text(encoding="utf-8")
    for place, student in enumerate(ids):
        able = rng.normal()
        code = {name: _answer(answers, bank, name, able, rng) for name in answers.names}
        if place in (6, 16):
            own = ("first", "xs", "end", "kept", "at") if place == 6 else ("go", "a", "b", "c", "d")
            code[answers.names[0]] = answers.right[answers.names[0]] + SHARED.format(*own)
        content = as_bytes(answers.notebook({n: c for n, c in code.items() if c is not None}))
        luck = rng.random()
        if luck > MISSING:
            yield student, content[: len(content) // 2] if luck > 1 - DAMAGED else content


def _answer(
    answers: Answers, bank: str, name: str, able: float, rng: np.random.Generator
) -> str | None:
    """Return the code of one answer; the abler, the likelier it is right. None is a stub."""
    question, luck = answers.questions[name], rng.random() + 0.15 * able
    if luck < BLANK:
        return None
    if luck < BLANK + WRONG:
        # Some mistakes are made far more often than others.
        mistake = int(rng.geometric(0.3)) % len(question.mistakes)
        return bank_code(bank, name, "mistakes", mistake)
    if luck < BLANK + WRONG + OTHERWISE and question.also_right:
        return bank_code(bank, name, "also_right", int(rng.integers(len(question.also_right))))
    return answers.right[name]


def _roster(ids: Sequence[str]) -> str:
    rng = np.random.default_rng(len(ids))
    stream = io.StringIO()
    write = csv.writer(stream).writerow
    write(("id", "name", "canvas_id", "moodle_id"))
    for place, student in enumerate(ids):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        name = DIFFICULT[place] if place < len(DIFFICULT) else f"{first} {last}"
        write((student, name, 41000 + place, 7000 + place))
    return stream.getvalue()

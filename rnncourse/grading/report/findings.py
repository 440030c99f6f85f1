"""What a class report says, as plain values: gathered once, shown and stored elsewhere."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnncourse.grading.collecting.students import Person
from rnncourse.grading.marks import MISSING, ClassMarks, ExerciseMark
from rnncourse.grading.outcomes import FAILED, UNREADABLE
from rnncourse.grading.report.answers import Answers
from rnncourse.grading.report.likeness import Pair, alike
from rnncourse.grading.report.statistics import ExerciseFigures, exercise_figures

DIGITS = 4
STOPPED = {
    "ran out of time": "It had not returned after",
    "ended its kernel": "It ended the kernel",
}
"""How the examiner says that a learner's code had to be stopped, or stopped everything."""


@dataclass(frozen=True)
class Mistake:
    """A named mistake.

    Args:
        slug: The exercise.
        question: The question.
        text: Its name.
        count: How many have made it.
        example: Code of one of them, the shortest.
    """

    slug: str
    question: str
    text: str
    count: int
    example: str


@dataclass(frozen=True)
class LikePair:
    """Two submissions for one exercise that look alike, with the code of both."""

    slug: str
    pair: Pair
    codes: tuple[str, str]


@dataclass(frozen=True)
class Findings:
    """Everything that a class report says.

    Args:
        students: Everybody, by id.
        exercises: The numbers, in order.
        marks: Every mark, by exercise, then by student.
        mistakes: The named mistakes, the most frequent first.
        alike: Pairs that look alike, the most alike first.
    """

    students: Mapping[str, Person]
    exercises: tuple[ExerciseFigures, ...]
    marks: Mapping[str, Mapping[str, ExerciseMark]]
    mistakes: tuple[Mistake, ...]
    alike: tuple[LikePair, ...]

    def with_status(self, *statuses: str) -> list[ExerciseMark]:
        """Return the marks of a status, by exercise and student."""
        return [m for marks in self.marks.values() for m in marks.values() if m.status in statuses]

    @property
    def outdated(self) -> list[ExerciseMark]:
        """Marks of files or questions that are no longer those of today."""
        every = [mark for marks in self.marks.values() for mark in marks.values()]
        return [mark for mark in every if mark.points is not None and not mark.current]

    @property
    def incidents(self) -> dict[str, dict[str, int]]:
        """How often what happened while grading, by exercise."""
        return {slug: _incidents(list(marks.values())) for slug, marks in self.marks.items()}

    @property
    def missing(self) -> list[ExerciseMark]:
        """What was not handed in."""
        return self.with_status(MISSING)

    def to_json(self) -> str:
        """Return the numbers as JSON, one a line, so that two reports can be compared."""
        stored: dict[str, Any] = {
            "marks": {
                slug: {
                    who: {"status": mark.status, "points": _rounded(mark.points)}
                    for who, mark in marks.items()
                }
                for slug, marks in self.marks.items()
            },
            "items": {
                figures.slug: {
                    item.name: {
                        "difficulty": _rounded(item.difficulty),
                        "discrimination": _rounded(item.discrimination),
                        "number": item.number,
                    }
                    for item in figures.items
                }
                for figures in self.exercises
            },
            "mistakes": [[m.slug, m.question, m.text, m.count] for m in self.mistakes],
            "alike": [[a.slug, a.pair.first, a.pair.second, a.pair.shared] for a in self.alike],
        }
        return json.dumps(stored, indent=1, ensure_ascii=True) + "\n"


def gather(marks: ClassMarks, answers: Answers, given: Mapping[str, str]) -> Findings:
    """Return what there is to say of a class.

    Args:
        marks: The marks.
        answers: What the learners wrote.
        given: What they were given, by exercise.
    """
    by_exercise = {slug: {m.student: m for m in marks.of_exercise(slug)} for slug in marks.due}
    pairs = []
    for slug in marks.due:
        own = {who: "\n\n".join(answers.get((who, slug), {}).values()) for who in marks.students}
        codes = {who: code for who, code in own.items() if code}
        for pair in alike(codes, given.get(slug, "")):
            pairs.append(LikePair(slug, pair, (codes[pair.first], codes[pair.second])))
    return Findings(
        marks.students,
        tuple(exercise_figures(marks, slug) for slug in marks.due),
        by_exercise,
        _mistakes(marks, answers),
        tuple(
            sorted(pairs, key=lambda p: (-p.pair.shared * p.pair.likeness, p.slug, p.pair.first))
        ),
    )


def _incidents(marks: list[ExerciseMark]) -> dict[str, int]:
    said = [" ".join(q.message for q in mark.questions) for mark in marks]
    return {
        "could not be read": sum(mark.status == UNREADABLE for mark in marks),
        "failed": sum(mark.status == FAILED for mark in marks),
        "begun again": sum(mark.attempts > 1 for mark in marks),
        **{what: sum(words in own for own in said) for what, words in STOPPED.items()},
    }


def _mistakes(marks: ClassMarks, answers: Answers) -> tuple[Mistake, ...]:
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    for key, mark in marks.marks.items():
        for question in (q for q in mark.questions if q.mistake):
            what = mark.slug, question.name, question.mistake
            counts[what] += 1
            code = answers.get(key, {}).get(question.name, "")
            known = examples.get(what)
            if code and (not known or (len(code), code) < (len(known), known)):
                examples[what] = code
    ordered = sorted(counts, key=lambda what: (-counts[what], what))
    return tuple(Mistake(*what, counts[what], examples.get(what, "")) for what in ordered)


def _rounded(value: float | None) -> float | None:
    return value if value is None else round(value, DIGITS)

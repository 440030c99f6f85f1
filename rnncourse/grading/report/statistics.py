"""Numbers of a class: how hard a question is, how well it tells learners apart, how long it took.

Each is of those who have a mark: who has none is missing, and no zero.
"""

from dataclasses import dataclass

import numpy as np

from rnncourse.grading.marks import ClassMarks, ExerciseMark
from rnncourse.plots.values import Values

FEWEST = 20
"""Marks below which no correlation is shown: with 20, one of 0.2 is as good as none."""


@dataclass(frozen=True)
class Item:
    """One question of an exercise.

    Args:
        name: Its name.
        max_points: Points of a right answer.
        number: Marks that the rest is computed from.
        difficulty: Mean share of its points, from 0, too hard, to 1, all right; None
            without marks, and as long as some answer to it waits for a person.
        discrimination: Correlation of its points with those of the exercise's other
            questions; None where there are too few, or all are the same.
    """

    name: str
    max_points: float
    number: int
    difficulty: float | None
    discrimination: float | None


@dataclass(frozen=True)
class ExerciseFigures:
    """The numbers of one exercise.

    Args:
        slug: Its name.
        max_points: Points of an all right submission.
        points: The marks, sorted.
        items: Its questions, without those that give no points.
        seconds: Times of running and examining, sorted.
    """

    slug: str
    max_points: float
    points: tuple[float, ...]
    items: tuple[Item, ...]
    seconds: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """The mean mark, or None without marks."""
        return float(np.mean(self.points)) if self.points else None

    @property
    def median(self) -> float | None:
        """The middle mark, or None without marks."""
        return float(np.median(self.points)) if self.points else None

    def counts(self, bins: int = 11) -> list[int]:
        """Return how many have a mark in each of equal parts, the last of them all right."""
        shares = np.array(self.points) / (self.max_points or 1.0)
        places = np.clip(np.floor(shares * (bins - 1) + 1e-9), 0, bins - 1).astype(int)
        return [int(count) for count in np.bincount(places, minlength=bins)]


def exercise_figures(marks: ClassMarks, slug: str) -> ExerciseFigures:
    """Return the numbers of one exercise."""
    every = marks.of_exercise(slug)
    examined = [mark for mark in every if mark.questions]
    names = [name for name, points in marks.questions[slug].items() if points]
    waiting = {q.name for mark in examined for q in mark.questions if q.waits}
    points = np.array([[_points(mark, name) for name in names] for mark in examined])
    done = [place for place, name in enumerate(names) if name not in waiting]
    items = []
    for place, name in enumerate(names):
        most, number = marks.questions[slug][name], len(examined)
        if name in waiting or not number:
            items.append(Item(name, most, 0, None, None))
            continue
        rest = points[:, [other for other in done if other != place]].sum(axis=1)
        share = float(points[:, place].mean()) / most
        items.append(Item(name, most, number, share, _correlation(points[:, place], rest)))
    return ExerciseFigures(
        slug,
        sum(marks.questions[slug].values()),
        tuple(sorted(mark.points for mark in every if mark.points is not None)),
        tuple(items),
        tuple(sorted(mark.seconds for mark in every if mark.seconds)),
    )


def _points(mark: ExerciseMark, name: str) -> float:
    return next((q.points or 0.0 for q in mark.questions if q.name == name), 0.0)


def _correlation(own: Values, rest: Values) -> float | None:
    """Return Pearson's correlation, or None where it says nothing."""
    if len(own) < FEWEST or np.ptp(own) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(own, rest)[0, 1])

"""Sections of the page that are numbers: marks, questions, time."""

import numpy as np

from rnncourse.checks.report import points_text
from rnncourse.grading.report import plots
from rnncourse.grading.report.findings import Findings
from rnncourse.grading.report.html import name, table
from rnncourse.grading.report.pieces import figure, who
from rnncourse.grading.report.statistics import FEWEST, ExerciseFigures, Item

POOR = 0.2
"""A discrimination below which a question tells little."""
SLOWEST = 5
EXPLAINED = (
    "<p><b>solved</b> is the difficulty: the points given for a question, divided by n times its "
    "points; 0 is too hard, 1 is all right. <b>tells apart</b> is the discrimination, the "
    "corrected item-total correlation: Pearson's r between the points of the question and those "
    f"of the exercise's other questions together. Below {POOR} a question tells little, below 0 "
    f"something is wrong with it. Where n is below {FEWEST}, or all have the same, it says "
    "nothing, and there is a dash; so there is while answers to it wait for a person.</p>\n"
)


def marks(findings: Findings) -> str:
    """Return how the points are distributed, by exercise."""
    shown = "\n".join(map(_distribution, findings.exercises))
    return (
        "<p>How many have how many points; the triangle is the mean. "
        "Who has no mark is not counted.</p>\n"
        f'<div class="plots">\n{shown}\n</div>'
    )


def questions(findings: Findings) -> str:
    """Return how hard the questions are, and how well they tell learners apart."""
    head = ("exercise", "question", "n", "solved", "tells apart")
    rows = [
        _item(item, name(f.slug) if place == 0 else "")
        for f in findings.exercises
        for place, item in enumerate(f.items)
    ]
    return EXPLAINED + table(head, rows, (2, 3, 4))


def time(findings: Findings) -> str:
    """Return how long running and examining took."""
    every = [m for of in findings.marks.values() for m in of.values() if m.seconds]
    if not every:
        return "<p>No times were recorded.</p>"
    total = sum(mark.seconds for mark in every)
    slowest = sorted(every, key=lambda mark: (-mark.seconds, mark.slug, mark.student))[:SLOWEST]
    rows = [who(findings, mark, f"{mark.seconds:.1f}") for mark in slowest]
    middle = np.median([mark.seconds for mark in every])
    return (
        f"<p>The kernels of {len(every)} submissions ran {total / 60:.1f} minutes, half of them "
        f"less than {middle:.1f} s. A bar is the middle half, the mark in it the median.</p>\n"
        f"<figure>{plots.times(findings.exercises)}</figure>\n<h3>The slowest</h3>\n"
        + table(("exercise", "student", "seconds"), rows, (2,))
    )


def _distribution(figures: ExerciseFigures) -> str:
    middle = ""
    if figures.mean is not None and figures.median is not None:
        middle = f", mean {figures.mean:.1f}, median {points_text(round(figures.median, 2))}"
    return (
        f"<figure><figcaption><b>{name(figures.slug)}</b><br>"
        f"{len(figures.points)} marks{middle} of {points_text(figures.max_points)}</figcaption>"
        f"{plots.distribution(figures)}</figure>"
    )


def _item(item: Item, exercise: str) -> tuple[str, ...]:
    bar = plots.share_bar(item.difficulty) if item.difficulty is not None else ""
    apart = figure(item.discrimination)
    if item.discrimination is not None and item.discrimination < POOR:
        apart = f'<b class="warn">{apart}</b>'
    number = str(item.number or "–")
    return exercise, name(item.name), number, f"{bar}{figure(item.difficulty)}", apart

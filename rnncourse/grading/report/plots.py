"""The pictures of a class report, as SVG: the same numbers give the same bytes."""

from collections.abc import Sequence

import numpy as np

from rnncourse.checks.report import points_text
from rnncourse.grading.report.statistics import ExerciseFigures
from rnncourse.plots.palette import COLOURS, GREY
from rnncourse.plots.svg import Scale, element, number, picture, tick_values, words

BLUE, ORANGE = COLOURS[:2]
WIDTH, ROW = 640, 26


def distribution(figures: ExerciseFigures) -> str:
    """Return how many have how many points, as SVG text."""
    counts = figures.counts()
    x, y = Scale(0, len(counts), 8, 292), Scale(0, max(counts) or 1, 128, 24)
    body = [element("line", x1=x.start, x2=x.stop, y1=128, y2=128, stroke=GREY)]
    for place, count in enumerate(counts):
        left, top = x.place(place + 0.1), y.place(count)
        wide = x.place(place + 0.9) - left
        if count:
            body.append(
                element("rect", x=left, y=top, width=wide, height=128.0 - top, fill=BLUE, rx=1)
            )
            body.append(words(left + wide / 2, top - 5, str(count), font_size=12))
    for place in (0, (len(counts) - 1) // 2, len(counts) - 1):
        points = figures.max_points * place / (len(counts) - 1)
        body.append(words(x.place(place + 0.5), 150, points_text(points), font_size=12))
    if figures.mean is not None:
        share = figures.mean / (figures.max_points or 1.0)
        middle = x.place(0.5 + share * (len(counts) - 1))
        body.append(element("path", d=f"M{middle:.1f} 129l-5 8h10z", fill=ORANGE, stroke="none"))
    said = ", ".join(
        f"{count} with {points_text(figures.max_points * place / (len(counts) - 1))} or more"
        for place, count in enumerate(counts)
        if count
    )
    return picture(
        body,
        300,
        156,
        title=f"{figures.slug}: points of {len(figures.points)} submissions",
        description=f"{said}." if said else "Nobody has a mark.",
    ).text


def share_bar(share: float) -> str:
    """Return a bar of a share from 0 to 1; the number stands beside it."""
    size = {"width": 90, "height": 10, "viewBox": "0 0 90 10"}
    return element(
        "svg",
        element("rect", width=90, height=10, fill=GREY, fill_opacity=0.25, rx=2),
        element("rect", width=90.0 * min(max(share, 0.0), 1.0), height=10, fill=BLUE, rx=2),
        **size,
        aria_hidden="true",
    )


def times(exercises: Sequence[ExerciseFigures]) -> str:
    """Return the seconds of each exercise: from the shortest to the longest, half, middle."""
    known = [figures for figures in exercises if figures.seconds]
    longest = max(figures.seconds[-1] for figures in known)
    left = 30.0 + 7.2 * max(len(figures.slug) for figures in known)
    bottom = 12.0 + ROW * len(known)
    x = Scale(0, longest, left, WIDTH - 16)
    body = []
    for tick in tick_values(0, longest, 6):
        place = x.place(tick)
        body.append(
            element("line", x1=place, x2=place, y1=8, y2=bottom, stroke=GREY, stroke_opacity=0.25)
        )
        body.append(words(place, bottom + 18, number(tick), font_size=12))
    body.append(words((left + WIDTH) / 2, bottom + 38, "seconds a submission", font_size=12))
    for row, figures in enumerate(known):
        body += _box(figures, x, 12.0 + ROW * (row + 0.5))
        body.append(words(left - 10, 16.5 + ROW * (row + 0.5), figures.slug, text_anchor="end"))
    said = ". ".join(
        f"{figures.slug}: median {np.median(figures.seconds):.1f}, most {figures.seconds[-1]:.1f}"
        for figures in known
    )
    return picture(
        body, WIDTH, bottom + 48, title="Seconds of each submission", description=f"{said}."
    ).text


def _box(figures: ExerciseFigures, x: Scale, y: float) -> list[str]:
    quarters = np.quantile(figures.seconds, [0.0, 0.25, 0.5, 0.75, 1.0])
    low, first, middle, third, high = (x.place(float(value)) for value in quarters)
    return [
        element("line", x1=low, x2=high, y1=y, y2=y, stroke=BLUE, stroke_width=2),
        element(
            "rect", x=first, y=y - 6, width=max(third - first, 1.0), height=12, fill=BLUE, rx=2
        ),
        element("line", x1=middle, x2=middle, y1=y - 9, y2=y + 9, stroke=ORANGE, stroke_width=3),
    ]

"""Verdicts for people: as text, and as a small table of HTML."""

from html import escape
from textwrap import fill

from rnncourse.checks.marking import Trial, Verdict

SIGNS = {True: "✓", False: "✗", None: "–"}
COLOURS = {True: "#00734c", False: "#b3400f", None: "#767676"}


def points_text(points: float) -> str:
    """Return points as people write them.

    >>> points_text(4.0), points_text(2.5)
    ('4', '2.5')
    """
    return f"{points:g}"


def headline(verdict: Verdict) -> str:
    """Return the question and its points in one line."""
    if not verdict.max_points:
        return f"{verdict.question}: bonus, {'solved' if verdict.passed else 'not solved'}"
    return (
        f"{verdict.question}: {points_text(verdict.points)} of "
        f"{points_text(verdict.max_points)} points"
    )


def standing(verdict: Verdict) -> bool | None:
    """Return whether the answer passed, or None where there is no answer yet."""
    return verdict.passed if verdict.trials else None


def as_text(verdict: Verdict, width: int = 88) -> str:
    """Return the verdict as lines of text: what was tried, what came back, what it looks like."""
    lines = [f"{SIGNS[standing(verdict)]} {headline(verdict)}"]
    if verdict.mistake or not verdict.trials:
        lines.append(fill(verdict.message, width, initial_indent="  ", subsequent_indent="  "))
    said_before = ""
    for trial in verdict.trials:
        lines.append(f"  {SIGNS[trial.passed]} {trial.title}")
        if said := _said(trial):
            text = "The same." if said == said_before else said
            lines.append(fill(text, width, initial_indent=" " * 6, subsequent_indent=" " * 6))
        said_before = said
    return "\n".join(lines)


def as_html(verdict: Verdict) -> str:
    """Return the verdict as HTML without scripts; every text in it is escaped.

    No formula is made of it either: a learner's message could hold one that is a link.
    """
    rows = "".join(
        f'<tr><td style="color:{COLOURS[trial.passed]}">{SIGNS[trial.passed]}</td>'
        f'<td style="text-align:left">{escape(trial.title)}</td>'
        f'<td style="text-align:left">{escape(_said(trial))}</td></tr>'
        for trial in verdict.trials
    )
    state = standing(verdict)
    return (
        '<div class="verdict tex2jax_ignore"><p>'
        f'<strong style="color:{COLOURS[state]}">{SIGNS[state]} '
        f"{escape(headline(verdict))}</strong></p><p>{escape(verdict.message)}</p>"
        f"<table>{rows}</table></div>"
    )


def _said(trial: Trial) -> str:
    return f"{trial.finding} {trial.detail}".strip() if trial.passed is False else ""

"""Sections of the page that show learners' code: named mistakes, submissions that look alike."""

import re

from rnncourse.grading.report.findings import Findings, LikePair, Mistake
from rnncourse.grading.report.html import code, folded, name, table, text
from rnncourse.grading.report.likeness import RUN, few
from rnncourse.grading.report.pieces import person, plural

MISTAKES = 15
"""Named mistakes that are shown with an example; the others are in a list."""
PAIRS = 12
"""Pairs that are shown side by side; the others are in a list."""
COMPARED = 80
"""Lines of each that are shown side by side."""
LOOKS_ALIKE = (
    "<p>These look alike; there are innocent reasons: two who worked together where that is "
    "welcome, who read the same page, who were helped by the same person. Look yourself, and ask "
    "before you judge.</p>\n"
    f"<p>Compared are runs of {RUN} words and signs of code, with all own names, numbers and texts "
    "taken for equal. What was given out does not count, nor what more than a few have{}: right "
    "answers to a short question are alike by nature.</p>\n"
)


def mistakes(findings: Findings) -> str:
    """Return the most frequent named mistakes, with an example of each."""
    if not findings.mistakes:
        return "<p>None was recognised.</p>"
    often = [mistake for mistake in findings.mistakes if mistake.count > 1][:MISTAKES]
    rest = findings.mistakes[len(often) :]
    shown = list(map(_mistake, often))
    if rest:
        rows = [(name(m.slug), name(m.question), _named(m), str(m.count)) for m in rest]
        listed = table(("exercise", "question", "mistake", "learners"), rows, (3,))
        shown.append(folded(plural(len(rest), "rarer mistake"), listed))
    return "\n".join(shown)


def alike(findings: Findings) -> str:
    """Return the submissions that look alike, side by side."""
    number = max((len(figures.points) for figures in findings.exercises), default=0)
    most = f" (of {number} submissions, {few(number)})" if number else ""
    said = LOOKS_ALIKE.format(most)
    if not findings.alike:
        return f"{said}<p>There are none.</p>"
    shown = [_pair(findings, found) for found in findings.alike[:PAIRS]]
    if rest := findings.alike[PAIRS:]:
        head = ("exercise", "one", "the other", "rare runs in both")
        rows = [(name(f.slug), *_names(findings, f), str(f.pair.shared)) for f in rest]
        shown.append(folded(plural(len(rest), "further pair"), table(head, rows, (3,))))
    return said + "\n".join(shown)


def _mistake(mistake: Mistake) -> str:
    about = f"{plural(mistake.count, 'learner')} · {text(mistake.slug)} · {text(mistake.question)}"
    example = folded("How it looks", code(mistake.example)) if mistake.example else ""
    return f'<h3>{_named(mistake)}</h3>\n<p class="soft">{about}</p>\n{example}'


def _named(mistake: Mistake) -> str:
    """Return the mistake's name; what stands between backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", text(mistake.text))


def _pair(findings: Findings, found: LikePair) -> str:
    sides = "".join(
        f"<div><b>{student}</b>{code(source, COMPARED)}</div>"
        for student, source in zip(_names(findings, found), found.codes, strict=True)
    )
    rare = plural(found.pair.shared, "rare run")
    return (
        f"<h3>{name(found.slug)}: looks alike; there are innocent reasons</h3>\n"
        f'<p class="soft">{rare} in both, {found.pair.likeness:.0%} of what is rare in one</p>\n'
        + folded("Both, side by side", f'<div class="two">{sides}</div>')
    )


def _names(findings: Findings, found: LikePair) -> list[str]:
    return [person(findings.students[who]) for who in (found.pair.first, found.pair.second)]

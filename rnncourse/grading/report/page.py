"""The page of a class report: what is to be done first, then what there is to know."""

from collections.abc import Sequence

from rnncourse.grading.marks import STATUSES, UNGRADED, WAITS, ExerciseMark
from rnncourse.grading.outcomes import FAILED, UNREADABLE
from rnncourse.grading.report import numbers, sources
from rnncourse.grading.report.changes import Change
from rnncourse.grading.report.findings import Findings
from rnncourse.grading.report.html import document, folded, name, table
from rnncourse.grading.report.pieces import figure, person, plural, who, why

CHANGED = ("what", "exercise", "whose", "before", "now")


def page(findings: Findings, changed: Sequence[Change] | None) -> str:
    """Return the report as HTML.

    Args:
        findings: What there is to say.
        changed: What is not as in the report before; None where there was none.
    """
    sections = [
        ("todo", "To do", _todo(findings)),
        ("changed", "Since the report before", _changed(changed)),
        ("marks", "Marks", numbers.marks(findings)),
        ("questions", "Questions", numbers.questions(findings)),
        ("mistakes", "Named mistakes", sources.mistakes(findings)),
        ("alike", "Submissions that look alike", sources.alike(findings)),
        ("time", "Time", numbers.time(findings)),
        ("incidents", "Incidents", _incidents(findings)),
        ("missing", "Not handed in", _missing(findings)),
    ]
    links = "\n".join(f'<a href="#{place}">{title}</a>' for place, title, _ in sections)
    parts = [f'<h2 id="{place}">{title}</h2>\n{body}' for place, title, body in sections]
    head = f"<h1>Class report</h1>\n{_facts(findings)}\n<nav>{links}</nav>"
    return document("Class report", "\n".join([head, *parts]))


def _facts(findings: Findings) -> str:
    every = [mark for marks in findings.marks.values() for mark in marks.values()]
    missing = len(findings.missing)
    facts = [
        (len(findings.students), "student" + "s" * (len(findings.students) != 1)),
        (len(findings.exercises), "exercise" + "s" * (len(findings.exercises) != 1)),
        (len(every) - missing, "handed in"),
        (sum(mark.points is not None for mark in every), "marked"),
        (missing, "not handed in"),
    ]
    shown = "\n".join(f"<li><b>{count}</b> {what}</li>" for count, what in facts)
    return f'<ul class="facts">\n{shown}\n</ul>'


def _todo(findings: Findings) -> str:
    marks = [
        *findings.with_status(WAITS, UNGRADED),
        *findings.outdated,
        *findings.with_status(FAILED, UNREADABLE),
    ]
    if not marks:
        return "<p>Nothing: every submission has its mark.</p>"
    rows = [who(findings, mark, _what_to_do(mark)) for mark in marks]
    return table(("exercise", "student", "what"), rows)


def _what_to_do(mark: ExerciseMark) -> str:
    if mark.points is not None:
        return "has changed since it was marked: <code>rnncourse grade</code>"
    waiting = ", ".join(name(question.name) for question in mark.questions if question.waits)
    return f"{STATUSES[mark.status]}: {waiting}" if waiting else why(mark)


def _changed(changed: Sequence[Change] | None) -> str:
    if changed is None:
        return "<p>This is the first report.</p>"
    if not changed:
        return "<p>Nothing has changed.</p>"
    new = [change for change in changed if change.kind == "new mark"]
    rest = [change for change in changed if change.kind != "new mark"]
    parts = []
    if rest:
        parts.append(table(CHANGED, map(_change, rest), (3, 4)))
    if new:
        listed = table(CHANGED, map(_change, new), (3, 4))
        parts.append(folded(plural(len(new), "new mark"), listed))
    return "\n".join(parts)


def _change(change: Change) -> tuple[str, ...]:
    before, after = figure(change.before), figure(change.after)
    return change.kind, name(change.slug), name(change.name), before, after


def _incidents(findings: Findings) -> str:
    found = {slug: of for slug, of in findings.incidents.items() if any(of.values())}
    if not found:
        return "<p>None: all could be read, nothing failed, nothing was begun twice.</p>"
    kinds = list(next(iter(found.values())))
    rows = [(name(slug), *(str(of[kind] or "–") for kind in kinds)) for slug, of in found.items()]
    return table(("exercise", *kinds), rows, range(1, len(kinds) + 1))


def _missing(findings: Findings) -> str:
    by_slug: dict[str, list[str]] = {}
    for mark in findings.missing:
        by_slug.setdefault(mark.slug, []).append(person(findings.students[mark.student]))
    if not by_slug:
        return "<p>Everybody has handed in everything.</p>"
    return "\n".join(
        folded(f"{name(slug)}: {len(names)}", f"<p>{', '.join(names)}</p>")
        for slug, names in by_slug.items()
    )

"""What several sections of the page share: how a student, a number and a status are shown."""

from rnncourse.grading.collecting.students import Person
from rnncourse.grading.marks import STATUSES, ExerciseMark
from rnncourse.grading.report.findings import Findings
from rnncourse.grading.report.html import name, text


def person(someone: Person) -> str:
    """Return a student as HTML: the name, if it is known, and the id."""
    if not someone.name or someone.name == someone.id:
        return text(someone.id)
    return f'{text(someone.name)} <span class="soft">{text(someone.id)}</span>'


def who(findings: Findings, mark: ExerciseMark, what: str) -> tuple[str, str, str]:
    """Return a row of a table: the exercise, the student, and what there is to say, as HTML."""
    return name(mark.slug), person(findings.students[mark.student]), what


def why(mark: ExerciseMark) -> str:
    """Return why there is no mark, as HTML."""
    return text(mark.reason or STATUSES[mark.status])


def figure(value: float | None) -> str:
    """Return a number with two digits; a dash for none."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def plural(count: int, what: str) -> str:
    """Return a number of things.

    >>> plural(1, "pair"), plural(2, "pair")
    ('1 pair', '2 pairs')
    """
    return f"{count} {what}{'s' * (count != 1)}"

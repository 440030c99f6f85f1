"""What a feedback page says, and its HTML.

No script, no picture, nothing from elsewhere: the page's own policy says so to
the browser as well, a second wall behind the escaping.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rnncourse.checks.marking import Verdict
from rnncourse.checks.report import SIGNS, points_text
from rnncourse.checks.rubrics import Written
from rnncourse.grading.feedback.guide import Reading
from rnncourse.grading.feedback.legible import highlighted, legible, with_code
from rnncourse.grading.marks.values import ExerciseMark, QuestionMark

HERE = Path(__file__).parent
STYLE = (HERE / "page.css").read_text(encoding="utf-8")
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)


@dataclass(frozen=True)
class Part:
    """One question on the page.

    Args:
        mark: Its points, and what a person wrote.
        verdict: What the grading found; None for an answer in words.
        answer: The learner's code or text.
        reading: Where it is explained, if that is known.
        rubric: What gives points, for an answer in words.
    """

    mark: QuestionMark
    verdict: Verdict | None
    answer: str
    reading: Reading | None = None
    rubric: Written | None = None

    @property
    def name(self) -> str:
        """What the question is called: as its function, or in words."""
        return self.mark.name if self.verdict else in_words(self.mark.name)

    @property
    def state(self) -> str:
        """One of "right", "half", "wrong", "blank" and "waits"."""
        points, most = self.mark.points, self.mark.max_points
        if self.mark.waits or points is None:
            return "waits"
        if self.verdict and not most:
            return "right" if self.verdict.passed else "blank"
        if points >= most:
            return "right"
        if points > 0:
            return "half"
        empty = not self.verdict.trials if self.verdict else not self.answer
        return "blank" if empty else "wrong"

    @property
    def words(self) -> str:
        """The verdict in a few words."""
        if self.verdict and not self.mark.max_points:
            return "Bonus, solved" if self.verdict.passed else "Bonus, not solved"
        words = {"right": "Right", "half": "Partly right", "wrong": "Not right yet"}
        blank = "No answer yet" if self.verdict else "No answer"
        return (
            words.get(self.state) or {"blank": blank, "waits": "To be read by a person"}[self.state]
        )

    @property
    def changed_by_hand(self) -> bool:
        """Whether a person gave other points than the grading."""
        return self.verdict is not None and self.mark.by_hand not in (None, self.mark.auto)


def exercise_page(mark: ExerciseMark, title: str, parts: Sequence[Part] = ()) -> str:
    """Return the page of one submission as HTML.

    Args:
        mark: The whole mark; where there is none, its reason is what the page says.
        title: The exercise's title.
        parts: The questions, in order.
    """
    waiting = sum(part.mark.max_points for part in parts if part.state == "waits")
    return _render("page.html.j2", mark=mark, title=title, parts=parts, waiting=waiting)


def summary_page(student: str, **content: Any) -> str:
    """Return the page of one student as HTML; `summary` says what is on it."""
    return _render("summary.html.j2", student=student, **content)


def in_words(name: str) -> str:
    """Return the name of a question in words as people write it.

    >>> in_words("which_steps_matter")
    'Which steps matter'
    """
    return name.replace("_", " ").capitalize()


def _render(template: str, **content: Any) -> str:
    return _TEMPLATES.get_template(template).render(style=STYLE, policy=POLICY, **content)


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["signs"] = SIGNS
_TEMPLATES.filters |= {
    "points": points_text,
    "legible": legible,
    "sentence": with_code,
    "python": highlighted,
    "words": in_words,
}

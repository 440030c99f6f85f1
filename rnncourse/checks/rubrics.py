"""Questions that are answered in words: what a person gives points for.

A `Written` stands in `questions.py`; the answer's cell, with the model answer,
in `notebook.py`. Learners are told what each criterion asks; what it looks for
stays with the instructor.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Criterion:
    """One thing that an answer gets points for.

    Args:
        points: How many.
        asks: What it is about, for the learner: the question, not its answer.
        looks_for: What a full answer says, for whoever marks.
    """

    points: float
    asks: str
    looks_for: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """A question that is answered in words, and marked by a person.

    Args:
        section: The heading in the exercise's chapter under which to read on.
        criteria: What gives points.
        typical: Typical wrong or half answers, and what each deserves.
    """

    section: str
    criteria: tuple[Criterion, ...]
    typical: dict[str, str] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """Points of a full answer."""
        return float(sum(criterion.points for criterion in self.criteria))

    def for_learners(self) -> str:
        """Return the criteria as Markdown, without what an answer should say."""
        rows = [f"| {c.points:g} | {c.asks} |" for c in self.criteria]
        head = f"A person reads your answer and gives up to {self.points:g} points:"
        return "\n".join([head, "", "| points | for |", "| --- | --- |", *rows])

    def for_markers(self, model_answer: str) -> str:
        """Return the whole rubric as Markdown.

        Args:
            model_answer: A full answer in the author's words.
        """
        criteria = [f"- **{c.points:g}** for {c.asks}: {c.looks_for}" for c in self.criteria]
        typical = [f"- *{answer}* {deserves}" for answer, deserves in self.typical.items()]
        lines = [f"**Rubric, {self.points:g} points** (students do not see this)", "", *criteria]
        if typical:
            lines += ["", "**Typical answers, and what they deserve**", "", *typical]
        lines += ["", "**A model answer**", "", *model_answer.splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)

"""What was handed in, and what was decided on it: plain values that are stored as JSON."""

from dataclasses import dataclass, field
from pathlib import Path

GRADED, UNREADABLE, FAILED = "graded", "unreadable", "failed"


@dataclass(frozen=True)
class Submission:
    """One notebook that a student handed in.

    Args:
        student: The student's id.
        slug: Name of the exercise.
        path: Where the notebook should be; it may be missing.
    """

    student: str
    slug: str
    path: Path


@dataclass(frozen=True)
class SubmissionOutcome:
    """What was decided on one submission, and on what it was decided.

    Args:
        student: The student's id.
        slug: Name of the exercise.
        status: "graded", "unreadable" (no mark: the notebook is no notebook)
            or "failed" (no mark: the grading itself failed; try again).
        reason: Why there is no mark.
        points: Points of each question.
        messages: What the learner is told, by question.
        mistakes: The named mistake of each question, where there is one.
        max_points: Points of an all right submission, without those given by hand.
        by_hand: Points of each answer in words that a person has to read.
        seed: Seed of the examination.
        submission: SHA-256 of the submitted file.
        exercise: Fingerprint of the exercise's sources.
        seconds: Time that the grading took.
    """

    student: str
    slug: str
    status: str
    reason: str = ""
    points: dict[str, float] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)
    max_points: float = 0.0
    by_hand: dict[str, float] = field(default_factory=dict)
    seed: int | None = None
    submission: str = ""
    exercise: str = ""
    seconds: float = 0.0

    @property
    def total(self) -> float | None:
        """Points altogether, or None where there is no mark."""
        return sum(self.points.values()) if self.status == GRADED else None

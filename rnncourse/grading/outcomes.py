"""What was handed in, and what was decided on it: plain values that are stored as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

GRADED, UNREADABLE, FAILED = "graded", "unreadable", "failed"


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one exercise.

    Args:
        student: The student's id.
        slug: Name of the exercise.
        folder: Where it is: the notebook, and perhaps files beside it.
    """

    student: str
    slug: str
    folder: Path

    @property
    def path(self) -> Path:
        """Where the notebook should be; it may be missing."""
        return self.folder / f"{self.slug}.ipynb"


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
        submission: SHA-256 of the submitted files.
        exercise: Fingerprint of the exercise's sources.
        seconds: Time that running and examining it took.
        attempts: Times that it was begun: more where a kernel failed that was none of its doing.
        older: Questions that kept another verdict than today's, when one was regraded alone.
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
    attempts: int = 1
    older: list[str] = field(default_factory=list)

    @property
    def total(self) -> float | None:
        """Points altogether, or None where there is no mark."""
        return sum(self.points.values()) if self.status == GRADED else None

    def to_json(self) -> bytes:
        """Return the outcome as it is stored."""
        return (json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> "SubmissionOutcome | None":
        """Return a stored outcome; None of what another version, or a hand, has written."""
        try:
            stored: Any = json.loads(data)
            return cls(**stored)
        except (TypeError, ValueError):
            return None

"""Questions and checks: cases, comparison, diagnosis, and the learner's `check`.

    values      how arguments and answers travel, as plain text
    calls       calling a function once, and what came of it
    compare     is it the expected answer, and if not, where do they part
    properties  what must hold over several calls
    papers      cases and properties of one question, as plain values
    questions   the hand-written question with its bank of wrong answers
    marking     ask, compare, name the mistake, give the points
    report      verdicts as text and as HTML
    learner     `check`

Everything here needs NumPy alone.
"""

from rnncourse.checks.compare import EXACT, Close
from rnncourse.checks.learner import check
from rnncourse.checks.properties import (
    BatchIndependent,
    DependsOn,
    IgnoresPadding,
    IndependentOf,
    InputsUntouched,
    Property,
)
from rnncourse.checks.questions import Question

__all__ = [
    "EXACT",
    "BatchIndependent",
    "Close",
    "DependsOn",
    "IgnoresPadding",
    "IndependentOf",
    "InputsUntouched",
    "Property",
    "Question",
    "check",
]

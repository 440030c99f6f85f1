"""Questions and checks: cases, comparison, diagnosis, and the learner's `check`.

    stand_ins   callables that a question passes as arguments
    values      how arguments and answers travel, as plain text
    adapters    other ways to call than with plain values
    calls       calling a function once, and what came of it
    compare     is it the expected answer, and if not, where do they part
    layers      layers with weights set by hand, compared by what they do
    counting    an LSTM with weights set by hand that counts ones
    properties  what must hold over several calls
    sequence_properties  the same, of sequences
    memory      how much memory an answer takes
    models      questions that ask for a Keras model
    forecasts   questions about forecasts
    clinic      questions that ask for a test
    papers      cases and properties of one question, as plain values
    questions   the hand-written question with its bank of wrong answers
    rubrics     questions that are answered in words, and what gives points
    marking     ask, compare, name the mistake, give the points
    examples    what came back on a public case, beside what was expected
    report      verdicts as text and as HTML
    learner     `check`

Everything here needs NumPy alone.
"""

from rnncourse.checks.clinic import Catches
from rnncourse.checks.compare import EXACT, Close, Comparison
from rnncourse.checks.counting import CountsOnes
from rnncourse.checks.forecasts import BeatsBaselines, BlindToLater, LagForecaster
from rnncourse.checks.layers import SameLayer
from rnncourse.checks.learner import check
from rnncourse.checks.memory import Frugal, SmallIntegers
from rnncourse.checks.models import Learns, StartsUndecided
from rnncourse.checks.properties import (
    BatchIndependent,
    DependsOn,
    IndependentOf,
    InputsUntouched,
    Property,
)
from rnncourse.checks.questions import Question
from rnncourse.checks.rubrics import Criterion, Written
from rnncourse.checks.sequence_properties import IgnoresPadding, LinearIn, SplitsAnywhere
from rnncourse.checks.stand_ins import DecimalCell, LinearCell, StandIn, StillCell

__all__ = [
    "EXACT",
    "BatchIndependent",
    "BeatsBaselines",
    "BlindToLater",
    "Catches",
    "Close",
    "Comparison",
    "CountsOnes",
    "Criterion",
    "DecimalCell",
    "DependsOn",
    "Frugal",
    "IgnoresPadding",
    "IndependentOf",
    "InputsUntouched",
    "LagForecaster",
    "Learns",
    "LinearCell",
    "LinearIn",
    "Property",
    "Question",
    "SameLayer",
    "SmallIntegers",
    "SplitsAnywhere",
    "StandIn",
    "StartsUndecided",
    "StillCell",
    "Written",
    "check",
]

"""Marking one paper: ask, compare, name the mistake, give the points."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rnncourse.checks.calls import NOT_WRITTEN, STUB_HINT, Ask, Inputs, Outcome
from rnncourse.checks.papers import CallFailed, Case, Paper, finding
from rnncourse.checks.values import describe

TIME_LIMIT = "TimeLimit"
KERNEL_DIED = "KernelDied"
UNREADABLE = "UnreadableAnswer"
CASE = "case "
IN_FUNCTION = re.compile(r"line \d+ of (\w+):")
FINAL = {"SystemExit", TIME_LIMIT, KERNEL_DIED}
"""What a call may raise that no further case will mend."""


@dataclass(frozen=True)
class Trial:
    """One thing that was tried.

    Args:
        title: What was tried.
        passed: Whether it went well; None if it was not tried.
        finding: What was wrong, without any expected number.
        detail: The numbers, for cases that the learner may see.
    """

    title: str
    passed: bool | None
    finding: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Example:
    """A public case that an answer got wrong, as text.

    Args:
        case: Which one, with the sizes of its arguments.
        difference: What was wrong, with the numbers.
        given: The arguments by name.
        expected: What should have come back, or "".
        received: What came back, or "" where nothing did.
        item: The item of the result that these two are, or "".
    """

    case: str
    difference: str
    given: dict[str, str] = field(default_factory=dict)
    expected: str = ""
    received: str = ""
    item: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a question's marking came to.

    Args:
        question: Name of the question.
        points: Points given, a plain float from 0 to `max_points`.
        max_points: Points of a right answer.
        message: One sentence for the learner; holds no expected number.
        mistake: The bank's message, if the answer is one of its wrong answers.
        trials: What was tried.
        example: In an examination, a public case that it got wrong, too.
        passes_public: In an examination, whether it failed, and gets all public cases right.
    """

    question: str
    points: float
    max_points: float
    message: str
    mistake: str = ""
    trials: tuple[Trial, ...] = ()
    example: Example | None = None
    passes_public: bool = False

    @property
    def passed(self) -> bool:
        """Whether all trials went well; a bonus can pass or fail, too."""
        return bool(self.trials) and all(trial.passed for trial in self.trials)


def mark(paper: Paper, ask: Ask) -> Verdict:
    """Return the verdict on the function that `ask` calls.

    All points need every case and every property to be right. With a wrong
    case there are none. Of the broken properties, the dearest one counts.

    Args:
        paper: What to try.
        ask: Calls the learner's function, here or in another process.
    """
    trials: list[Trial] = []
    named = list(paper.cases[0].mistakes)
    for number, case in enumerate(paper.cases, start=1):
        outcome = ask(case.inputs)
        if missing := _missing(paper, outcome):
            return Verdict(paper.name, 0.0, float(paper.points), missing)
        trial = try_case(paper, case, outcome, number)
        trials.append(trial)
        if not trial.passed:
            named = [name for name in named if _same(paper, case.mistakes[name], outcome)]
        if outcome.raised in FINAL:
            break
    if all(trial.passed for trial in trials):
        return _mark_properties(paper, ask, trials)
    untried = [Trial(p.title(paper.returns), None) for p in paper.properties]
    return _verdict(paper, 0.0, named[0] if named else "", trials + untried)


def _mark_properties(paper: Paper, ask: Ask, trials: list[Trial]) -> Verdict:
    rng = np.random.default_rng(paper.seed)
    cost, mistake = 0.0, ""
    for prop in paper.properties:
        title = prop.title(paper.returns)
        try:
            found = finding(prop, paper, ask, rng)
        except CallFailed as failed:
            said = f"Called again with other arguments: {_raised(paper, failed.outcome)}"
            named = paper.blame.get(str(failed), "")
            return _verdict(paper, 0.0, named, [*trials, Trial(title, False, said)])
        trials = [*trials, Trial(title, found is None, found or "")]
        if found is not None:
            cost = max(cost, prop.cost)
            mistake = mistake or paper.blame.get(found, "")
    return _verdict(paper, 1.0 - cost, mistake, trials)


def _verdict(paper: Paper, share: float, mistake: str, trials: list[Trial]) -> Verdict:
    maximum = float(paper.points)
    failed = [trial for trial in trials if trial.passed is False]
    tried = [trial for trial in trials if trial.passed is not None]
    if not failed:
        all_of_them = f"all {len(tried)} trials" if len(tried) > 1 else "the trial"
        message = f"Right: {all_of_them} passed."
    elif mistake:
        stop = "" if mistake.endswith(("?", ".")) else "."
        message = f"It looks like this: {mistake}{stop}"
    else:
        message = _explained(failed[0])
    points = min(max(maximum * share, 0.0), maximum)
    return Verdict(paper.name, points, maximum, message, mistake, tuple(trials))


def _explained(trial: Trial) -> str:
    """Return what a failed trial found; of a property, also what must hold."""
    if trial.title.startswith(CASE):
        return trial.finding
    return f"This must hold: {trial.title}. {trial.finding}"


def _missing(paper: Paper, outcome: Outcome) -> str:
    """Return what is to be said where there is no answer yet, or ""."""
    inside = IN_FUNCTION.search(outcome.place)
    if outcome.raised == NOT_WRITTEN and not outcome.message:
        if inside and inside[1] != paper.name:
            return f"It calls `{inside[1]}`, which is not written yet."
        return STUB_HINT
    if outcome.raised == "NameError" and outcome.message == f"name {paper.name!r} is not defined":
        return f"`{paper.name}` is not defined. Did the cell that defines it run, without error?"
    return ""


def try_case(paper: Paper, case: Case, outcome: Outcome, number: int) -> Trial:
    """Return how an outcome compares with a case, the `number`th of its paper."""
    title = f"{CASE}{number}: {_sizes(case.inputs)}"
    if outcome.raised:
        return Trial(title, False, _raised(paper, outcome))
    difference = paper.compare.difference(case.expected, outcome.value, items=paper.returns)
    if difference is None:
        return Trial(title, True)
    return Trial(title, False, _sentence(difference.reason), difference.detail)


def _raised(paper: Paper, outcome: Outcome) -> str:
    """Return what is to be said of an answer that is no answer."""
    messages = {
        "SystemExit": "It called sys.exit: a function ends with `return`.",
        TIME_LIMIT: f"It had not returned after {paper.time_limit:g} s. Does its loop end?",
        KERNEL_DIED: "It ended the kernel: os._exit, a crash, or too much memory?",
        UNREADABLE: outcome.message,
        "EOFError": "It asks with input(): use the arguments instead.",
    }
    text = f"It raised {outcome.raised}: {outcome.message}".rstrip(": ")
    text += f" ({outcome.place})" if outcome.place else ""
    stop = "" if text.endswith(".") else "."
    unknown = " Is it spelled as it was defined, with its prefix, and did that cell run?"
    hint = unknown if outcome.raised == "NameError" else ""
    return messages.get(outcome.raised, f"{text}{stop}{hint}")


def _same(paper: Paper, wrong: Outcome, outcome: Outcome) -> bool:
    if wrong.raised or outcome.raised:
        return (wrong.raised, wrong.message) == (outcome.raised, outcome.message)
    return paper.compare.equal(wrong.value, outcome.value)


def _sizes(inputs: Inputs) -> str:
    return ", ".join(f"{name} {_size(value)}" for name, value in inputs.items())


def _size(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return str(value.shape)
    if isinstance(value, list | tuple | dict):
        return describe(value)
    return f"= {value!s:.20}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def without_cases(verdict: Verdict) -> Verdict:
    """Return the verdict as feedback may show it: the fresh cases in one line, no expected number.

    What the learner's own code wrote into an exception stays in it.
    """
    cases = [trial for trial in verdict.trials if trial.title.startswith(CASE)]
    if not cases:
        return verdict
    right = sum(trial.passed is True for trial in cases)
    finding = next((trial.finding for trial in cases if not trial.passed), "")
    whole = Trial(f"{right} of {len(cases)} fresh cases", right == len(cases), finding)
    others = verdict.trials[len(cases) :]
    return replace(verdict, trials=(whole, *others))

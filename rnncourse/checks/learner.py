"""`check`: what a learner calls, in a notebook or in the browser."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rnncourse.checks.calls import asking
from rnncourse.checks.marking import Verdict, mark
from rnncourse.checks.papers import Paper, papers_from_text
from rnncourse.checks.report import as_html, as_text, headline
from rnncourse.errors import CheckFailed, QuestionError, UnknownNameError

PACKAGE = Path(__file__).parents[1]


def check(name: str, function: Callable[..., Any]) -> None:
    """Try `function` on the public cases of a question, and show what came back.

    Args:
        name: Exercise and question, such as "01_recurrent_neurons/rnn_step".
        function: Your answer.

    Raises:
        CheckFailed: If any trial failed.
        UnknownNameError: If there is no such exercise or question.
    """
    paper = public_paper(name)
    if not callable(function):
        raise CheckFailed(
            f"`check` needs the function itself. Received: {type(function).__name__}. "
            f"Write check({name!r}, {name.split('/')[-1]}), without parentheses after the name."
        )
    verdict = mark(paper, asking(function))
    _show(verdict)
    if not verdict.passed:
        raise CheckFailed(f"{headline(verdict)}. {verdict.message}")


def public_paper(name: str) -> Paper:
    """Return the released paper of the question `name`.

    Raises:
        UnknownNameError: If there is no such exercise or question.
        QuestionError: If the name is not of the form "exercise/question".
    """
    exercise, slash, question = name.partition("/")
    if not slash:
        raise QuestionError(
            f"A question is named exercise/question. Received: {name!r}. "
            "Copy the line from the released notebook."
        )
    known: dict[str, Paper] = {}
    for path in _case_files(exercise):
        known = papers_from_text(path.read_text(encoding="utf-8"))
        if name in known:
            return known[name]
    if known:
        raise UnknownNameError.among("question", question, (n.partition("/")[2] for n in known))
    raise UnknownNameError.among("exercise", exercise, _exercises())


def _case_files(exercise: str) -> Iterator[Path]:
    """Yield the files that may hold the public cases: the notebook's folder comes first."""
    folders = [Path.cwd(), *(root / exercise for root in _exercise_roots())]
    yield from (f / "cases.json" for f in folders if (f / "cases.json").is_file())


def _exercise_roots() -> list[Path]:
    """Return where exercises may be: in the installed package, or beside it in a checkout."""
    return [PACKAGE / "exercises", PACKAGE.parent / "exercises"]


def _exercises() -> list[str]:
    return [path.parent.name for root in _exercise_roots() for path in root.glob("*/cases.json")]


def _show(verdict: Verdict) -> None:
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": as_text(verdict), "text/html": as_html(verdict)})
    else:
        print(as_text(verdict))

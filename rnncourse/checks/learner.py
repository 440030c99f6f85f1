"""`check`: what a learner calls, in a notebook or in the browser."""

import sys
from collections.abc import Callable
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
            f"Write check({name!r}, {paper.name}), without parentheses after the name."
        )
    verdict = mark(paper, asking(function, paper.through))
    _show(verdict)
    if not verdict.passed:
        raise CheckFailed(f"{headline(verdict)}. {verdict.message}")


def public_paper(name: str) -> Paper:
    """Return the released paper of one question, such as "01_recurrent_neurons/rnn_step".

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
    papers = public_papers(exercise)
    if question not in papers:
        raise UnknownNameError.among("question", question, papers)
    return papers[question]


def public_papers(exercise: str, folder: Path | None = None) -> dict[str, Paper]:
    """Return the released papers of one exercise, by question.

    Args:
        exercise: Name of the exercise.
        folder: Where to look first; by default the working folder, which is
            the notebook's.

    Raises:
        UnknownNameError: If there is no such exercise.
        QuestionError: If its file of cases cannot be read.
    """
    folders = [folder or Path.cwd(), *(root / exercise for root in exercise_roots())]
    for path in (place / "cases.json" for place in folders):
        if path.is_file():
            papers = papers_from_text(path.read_text(encoding="utf-8"))
            own = {key: paper for key, paper in papers.items() if key.startswith(f"{exercise}/")}
            if own:
                return {paper.name: paper for paper in own.values()}
    raise UnknownNameError.among("exercise", exercise, _exercises())


def exercise_roots() -> list[Path]:
    """Return where exercises may be: in the installed package, or beside it in a checkout."""
    return [PACKAGE / "exercises", PACKAGE.parent / "exercises"]


def _exercises() -> list[str]:
    return [path.parent.name for root in exercise_roots() for path in root.glob("*/cases.json")]


def _show(verdict: Verdict) -> None:
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": as_text(verdict), "text/html": as_html(verdict)})
    else:
        print(as_text(verdict))

"""The examiner: runs one notebook, asks its questions, and writes the verdicts into it.

    learner's cells ──run──> kernel        the kernel never sees a reference,
    question's cell ──ask──> kernel        an expected value or a verdict
                     <─text─
    compare, here ──> verdict: the output of the question's cell

The verdict is an `execute_result` whose text is a plain float, which nbgrader
reads as partial credit, and whose HTML is the message.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from rnncourse.checks.calls import Ask, Inputs, Outcome
from rnncourse.checks.examples import first_wrong_case
from rnncourse.checks.marking import FINAL, Verdict, mark, without_cases
from rnncourse.checks.papers import Paper
from rnncourse.checks.report import as_html
from rnncourse.checks.values import printable
from rnncourse.errors import KernelError
from rnncourse.grading.kernel import LearnerKernel, TimeLimits
from rnncourse.grading.submissions import grade_id, is_question


def examine(
    notebook: NotebookNode,
    papers: Mapping[str, Paper],
    *,
    kernel_name: str = "python3",
    folder: str | None = None,
    limits: TimeLimits | None = None,
) -> dict[str, Verdict]:
    """Run `notebook`, ask every paper at its question's cell, and write the verdicts there.

    Args:
        notebook: A notebook whose question cells carry nbgrader's `grade_id`.
            Changed in place: it gets the outputs.
        papers: The paper of each question, by `grade_id`.
        kernel_name: Name of the Jupyter kernel.
        folder: Folder that the cells run in.
        limits: How long the notebook may run.

    Returns:
        The verdict of each question. A question without a cell gets 0.

    Raises:
        KernelError: If no kernel could be started.
    """
    for cell in notebook.cells:
        cell.metadata.pop("tags", None)
    verdicts = _wait_for(_examine(notebook, papers, LearnerKernel(kernel_name, folder, limits)))
    for cell in notebook.cells:
        if (question := question_of(cell)) in verdicts:
            cell.outputs = [_verdict_output(verdicts[question])]
            cell.execution_count = None
    return verdicts


def question_of(cell: NotebookNode) -> str:
    """Return the name of the question whose cell this is, or ""."""
    return grade_id(cell) if is_question(cell) else ""


def _wait_for(examination: Coroutine[Any, Any, dict[str, Verdict]]) -> dict[str, Verdict]:
    """Run to the end; in a thread of its own where a loop is running, as under formgrader."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(examination)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, examination).result()


async def _examine(
    notebook: NotebookNode, papers: Mapping[str, Paper], learner: LearnerKernel
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    trouble = ""
    async with learner as kernel:
        try:
            for cell in notebook.cells:
                question = question_of(cell)
                if question in papers:
                    verdicts[question] = await _ask(kernel, papers[question])
                elif cell.cell_type == "code":
                    await kernel.run(cell)
            for question, verdict in verdicts.items():
                if not verdict.trials:  # perhaps the answer stands further down
                    verdicts[question] = await _ask(kernel, papers[question])
        except KernelError as error:
            trouble = f"The grading of this notebook stopped here. {error}"
    verdicts = {name: _with_cell_error(verdict, notebook) for name, verdict in verdicts.items()}
    for name, paper in papers.items():
        message = trouble or "The notebook has no cell for this question."
        verdicts.setdefault(name, Verdict(name, 0.0, paper.points, message))
    return verdicts


async def _ask(kernel: LearnerKernel, paper: Paper) -> Verdict:
    """Mark one paper; `mark` is plain code, so it runs in a thread and asks through the loop."""
    loop = asyncio.get_running_loop()

    ended: list[str] = []

    def ask(inputs: Inputs) -> Outcome:
        pending = kernel.ask(paper.name, inputs, paper.time_limit, paper.through)
        outcome = asyncio.run_coroutine_threadsafe(pending, loop).result()
        ended.extend({outcome.raised} & FINAL)
        return outcome

    def marked() -> Verdict:
        verdict = mark(paper, ask)
        wrong = verdict.trials and not verdict.passed
        return _with_example(verdict, paper, ask) if wrong and not ended else verdict

    return await asyncio.to_thread(marked)


def _with_example(verdict: Verdict, paper: Paper, ask: Ask) -> Verdict:
    """Add what the answer gives on the cases that its writer may see; the points stand."""
    if paper.public is None:
        return verdict
    try:
        example = first_wrong_case(paper.public, ask)
    except KernelError:  # the time of the notebook is up, which costs no verdict that it has
        return verdict
    return replace(verdict, example=example, passes_public=example is None)


def _with_cell_error(verdict: Verdict, notebook: NotebookNode) -> Verdict:
    """Name the error of the cell that should have defined the function, or what it uses."""
    unknown_name = "NameError" in verdict.message
    for cell in notebook.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if not errors:
            continue
        said = printable(f"{errors[-1].ename}: {errors[-1].evalue}"[:300])
        defines = re.search(rf"\bdef\s+{verdict.question}\b", cell.source)
        if defines and not verdict.trials:
            return replace(verdict, message=f"The cell that defines it ended with {said}.")
        if unknown_name and not defines:
            first = printable(cell.source.strip().split("\n")[0][:60])
            cause = f"The cell that begins with {first!r} ended with {said.rstrip('.')}."
            return replace(verdict, message=f"{verdict.message} {cause}")
    return verdict


def _verdict_output(verdict: Verdict) -> NotebookNode:
    shown = without_cases(verdict)
    data = {"text/plain": repr(float(verdict.points)), "text/html": as_html(shown)}
    return new_output("execute_result", data, execution_count=None)

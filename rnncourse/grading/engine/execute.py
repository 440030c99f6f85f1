"""Running the notebooks of other courses, as nbgrader does: their tests are their own cells."""

from collections.abc import Mapping
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, setenv
from traitlets.config import Config

from rnncourse.errors import KernelError
from rnncourse.grading.client import Capped, PromptManager
from rnncourse.grading.isolation import SANDBOXED

NOT_RUN = "The kernel ended, or hung, in this cell or in one before it."


def run_as_nbgrader(
    notebook: NotebookNode,
    settings: Mapping[str, Mapping[str, Any]],
    *,
    kernel_name: str,
    folder: str,
) -> NotebookNode:
    """Return the notebook with its outputs.

    Args:
        notebook: The notebook, sanitised by nbgrader. Changed in place.
        settings: nbgrader's settings, by section.
        kernel_name: Name of the Jupyter kernel; an unprotected one gives way to the notebook's own.
        folder: Folder that the cells run in.

    Raises:
        KernelError: If the sandbox has no kernel of the notebook's language, or it did not start.
    """
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    sandboxed = kernel_name == SANDBOXED
    if sandboxed and language.lower() != "python":
        raise KernelError(
            f"The notebook is written in {language!s:.20}; the sandbox runs Python. "
            "nbgrader itself runs it, unprotected: nbgrader autograde."
        )
    for cell in notebook.cells:
        if is_grade(cell):  # a check that is skipped would count as passed
            cell.metadata.pop("tags", None)
    execute = RobustExecute(config=Config({name: dict(part) for name, part in settings.items()}))
    if sandboxed:
        execute.kernel_name = kernel_name
        execute.kernel_manager_class = PromptManager
    execute.shutdown_kernel = "immediate"
    with setenv(NBGRADER_EXECUTION="autograde"):
        ran, _ = execute.preprocess(notebook, {"metadata": {"path": folder}})
    return ran


class RobustExecute(Capped, Execute):
    """nbgrader's execution, where a kernel that dies costs the rest of its notebook alone."""

    _died = False

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run one cell; if the kernel has died, leave an error there, which nbgrader gives 0.

        Raises:
            SandboxError: If it was ended from outside.
        """
        try:
            if not self._died:
                return super().preprocess_cell(cell, resources, index)
        except (DeadKernelError, CellTimeoutError):  # the latter: an interrupt was not heeded
            self.require_own_end()
            self._died = True
        if cell.cell_type == "code":
            error = new_output(
                "error", ename="DeadKernelError", evalue=NOT_RUN, traceback=[NOT_RUN]
            )
            cell.outputs.append(error)
        return cell, resources

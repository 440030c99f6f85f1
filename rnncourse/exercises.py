"""The course folder, and one exercise as it is written by hand.

An exercise is two files in `solutions/<slug>/`: `notebook.py`, a percent
notebook with the prose, the stubs and the solutions, and `questions.py`. This
module reads them; `rnncourse.notebooks` derives from them what learners get.
"""

import hashlib
import linecache
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
from nbformat import NotebookNode

from rnncourse.checks.papers import Paper, papers_from_text
from rnncourse.checks.questions import Question
from rnncourse.checks.rubrics import Written
from rnncourse.errors import QuestionError, UnknownNameError

Function = Callable[..., Any]


@dataclass(frozen=True)
class Course:
    """The folder of the course, and where things are in it.

    Args:
        root: The folder that holds `solutions/` and `_config.yml`.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> "Course":
        """Return the course at or above `start`, or the one that this package lies in.

        Raises:
            UnknownNameError: If there is none; says how to name one.
        """
        named = os.environ.get("RNNCOURSE_ROOT")
        start = Path(named) if named else (start or Path.cwd())
        here = Path(__file__).resolve()
        elsewhere = () if named else here.parents
        for folder in (start.resolve(), *start.resolve().parents, *elsewhere):
            if (folder / "solutions").is_dir() and (folder / "_config.yml").is_file():
                return cls(folder)
        raise UnknownNameError(
            f"No course at or above {start}: a course has solutions/ and _config.yml. "
            "Change into it, or set RNNCOURSE_ROOT to its folder."
        )

    @property
    def exercises(self) -> Path:
        """Where released exercises are."""
        return self.root / "exercises"

    @property
    def instructor_notebooks(self) -> Path:
        """Where nbgrader finds its source notebooks."""
        return self.root / "_build" / "source"

    def slugs(self) -> list[str]:
        """Return the names of all exercises, in the order of the chapters."""
        return sorted(path.parent.name for path in self.root.glob("solutions/*/notebook.py"))

    def exercise(self, slug: str) -> "Exercise":
        """Return one exercise.

        Raises:
            UnknownNameError: If there is none of that name.
        """
        if slug not in self.slugs():
            raise UnknownNameError.among("exercise", slug, self.slugs())
        return Exercise(slug, self.root / "solutions" / slug)


@dataclass(frozen=True)
class Exercise:
    """One exercise: its notebook with solutions, its questions, and their references.

    Args:
        slug: Name of the exercise.
        folder: The folder of its two files.
    """

    slug: str
    folder: Path

    @cached_property
    def notebook(self) -> NotebookNode:
        """The hand-written notebook, with the cell keys `solution` and `question` as written."""
        return jupytext.read(self.folder / "notebook.py", fmt="py:percent")

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions by name.

        Raises:
            QuestionError: If `questions.py` holds none.
        """
        found = {k: v for k, v in self._declared.items() if isinstance(v, Question)}
        if not found:
            path = self.folder / "questions.py"
            raise QuestionError(f"{path} holds no Question. Write one: name = Question(…).")
        return found

    @cached_property
    def rubrics(self) -> dict[str, Written]:
        """The questions that are answered in words, by name."""
        return {k: v for k, v in self._declared.items() if isinstance(v, Written)}

    @cached_property
    def references(self) -> dict[str, Function]:
        """The right answer to each question: what the solution cells define.

        Raises:
            QuestionError: If a question has no function of its name.
        """
        namespace: dict[str, Any] = {}
        for number, source in enumerate(self._own_code(), start=1):
            place = f"{self.folder.name}/notebook.py, code cell {number}"
            # TensorFlow's autograph, and tracebacks, look for source lines there.
            linecache.cache[place] = (len(source), None, source.splitlines(True), place)
            exec(compile(source, place, "exec"), namespace)  # noqa: S102 - the course's own code
        missing = sorted(set(self.questions) - set(namespace))
        if missing:
            raise QuestionError(
                f"{self.slug}: no solution cell defines {', '.join(missing)}. "
                "A question is named as the function that it asks for."
            )
        return {name: namespace[name] for name in self.questions}

    @cached_property
    def written(self) -> dict[str, float]:
        """The points of the questions that a person marks, by name."""
        return {name: rubric.points for name, rubric in self.rubrics.items()}

    @cached_property
    def sections(self) -> dict[str, str]:
        """The heading in the chapter under which to read on, by question; "" for none."""
        return {name: asked.section for name, asked in (self.questions | self.rubrics).items()}

    def model_answer(self, name: str) -> str:
        """Return the author's answer to a question in words."""
        cell = next(c for c in self.notebook.cells if c.metadata.get("written") == name)
        lines = cell.source.splitlines()
        return "\n".join(line for line in lines if not line.startswith("### "))

    def public_papers(self) -> dict[str, Paper]:
        """Return the released papers by full name, such as "01_recurrent_neurons/rnn_step"."""
        return {
            f"{self.slug}/{name}": question.public_paper(name, self.references[name])
            for name, question in self.questions.items()
        }

    def examination(self, seed: int) -> dict[str, Paper]:
        """Return fresh papers by the question's name; the same `seed` gives the same papers."""
        released = self._released()
        return {
            name: replace(
                question.paper(name, self.references[name], seed + number),
                public=released.get(name),
            )
            for number, (name, question) in enumerate(self.questions.items())
        }

    def fingerprint(self) -> str:
        """Return a hash of the exercise's sources: marks hold for one fingerprint."""
        parts = [path.read_bytes() for path in sorted(self.folder.glob("*.py"))]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()

    @cached_property
    def _declared(self) -> dict[str, Any]:
        """What `questions.py` defines."""
        path = self.folder / "questions.py"
        if not path.is_file():
            raise QuestionError(f"{path} does not exist. Every notebook.py has a questions.py.")
        module = ModuleType(f"questions_of_{self.slug}")
        module.__file__ = str(path)
        # No import: Python would take an edit of the same second for what it has compiled.
        exec(compile(path.read_bytes(), path, "exec"), vars(module))  # noqa: S102 - the course's own
        return vars(module)

    def _released(self) -> dict[str, Paper]:
        """Return the papers that learners have, by question; {} where none are released."""
        path = self.folder.parents[1] / "exercises" / self.slug / "cases.json"
        papers = papers_from_text(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {paper.name: paper for paper in papers.values()}

    def _own_code(self) -> Iterator[str]:
        for cell in self.notebook.cells:
            if cell.cell_type == "code" and "question" not in cell.metadata:
                yield cell.source

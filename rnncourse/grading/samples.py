"""What a sample class hands in: submissions of every kind, with the marks they should get.

Right answers, half answers, the bank's wrong answers, bad values, hostile code
and damaged files, made for any exercise from its own questions.
"""

import codecs
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from rnncourse.checks.calls import asking
from rnncourse.checks.marking import mark
from rnncourse.checks.questions import Question
from rnncourse.exercises import Exercise
from rnncourse.grading.bank_code import bank_code
from rnncourse.grading.damage import BROKEN_FILES, HARMLESS
from rnncourse.notebooks import instructor_notebook

BAD_ANSWERS = {
    "raises": ("raise ValueError('out of ideas')", 0.0, "out of ideas"),
    "returns-none": ("right_answer(*arguments)", 0.0, "None"),
    "returns-text": ("return 'done'", 0.0, "done"),
    "returns-a-list": ("return _map(right_answer(*arguments), list)", 0.0, "list"),
    "returns-nan": ("return _map(right_answer(*arguments), lambda a: a * np.nan)", 0.0, "NaN"),
    "wrong-shape": ("return _map(right_answer(*arguments), np.ravel)", 0.0, "shape"),
    "wrong-dtype": (
        "return _map(right_answer(*arguments), lambda a: a.astype('float32'))",
        0.0,
        "dtype",
    ),
    "returns-a-tensor": (
        "return _map(right_answer(*arguments), tf.constant)",
        0.0,
        "Tensor",
    ),
    "changes-its-inputs": (
        "result = right_answer(*arguments); arguments[0][...] = 0; return result",
        0.5,
        "in place",
    ),
    "writes-to-stderr": (
        "import sys, warnings; print('hm', file=sys.stderr); warnings.warn('hm')\n"
        "    return right_answer(*arguments)",
        1.0,
        "Right",
    ),
    "never-returns": ("\n    while True: pass", 0.0, "not returned after"),
    "calls-exit": ("import sys; sys.exit(0)", 0.0, "sys.exit"),
}
"""By student: what the last answer does instead, its share of the points, words of the message."""


FEW = 5
"""Wrong answers a question in the exercises that do not try the grader, to save time."""


@dataclass(frozen=True)
class Sample:
    """One synthetic submission.

    Args:
        student: The made-up student's id, which says what it is.
        content: The file as it is handed in.
        expected: Points by question, or None where the file is not readable.
        says: Words that the messages must contain.
    """

    student: str
    content: bytes
    expected: dict[str, float] | None
    says: tuple[str, ...] = ()


def samples(
    exercise: Exercise, released: NotebookNode, *, with_trouble: bool = True
) -> Iterator[Sample]:
    """Yield the submissions of one exercise.

    Args:
        exercise: The exercise, with its questions and solutions.
        released: The notebook that learners get.
        with_trouble: Also those that try the grader and not the exercise: bad
            values, hostile code, damaged files; and the whole bank of wrong answers,
            of which the other exercises get a few. The bank's own tests try all.
    """
    book = Answers(exercise, released)
    yield from _right_and_half(book)
    rounds = min(len(question.mistakes) for question in book.questions.values())
    yield from _wrong(book, rounds if with_trouble else min(rounds, FEW))
    if not with_trouble:
        return
    yield from _bad_values(book)
    yield from _hostile(book)
    yield from _damaged(book)


class Answers:
    """Notebooks with given answers, and the points that they should get."""

    def __init__(self, exercise: Exercise, released: NotebookNode) -> None:
        self.exercise = exercise
        self.released = released
        self.questions: dict[str, Question] = exercise.questions
        self.names = list(exercise.questions)
        self.full = {name: float(q.points) for name, q in exercise.questions.items()}
        self.none = dict.fromkeys(self.names, 0.0)
        solved = instructor_notebook(exercise)
        self.right = {name: _code(_cell(solved, f"{name}_solution")) for name in self.names}
        self.words = {name: exercise.model_answer(name) for name in exercise.written}

    def notebook(self, code: dict[str, str]) -> NotebookNode:
        """Return the released notebook with `code` in the solution cells of these questions."""
        notebook = copy.deepcopy(self.released)
        for name, source in code.items():
            _cell(notebook, f"{name}_solution").source = source
        return notebook

    def solved(self) -> NotebookNode:
        """Return the released notebook with all answers right."""
        notebook = self.notebook(self.right)
        for name, text in self.words.items():
            _cell(notebook, name).source = text
        return notebook

    def banked(self, field: str, number: int) -> NotebookNode:
        """Return the released notebook with one answer of every question's bank."""
        bank = (self.exercise.folder / "questions.py").read_text(encoding="utf-8")
        return self.notebook({n: bank_code(bank, n, field, number) for n in self.names})

    def but_last(self, code: str) -> NotebookNode:
        """Return the solved notebook with the last answer followed by `code`, in its cell."""
        last = self.names[-1]
        code = dedent(code).strip().replace("ANSWER", last)
        return self.notebook(self.right | {last: f"{self.right[last]}\n\n{code}\n"})

    def all_but_last(self, share: float = 0.0) -> dict[str, float]:
        """Return all points, but only `share` of the last question's."""
        last = self.names[-1]
        return self.full | {last: self.full[last] * share}


def _right_and_half(book: Answers) -> Iterator[Sample]:
    yield Sample("right", as_bytes(book.solved()), book.full, ("Right",))
    yield Sample("blank", as_bytes(book.released), book.none, ("not written yet",))
    first = book.names[0]
    half = book.notebook({first: book.right[first]})
    yield Sample("half-done", as_bytes(half), book.none | {first: book.full[first]})
    for number in range(min(len(q.also_right) for q in book.questions.values())):
        notebook = book.banked("also_right", number)
        yield Sample(f"right-otherwise-{number + 1}", as_bytes(notebook), book.full)


def _wrong(book: Answers, rounds: int) -> Iterator[Sample]:
    """Yield submissions that give each question a wrong answer of its bank."""
    for number in range(rounds):
        notebook = book.banked("mistakes", number)
        messages = tuple(list(book.questions[name].mistakes)[number] for name in book.names)
        yield Sample(
            f"wrong-{number + 1:02}",
            as_bytes(notebook),
            {name: _mistake_points(book, name, number) for name in book.names},
            messages,
        )


def _bad_values(book: Answers) -> Iterator[Sample]:
    """Yield submissions whose last answer gives something that is no answer."""
    for student, (body, share, says) in BAD_ANSWERS.items():
        imports = "import tensorflow as tf" if "tf." in body else ""
        code = f"""
{imports}
right_answer = ANSWER
def _map(value, change):
    return tuple(map(change, value)) if isinstance(value, tuple) else change(value)
def ANSWER(*arguments):
    {body}
"""
        yield Sample(student, as_bytes(book.but_last(code)), book.all_but_last(share), (says,))


def _hostile(book: Answers) -> Iterator[Sample]:
    """Yield wrong answers that try to look right, or to take the grading down."""
    cheat = """
    import builtins, numpy, numpy.testing, IPython
    numpy.allclose = numpy.isclose = numpy.array_equal = lambda *a, **k: True
    numpy.testing.assert_allclose = lambda *a, **k: None
    builtins.AssertionError = type("Fine", (BaseException,), {})
    import rnncourse.checks, rnncourse.checks.learner, rnncourse.checks.marking
    rnncourse.checks.marking.mark = rnncourse.checks.learner.mark = lambda *a: print("all right")
    check = rnncourse.checks.check = lambda *a, **k: 1000.0
    IPython.get_ipython().input_transformers_cleanup.append(
        lambda lines: ["10.0" if "check(" in line else line for line in lines])
    """
    wrong = "".join(f"def {name}(*arguments):\n    return None\n" for name in book.names)
    notebook = book.notebook({book.names[0]: wrong + dedent(cheat)})
    for name in book.names[1:]:
        _cell(notebook, f"{name}_solution").source = "# all done above"
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
    yield Sample("cheats", as_bytes(notebook), book.none)
    kills = "def ANSWER(*arguments):\n    import os\n    os._exit(0)"
    yield Sample(
        "kills-the-kernel", as_bytes(book.but_last(kills)), book.all_but_last(), ("kernel",)
    )
    deaf = """
    def ANSWER(*arguments):
        while True:
            try:
                while True: pass
            except KeyboardInterrupt: pass
    """
    yield Sample(
        "ignores-interrupts", as_bytes(book.but_last(deaf)), book.all_but_last(), ("not returned",)
    )
    notebook = book.solved()
    notebook.cells.insert(1, new_code_cell("import os\nos.kill(os.getpid(), 9)"))
    yield Sample("kills-in-a-cell", as_bytes(notebook), book.full)


def _damaged(book: Answers) -> Iterator[Sample]:
    """Yield right answers in notebooks that were copied, cut and moved about, and broken files."""
    for student, change in HARMLESS.items():
        notebook = book.solved()
        change(notebook)
        yield Sample(student, as_bytes(notebook), book.full, ("Right",))
    whole = as_bytes(book.solved())
    yield Sample("byte-order-mark", codecs.BOM_UTF8 + whole, book.full)
    for student, (content, says) in BROKEN_FILES.items():
        yield Sample(student, content(whole), None, ("could not be read", says))


def _mistake_points(book: Answers, name: str, number: int) -> float:
    """Return the points that the learner's own check gives a wrong answer of the bank."""
    question = book.questions[name]
    wrong = list(question.mistakes.values())[number]
    paper = question.public_paper(name, book.exercise.references[name])
    return mark(paper, asking(wrong, paper.through)).points


def _cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def _code(cell: NotebookNode) -> str:
    """Return the code of a solution cell as a learner would have written it."""
    return "\n".join(line for line in cell.source.splitlines() if "### " not in line)


def as_bytes(notebook: NotebookNode) -> bytes:
    """Return a notebook as it is handed in."""
    return json.dumps(notebook, indent=1).encode()

"""The file that a learner handed in: which one it is, and its text.

What the text says is `rnncourse.grading.submissions`' concern.
"""

import stat
from mmap import ACCESS_READ, mmap
from pathlib import Path

from rnncourse.errors import NotebookError
from rnncourse.grading.outputs import without_outputs

MAX_BYTES = 200 * 2**20
"""Size of a file that is looked at."""
MAX_REST = 20 * 2**20
"""Size of what is parsed: in a file that is larger, only its outputs may be so large."""
LARGE = 4 * 2**20
"""Size from which a file is not read before its outputs are left out."""


def find_notebook(folder: Path, name: str) -> tuple[Path, str]:
    """Return the notebook that a folder was handed in for, and what is odd about it, or "".

    A notebook of the right name counts, whatever lies beside it; else the only
    one there is, because browsers and learners rename files.

    Args:
        folder: What was handed in.
        name: The name that the notebook was released under.

    Raises:
        NotebookError: If it is not clear which file counts; says what there is.
    """
    files = sorted(path for path in folder.glob("[!.]*") if not path.is_dir())
    if folder / name in files:
        return folder / name, ""
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    if len(notebooks) == 1:
        return notebooks[0], f"The notebook is called {shown(notebooks[0].name)}, not {name}."
    listed = ", ".join(shown(path.name) for path in notebooks or files)
    if notebooks:
        raise unreadable(f"no {name}, but {listed}. Which one counts? Rename it, or the others")
    found = f"Found {listed}: was it renamed?" if files else "The folder has no file."
    raise unreadable(f"no {name}. {found}")


def notebook_text(path: Path) -> str:
    """Return the text of a notebook; of a large one, without its outputs.

    Raises:
        NotebookError: If it is no file, too large, or no text; says which.
    """
    try:
        text = _content(path).decode("utf-8-sig")
    except OSError as error:
        raise unreadable(f"{error.strerror or error}".lower()) from error
    except UnicodeDecodeError:
        raise unreadable("it is not UTF-8 text") from None
    if not text.strip():
        raise unreadable("the file is empty")
    return text


def _content(path: Path) -> bytes:
    """Return what is in a file, without its outputs if they are large."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise unreadable("it is a link, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise unreadable("it is not a file")
    if status.st_size > MAX_BYTES:
        raise unreadable(f"it is larger than {MAX_BYTES // 2**20} MB. Clear its outputs")
    if status.st_size <= LARGE:
        return path.read_bytes()
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        content = without_outputs(mapped)
    if len(content) > MAX_REST:
        raise unreadable(f"it is larger than {MAX_REST // 2**20} MB without its outputs")
    return content


def shown(name: Path | str, limit: int = 80) -> str:
    """Return a stranger's file name as it can be printed: one short line, without controls."""
    text = "".join(sign if sign.isprintable() else "?" for sign in str(name))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def require_plain_name(student: str) -> None:
    """Raise an error for a student's id that formgrader would take for part of its page.

    Raises:
        NotebookError: If it has a sign that cannot be seen, or that HTML is made of.
    """
    if not student.isprintable() or set(student) & set('<>"'):
        raise NotebookError(
            f"is in a folder whose name is no student's id: {shown(student)}. Formgrader writes "
            'ids into its pages as they are: rename the folder, without < > " and hidden signs.'
        )


def unreadable(reason: str) -> NotebookError:
    """Return the error of a notebook that has no mark, for a reason without a full stop."""
    stop = "" if reason.endswith(("?", ".")) else "."
    return NotebookError(f"could not be read: {reason}{stop}")

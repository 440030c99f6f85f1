"""What the one writer does for a submission, part by part: processor seconds."""

import statistics
import time
from pathlib import Path

from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.gradebook import GradebookWriter, _Feedback

PARTS = ("prepare", "enter", "pages", "read")


def measure(folder):
    """Return the median processor seconds of each part, over a class that is graded.

    Args:
        folder: The class folder, as `rnncourse grade` left it.
    """
    class_folder = ClassFolder(Path(folder))
    writer = GradebookWriter(class_folder.config)
    spent = {part: [] for part in PARTS}
    start = _Feedback.start

    def timed(self):
        spent["pages"].append(_seconds(lambda: start(self)))

    _Feedback.start = timed
    try:
        for submission in class_folder.submissions():
            graded = class_folder.root / "autograded" / submission.student / submission.slug
            finished = {path.stem: path.read_text() for path in graded.glob("*.ipynb")}
            spent["prepare"].append(_seconds(lambda s=submission: writer.prepare(s)))
            entered = _seconds(lambda s=submission, f=finished: writer.enter(s, f))
            spent["enter"].append(entered - spent["pages"][-1])
            spent["read"].append(_seconds(lambda s=submission: writer.marks(s)))
    finally:
        _Feedback.start = start
    return {part: statistics.median(seconds) for part, seconds in spent.items()}


def _seconds(call):
    begun = time.process_time()
    call()
    return time.process_time() - begun

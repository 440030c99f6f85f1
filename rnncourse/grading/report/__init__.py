"""The class report: one HTML page for whoever teaches, and its numbers as JSON.

statistics  how hard a question is, how well it tells learners apart
answers     what the learners wrote
likeness    which answers look alike
findings    everything that the report says, as plain values
changes     what is not as in an earlier report
page        the page: html, pieces; numbers, plots; sources
"""

from pathlib import Path

from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.marks import ClassMarks
from rnncourse.grading.report.answers import read_answers
from rnncourse.grading.report.changes import changes, read_report
from rnncourse.grading.report.findings import gather
from rnncourse.grading.report.page import page
from rnncourse.notebooks import write_if_changed


def write_report(
    folder: ClassFolder, marks: ClassMarks, output: Path, *, since: Path | None = None
) -> Path:
    """Write the report, its numbers beside it; return where the numbers are.

    The numbers of the report before, if they were others, stay as
    `….before.json`, and the page says what has changed since. So the same class
    gives the same bytes, however often it is written.

    Args:
        folder: The class.
        marks: Its marks.
        output: Where the page goes, such as `report.html`.
        since: Numbers of an earlier report to compare with instead.

    Raises:
        ClassError: If `since` is no earlier report.
    """
    findings = gather(marks, *read_answers(folder, marks))
    numbers = findings.to_json().encode()
    now, before = output.with_suffix(".json"), output.with_suffix(".before.json")
    if now.is_file() and now.read_bytes() != numbers:
        write_if_changed(before, now.read_bytes())
    write_if_changed(now, numbers)
    earlier = since or (before if before.is_file() else None)
    changed = changes(read_report(earlier), read_report(now)) if earlier else None
    write_if_changed(output, page(findings, changed).encode())
    return now

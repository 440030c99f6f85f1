"""A sample class: synthetic submissions in a class folder, and the marks that they should get.

It is how an instructor sees the grader work, and how the tests hold it to its
word. What the students hand in is in `rnncourse.grading.samples`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat

from rnncourse.exercises import Course
from rnncourse.grading.outcomes import Submission
from rnncourse.grading.samples import samples
from rnncourse.notebooks import write_if_changed

MANIFEST = "sample_class.json"
CONFIG = '''"""nbgrader's settings for this sample class: those of the course, in this folder."""

from pathlib import Path

c = get_config()
load_subconfig("nbgrader_config.py", path={course!r})
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.release_directory = str(root / "release")
c.Exchange.root = str(root / "exchange")
'''


def write_sample_class(root: Path, course: Course, *, slugs: Sequence[str] = ()) -> int:
    """Write the sample class into `root`, changing only what differs; return its size.

    The first exercise gets every kind of submission; the others get right and
    wrong answers, because trouble of other kinds tries the grader alone.

    Args:
        root: Folder of the class; made if missing.
        course: The course.
        slugs: The exercises; all of the course if not given.
    """
    manifest: dict[str, dict[str, object]] = {}
    for number, slug in enumerate(slugs or course.slugs()):
        exercise = course.exercise(slug)
        released = nbformat.read(course.exercises / slug / f"{slug}.ipynb", as_version=4)
        for sample in samples(exercise, released, with_trouble=number == 0):
            path = root / "submitted" / sample.student / slug / f"{slug}.ipynb"
            write_if_changed(path, sample.content)
            fields = asdict(sample) | {"content": hashlib.sha256(sample.content).hexdigest()}
            manifest[f"{slug}/{sample.student}"] = fields
    write_settings(root, course)
    write_if_changed(root / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    return len(manifest)


def write_settings(root: Path, course: Course) -> None:
    """Write nbgrader's settings for a class in a folder of its own."""
    (root / "exchange").mkdir(parents=True, exist_ok=True)
    write_if_changed(root / "nbgrader_config.py", CONFIG.format(course=str(course.root)).encode())


def read_manifest(root: Path) -> dict[str, dict[str, Any]]:
    """Return what a sample class expects, by "exercise/student"; {} for any other class."""
    path = root / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def is_sample(manifest: dict[str, dict[str, Any]], submission: Submission) -> bool:
    """Return whether a submission is, byte for byte, one that `write_sample_class` wrote."""
    entry = manifest.get(f"{submission.slug}/{submission.student}", {})
    content = submission.path.read_bytes() if submission.path.is_file() else b""
    return entry.get("content") == hashlib.sha256(content).hexdigest()

"""The folder of a class: what is in it, and how it is laid out.

<class>/roster.csv              who is in the class: id, name, canvas_id, moodle_id
<class>/passwords.csv           what is handed out, once; the hub needs it no more
<class>/nbgrader_config.py      nbgrader's settings: the course's, and this folder
<class>/jupyterhub_config.py    the hub's settings
<class>/release/, submitted/, autograded/, feedback/, gradebook.db      nbgrader's own
<class>/exchange/               what is released, and what was collected
<class>/students/<id>/home/     a student's files
<class>/students/<id>/inbound/  their letter box: what they submitted
<class>/students/<id>/feedback/ what was returned to them
<class>/hub/                    the hub's database, log, cookie secret and password hashes

Nobody but the instructor can enter it. A student sees of it what `room` mounts.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from rnncourse.errors import ClassError
from rnncourse.exercises import Course
from rnncourse.grading.classes import ClassFolder
from rnncourse.grading.collecting.students import Person, read_roster
from rnncourse.grading.nbgrader_log import LOGGER
from rnncourse.grading.sandbox.bubblewrap import hand_over
from rnncourse.notebooks import write_if_changed

COURSE_ID = "rnncourse"
"""The course's name in nbgrader, as in the course's nbgrader_config.py."""
INSTRUCTOR = "instructor"
USER_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]*")
COLUMNS = ("id", "name", "canvas_id", "moodle_id")
SETTINGS = Path(__file__).parent / "settings"

NBGRADER_CONFIG = '''\
"""nbgrader's settings for this class: the course's, and where this class is."""

from pathlib import Path

CLASS = Path(__file__).resolve().parent

c = get_config()  # noqa: F821 - given by the loader
load_subconfig({course!r})  # noqa: F821 - the course: questions, examiner, sandbox
load_subconfig({settings!r})  # noqa: F821 - a letter box for each student

c.CourseDirectory.root = str(CLASS)
c.CourseDirectory.release_directory = str(CLASS / "release")
c.Exchange.root = str(CLASS / "exchange")

# Yours, for instance late penalties: c.AssignLatePenalties.plugin_class = "…"
'''
HUB_CONFIG = '''\
"""The hub's settings for this class; `rnncourse classroom` starts it with them."""

from pathlib import Path

from rnncourse.classroom.hub import settings

c = get_config()  # noqa: F821 - given by the loader
c.merge(settings(Path(__file__).resolve().parent))

# Yours: https://jupyterhub.readthedocs.io/en/stable/reference/config-reference.html
'''


@dataclass(frozen=True)
class StudentFolder:
    """What belongs to one student.

    Args:
        root: The student's folder in the class.
    """

    root: Path

    @property
    def id(self) -> str:
        """The student's name in the hub and in the gradebook."""
        return self.root.name

    @property
    def home(self) -> Path:
        """The student's files."""
        return self.root / "home"

    @property
    def inbound(self) -> Path:
        """What the student submitted."""
        return self.root / "inbound"

    @property
    def feedback(self) -> Path:
        """What was returned to the student."""
        return self.root / "feedback"


@dataclass(frozen=True)
class Classroom:
    """A class that works on one machine.

    Args:
        root: Its folder.
    """

    root: Path

    @property
    def hub(self) -> Path:
        """The hub's own files."""
        return self.root / "hub"

    @property
    def outbound(self) -> Path:
        """What is released."""
        return self.root / "exchange" / COURSE_ID / "outbound"

    @property
    def roster(self) -> Path:
        """Who is in the class."""
        return self.root / "roster.csv"

    def people(self) -> list[Person]:
        """Return who is in the class; nobody before it is laid out.

        Raises:
            ClassError: If the roster is no table of people who can sign in.
        """
        if not self.roster.is_file():
            return []
        people = read_roster(self.roster.read_text(encoding="utf-8"))
        for person in people:
            if not USER_NAME.fullmatch(person.id) or person.id == INSTRUCTOR:
                raise ClassError(
                    f"{person.id!r} cannot be a student's name here. Expected: lower-case letters "
                    f"of a to z, digits and . _ @ -, and not {INSTRUCTOR!r}."
                )
        return people

    def student(self, name: str) -> StudentFolder:
        """Return the folder of one student."""
        return StudentFolder(self.root / "students" / name)

    def students(self) -> list[StudentFolder]:
        """Return the folders of all who have one, in the order of their names."""
        return [StudentFolder(path) for path in sorted(self.root.glob("students/*"))]


def lay_out(classroom: Classroom, course: Course, newcomers: Iterable[Person]) -> None:
    """Make what is missing of a class; what is there stays as it is.

    Args:
        classroom: The class.
        course: The course that it takes.
        newcomers: Who joins it. Who is in the roster already stays as written there.

    Raises:
        ClassError: If it has no student, or one whose name cannot be, or without built exercises.
    """
    missing = [s for s in course.slugs() if not (course.instructor_notebooks / s).is_dir()]
    if missing:
        raise ClassError(f"{missing[0]} and perhaps others are not built. Run: rnncourse build")
    classroom.root.mkdir(parents=True, exist_ok=True)
    classroom.root.chmod(0o700)
    _enrol(classroom, newcomers)
    if not classroom.people():
        raise ClassError(
            "A class needs students. Name them: rnncourse classroom DIR chen garcia, "
            "or give a table with the columns id and name: --students FILE."
        )
    for name, text in (("nbgrader", NBGRADER_CONFIG), ("jupyterhub", HUB_CONFIG)):
        config = classroom.root / f"{name}_config.py"
        if not config.exists():
            own = {"course": course.root / config.name, "settings": SETTINGS / config.name}
            config.write_text(text.format(**{key: str(path) for key, path in own.items()}))
    for folder in (classroom.hub, classroom.outbound, classroom.outbound.with_name("inbound")):
        folder.mkdir(parents=True, exist_ok=True)
    (classroom.root / "exchange").chmod(0o777)  # nbgrader insists; the class around it is closed
    for person in classroom.people():
        _make_room(classroom.student(person.id))
    _enter_names(classroom, course)


def _enrol(classroom: Classroom, newcomers: Iterable[Person]) -> None:
    """Add to the roster who is not in it."""
    known = {person.id for person in classroom.people()}
    if joining := [person for person in newcomers if person.id not in known]:
        everybody = [*classroom.people(), *joining]
        table = io.StringIO()
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([getattr(person, column) for column in COLUMNS] for person in everybody)
        read_roster(table.getvalue())
        write_if_changed(classroom.roster, table.getvalue().encode())


def _make_room(student: StudentFolder) -> None:
    for folder in (student.home, student.inbound, student.feedback):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            if folder != student.feedback:
                hand_over(folder)


def _enter_names(classroom: Classroom, course: Course) -> None:
    """Tell the gradebook who is in the class: formgrader shows names, and who is missing."""
    config = ClassFolder(classroom.root, course).config
    coursedir = CourseDirectory(config=config, log=LOGGER)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        for person in classroom.people():
            first, _, last = person.name.rpartition(" ")
            gradebook.update_or_create_student(person.id, first_name=first, last_name=last)

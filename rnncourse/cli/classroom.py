"""The command for a class on one machine: classroom."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rnncourse.cli.terminal import ERR, OUT, command, plain
from rnncourse.errors import ClassError, UnknownNameError

if TYPE_CHECKING:
    from rnncourse.exercises import Course
    from rnncourse.grading.collecting.students import Person


@command("classroom")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("names", nargs=-1)
@click.option(
    "--students",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV with the columns id and name: who joins the class.",
)
@click.option(
    "--port",
    default=8000,
    envvar="RNNCOURSE_PORT",
    show_default=True,
    help="Where it listens; 0 is any free port.",
)
def classroom(folder: Path, names: tuple[str, ...], table: Path | None, port: int) -> None:
    """Run a class in FOLDER: a JupyterHub for you and for the students called NAMES.

    The first time lays the class out and makes everybody's password. Later, name
    only whom you want to add. It listens on this machine alone, until Ctrl-C.
    """
    from rnncourse.classroom import hub, room
    from rnncourse.classroom.folder import INSTRUCTOR, Classroom, lay_out
    from rnncourse.classroom.passwords import hand_out

    room_of = Classroom(folder.resolve())
    course = _course(folder)
    lay_out(room_of, course, _newcomers(names, table))
    users = [INSTRUCTOR, *(person.id for person in room_of.people())]
    passwords = room_of.root / "passwords.csv"
    new = hand_out(users, room_of.hub / "passwords.json", passwords)
    with ERR.status("Trying the sandbox …"):
        hidden = [passwords, course.root / "solutions" / course.slugs()[0] / "questions.py"]
        room.require_tight(room_of, room_of.student(users[-1]), hidden)
    port = port or hub.free_port()
    try:
        with hub.running(room_of, port) as running:
            if new:
                OUT.print(f"New passwords: {plain(str(passwords))}", soft_wrap=True)
            where = f"http://{hub.LOOPBACK}:{port}"
            # Not by rich, which would print it again if Ctrl-C came while it does.
            click.echo(f"{where} for {INSTRUCTOR} and {len(users) - 1} students; Ctrl-C stops it.")
            hub.wait_for_end(running)
    except KeyboardInterrupt:
        OUT.print("Stopped. The same command goes on where it was.")


def _course(folder: Path) -> "Course":
    from rnncourse.exercises import Course

    try:
        return Course.find(folder)
    except UnknownNameError as error:
        raise ClassError(
            "A class needs the course's folder, with the solutions that it is graded by; the "
            "installed package alone has none. Get the repository, run make course there, and "
            "then this command; or name its folder in RNNCOURSE_ROOT."
        ) from error


def _newcomers(names: tuple[str, ...], table: Path | None) -> "list[Person]":
    from rnncourse.grading.collecting.students import Person, read_roster

    if table is not None and not table.is_file():
        raise ClassError(f"There is no file {table}.")
    listed = read_roster(table.read_text(encoding="utf-8")) if table else []
    return [*(Person(name) for name in names), *listed]

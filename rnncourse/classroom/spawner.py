"""Starts a server: a student's in its room, the instructor's as the instructor."""

import os
import sys
from pathlib import Path
from typing import Any

from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Unicode

from rnncourse.classroom import room
from rnncourse.classroom.folder import INSTRUCTOR, SETTINGS, Classroom
from rnncourse.classroom.tied import TIED
from rnncourse.exercises import Course

SERVER = [sys.executable, "-m", "jupyterhub.singleuser"]


class ClassSpawner(LocalProcessSpawner):
    """One server for each user of a class; none outlives the hub."""

    folder = Unicode(help="Folder of the class.").tag(config=True)

    async def start(self) -> tuple[str, int]:
        """Start the server; return where it listens."""
        classroom = Classroom(Path(self.folder))
        if self.user.name == INSTRUCTOR:
            as_root = ["--allow-root"] if os.geteuid() == 0 else []
            self.cmd = [*TIED, *SERVER, *as_root]
            self.notebook_dir = str(classroom.root)
        else:
            self.cmd = room.server(classroom, classroom.student(self.user.name), SERVER)
        self.popen_kwargs = {"cwd": str(classroom.root)}
        return await super().start()

    def make_preexec_fn(self, name: str) -> None:
        """Do nothing: no user of the hub has an account on this machine."""

    def user_env(self, env: dict[str, Any]) -> dict[str, Any]:
        """Return the environment of the server: the hub's words, and the user's own."""
        classroom = Classroom(Path(self.folder))
        if self.user.name != INSTRUCTOR:
            return env | room.environment(classroom.student(self.user.name))
        told = {
            "JUPYTER_CONFIG_PATH": str(SETTINGS / "instructor"),
            "RNNCOURSE_ROOT": str(Course.find(classroom.root).root),
        }
        return os.environ | env | told

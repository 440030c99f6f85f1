"""The hub's authenticator: a name and the password that was handed out."""

import asyncio
from pathlib import Path

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from traitlets import Unicode

from rnncourse.classroom.passwords import is_right


class HandedOutPasswords(Authenticator):
    """Knows the users by the hashes of their passwords."""

    hashes = Unicode(help="File of the hashes.").tag(config=True)

    def validate_username(self, username: str) -> bool:
        """Return whether the class has a user of this name, still."""
        return super().validate_username(username) and username in self.allowed_users

    async def authenticate(self, handler: BaseHandler, data: dict[str, str]) -> str | None:
        """Return the user's name where the password is right, or None."""
        name = data["username"]
        # Hashing takes a while, and meanwhile the hub serves others.
        right = await asyncio.to_thread(is_right, name, data["password"], Path(self.hashes))
        return name if right else None

"""A password for each user: made at random, handed out once, kept as a hash.

The hashes are in the hub's folder. A table for handing out lies beside it until
the instructor deletes it. Who forgets a password gets a new one at the next
start, once their line among the hashes is gone.
"""

import csv
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from rnncourse.notebooks import write_if_changed

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that looks like another on paper."""
GROUPS, LENGTH = 3, 4
COST = {"n": 2**14, "r": 8, "p": 1}
"""Of scrypt: about 50 milliseconds and 16 MiB."""


def hand_out(users: Iterable[str], hashes: Path, table: Path) -> list[str]:
    """Make a password for each user who has none; return who got one.

    Args:
        users: Names of all who may sign in.
        hashes: The file of hashes; names in it that are not among `users` are kept.
        table: The CSV file that new passwords are added to, readable by nobody else.
    """
    known = json.loads(hashes.read_text()) if hashes.is_file() else {}
    new = {user: _made() for user in users if user not in known}
    if new:
        _append(table, new)
        known |= {user: _hashed(password, secrets.token_hex(16)) for user, password in new.items()}
        write_if_changed(hashes, (json.dumps(known, indent=0, sort_keys=True) + "\n").encode())
        hashes.chmod(0o600)
    return list(new)


def is_right(user: str, password: str, hashes: Path) -> bool:
    """Return whether this is the user's password."""
    kept = json.loads(hashes.read_text()).get(user, "")
    return secrets.compare_digest(_hashed(password, kept.partition("$")[0]), kept)


def _made() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))


def _hashed(password: str, salt: str) -> str:
    made = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **COST)
    return f"{salt}${made.hex()}"


def _append(table: Path, passwords: Mapping[str, str]) -> None:
    descriptor = os.open(table, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        if not file.tell():
            rows.writerow(["id", "password"])
        rows.writerows(passwords.items())

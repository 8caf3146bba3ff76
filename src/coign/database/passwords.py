"""The passwords of the three roles: random, made once, kept in a file of mode 0600 in the home."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from coign.database.address import ROLES, DatabaseUnavailable


def read_passwords(file: Path, roles: Iterable[str] = ROLES) -> dict[str, str] | None:
    """The stored passwords, or None where the file does not exist yet."""
    try:
        stored = json.loads(file.read_text("utf-8"))
        return {role: str(stored[role]) for role in roles}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DatabaseUnavailable(
            f"{file} cannot be read ({error.strerror}): give this user the right to it."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DatabaseUnavailable(
            f"{file} is damaged: delete it while no Coign process runs, and the next start makes new passwords."
        ) from error


def make_passwords(file: Path, roles: Iterable[str] = ROLES) -> dict[str, str]:
    """Make and store new passwords; the file appears complete or not at all."""
    passwords = {role: secrets.token_urlsafe(32) for role in roles}
    aside = file.with_suffix(f".{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(passwords, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    give_to_owner_of(file.parent, aside)
    aside.replace(file)
    return passwords


def give_to_owner_of(folder: Path, file: Path) -> None:
    """As root in somebody's home: what we make there is theirs, or they could not use it afterwards."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)

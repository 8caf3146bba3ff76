"""The system account the server runs as.

PostgreSQL refuses to run as root, and rightly so: when Coign is started by root, the server gets an account of its own.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from coign.database.address import DatabaseUnavailable
from coign.kernel.frozen import dataclass

OWN_ACCOUNT = "coign-db"
# Used where accounts cannot be added: all exist for services and own nothing of value.
OTHER_ACCOUNTS = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by number."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can reach the folder: tried, not computed, so that access lists and mounts count."""
        tried = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
            capture_output=True,
            check=False,
            cwd="/",
            **run_as(self),
        )
        return tried.returncode == 0


def run_as(account: Account | None) -> dict[str, Any]:
    """What `subprocess` needs to run something as the account; nothing when we are not root."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def give(path: Path, account: Account | None) -> None:
    """Make a file or folder the account's own."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def account_for(home: Path, data: Path) -> Account | None:
    """Who the server runs as: ourselves; under root whoever owns the data or the home, else an account of its own."""
    if os.geteuid() != 0:
        return None
    for owned in (data, home):
        if owned.exists() and (uid := owned.stat().st_uid) != 0:
            return _by_uid(uid, owned.stat().st_gid)
    if own := _by_name(OWN_ACCOUNT):
        return own
    _add_account()
    for name in (OWN_ACCOUNT, *OTHER_ACCOUNTS):
        if found := _by_name(name):
            return found
    raise DatabaseUnavailable(
        f"PostgreSQL cannot run as root and no account for it could be made: add a system user '{OWN_ACCOUNT}', "
        "or run Coign as an ordinary user."
    )


def _add_account() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    nologin = next((shell for shell in ("/usr/sbin/nologin", "/sbin/nologin") if Path(shell).exists()), "/bin/false")
    if useradd is None:
        return
    # A failure is no error: a process beside us may have just added it, and there are other accounts.
    subprocess.run(  # noqa: S603
        [
            useradd,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            nologin,
            OWN_ACCOUNT,
        ],
        capture_output=True,
        check=False,
    )


def _by_name(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _by_uid(uid: int, gid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # an owner without a name, as in containers
        return Account(str(uid), uid, gid)
    return Account(entry.pw_name, uid, entry.pw_gid)

"""The data folder: built aside with its roles, renamed when complete; an interruption leaves nothing half-made."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from coign.database.account import give, run_as
from coign.database.address import APPLICATION, DATABASE_NAME, OWNER, READER, ROLES, DatabaseUnavailable
from coign.database.binaries import Binaries
from coign.database.passwords import make_passwords, read_passwords
from coign.database.places import Places

# Who may connect: local processes with a password. There is no other line, so there is no other way in.
HBA = f"""# Written by Coign at every start.
local   all           all          scram-sha-256
local   replication   {OWNER}  scram-sha-256
"""
CLEAN_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def ensure_data(at: Places, programs: Binaries, *, durable: bool = True) -> dict[str, str]:
    """Make sure of a complete data folder of our major version; gives the roles' passwords. The server must be down."""
    passwords = read_passwords(at.passwords)
    if not at.data.exists():
        _clear_away(at.base)
        passwords = passwords or make_passwords(at.passwords)
        _build(at, programs, passwords, durable=durable)
        # Programs of a start that was killed may have gone on writing while we cleared away; by now they have ended.
        _clear_away(at.base)
    check_major(at.data, programs)
    if passwords is None:
        # The folder is ours, only the passwords are lost: give the roles new ones while nobody is connected.
        passwords = make_passwords(at.passwords)
        _single(at, programs, at.data, [_password(role, passwords) for role in ROLES])
    _write_hba(at, at.data)
    return passwords


def _clear_away(base: Path) -> None:
    for leftover in base.glob("*.building-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def check_major(data: Path, programs: Binaries) -> None:
    """Refuse a folder that another major version made: its files mean something else."""
    try:
        made_by = (data / "PG_VERSION").read_text("ascii").strip()
    except OSError as error:
        raise DatabaseUnavailable(
            f"{data} is not a complete database folder: move it away, or restore it from a backup."
        ) from error
    if made_by != str(programs.major):
        raise DatabaseUnavailable(
            f"The database in {data} was made by PostgreSQL {made_by}, and this Coign brings PostgreSQL "
            f"{programs.major}: back it up with the Coign that made it and restore it with this one."
        )


def _build(at: Places, programs: Binaries, passwords: Mapping[str, str], *, durable: bool) -> None:
    try:
        aside = Path(tempfile.mkdtemp(prefix="postgresql.building-", dir=at.base))
    except OSError as error:
        raise DatabaseUnavailable(
            f"The database cannot be made in {at.base} ({error.strerror}): "
            "make room or rights there, or set COIGN_HOME."
        ) from error
    give(aside, at.account)
    # 'reject' closes the folder until our own rules and passwords are in it; syncing once at the end is enough.
    make = ["--auth=reject", f"--username={OWNER}", "--encoding=UTF8", "--locale-provider=libc", "--locale=C"]
    _run(
        at, [programs.program("initdb"), "-D", str(aside), *make, "--data-checksums", "--no-sync", "--no-instructions"]
    )
    _single(at, programs, aside, _roles(passwords))
    _write_hba(at, aside)
    if durable:
        _run(at, [programs.program("initdb"), "-D", str(aside), "--sync-only"])
    aside.rename(at.data)
    _sync_folder(at.base)


def _roles(passwords: Mapping[str, str]) -> list[str]:
    return [
        _password(OWNER, passwords),
        f"CREATE ROLE {APPLICATION} LOGIN",
        _password(APPLICATION, passwords),
        f"CREATE ROLE {READER} LOGIN",
        _password(READER, passwords),
        f"ALTER ROLE {READER} SET default_transaction_read_only = on",
        f"CREATE DATABASE {DATABASE_NAME} OWNER {OWNER}",
        f"REVOKE ALL ON DATABASE {DATABASE_NAME}, postgres, template1 FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {DATABASE_NAME} TO {APPLICATION}, {READER}",
    ]


def _password(role: str, passwords: Mapping[str, str]) -> str:
    # Our own passwords: letters, digits, '-' and '_' only, so that nothing needs quoting.
    return f"ALTER ROLE {role} PASSWORD '{passwords[role]}'"


def _single(at: Places, programs: Binaries, data: Path, statements: list[str]) -> None:
    """Run statements without a server, hence without anybody who could connect meanwhile."""
    command = [programs.program("postgres"), "--single", "-D", str(data), "-c", "exit_on_error=on"]
    # A failing statement would otherwise stand in the log with its password.
    command += ["-c", "log_min_error_statement=panic", "-c", "password_encryption=scram-sha-256"]
    # Iterations slow down who guesses; 32 random bytes nobody guesses, and every connection would pay for them.
    command += ["-c", "scram_iterations=1", "postgres"]
    _run(at, command, said="".join(f"{statement}\n" for statement in statements))


def _run(at: Places, command: list[str], said: str = "") -> None:
    done = subprocess.run(  # noqa: S603
        command,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        umask=0o077,
        start_new_session=True,
        **run_as(at.account),
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise DatabaseUnavailable(
            f"The database in {at.base} could not be made ({Path(command[0]).name}: {last[:300]}): "
            "check free space and rights of that folder and start again."
        )


def _write_hba(at: Places, data: Path) -> None:
    file = data / "pg_hba.conf"
    if file.read_text("utf-8") != HBA:
        aside = data / "pg_hba.conf.new"
        aside.write_text(HBA, "utf-8")
        aside.chmod(0o600)
        give(aside, at.account)
        aside.replace(file)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

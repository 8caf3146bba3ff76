"""A PostgreSQL server that somebody else runs: checked, given the roles of application and reader, and used."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coign.database.address import APPLICATION, READER, Database, DatabaseUnavailable
from coign.database.passwords import make_passwords, read_passwords

SERVER_VERSION_MIN = 150000
# Any constant will do, as long as all our processes use the same: they must not change roles at once.
ROLES_LOCK = 0x636F69676E
DERIVED_ROLES = (APPLICATION, READER)


def attach(url: str, home: Path) -> Database:
    """Use the server at an address: the address itself is the owner's; application and reader are made or found."""
    try:
        given = conninfo_to_dict(url)
        with psycopg.connect(url) as owner:
            _check(owner)
            passwords = _passwords(owner, home)
            parameters = {**given, "dbname": owner.info.dbname}
            dsns = {role: _dsn(parameters, role, passwords[role]) for role in DERIVED_ROLES}
            if not all(_connects(dsn) for dsn in dsns.values()):
                _prepare_roles(owner, passwords)
    except psycopg.Error as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        raise DatabaseUnavailable(
            f"The database at COIGN_DATABASE_URL cannot be used ({reason}): "
            "check address, password and that the server runs."
        ) from error
    if not all(_connects(dsn) for dsn in dsns.values()):
        raise DatabaseUnavailable(
            f"The server at COIGN_DATABASE_URL does not let {APPLICATION} and {READER} in with a password: "
            "allow scram-sha-256 for them in its pg_hba.conf."
        )
    return Database(url, dsns[APPLICATION], dsns[READER], embedded=False)


def roles_at() -> set[str] | None:
    """Which roles the server at `COIGN_DATABASE_URL` has; None: there is no such address, or it does not answer yet."""
    url = os.environ.get("COIGN_DATABASE_URL")
    try:
        if not url:
            return None
        with psycopg.connect(url) as owner:
            return {row[0] for row in owner.execute("SELECT rolname FROM pg_roles")}
    except psycopg.Error:  # whoever then uses the address says so in a sentence
        return None


def _check(owner: psycopg.Connection) -> None:
    if owner.info.server_version < SERVER_VERSION_MIN:
        raise DatabaseUnavailable(
            f"The server at COIGN_DATABASE_URL is PostgreSQL {owner.info.server_version // 10000}: "
            f"Coign needs {SERVER_VERSION_MIN // 10000} or newer."
        )
    encoding = owner.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"The database at COIGN_DATABASE_URL has the encoding {encoding}: "
            "create one with ENCODING 'UTF8' from template0."
        )


def _passwords(owner: psycopg.Connection, home: Path) -> dict[str, str]:
    """Derived from the owner's password, so that all web processes agree; without one, random and kept in the home."""
    if secret := owner.info.password:
        return {
            role: hashlib.scrypt(
                secret.encode(), salt=f"coign/role/v1/{role}".encode(), n=2**14, r=8, p=1, dklen=32
            ).hex()
            for role in DERIVED_ROLES
        }
    file = home / "database-roles.json"
    return read_passwords(file, DERIVED_ROLES) or make_passwords(file, DERIVED_ROLES)


def _dsn(parameters: Mapping[str, Any], role: str, password: str) -> str:
    kept = {name: value for name, value in parameters.items() if name not in {"user", "password", "passfile"}}
    return make_conninfo(**{**kept, "user": role, "password": password})


def _connects(dsn: str) -> bool:
    try:
        with psycopg.connect(dsn) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _prepare_roles(owner: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    try:
        owner.execute("SELECT pg_advisory_xact_lock(%s)", (ROLES_LOCK,))
        for role in DERIVED_ROLES:
            _prepare_role(owner, role, passwords[role])
        owner.commit()
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnavailable(
            f"The user in COIGN_DATABASE_URL may not make the roles {APPLICATION} and {READER}: "
            "give it CREATEROLE and the ownership of the database."
        ) from error


def _prepare_role(owner: psycopg.Connection, role: str, password: str) -> None:
    known = owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
    # Encrypted here, so that the password itself appears in no log of that server.
    verifier = owner.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    name, database = sql.Identifier(role), sql.Identifier(owner.info.dbname)
    owner.execute(sql.SQL("{} {} LOGIN PASSWORD {}").format(verb, name, sql.Literal(verifier)))
    owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name))
    if role == READER:
        owner.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(name))

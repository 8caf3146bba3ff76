"""Creates the ledger's tables with the rights they need, and refuses to run with more rights than that."""

from importlib.resources import files
from typing import LiteralString

import psycopg
from psycopg import sql

from coign.kernel.errors import IntegrityFailure

OWNER, APPLICATION, READER = "coign_owner", "coign_app", "coign_reader"

APPEND_ONLY: tuple[LiteralString, ...] = ("ledger", "entry", "entry_subject", "nonce", "tile", "checkpoint", "claim")
UPDATABLE: tuple[LiteralString, ...] = ("head", "subject_head", "state", "fold", "scrub", "simulated_clock")
DISPOSABLE: tuple[LiteralString, ...] = ("refusal_repeat", "prepared_intent")


def create(owner: psycopg.Connection) -> None:
    """Create what is missing and set rights and triggers. Repeating it changes nothing."""
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(4221)")  # two processes at first start
        owner.execute(files("coign.ledger").joinpath("schema.sql").read_text())
        for table in APPEND_ONLY:
            _grant(owner, "select, insert", table)
            _forbid_changes(owner, table)
        for table in UPDATABLE:
            _grant(owner, "select, insert, update", table)
        for table in DISPOSABLE:
            _grant(owner, "select, insert, update, delete", table)
        _grant(owner, "select, insert", "security_log")


def _grant(owner: psycopg.Connection, rights: LiteralString, table: LiteralString) -> None:
    name = sql.Identifier(table)
    owner.execute(sql.SQL("revoke all on {} from public, {}, {}").format(name, _id(APPLICATION), _id(READER)))
    owner.execute(sql.SQL("grant {} on {} to {}").format(sql.SQL(rights), name, _id(APPLICATION)))
    owner.execute(sql.SQL("grant select on {} to {}").format(name, _id(READER)))


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _forbid_changes(owner: psycopg.Connection, table: LiteralString) -> None:
    """A second fence behind the rights: even the owner needs to drop a trigger first, which leaves a trace."""
    owner.execute(
        sql.SQL(
            "create or replace trigger append_only before update or delete or truncate on {} "
            "for each statement execute function coign_forbid()"
        ).format(sql.Identifier(table))
    )


def check_rights(application: psycopg.Connection) -> None:
    """Start-up refuses a role that can do more than it needs (21 CFR 11.10(e); PI 041 9.8, CSV-06)."""
    row = application.execute(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb, rolname from pg_roles "
        "where rolname = current_user"
    ).fetchone()
    assert row is not None
    excess = [f"role {row[1]} has administrator rights"] if row[0] else []
    for table in APPEND_ONLY:
        found = application.execute(
            "select p from unnest(array['UPDATE','DELETE','TRUNCATE']) p "
            "where has_table_privilege(current_user, %s, p)",
            (table,),
        ).fetchall()
        excess += [f"role {row[1]} may {p[0]} {table}" for p in found]
    if excess:
        raise IntegrityFailure(
            "the database role can change the record: "
            + "; ".join(excess)
            + ". Connect as coign_app, or run `coign db prepare`."
        )

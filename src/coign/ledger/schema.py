"""Creates the ledger's tables with the rights they need, and refuses to run with more rights than that."""

import hashlib
from importlib.resources import files
from typing import LiteralString

import psycopg
from psycopg import sql

from coign.kernel.errors import IntegrityFailure

OWNER, APPLICATION, READER = "coign_owner", "coign_app", "coign_reader"

APPEND_ONLY: tuple[LiteralString, ...] = (
    "ledger", "entry", "entry_subject", "nonce", "tile", "checkpoint", "claim", "stamp",
)  # fmt: skip
UPDATABLE: tuple[LiteralString, ...] = (
    "head", "subject_head", "state", "fold", "scrub", "simulated_clock", "cosignature", "cosigned", "stamping",
)  # fmt: skip
DISPOSABLE: tuple[LiteralString, ...] = ("refusal_repeat", "prepared_intent", "heads_map", "heads_page")
_FORBID: LiteralString = """
create or replace function coign_forbid() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is forbidden', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$
"""


def create(owner: psycopg.Connection) -> None:
    """Create what is missing and set rights and triggers. Repeating it changes nothing."""
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(4221)")  # two processes at first start
        build(owner, "entry", files("coign.ledger").joinpath("schema.sql").read_text())
        owner.execute(_FORBID)
        for table in APPEND_ONLY:
            _grant(owner, "select, insert", table)
            _forbid_changes(owner, table)
        for table in UPDATABLE:
            _grant(owner, "select, insert, update", table)
        for table in DISPOSABLE:
            _grant(owner, "select, insert, update, delete", table)
        _grant(owner, "select, insert", "security_log")


def build(owner: psycopg.Connection, table: LiteralString, script: str) -> None:
    """Run a schema script, unless the comment on one of its tables says that this very script was run.

    Even where there is nothing to create, `create index if not exists` waits for everybody who writes, and they may be
    waiting for us: a command that starts beside a busy server would stop one of the two.
    """
    mark = f"made by schema {hashlib.sha256(script.encode()).hexdigest()}"
    row = owner.execute("select obj_description(to_regclass(%s), 'pg_class')", (table,)).fetchone()
    if row is None or row[0] != mark:
        owner.execute(script.encode())
        owner.execute(sql.SQL("comment on table {} is {}").format(sql.Identifier(*table.split(".")), mark))


def _grant(owner: psycopg.Connection, rights: LiteralString, table: LiteralString) -> None:
    name = sql.Identifier(table)
    owner.execute(sql.SQL("revoke all on {} from public, {}, {}").format(name, _id(APPLICATION), _id(READER)))
    owner.execute(sql.SQL("grant {} on {} to {}").format(sql.SQL(rights), name, _id(APPLICATION)))
    owner.execute(sql.SQL("grant select on {} to {}").format(name, _id(READER)))


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _forbid_changes(owner: psycopg.Connection, table: LiteralString) -> None:
    """A second fence behind the rights: even the owner needs to drop a trigger first, which leaves a trace."""
    fenced = owner.execute(
        "select from pg_trigger where tgrelid = %s::regclass and tgname = 'append_only' and tgenabled = 'O'", (table,)
    ).fetchone()
    if fenced is not None:  # making it anew would wait for everybody who writes
        return
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

"""Empties a demonstration and lets it begin anew. No other record can be emptied by anything in Coign."""

import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from coign.database import APPLICATION, Database, home
from coign.kernel.errors import Forbidden, Unavailable
from coign.ledger.seen import FILE as SEEN_FILE
from coign.service import LEDGER_ID, Settings
from coign.service.reading import opened
from coign.service.witnesses import own_folder

#: The schema of the web application's own tables, which hold accounts and sessions.
WEB_SCHEMA = "web"


def empty(database: Database, settings: Settings) -> None:
    """Forget everything: entries, states, lists, vault, accounts, documents, and the key that signed its checkpoints.

    Refused for a record whose first entry does not call it a demonstration, and while a server uses it.
    """
    if not opened(database).demonstration:
        raise Forbidden("the record here is no demonstration: nothing was touched")
    with psycopg.connect(database.owner_dsn) as owner:
        _refuse_if_used(owner)
        _truncate(owner)
    folder = settings.home or home()
    # A new record has a new name, and checkpoints under it are signed with a key of its own.
    for file in (settings.log_key_file, folder / "log.key", folder / "access.key", folder / SEEN_FILE):
        if file is not None:
            Path(file).unlink(missing_ok=True)
    for part in (folder / "documents", own_folder(settings)):
        shutil.rmtree(part, ignore_errors=True)


def _refuse_if_used(owner: psycopg.Connection) -> None:
    row = owner.execute(
        "select count(*) from pg_stat_activity where usename = %s and datname = current_database()", (APPLICATION,)
    ).fetchone()
    if row and row[0]:
        raise Unavailable("the demonstration is running: stop `coign serve` (or `make run`) first")


def _truncate(owner: psycopg.Connection) -> None:
    """In one transaction: either all is gone or nothing."""
    others = owner.execute("select count(*) from ledger where ledger_id not in (%s, %s)", (LEDGER_ID, -LEDGER_ID))
    row = others.fetchone()
    if row and row[0]:
        raise Forbidden("the database holds other records as well: nothing was touched")
    tables = [
        sql.Identifier(schema, table)
        for schema, table in owner.execute(
            "select c.table_schema, c.table_name from information_schema.columns c "
            "join information_schema.tables t using (table_schema, table_name) "
            "where c.column_name = 'ledger_id' and t.table_type = 'BASE TABLE' "
            "and c.table_schema in ('public', 'records')"
        )
    ]
    for table in tables:
        owner.execute(sql.SQL("alter table {} disable trigger user").format(table))
    owner.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(tables)))
    for table in tables:
        owner.execute(sql.SQL("alter table {} enable trigger user").format(table))
    owner.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(WEB_SCHEMA)))

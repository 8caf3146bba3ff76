"""Further empty databases on the server of the tests: a moment each, where a server of its own takes seconds."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coign.database import APPLICATION, READER, Database


@contextmanager
def another(server: Database, copied: Database | None = None) -> Iterator[Database]:
    """A database for as long as the block lasts: empty, or a copy of one that nobody is connected to."""
    name = f"other_{secrets.token_hex(6)}"
    like = sql.Identifier(str(conninfo_to_dict(copied.owner_dsn)["dbname"]) if copied else "template1")
    with psycopg.connect(server.owner_dsn, autocommit=True) as owner:
        owner.execute(sql.SQL("create database {} template {} strategy file_copy").format(sql.Identifier(name), like))
        for role in (APPLICATION, READER):
            owner.execute(
                sql.SQL("grant connect on database {} to {}").format(sql.Identifier(name), sql.Identifier(role))
            )
    try:
        yield replace(
            server,
            owner_dsn=make_conninfo(server.owner_dsn, dbname=name),
            application_dsn=make_conninfo(server.application_dsn, dbname=name),
            reader_dsn=make_conninfo(server.reader_dsn, dbname=name),
        )
    finally:
        with psycopg.connect(server.owner_dsn, autocommit=True) as owner:
            owner.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

"""A command that starts beside a busy server neither waits for those who write nor stops them."""

import psycopg
import pytest
from psycopg import sql

from coign.database import Database
from coign.ledger import schema
from coign.records import create_tables as create_record_tables
from coign.service import prepare
from coign.vault import create_tables as create_vault_tables

TABLES = (*schema.APPEND_ONLY, *schema.UPDATABLE, "vault_key", "vault_index", "records.journey", "records.next_step")


def prepare_at_once(database: Database) -> None:
    """As `prepare`, but whoever would have to wait is refused."""
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("set lock_timeout = '500ms'")
        schema.create(owner)
        create_vault_tables(owner)
        create_record_tables(owner)


def test_what_is_prepared_is_prepared_again_while_others_write(database: Database) -> None:
    prepare(database)
    with psycopg.connect(database.application_dsn) as writer:
        for table in TABLES:
            name = sql.Identifier(*table.split("."))
            writer.execute(sql.SQL("lock table {} in row exclusive mode").format(name))
        prepare_at_once(database)


def test_a_fence_that_was_taken_down_is_put_up_again(database: Database) -> None:
    prepare(database)
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("drop trigger append_only on claim")
        owner.commit()
        prepare(database)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner.execute("delete from claim")


def test_another_schema_is_made_where_an_older_one_was(database: Database) -> None:
    prepare(database)
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("drop index vault_index_key")
        owner.execute("comment on table vault_key is 'made by another version'")
        owner.commit()
        prepare(database)
        assert owner.execute("select to_regclass('vault_index_key') is not null").fetchone() == (True,)

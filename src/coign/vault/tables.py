"""Creates the vault's tables, with no more rights than the work needs."""

from importlib.resources import files
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from coign.ledger.schema import build

APPLICATION, READER = "coign_app", "coign_reader"
TABLES: tuple[LiteralString, ...] = ("vault_key", "vault_opening", "vault_index")
_ERASE: LiteralString = "function vault_erase(int, text, text)"


def create_tables(owner: psycopg.Connection[Any]) -> None:
    """Create what is missing and set the rights; run as the owner role. Repeating it changes nothing."""
    application, reader = sql.Identifier(APPLICATION), sql.Identifier(READER)
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(4222)")  # two processes at first start
        build(owner, TABLES[0], files("coign.vault").joinpath("schema.sql").read_text())
        for table in TABLES:
            name = sql.Identifier(table)
            owner.execute(sql.SQL("revoke all on {} from public, {}, {}").format(name, application, reader))
            owner.execute(sql.SQL("grant select, insert on {} to {}").format(name, application))
        owner.execute(sql.SQL("revoke all on {} from public, {}").format(sql.SQL(_ERASE), reader))
        owner.execute(sql.SQL("grant execute on {} to {}").format(sql.SQL(_ERASE), application))

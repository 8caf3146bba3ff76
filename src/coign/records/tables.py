"""Creates the read models' tables, and empties them for a rebuild."""

from importlib.resources import files

import psycopg

from coign.ledger.schema import build

APPLICATION, READER = "coign_app", "coign_reader"
TABLES = (
    "projected", "journey", "act", "next_step", "party", "belongs", "thing", "edge", "folded", "treated",
    "special_interest", "safety_event", "duty",
)  # fmt: skip


def create_tables(owner: psycopg.Connection) -> None:
    """Create what is missing and give the application its rights. Repeating it changes nothing."""
    with owner.transaction():
        owner.execute("select pg_advisory_xact_lock(4222)")
        before = _present(owner)
        build(owner, "records.projected", files("coign.records").joinpath("schema.sql").read_text())
        if before and _present(owner) > before:
            # What a newer version keeps besides is filled from the first entry on: everything is projected anew.
            for table in TABLES:
                owner.execute(f"delete from records.{table}")  # noqa: S608
        owner.execute(f"grant usage on schema records to {APPLICATION}, {READER}")
        owner.execute(f"grant select, insert, update, delete on all tables in schema records to {APPLICATION}")
        owner.execute(f"grant select on all tables in schema records to {READER}")


def _present(owner: psycopg.Connection) -> set[tuple[str, str]]:
    rows = owner.execute(
        "select table_name::text, column_name::text from information_schema.columns where table_schema = 'records'"
    )
    return set(rows.fetchall())


def clear(connection: psycopg.Connection, ledger_id: int) -> None:
    """Forget everything that was projected; the projector then starts from the first entry."""
    with connection.transaction():
        for table in TABLES:
            connection.execute(f"delete from records.{table} where ledger_id = %s", (ledger_id,))  # noqa: S608

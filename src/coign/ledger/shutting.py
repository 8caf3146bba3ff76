"""Read-only: what does not verify shuts the ledger, and the ways back (CSV-01).

Reading goes on while a ledger is shut. It opens again when the damage is repaired from a backup, which the next start
finds out, or when two people go on from what they have looked at (`ledger.resumed.v1`); what they went on from does not
shut it a second time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from coign_verify.findings import Kind, Problem

__all__ = ["MARK", "Kind", "Problem", "is_shut", "not_accepted", "reopen", "shut", "snapshot", "stop_writing"]

#: Marks that a check has set begin like this; only these are taken back by a later check.
MARK = "the record does not verify: "

# A page of reasons is enough to act on; the rest is what `coign verify --database` is for.
_REASONS_MAX = 50


def shut(connection: psycopg.Connection, ledger_id: int, problems: Iterable[Problem]) -> str:
    """Make the ledger read-only for these problems and give the reason; a reason that stands already is kept."""
    found = [str(p) for p in problems]
    reason = MARK + "; ".join(found[:_REASONS_MAX])
    if len(found) > _REASONS_MAX:
        reason += f"; and {len(found) - _REASONS_MAX} more"
    connection.execute(
        "update head set read_only = %s where ledger_id = %s and read_only = ''",
        (reason, ledger_id),
    )
    return reason


def stop_writing(connection: psycopg.Connection, ledger_id: int, reason: str) -> None:
    """Make the ledger read-only for a reason that is no check's, so that no start takes it back: two people do."""
    connection.execute("update head set read_only = %s where ledger_id = %s and read_only = ''", (reason, ledger_id))


def is_shut(connection: psycopg.Connection, ledger_id: int) -> str:
    """Why the ledger is read-only; empty: it is not."""
    row = connection.execute("select read_only from head where ledger_id = %s", (ledger_id,)).fetchone()
    return "" if row is None else str(row[0])


def reopen(connection: psycopg.Connection, ledger_id: int, reason: str) -> None:
    """Take back the mark of a check whose damage is gone; any other mark stays."""
    connection.execute(
        "update head set read_only = '' where ledger_id = %s and read_only = %s and starts_with(read_only, %s)",
        (ledger_id, reason, MARK),
    )


def not_accepted(connection: psycopg.Connection, ledger_id: int, problems: Iterable[Problem]) -> list[Problem]:
    """The problems that two people have not yet looked at and gone on from."""
    row = connection.execute("select accepted from scrub where ledger_id = %s", (ledger_id,)).fetchone()
    accepted = "" if row is None else str(row[0])
    return [p for p in problems if str(p) not in accepted]


@contextmanager
def snapshot(connection: psycopg.Connection, *, exported: str = "") -> Iterator[None]:
    """All reads inside see the ledger as it is now, however long they take and whoever goes on writing.

    `exported`: they see it as another connection does that exported its snapshot under this name.
    """
    assert connection.autocommit, "a snapshot begins and ends its own transaction"
    connection.execute("begin isolation level repeatable read read only")
    try:
        if exported:
            connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(exported)))
        # A full walk outlasts the limits that are there for people's requests.
        connection.execute("set local statement_timeout = 0")
        connection.execute("set local idle_in_transaction_session_timeout = 0")
        yield
    finally:
        connection.execute("rollback")

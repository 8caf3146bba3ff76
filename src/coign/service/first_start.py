"""The first start: tables, the ledger's row and head, the first entry. Two processes may come at once."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from coign.installation.events import LedgerOpened
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.ledger.entries import Entry
from coign.ledger.store import connect
from coign.perform.door import Door
from coign.perform.request import Request, Source
from coign_verify.growing import Frontier

LEDGER_ID = 1
# Any number will do, as long as all our processes use the same.
_FIRST_ENTRY_LOCK = 0x636F69676E31

#: Who opens the record and sets it up, until set-up is finished.
SETUP = Actor(Person("person:setup"), "setup", Organisation("organisation:setup"))


@dataclass(frozen=True, slots=True)
class Opened:
    """What the ledger says of itself: its name, and what its first entry declares; None: it has no entry yet."""

    origin: str
    demonstration: bool | None


@contextmanager
def one_at_a_time(dsn: str) -> Iterator[psycopg.Connection]:
    """Hold the right to write the first entry; waits for whoever has it."""
    with connect(dsn) as connection:
        connection.execute("set statement_timeout = '120s'")
        connection.execute("set lock_timeout = '120s'")
        connection.execute("select pg_advisory_lock(%s)", (_FIRST_ENTRY_LOCK,))
        yield connection


def ensure_ledger(connection: psycopg.Connection, ledger_id: int, *, origin: str = "") -> Opened:
    """The ledger's row and head, made if they are missing; its name is kept, and random unless one is told."""
    with connection.transaction():
        connection.execute(
            "insert into ledger (ledger_id, origin) values (%s, %s) on conflict do nothing",
            (ledger_id, origin or f"coign.example/{secrets.token_hex(8)}"),
        )
        connection.execute(
            "insert into head (ledger_id, size, frontier, last_time) values (%s, 0, %s, '') on conflict do nothing",
            (ledger_id, Frontier().to_bytes()),
        )
    return read_opened(connection, ledger_id)


def read_opened(connection: psycopg.Connection, ledger_id: int) -> Opened:
    """What stands in the ledger's row and in its first entry."""
    row = connection.execute(
        "select l.origin, e.body from ledger l left join entry e on e.ledger_id = l.ledger_id and e.position = 0 "
        "where l.ledger_id = %s",
        (ledger_id,),
    ).fetchone()
    assert row is not None
    if row[1] is None:
        return Opened(row[0], None)
    declared = [fact.demonstration for fact in Entry(0, bytes(row[1])).facts if isinstance(fact, LedgerOpened)]
    return Opened(row[0], bool(declared and declared[0]))


def first_entry(door: Door, opened: Opened, *, demonstration: bool, progress: Callable[[str], None]) -> None:
    """Open the record through the door, like everything else in it."""
    progress("Opening the record …")
    command = {"origin": opened.origin, "demonstration": demonstration}
    door.perform(Request("installation.open", SETUP, "installation.open", command, source=Source.INSIDE))

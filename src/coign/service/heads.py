"""Enters, from time to time, how far the past of every subject reaches: `ledger.heads.v1`.

The map is kept beside the writer and its lock, by the one process that holds the lease; only its root goes through the
door. It is due after so many minutes with new entries, or so many entries, as the rule sets say. The minutes are those
of a running process, so a demonstration whose clock is moved forward enters no more of them than any other record.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from coign import rulesets
from coign.installation.events import THIS
from coign.installation.views import HEADS, Heads
from coign.kernel.errors import CoignError
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Subject
from coign.kernel.values import Actor, Instant
from coign.ledger import heads
from coign.ledger.shutting import is_shut, snapshot
from coign.ledger.states import Folding
from coign.ledger.store import Transaction, connect, take_lease
from coign.people.authority import LEDGER
from coign.perform.door import Door
from coign.perform.request import Request, Source
from coign_verify.heads import verify_present

LEASE = 4224  # advisory lock (LEASE, ledger): one process keeps the map
LOOK_S = 5.0
#: Between two steps of bringing the map up to date the thread rests so many times as long as the step took: entries
#: that come in meanwhile share the processor with it, and never wait for it.
REST = 3.0
#: The record itself. No name to sign in with has capital letters.
ACTOR = Actor(Person("person:LEDGER"), LEDGER, Organisation("organisation:LEDGER"))

log = structlog.get_logger()


def entered(connection: psycopg.Connection, ledger_id: int) -> Heads:
    """What the newest such entry says, and where it stands."""
    known = Transaction(connection, ledger_id, Folding((HEADS,))).look([(THIS, HEADS.name)])
    found: Any = known.states.get((THIS, HEADS.name), HEADS.empty)
    assert isinstance(found, Heads)
    return found


def enter(
    connection: psycopg.Connection, ledger_id: int, door: Door, rest: Callable[[float], object] = lambda seconds: None
) -> None:
    """Bring the map to where the record ends, and enter its root; nothing if nothing was entered since the last one.

    A map that was brought so far by a process that then ended is entered first: the record's newest root and the map
    that is kept must be of the same entries, or nothing could be proved from it. `rest`: for so many seconds, between
    two steps.
    """
    try:
        _enter(connection, ledger_id, door, rest)
    except heads.PageDamaged as damage:
        log.warning("heads.made_anew", reason=str(damage))
        heads.forget(connection, ledger_id)
        _enter(connection, ledger_id, door, rest)


def _enter(connection: psycopg.Connection, ledger_id: int, door: Door, rest: Callable[[float], object]) -> None:
    _enter_kept(connection, ledger_id, door)
    size = _size(connection, ledger_id)
    if size > entered(connection, ledger_id).size + 1:  # more than the entry of those heads
        begun = time.monotonic()
        while heads.step(connection, ledger_id, size):
            rest((time.monotonic() - begun) * REST)
            begun = time.monotonic()
        _enter_kept(connection, ledger_id, door)


def _enter_kept(connection: psycopg.Connection, ledger_id: int, door: Door) -> None:
    with snapshot(connection):
        kept, newest = heads.kept(connection, ledger_id), entered(connection, ledger_id)
    if kept.size == newest.size and kept.size and kept.root.hex() != newest.root:
        raise heads.PageDamaged("the map of heads does not give the root that was entered")
    if kept.size > newest.size:
        command = {"size": kept.size, "root": kept.root.hex(), "subjects": kept.subjects}
        door.perform(Request("installation.enter_heads", ACTOR, f"heads-{kept.size}", command, source=Source.INSIDE))


def _size(connection: psycopg.Connection, ledger_id: int) -> int:
    row = connection.execute("select size from head where ledger_id = %s", (ledger_id,)).fetchone()
    return 0 if row is None else int(row[0])


def is_due(new_entries: int, passed_s: float) -> bool:
    """Whether they are to be entered anew, by the rule sets that hold today."""
    rules, today = rulesets.load(), Instant.of_us(time.time_ns() // 1000)
    late = passed_s >= rules.minutes("ledger.heads_after", today) * 60
    return late or new_entries >= rules.number("ledger.heads_entries_max", today)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a subject's past reached when the heads were last entered, and the proof."""

    entry: int
    size: int
    root: str
    seq: int
    position: int
    proof: list[bytes]


def reach(connection: psycopg.Connection, ledger_id: int, subject: Subject) -> Reach | None:
    """How far a subject's past reaches; None where it began later, or while the heads are being entered."""
    with snapshot(connection):
        newest = entered(connection, ledger_id)
        if heads.size(connection, ledger_id) != newest.size:
            return None
        end, proof = heads.way_of(heads.PagesInDatabase(connection, ledger_id), subject)
    if end is None or not verify_present(subject, end.seq, end.position, proof, bytes.fromhex(newest.root)):
        return None
    return Reach(newest.position, newest.size, newest.root, end.seq, end.position, proof)


class HeadsKeeper:
    """A thread that enters them while it holds the lease."""

    def __init__(
        self,
        dsn: str,
        ledger_id: int,
        door: Door,
        *,
        look_s: float = LOOK_S,
        due: Callable[[int, float], bool] = is_due,
    ) -> None:
        self._dsn, self._ledger_id, self._door, self._look_s, self._due = dsn, ledger_id, door, look_s, due
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coign-heads", daemon=True)

    def start(self) -> "HeadsKeeper":
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what was begun, and stop; before the door is closed."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._look_s):
            try:
                with connect(self._dsn) as connection:
                    self._keep(connection)
            except psycopg.Error as error:
                log.warning("heads.connection_lost", error=type(error).__name__)
            except (CoignError, ValueError) as error:  # the record is shut, busy or damaged: entered when it is not
                log.warning("heads.not_entered", reason=str(error))

    def _keep(self, connection: psycopg.Connection) -> None:
        if not take_lease(connection, LEASE, self._ledger_id):
            return
        begun = time.monotonic()
        while not self._ended.wait(self._look_s):
            new = _size(connection, self._ledger_id) - heads.size(connection, self._ledger_id)
            due = self._due(new, time.monotonic() - begun)
            if due and not is_shut(connection, self._ledger_id):
                enter(connection, self._ledger_id, self._door, self._ended.wait)
                begun = time.monotonic()

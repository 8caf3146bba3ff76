"""Signed checkpoints: what the log stands for to the outside, at most one a second, never two roots for one size.

One publisher holds the lease. It signs what is committed, after checking that it extends what was signed before, and
stores before it publishes: what is stored is published. The key lies outside database and backup, because whoever could
take both could sign another history.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import psycopg
import structlog

from coign.kernel.errors import IntegrityFailure, NotFound, Unavailable
from coign.kernel.values import Instant
from coign.ledger.log_keys import KeysHere, KnownKeys, known_keys
from coign.ledger.seen import Seen
from coign.ledger.shutting import Problem, shut
from coign.ledger.store import connect, take_lease
from coign.ledger.tiles import Tiles
from coign_verify.checkpoint import Checkpoint
from coign_verify.consistency import verify_consistency
from coign_verify.growing import Frontier
from coign_verify.signing import SignerKey, build_note, sign_note

LEASE = 4222  # advisory lock (LEASE, ledger): held by the one process that publishes
INTERVAL_S = 1.0

log = structlog.get_logger()


def latest(connection: psycopg.Connection, ledger_id: int) -> bytes | None:
    """The newest published checkpoint, as the bytes of its signed note."""
    row = connection.execute(
        "select note from checkpoint where ledger_id = %s order by size desc limit 1", (ledger_id,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def publish(connection: psycopg.Connection, ledger_id: int, here: KeysHere, now_us: int) -> Checkpoint | None:
    """Sign and store a checkpoint of what is committed; None when that is signed already or the ledger is shut.

    IntegrityFailure when the committed tree does not extend the newest checkpoint, or names another key without right;
    Unavailable when the key that counts does not lie here. Then nothing is signed.
    """
    row = connection.execute("select size, frontier, read_only from head where ledger_id = %s", (ledger_id,)).fetchone()
    if row is None or row[2] or row[0] == 0:
        return None
    try:
        frontier = Frontier.from_bytes(row[1])
    except ValueError as error:
        raise IntegrityFailure(f"the head's frontier cannot be read: {error}") from error
    if frontier.size != row[0]:
        raise IntegrityFailure("the head's frontier is of another size than the head")
    note = latest(connection, ledger_id)
    keys = _keys(connection, ledger_id, here)
    signers = keys.signers(here, frontier.size)
    newest = None if note is None else _checked(note, keys)
    _check_extends(Tiles(lambda: nullcontext(connection), ledger_id), newest, frontier)
    if newest is not None and newest.size == frontier.size:
        return None
    checkpoint = Checkpoint(signers[0].name, frontier.size, frontier.root())
    return _store(connection, ledger_id, checkpoint, signers, Instant.of_us(now_us))


def _keys(connection: psycopg.Connection, ledger_id: int, here: KeysHere) -> KnownKeys:
    keys, wrong = known_keys(connection, ledger_id, here.known)
    if wrong:
        raise IntegrityFailure(str(wrong[0]))
    # While no entry names a key the first one signs: whatever else lies here is none of this log yet.
    return KnownKeys(here.known[:1]) if keys.history is None else keys


def _checked(note: bytes, keys: KnownKeys) -> Checkpoint:
    try:
        return keys.open(note).checkpoint
    except ValueError as error:
        raise IntegrityFailure(f"the newest checkpoint does not verify under the log key: {error}") from error


def _check_extends(tiles: Tiles, newest: Checkpoint | None, frontier: Frontier) -> None:
    size, root = frontier.size, frontier.root()
    try:
        if newest is None or newest.size == 0:
            extends = tiles.root(size) == root
        elif newest.size > size:
            raise IntegrityFailure(f"the record ends at {size} entries, but {newest.size} were signed")
        else:
            extends = verify_consistency(
                newest.size, size, newest.root, root, tiles.consistency_proof(newest.size, size)
            )
    except (NotFound, ValueError) as error:
        raise IntegrityFailure(f"the stored tiles do not give a proof of consistency: {error}") from error
    if not extends:
        raise IntegrityFailure("the record does not extend its newest checkpoint")


def _store(
    connection: psycopg.Connection, ledger_id: int, checkpoint: Checkpoint, signers: Sequence[SignerKey], now: Instant
) -> Checkpoint | None:
    text = checkpoint.text()
    note = build_note(text, [sign_note(text, key) for key in signers])
    stored = connection.execute(
        "insert into checkpoint (ledger_id, size, root, time, note) values (%s, %s, %s, %s, %s) "
        "on conflict (ledger_id, size) do nothing returning size",
        (ledger_id, checkpoint.size, checkpoint.root, str(now), note),
    ).fetchone()
    if stored is not None:
        return checkpoint
    other = connection.execute(
        "select root from checkpoint where ledger_id = %s and size = %s", (ledger_id, checkpoint.size)
    ).fetchone()
    if other is None or bytes(other[0]) != checkpoint.root:
        raise IntegrityFailure(f"another root was published for size {checkpoint.size}")
    return None


def _nobody() -> None:
    """Nobody wants to know."""


class Publisher:
    """A thread that publishes while it holds the lease; every process has one, and one of them holds it."""

    def __init__(
        self,
        dsn: str,
        ledger_id: int,
        keys: Callable[[], KeysHere],
        now_us: Callable[[], int],
        *,
        seen: Seen | None = None,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._dsn, self._ledger_id, self._keys, self._now_us = dsn, ledger_id, keys, now_us
        self._seen, self._interval_s = seen, interval_s
        self._on_published: Callable[[], None] = _nobody
        self._ended = threading.Event()
        self._committed = threading.Event()
        self._connection: psycopg.Connection | None = None
        self._leads, self._told = False, ""
        self._thread = threading.Thread(target=self._run, name="coign-publisher", daemon=True)

    def tell(self, on_published: Callable[[], None]) -> None:
        """Whom to tell, before it begins, that a checkpoint was published, or may have been before it led."""
        self._on_published = on_published

    def start(self) -> "Publisher":
        """Begin."""
        self._thread.start()
        return self

    def notify(self, size: int) -> None:
        """Something was committed; never waits, so it may stand in the writer's path."""
        self._committed.set()

    @property
    def leads(self) -> bool:
        """Whether this publisher holds the lease."""
        return self._leads

    def stop(self) -> None:
        """Publish what is committed, then give the lease back."""
        self._ended.set()
        self._committed.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            # Commits of other processes ring no bell here, hence the limit of the waiting.
            self._committed.wait(self._interval_s)
            self._committed.clear()
            last_round = self._ended.is_set()
            self._round()
            if last_round:
                break
            self._ended.wait(self._interval_s)
        self._let_go()

    def _round(self) -> None:
        try:
            now_us = self._now_us()
        except IntegrityFailure as failure:
            # A clock nobody can trust is the writer's matter; it says nothing about the record.
            log.warning("publisher.clock", reason=str(failure))
            return
        try:
            if self._connection is None:
                self._connection = connect(self._dsn)
            if self._lead(self._connection) and publish(self._connection, self._ledger_id, self._keys(), now_us):
                self._keep(self._connection)
                self._on_published()
            self._told = ""
        except Unavailable as missing:
            self._leave_it(missing.message)
        except IntegrityFailure as failure:
            self._shut(failure)
        except psycopg.Error as error:
            # The lease went with the connection; whoever comes first takes it.
            log.warning("publisher.connection_lost", error=type(error).__name__)
            self._let_go()

    def _keep(self, connection: psycopg.Connection) -> None:
        """Outside the database as well: a database set back to an older state does not know what it has lost."""
        note = latest(connection, self._ledger_id)
        if self._seen is not None and note is not None:
            self._seen.keep(note)

    def _lead(self, connection: psycopg.Connection) -> bool:
        if not self._leads and take_lease(connection, LEASE, self._ledger_id):
            self._leads = True
            self._on_published()  # what others published and nobody has shown to the witnesses
        return self._leads

    def _leave_it(self, why: str) -> None:
        """The key does not lie here, or not yet: said once, and left to a process that has it."""
        if why != self._told:
            log.error("publisher.no_key", reason=why)
            self._told = why
        self._let_go()

    def _shut(self, failure: IntegrityFailure) -> None:
        log.error("publisher.integrity", reason=str(failure))
        try:
            assert self._connection is not None
            shut(self._connection, self._ledger_id, [Problem(None, "container", str(failure))])
        except psycopg.Error as error:
            log.warning("publisher.connection_lost", error=type(error).__name__)
            self._let_go()

    def _let_go(self) -> None:
        self._leads = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

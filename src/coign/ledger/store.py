"""One locked transaction at a time: read head, nonces and states; append entries; read them back; commit.

Growth: all of it O(batch), nothing depends on the size of the ledger. Three round trips a batch.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import LiteralString

import psycopg

from coign.kernel.errors import IntegrityFailure, NotFound
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant
from coign.ledger.appending import Appending
from coign.ledger.columns import Texts
from coign.ledger.entries import Entry
from coign.ledger.known import Head, Known, KnownNonce, StaleStates, SubjectHead
from coign.ledger.repeats import Repeats
from coign.ledger.states import Folding
from coign_verify.growing import Frontier

# An age by one clock, the database's: a demonstration's own time has no part in when somebody outside signed.
_HEAD: LiteralString = (
    "select size, frontier, last_time, read_only, (select extract(epoch from clock_timestamp())::bigint - time_s "
    "from cosigned where ledger_id = head.ledger_id) from head where ledger_id = %s"
)
_HEAD_LOCKED: LiteralString = _HEAD + " for update"
# Few rows are looked up by their whole key, one after the other: `lateral` with `offset 0` keeps it so. As a plain join
# the database may plan for a ledger as short as it was when it last looked, and read all of one that has grown since.
NONCES: LiteralString = """
select asked.person, asked.nonce, n.digest, n.position, n.answer
from unnest(%(people)s::text[], %(nonces)s::text[]) as asked (person, nonce)
cross join lateral (
    select digest, position, answer from nonce
    where ledger_id = %(ledger)s and person = asked.person and nonce = asked.nonce offset 0
) n
"""
STATES: LiteralString = """
select asked.subject, h.seq, h.position, s.view, s.fold, s.body
from unnest(%(subjects)s::text[]) as asked (subject)
cross join lateral (
    select seq, position from subject_head where ledger_id = %(ledger)s and subject = asked.subject offset 0
) h
left join lateral (
    select view, fold, body from state
    where ledger_id = %(ledger)s and subject = asked.subject and view = any(%(views)s::text[]) offset 0
) s on true
"""

#: A subject and a view of it that is read; None: only whether the subject is known.
Pair = tuple[Subject, str | None]
#: What was asked, and the answer on its way.
Pending = tuple[list[Pair], psycopg.Cursor]


class Transaction:
    """What is read of a ledger at one time; behind the lock on its head (`Store.begin`) it can also be appended to."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int, folding: Folding) -> None:
        self._connection = connection
        self._ledger_id = ledger_id
        self._folding = folding
        self.repeats = Repeats(connection, ledger_id)
        self.known: Known
        self.appending: Appending  # only behind the lock

    def look(self, reads: Iterable[Pair]) -> Known:
        """A preview: the head and states as they are, without the lock. Nothing may be appended."""
        with self._connection.pipeline():
            head = self._connection.execute(_HEAD, (self._ledger_id,))
            pending = self._ask(reads)
        return self._known(head, pending)

    def open(self, nonces: Sequence[tuple[str, str]], reads: Iterable[Pair]) -> Known:
        """First round: lock the head, then read nonces and states behind that lock."""
        with self._connection.pipeline() as pipeline:  # the store's, of which this is one round
            head = self._connection.execute(_HEAD_LOCKED, (self._ledger_id,))
            used = self._connection.execute(
                NONCES,
                {
                    "ledger": self._ledger_id,
                    "people": Texts.of([person for person, _ in nonces]),
                    "nonces": Texts.of([nonce for _, nonce in nonces]),
                },
            )
            pending = self._ask(reads)
        known = self._known(head, pending)
        known.nonces = {(r[0], r[1]): KnownNonce(r[2], r[3], r[4]) for r in used}
        self.appending = Appending(pipeline, self._connection, self._ledger_id, self._folding, known)
        return known

    def read(self, reads: Iterable[Pair]) -> None:
        """A further round of states, for what only the first round could name."""
        missing = [
            r
            for r in reads
            if r[0] not in self.known.heads or (r[1] is not None and (r[0], r[1]) not in self.known.read)
        ]
        if not missing:
            return
        with self._connection.pipeline():
            pending = self._ask(missing)
        self._take(*pending)

    def _ask(self, reads: Iterable[Pair]) -> Pending:
        asked = list(dict.fromkeys(reads))
        parameters = {
            "ledger": self._ledger_id,
            "subjects": Texts.of(dict.fromkeys([subject for subject, _ in asked])),
            "views": Texts.of({view for _, view in asked if view is not None}),
        }
        return asked, self._connection.execute(STATES, parameters)

    def _known(self, head: psycopg.Cursor, pending: Pending) -> Known:
        row = head.fetchone()
        if row is None:
            raise IntegrityFailure("the ledger has no head")
        self.known = Known(Head(row[0], Frontier.from_bytes(row[1]), Instant(row[2]), row[3], row[4]))
        self._take(*pending)
        return self.known

    def _take(self, asked: list[Pair], rows: psycopg.Cursor) -> None:
        known, views, wanted = self.known, self._folding.views, set(asked)
        by_text = {str(subject): subject for subject, _ in asked}
        stale: list[tuple[Subject, str]] = []
        for text, seq, position, view, fold, body in rows:
            subject = by_text[text]
            if subject not in known.heads:
                known.heads[subject] = SubjectHead(seq, position)
            if view is None or (subject, view) not in wanted or (subject, view) in known.read:
                continue  # no state, one that only another subject is asked for, or one this batch has changed
            if fold == views[view].version:
                known.states[subject, view] = self._folding.load(view, body)
            else:
                stale.append((subject, view))
        if stale:
            raise StaleStates(stale)
        for subject in by_text.values():
            known.heads.setdefault(subject, SubjectHead())
        known.read.update([(subject, view) for subject, view in asked if view is not None])

    def body(self, position: int) -> bytes:
        """The bytes of an entry that stands already."""
        return _body(self._connection, self._ledger_id, position)

    def resume(self) -> None:
        """Two people go on from why the ledger was shut: the same damage does not shut it again."""
        self._connection.execute(
            "insert into scrub (ledger_id, verified_to, accepted) select ledger_id, 0, read_only from head "
            "where ledger_id = %s on conflict (ledger_id) do update "
            "set accepted = concat_ws(E'\\n', nullif(scrub.accepted, ''), excluded.accepted)",
            (self._ledger_id,),
        )
        self._connection.execute("update head set read_only = '' where ledger_id = %s", (self._ledger_id,))
        self.known.head = replace(self.known.head, read_only="")


class Store:
    """The writer's connection to one ledger, with what it takes to go on after trouble.

    It is in pipeline mode as long as it lives: statements are sent without waiting for the answers of earlier ones.
    """

    def __init__(self, dsn: str, ledger_id: int, folding: Folding) -> None:
        self._dsn, self._ledger_id, self._folding = dsn, ledger_id, folding
        self._pipelined = ExitStack()
        self._connect()

    def _connect(self) -> None:
        self._connection = connect(self._dsn, writer=True)
        self._pipelined.enter_context(self._connection.pipeline())

    def begin(self) -> Transaction:
        """A new transaction; `open` takes the lock."""
        return Transaction(self._connection, self._ledger_id, self._folding)

    def commit(self) -> None:
        """Make the running transaction durable."""
        self._connection.commit()

    def rollback(self) -> None:
        """Leave no trace of the running transaction, whatever of it is still on its way."""
        try:
            self._leave_pipeline()
            self._connection.rollback()
            self._pipelined.enter_context(self._connection.pipeline())
        except psycopg.Error:
            self.reconnect()

    def _leave_pipeline(self) -> None:
        with suppress(psycopg.Error):  # what failed was told when it failed
            self._pipelined.close()

    def reconnect(self, *, attempts: int = 20) -> bool:
        """After a lost connection: a new one, waiting up to some seconds for the database to come back."""
        self._leave_pipeline()
        self._connection.close()
        for _ in range(attempts):
            try:
                self._connect()
                return True
            except psycopg.OperationalError:
                time.sleep(0.25)
        return False

    def refold(self, rows: Iterable[tuple[Subject, str]]) -> None:
        """Fold states anew from the entries, outside the lock. Linear in the history of each subject."""
        self.rollback()
        for subject, view_name in rows:
            view = self._folding.views[view_name]
            state = self._folding.refold(view, subject, history(self._connection, self._ledger_id, subject))
            self._connection.execute(
                "update state set fold = %s, body = %s where ledger_id = %s and subject = %s and view = %s",
                (view.version, self._folding.dump(state), self._ledger_id, str(subject), view_name),
            )
            self._connection.commit()

    def shut(self, reason: str) -> None:
        """Make the ledger read-only: reading goes on, nothing is appended until people have looked."""
        self.rollback()
        self._connection.execute("update head set read_only = %s where ledger_id = %s", (reason, self._ledger_id))
        self._connection.commit()

    def close(self) -> None:
        """Give the connection back."""
        self._leave_pipeline()
        self._connection.close()


def history(connection: psycopg.Connection, ledger_id: int, subject: Subject) -> Iterator[Entry]:
    """Every entry about a subject, in order."""
    rows = connection.execute(
        "select s.position, e.body from entry_subject s cross join lateral "
        "(select body from entry where ledger_id = s.ledger_id and position = s.position offset 0) e "
        "where s.ledger_id = %s and s.subject = %s and s.seq is not null order by s.position",
        (ledger_id, str(subject)),
    )
    return (Entry(position, body) for position, body in rows)


def _body(connection: psycopg.Connection, ledger_id: int, position: int) -> bytes:
    row = connection.execute(
        "select body from entry where ledger_id = %s and position = %s", (ledger_id, position)
    ).fetchone()
    if row is None:
        raise NotFound(f"there is no entry {position}")
    return bytes(row[0])


def connect(dsn: str, *, writer: bool = False) -> psycopg.Connection:
    """A connection with the time limits that keep one stuck client from stopping everybody."""
    options = "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s"
    if writer:
        # Its plans are made once, maybe while tables are empty, and must not scan them when they are large.
        options += " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
    connection = psycopg.connect(dsn, autocommit=not writer, prepare_threshold=1, options=options)
    if writer:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return connection


def take_lease(connection: psycopg.Connection, lease: int, ledger_id: int) -> bool:
    """Whether this connection does a job for a ledger that one at a time does; until it is closed, if so."""
    row = connection.execute("select pg_try_advisory_lock(%s, %s)", (lease, ledger_id)).fetchone()
    return row is not None and bool(row[0])

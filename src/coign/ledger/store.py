"""One locked transaction at a time: read head, nonces and states; append entries; read them back; commit.

Growth: all of it O(batch), nothing depends on the size of the ledger. Three round trips a batch.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import LiteralString, Protocol

import psycopg

from coign.kernel.errors import IntegrityFailure, NotFound
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.ledger.states import Folding, States
from coign_verify.tree import Frontier, leaf_hash, node_hash

TILE_WIDTH = 256

_HEAD: LiteralString = "select size, frontier, last_time, read_only from head where ledger_id = %s"
_HEAD_LOCKED: LiteralString = "select size, frontier, last_time, read_only from head where ledger_id = %s for update"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends: its size, the tree's frontier, the time of the last entry, and why it is shut if it is."""

    size: int
    frontier: Frontier
    last_time: Instant
    read_only: str = ""


@dataclass(frozen=True, slots=True)
class KnownNonce:
    """What was answered to a request under this key."""

    digest: bytes
    position: int
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class SubjectHead:
    """How many entries are about a subject, and where the last one stands."""

    seq: int = 0
    position: int | None = None


class StaleStates(Exception):
    """States were folded by another version of their view: they must be folded anew, outside the lock."""

    def __init__(self, rows: Sequence[tuple[Subject, str]]) -> None:
        super().__init__(f"{len(rows)} states of another version")
        self.rows = rows


@dataclass(slots=True)
class Known:
    """What one locked transaction has read so far; grows with further rounds and with the batch's own entries."""

    head: Head
    nonces: dict[tuple[str, str], KnownNonce] = field(default_factory=dict)
    heads: dict[Subject, SubjectHead] = field(default_factory=dict)
    states: States = field(default_factory=dict)
    read: set[tuple[Subject, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One entry on its way into the database, with its index rows."""

    position: int
    body: bytes
    about: Sequence[tuple[Subject, int]]
    refs: Sequence[Subject]
    person: str
    nonce: str
    digest: bytes
    answer: bytes | None = None
    claims: Sequence[tuple[str, str, str]] = ()


class Alongside(Protocol):
    """Rows of others that belong into the same transaction (vault openings)."""

    def write(self, cursor: psycopg.Cursor) -> None:
        """Queue the inserts on this cursor."""


class Transaction:
    """A ledger's head held under lock until commit or rollback; made by `Store.begin`."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int, folding: Folding) -> None:
        self._connection = connection
        self._ledger_id = ledger_id
        self._folding = folding
        self._first_position = 0
        self.known: Known

    def open(
        self, nonces: Iterable[tuple[str, str]], reads: Iterable[tuple[Subject, str | None]], *, lock: bool = True
    ) -> Known:
        """First round, in one pipeline: lock the head, then read nonces and states behind that lock.

        Without the lock it is a preview: nothing may be appended.
        """
        asked_nonces = list(nonces)
        people, keys = [p for p, _ in asked_nonces], [k for _, k in asked_nonces]
        with self._connection.pipeline() as pipeline:
            head = self._connection.execute(_HEAD_LOCKED if lock else _HEAD, (self._ledger_id,))
            known = self._connection.execute(
                "select n.person, n.nonce, n.digest, n.position, n.answer from nonce n "
                "join unnest(%b::text[], %b::text[]) as asked(person, nonce) using (person, nonce) "
                "where n.ledger_id = %s",
                (people, keys, self._ledger_id),
            )
            pending = self._ask(reads)
            pipeline.sync()
        row = head.fetchone()
        if row is None:
            raise IntegrityFailure("the ledger has no head")
        self.known = Known(Head(row[0], Frontier.from_bytes(row[1]), Instant(row[2]), row[3]))
        self.known.nonces = {(r[0], r[1]): KnownNonce(r[2], r[3], r[4]) for r in known}
        self._first_position = self.known.head.size
        self._take(*pending)
        return self.known

    def read(self, reads: Iterable[tuple[Subject, str | None]]) -> None:
        """A further round of states, for what only the first round could name."""
        missing = [
            r
            for r in reads
            if r[0] not in self.known.heads or (r[1] is not None and (r[0], r[1]) not in self.known.read)
        ]
        if not missing:
            return
        with self._connection.pipeline() as pipeline:
            pending = self._ask(missing)
            pipeline.sync()
        self._take(*pending)

    def _ask(
        self, reads: Iterable[tuple[Subject, str | None]]
    ) -> tuple[list[tuple[Subject, str | None]], psycopg.Cursor, psycopg.Cursor]:
        asked = list(dict.fromkeys(reads))
        subjects = list(dict.fromkeys(s for s, _ in asked))
        pairs = [(s, v) for s, v in asked if v is not None]
        heads = self._connection.execute(
            "select subject, seq, position from subject_head where ledger_id = %s and subject = any(%s)",
            (self._ledger_id, [str(s) for s in subjects]),
        )
        states = self._connection.execute(
            "select s.subject, s.view, s.fold, s.body from state s "
            "join unnest(%b::text[], %b::text[]) as asked(subject, view) using (subject, view) where s.ledger_id = %s",
            ([str(s) for s, _ in pairs], [v for _, v in pairs], self._ledger_id),
        )
        return asked, heads, states

    def _take(self, asked: list[tuple[Subject, str | None]], heads: psycopg.Cursor, states: psycopg.Cursor) -> None:
        by_text = {str(s): s for s, _ in asked}
        found = {by_text[r[0]]: SubjectHead(r[1], r[2]) for r in heads}
        for subject in by_text.values():
            self.known.heads.setdefault(subject, found.get(subject, SubjectHead()))
        stale = []
        for text, view, fold, body in states:
            key = (by_text[text], view)
            if fold != self._folding.views[view].version:
                stale.append(key)
            elif key not in self.known.states:
                self.known.states[key] = self._folding.load(view, body)
        if stale:
            raise StaleStates(stale)
        self.known.read.update((s, v) for s, v in asked if v is not None)

    def append(
        self,
        entries: Sequence[NewEntry],
        *,
        last_time: Instant,
        changed_states: Iterable[tuple[Subject, str]],
        alongside: Sequence[Alongside] = (),
    ) -> list[bytes]:
        """Second round: everything the batch changes, in one pipeline, compared with what the database then holds."""
        leaves = [leaf_hash(e.body) for e in entries]
        frontier = self.known.head.frontier
        frontier.extend(leaves)
        size = self._first_position + len(entries)
        tiles = self._complete_tiles(leaves, size)
        with self._connection.pipeline() as pipeline:
            cursor = self._connection.cursor()
            self._write_entries(cursor, entries, leaves)
            self._write_states(cursor, changed_states)
            for rows in alongside:
                rows.write(cursor)
            if tiles:
                self._write_tiles(cursor, tiles)
            cursor.execute(
                "update head set size = %s, frontier = %s, last_time = %s where ledger_id = %s",
                (size, frontier.to_bytes(), str(last_time), self._ledger_id),
            )
            stored = self._connection.execute(
                "select sha256('\\x00'::bytea || body), leaf from entry "
                "where ledger_id = %s and position >= %s order by position",
                (self._ledger_id, self._first_position),
            )
            pipeline.sync()
        if [(leaf, leaf) for leaf in leaves] != stored.fetchall():
            raise IntegrityFailure("the database gave back other entries than were written")
        return leaves

    def _write_entries(self, cursor: psycopg.Cursor, entries: Sequence[NewEntry], leaves: Sequence[bytes]) -> None:
        ledger = self._ledger_id
        cursor.execute(
            "insert into entry (ledger_id, position, leaf, body) "
            "select %s, * from unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (ledger, [e.position for e in entries], list(leaves), [e.body for e in entries]),
        )
        index: list[tuple[str, int, int | None]] = [(str(s), e.position, seq) for e in entries for s, seq in e.about]
        index += [(str(s), e.position, None) for e in entries for s in e.refs]
        cursor.execute(
            "insert into entry_subject (ledger_id, subject, position, seq) "
            "select %s, * from unnest(%b::text[], %b::bigint[], %b::bigint[])",
            (ledger, [i[0] for i in index], [i[1] for i in index], [i[2] for i in index]),
        )
        cursor.execute(
            "insert into nonce (ledger_id, person, nonce, digest, position, answer) "
            "select %s, * from unnest(%b::text[], %b::text[], %b::bytea[], %b::bigint[], %b::bytea[])",
            (
                ledger,
                [str(e.person) for e in entries],
                [e.nonce for e in entries],
                [e.digest for e in entries],
                [e.position for e in entries],
                [e.answer for e in entries],
            ),
        )
        claims = [(scope, value, str(subject), e.position) for e in entries for scope, value, subject in e.claims]
        if claims:
            cursor.execute(
                "insert into claim (ledger_id, scope, value, subject, position) "
                "select %s, * from unnest(%b::text[], %b::text[], %b::text[], %b::bigint[])",
                (ledger, *(list(column) for column in zip(*claims, strict=True))),
            )

    def _write_states(self, cursor: psycopg.Cursor, changed: Iterable[tuple[Subject, str]]) -> None:
        known, views = self.known, self._folding.views
        keys = list(changed)
        cursor.execute(
            "insert into state (ledger_id, subject, view, seq, fold, body) "
            "select %s, * from unnest(%b::text[], %b::text[], %b::bigint[], %b::int[], %b::bytea[]) "
            "on conflict (ledger_id, subject, view) "
            "do update set seq = excluded.seq, fold = excluded.fold, body = excluded.body",
            (
                self._ledger_id,
                [str(s) for s, _ in keys],
                [v for _, v in keys],
                [known.heads[s].seq for s, _ in keys],
                [views[v].version for _, v in keys],
                [self._folding.dump(known.states[key]) for key in keys],
            ),
        )
        touched = [
            (s, h) for s, h in known.heads.items() if h.position is not None and h.position >= self._first_position
        ]
        cursor.execute(
            "insert into subject_head (ledger_id, subject, seq, position) "
            "select %s, * from unnest(%b::text[], %b::bigint[], %b::bigint[]) "
            "on conflict (ledger_id, subject) do update set seq = excluded.seq, position = excluded.position",
            (
                self._ledger_id,
                [str(s) for s, _ in touched],
                [h.seq for _, h in touched],
                [h.position for _, h in touched],
            ),
        )

    def _complete_tiles(self, leaves: Sequence[bytes], size: int) -> list[tuple[int, int, bytes, bytes]]:
        """Tiles that this batch fills, level by level; a tile is stored once, when all of its 256 hashes are there."""
        first, tiles, level, fresh = self._first_position, [], 0, list(leaves)
        while size // TILE_WIDTH > first // TILE_WIDTH:
            start = first - first % TILE_WIDTH
            hashes = self._stored_hashes(level, start, first) + fresh
            roots = []
            for index in range(start // TILE_WIDTH, size // TILE_WIDTH):
                block = hashes[index * TILE_WIDTH - start : (index + 1) * TILE_WIDTH - start]
                roots.append(_root(block))
                tiles.append((level, index, b"".join(block), roots[-1]))
            first, size, fresh, level = first // TILE_WIDTH, size // TILE_WIDTH, roots, level + 1
        return tiles

    def _stored_hashes(self, level: int, start: int, end: int) -> list[bytes]:
        """Hashes of one level that earlier batches left in an unfinished tile; at most 255."""
        if level == 0:
            rows = self._connection.execute(
                "select leaf from entry where ledger_id = %s and position >= %s and position < %s order by position",
                (self._ledger_id, start, end),
            )
        else:
            rows = self._connection.execute(
                "select root from tile where ledger_id = %s and level = %s and idx >= %s and idx < %s order by idx",
                (self._ledger_id, level - 1, start, end),
            )
        return [r[0] for r in rows]

    def _write_tiles(self, cursor: psycopg.Cursor, tiles: Sequence[tuple[int, int, bytes, bytes]]) -> None:
        cursor.executemany(
            "insert into tile (ledger_id, level, idx, hashes, root) values (%s, %s, %s, %s, %s)",
            [(self._ledger_id, *tile) for tile in tiles],
        )

    def body(self, position: int) -> bytes:
        """The bytes of an entry that stands already."""
        return _body(self._connection, self._ledger_id, position)

    def count_repeat(self, digest: bytes, now: Instant, window_s: int) -> int | None:
        """If the same refusal was entered within the window, count it there and give its position."""
        row = self._connection.execute(
            "update refusal_repeat set repeats = repeats + 1 "
            "where ledger_id = %s and digest = %s and since > %s returning position",
            (self._ledger_id, digest, Instant.of_us(now.us - window_s * 1_000_000)),
        ).fetchone()
        return None if row is None else int(row[0])

    def note_refusal(self, digest: bytes, position: int, now: Instant, template: bytes) -> None:
        """Remember a refusal that was just entered, so that its repeats are counted."""
        self._connection.execute(
            "insert into refusal_repeat (ledger_id, digest, position, since, template) values (%s, %s, %s, %s, %s) "
            "on conflict (ledger_id, digest) "
            "do update set position = excluded.position, since = excluded.since, repeats = 0",
            (self._ledger_id, digest, position, str(now), template),
        )

    def elapsed_repeats(self, now: Instant, window_s: int) -> list[tuple[int, int, bytes]]:
        """Refusals whose window is over: (position, repeats, template) of those repeated; all of them are forgotten."""
        rows = self._connection.execute(
            "delete from refusal_repeat where ledger_id = %s and since <= %s returning position, repeats, template",
            (self._ledger_id, Instant.of_us(now.us - window_s * 1_000_000)),
        ).fetchall()
        return [(r[0], r[1], r[2]) for r in rows if r[1]]

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

    def commit(self) -> None:
        """Make it durable."""
        self._connection.commit()

    def rollback(self) -> None:
        """Leave no trace."""
        self._connection.rollback()


class Store:
    """The writer's connection to one ledger, with what it takes to go on after trouble."""

    def __init__(self, dsn: str, ledger_id: int, folding: Folding) -> None:
        self._dsn, self._ledger_id, self._folding = dsn, ledger_id, folding
        self._connection = connect(dsn, writer=True)

    def begin(self) -> Transaction:
        """A new transaction; `open` takes the lock."""
        return Transaction(self._connection, self._ledger_id, self._folding)

    def rollback(self) -> None:
        """Leave no trace of the running transaction."""
        self._connection.rollback()

    def reconnect(self, *, attempts: int = 20) -> bool:
        """After a lost connection: a new one, waiting up to some seconds for the database to come back."""
        self._connection.close()
        for _ in range(attempts):
            try:
                self._connection = connect(self._dsn, writer=True)
                return True
            except psycopg.OperationalError:
                time.sleep(0.25)
        return False

    def refold(self, rows: Iterable[tuple[Subject, str]]) -> None:
        """Fold states anew from the entries, outside the lock. Linear in the history of each subject."""
        self._connection.rollback()
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
        self._connection.rollback()
        self._connection.execute("update head set read_only = %s where ledger_id = %s", (reason, self._ledger_id))
        self._connection.commit()

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def history(connection: psycopg.Connection, ledger_id: int, subject: Subject) -> Iterator[Entry]:
    """Every entry about a subject, in order."""
    rows = connection.execute(
        "select e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
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


def _root(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def connect(dsn: str, *, writer: bool = False) -> psycopg.Connection:
    """A connection with the time limits that keep one stuck client from stopping everybody."""
    options = "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s"
    connection = psycopg.connect(dsn, autocommit=not writer, prepare_threshold=1, options=options)
    if writer:
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return connection

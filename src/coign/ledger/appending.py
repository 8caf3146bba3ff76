"""Writes a batch behind the lock, part by part: entries with their index rows and what they change; then the new head.

Statements are sent without waiting for their answers, so that the database stores one part of a large batch while the
next is decided. What it then holds is compared, before COMMIT, with what was sent. Growth: all of it O(batch).
"""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple, Protocol

import psycopg
from psycopg import Pipeline

from coign.kernel.errors import IntegrityFailure
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant
from coign.ledger.columns import Blobs, Integers, Texts
from coign.ledger.entries import About
from coign.ledger.known import Known
from coign.ledger.states import Folding
from coign_verify.tree import leaf_hash, node_hash

TILE_WIDTH = 256

_PART: LiteralString = """
with new_entry as (
    insert into entry (ledger_id, position, leaf, body)
    select %(ledger)s, * from unnest(%(positions)s::bigint[], %(leaves)s::bytea[], %(bodies)s::bytea[])
), new_subject as (
    insert into entry_subject (ledger_id, subject, position, seq)
    select %(ledger)s, * from unnest(%(about)s::text[], %(about_in)s::bigint[], %(about_seqs)s::bigint[])
    union all
    select %(ledger)s, *, null from unnest(%(refs)s::text[], %(refs_in)s::bigint[])
), new_nonce as (
    insert into nonce (ledger_id, person, nonce, digest, position, answer)
    select %(ledger)s, * from unnest(
        %(people)s::text[], %(nonces)s::text[], %(digests)s::bytea[], %(positions)s::bigint[], %(answers)s::bytea[])
), changed_state as (
    insert into state (ledger_id, subject, view, seq, fold, body)
    select %(ledger)s, * from unnest(
        %(state_of)s::text[], %(views)s::text[], %(seqs)s::bigint[], %(folds)s::bigint[], %(states)s::bytea[])
    {state_known}
)
insert into subject_head (ledger_id, subject, seq, position)
select %(ledger)s, * from unnest(%(subjects)s::text[], %(last_seqs)s::bigint[], %(last_in)s::bigint[])
{head_known}
"""
_CHANGED: LiteralString = _PART.format(
    state_known="on conflict (ledger_id, subject, view) "
    "do update set seq = excluded.seq, fold = excluded.fold, body = excluded.body",
    head_known="on conflict (ledger_id, subject) do update set seq = excluded.seq, position = excluded.position",
)
# A plain insert costs the database half as much, and large batches are about new things.
_NEW: LiteralString = _PART.format(state_known="", head_known="")
_CLAIMS: LiteralString = """
insert into claim (ledger_id, scope, value, subject, position)
select %(ledger)s, * from unnest(%(scopes)s::text[], %(values)s::text[], %(subjects)s::text[], %(positions)s::bigint[])
"""
_STORED: LiteralString = """
select string_agg(leaf, ''::bytea order by position),
       string_agg(sha256('\\x00'::bytea || body), ''::bytea order by position)
from entry where ledger_id = %s and position >= %s and position < %s
"""


class NewEntry(NamedTuple):
    """One entry on its way into the database, with its index rows."""

    position: int
    body: bytes
    about: Sequence[About]
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


class Appending:
    """What one locked transaction adds to its ledger."""

    def __init__(
        self, pipeline: Pipeline, connection: psycopg.Connection, ledger_id: int, folding: Folding, known: Known
    ) -> None:
        self._pipeline, self._connection, self._ledger_id, self._folding = pipeline, connection, ledger_id, folding
        self._known, self._first = known, known.head.size
        self._leaves: list[bytes] = []
        self._stored: list[psycopg.Cursor] = []

    def add(self, entries: Sequence[NewEntry], changed: Sequence[tuple[Subject, str]]) -> None:
        """Send entries, in order, with their index rows and the states that they changed."""
        start, leaves = self._first + len(self._leaves), [leaf_hash(e.body) for e in entries]
        about = [(a.subject, e.position, a.seq) for e in entries for a in e.about]
        refs = [(subject, e.position) for e in entries for subject in e.refs]
        begun = {subject for subject, _, seq in about if seq == 1}  # in this part
        last = {subject: (seq, position) for subject, position, seq in about}
        known, views, dump = self._known, self._folding.views, self._folding.dump
        self._execute(
            _NEW if len(begun) == len(last) else _CHANGED,
            positions=Integers.of([e.position for e in entries]),
            leaves=Blobs.of(leaves),
            bodies=Blobs.of([e.body for e in entries]),
            about=Texts.of([subject for subject, _, _ in about]),
            about_in=Integers.of([position for _, position, _ in about]),
            about_seqs=Integers.of([seq for _, _, seq in about]),
            refs=Texts.of([subject for subject, _ in refs]),
            refs_in=Integers.of([position for _, position in refs]),
            people=Texts.of([e.person for e in entries]),
            nonces=Texts.of([e.nonce for e in entries]),
            digests=Blobs.of([e.digest for e in entries]),
            answers=Blobs.of([e.answer for e in entries]),
            state_of=Texts.of([subject for subject, _ in changed]),
            views=Texts.of([view for _, view in changed]),
            seqs=Integers.of([known.heads[subject].seq for subject, _ in changed]),
            folds=Integers.of([views[view].version for _, view in changed]),
            states=Blobs.of([dump(known.states[key]) for key in changed]),
            subjects=Texts.of(last),
            last_seqs=Integers.of([seq for seq, _ in last.values()]),
            last_in=Integers.of([position for _, position in last.values()]),
        )
        self._claim(entries)
        self._stored.append(self._connection.execute(_STORED, (self._ledger_id, start, start + len(entries))))
        self._leaves += leaves

    def _claim(self, entries: Sequence[NewEntry]) -> None:
        claims = [(*claim, e.position) for e in entries for claim in e.claims]
        if claims:
            self._execute(
                _CLAIMS,
                scopes=Texts.of([scope for scope, _, _, _ in claims]),
                values=Texts.of([value for _, value, _, _ in claims]),
                subjects=Texts.of([subject for _, _, subject, _ in claims]),
                positions=Integers.of([position for _, _, _, position in claims]),
            )

    def _execute(self, statement: LiteralString, **values: object) -> None:
        self._connection.execute(statement, {"ledger": self._ledger_id, **values})

    def finish(self, *, last_time: Instant, alongside: Sequence[Alongside] = ()) -> list[bytes]:
        """Send complete tiles, rows of others and the new head; gives the leaves, once the database holds the same."""
        frontier, size = self._known.head.frontier, self._first + len(self._leaves)
        frontier.extend(self._leaves)
        for tile in self._complete_tiles(size):
            self._connection.execute(
                "insert into tile (ledger_id, level, idx, hashes, root) values (%s, %s, %s, %s, %s)",
                (self._ledger_id, *tile),
            )
        cursor = self._connection.cursor()
        for rows in alongside:
            rows.write(cursor)
        self._connection.execute(
            "update head set size = %s, frontier = %s, last_time = %s where ledger_id = %s",
            (size, frontier.to_bytes(), str(last_time), self._ledger_id),
        )
        self._pipeline.sync()
        self._compare()
        return self._leaves

    def _compare(self) -> None:
        stored = [cursor.fetchall()[0] for cursor in self._stored]
        leaves = b"".join(self._leaves)
        if any(leaves != b"".join([part[column] or b"" for part in stored]) for column in (0, 1)):
            raise IntegrityFailure("the database gave back other entries than were written")

    def _complete_tiles(self, size: int) -> list[tuple[int, int, bytes, bytes]]:
        """Tiles that this batch fills, level by level; a tile is stored once, when all of its 256 hashes are there."""
        first, tiles, level, fresh = self._first, [], 0, self._leaves
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
        if start == end:
            return []
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


def _root(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]

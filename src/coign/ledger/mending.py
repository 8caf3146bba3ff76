"""Puts entries back from a backup: those that the signed tree proves, and nothing else (CSV-01, CSV-30).

In one transaction that holds the ledger's lock, as the owner with the triggers off. Besides the entries, what can be
made from them is put right: hashes, indexes, claims, tiles, the head. Keys of requests and checkpoints come from the
backup where they fit.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import sql

from coign.kernel.frozen import dataclass
from coign.ledger.entry_walk import claims_of
from coign.ledger.log_keys import KnownKeys
from coign.ledger.proving import Proved, Spare, Stored, Target, prove, walk
from coign.ledger.soundness import root_of
from coign.ledger.streams import Ordered, Streams
from coign_verify.growing import Frontier
from coign_verify.tiles import TILE_HASHES
from coign_verify.tree import leaf_hash

_FENCED: tuple[LiteralString, ...] = ("entry", "entry_subject", "nonce", "tile", "checkpoint", "claim")
_INDEX: LiteralString = (
    "select position, subject, seq from entry_subject where ledger_id = %(ledger)s order by position"
)
_NONCES: LiteralString = "select position, person, nonce from nonce where ledger_id = %(ledger)s order by position"
_CLAIMS: LiteralString = (
    "select position, scope, value, subject from claim where ledger_id = %(ledger)s order by position"
)


@dataclass(frozen=True, slots=True)
class SpareKey:
    """The key of a request as a backup holds it."""

    position: int
    person: str
    nonce: str
    digest: bytes
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class SpareNote:
    """A checkpoint as a backup holds it."""

    size: int
    root: bytes
    time: str
    note: bytes


@dataclass(frozen=True, slots=True)
class Spares:
    """What a backup holds of one ledger. Entries and keys are read twice, in order of position."""

    entries: Callable[[], Iterable[Spare]]
    keys: Callable[[], Iterable[SpareKey]]
    notes: tuple[SpareNote, ...]


@dataclass(slots=True)
class Mended:
    """Exactly what was put right, by position."""

    entries: list[int] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    indexed: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    tiles: list[str] = field(default_factory=list)
    checkpoints: list[int] = field(default_factory=list)
    head: bool = False
    #: What the tree proves to be wrong and this backup does not hold.
    not_held: list[int] = field(default_factory=list)
    #: Why nothing could be put right; empty: the tree proves what is right.
    unproved: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything was changed."""
        changed = self.entries or self.hashes or self.indexed or self.keys or self.tiles or self.checkpoints
        return bool(changed) or self.head


def mend(owner: psycopg.Connection, ledger_id: int, keys: KnownKeys, seen: bytes | None, spares: Spares) -> Mended:
    """Put right what the tree proves. The caller commits, makes derived tables anew, and verifies."""
    done = Mended()
    row = owner.execute("select size, frontier from head where ledger_id = %s for update", (ledger_id,)).fetchone()
    target = _target(owner, ledger_id, keys, seen, row)
    if target is None:
        done.unproved = "nothing here was signed with the log's key, so nothing proves what is right"
        return done
    size = max(target.signed_size, target.head_size)
    proved = prove(walk(owner, ledger_id, size, spares.entries(), "prove"), target)
    if proved.choice is None:
        done.unproved = (
            f"neither what is stored nor this backup gives the tree of {target.signed_size} entries that was signed: "
            "the backup is of another line of this record, or it does not hold what is damaged; take a newer one"
        )
        return done
    with _without_fence(owner):
        _Mending(owner, ledger_id, keys, proved, spares, done).run()
    return done


def _target(owner: psycopg.Connection, ledger_id: int, keys: KnownKeys, seen: bytes | None, head: Any) -> Target | None:
    """The largest checkpoint that this installation has signed, in the database or beside it, and the head's tree."""
    notes = [
        bytes(row[0])
        for row in owner.execute("select note from checkpoint where ledger_id = %s order by size desc", (ledger_id,))
    ]
    best = (0, b"")
    for note in (*([seen] if seen else []), *notes):
        if (signed := _opened(note, keys)) is not None and signed[0] > best[0]:
            best = signed
    size, root = _head_tree(head)
    return Target(*best, size, root) if best[0] else None


def _opened(note: bytes, keys: KnownKeys) -> tuple[int, bytes] | None:
    try:
        signed = keys.open(note).checkpoint
    except ValueError:
        return None
    return signed.size, signed.root


def _head_tree(head: Any) -> tuple[int, bytes]:
    try:
        tree = Frontier.from_bytes(bytes(head[1])) if head is not None else Frontier()
    except ValueError:
        return 0, b""
    return tree.size, tree.root()


@contextmanager
def _without_fence(owner: psycopg.Connection) -> Iterator[None]:
    for table in _FENCED:
        owner.execute(sql.SQL("alter table {} disable trigger append_only").format(sql.Identifier(table)))
    yield
    for table in _FENCED:
        owner.execute(sql.SQL("alter table {} enable trigger append_only").format(sql.Identifier(table)))


class _Mending:
    """The walk that compares every position with the proved hash and writes what differs."""

    def __init__(
        self,
        owner: psycopg.Connection,
        ledger_id: int,
        known: KnownKeys,
        proved: Proved,
        spares: Spares,
        done: Mended,
    ) -> None:
        assert proved.choice is not None
        self._owner, self._ledger_id, self._known = owner, ledger_id, known
        self._choice, self._size = proved.choice, proved.size
        self._spares, self._done = spares, done
        self._tree, self._last_time = Frontier(), ""
        self._keys = iter(spares.keys())
        self._spare_key = next(self._keys, None)
        self._notes = {note.size: note for note in spares.notes}

    def run(self) -> None:
        """Entries and what belongs to each, then tiles, checkpoints, head."""
        stored_notes = self._stored_notes()
        block: list[bytes] = []
        roots: list[bytes] = []
        with Streams(self._owner, self._ledger_id) as streams:
            index, nonces, claims = (
                Ordered(streams.rows(name, query))
                for name, query in (("mend_index", _INDEX), ("mend_nonces", _NONCES), ("mend_claims", _CLAIMS))
            )
            for at in walk(self._owner, self._ledger_id, self._size, self._spares.entries(), "mend"):
                right = self._choice(at)
                assert right is not None, "the choice gave a root, hence a hash for every position"
                beside = _Beside(*(list(rows.at(at.position)) for rows in (index, nonces, claims)))
                self._entry(at, right, beside)
                self._tree.append(right)
                block.append(right)
                if len(block) == TILE_HASHES:
                    roots.append(self._tile(0, at.position // TILE_HASHES, block))
                    block = []
                self._note(stored_notes)
        self._upper_tiles(roots)
        self._head()

    # Entries

    def _entry(self, at: Stored, right: bytes, beside: "_Beside") -> None:
        body = at.body
        if at.own != right:
            if at.spare is None or leaf_hash(at.spare.body) != right:
                self._done.not_held.append(at.position)
                return
            body = at.spare.body
            self._done.entries.append(at.position)
            self._owner.execute(
                "insert into entry (ledger_id, position, leaf, body) values (%s, %s, %s, %s) "
                "on conflict (ledger_id, position) do update set leaf = excluded.leaf, body = excluded.body",
                (self._ledger_id, at.position, right, body),
            )
        elif at.leaf != right:
            self._done.hashes.append(at.position)
            self._owner.execute(
                "update entry set leaf = %s where ledger_id = %s and position = %s",
                (right, self._ledger_id, at.position),
            )
        assert body is not None
        plain = orjson.loads(body)
        self._last_time = plain["time"]
        self._index(at.position, plain, beside)
        self._request_key(at.position, plain, beside.nonces)

    def _index(self, position: int, plain: Any, beside: "_Beside") -> None:
        named = {a["subject"]: a["seq"] for a in plain["about"]}
        named |= {subject: None for subject in plain["refs"] if subject not in named}
        claims = set(claims_of(plain))
        if {row[1]: row[2] for row in beside.index} == named and {tuple(r[1:]) for r in beside.claims} == claims:
            return
        self._done.indexed.append(position)
        here = (self._ledger_id, position)
        self._owner.execute("delete from entry_subject where ledger_id = %s and position = %s", here)
        self._owner.execute("delete from claim where ledger_id = %s and position = %s", here)
        cursor = self._owner.cursor()
        cursor.executemany(
            "insert into entry_subject (ledger_id, position, subject, seq) values (%s, %s, %s, %s)",
            [(*here, subject, seq) for subject, seq in named.items()],
        )
        cursor.executemany(
            "insert into claim (ledger_id, position, scope, value, subject) values (%s, %s, %s, %s, %s) "
            "on conflict (ledger_id, scope, value) do update "
            "set position = excluded.position, subject = excluded.subject",
            [(*here, *claim) for claim in claims],
        )

    def _request_key(self, position: int, plain: Any, stored: list[Any]) -> None:
        wanted = (plain["intent"]["actor"]["person"], plain["intent"]["nonce"])
        while self._spare_key is not None and self._spare_key.position < position:
            self._spare_key = next(self._keys, None)
        if [tuple(row[1:]) for row in stored] == [wanted]:
            return
        spare = self._spare_key
        if spare is None or (spare.position, spare.person, spare.nonce) != (position, *wanted):
            self._done.not_held.append(position)
            return
        self._done.keys.append(position)
        self._owner.execute("delete from nonce where ledger_id = %s and position = %s", (self._ledger_id, position))
        self._owner.execute(
            "insert into nonce (ledger_id, person, nonce, digest, position, answer) values (%s, %s, %s, %s, %s, %s) "
            "on conflict (ledger_id, person, nonce) do update "
            "set digest = excluded.digest, position = excluded.position, answer = excluded.answer",
            (self._ledger_id, spare.person, spare.nonce, spare.digest, position, spare.answer),
        )

    # What stands above the entries

    def _tile(self, level: int, index: int, hashes: list[bytes]) -> bytes:
        joined, root = b"".join(hashes), root_of(hashes)
        row = self._owner.execute(
            "select hashes, root from tile where ledger_id = %s and level = %s and idx = %s",
            (self._ledger_id, level, index),
        ).fetchone()
        if row is None or (bytes(row[0]), bytes(row[1])) != (joined, root):
            self._done.tiles.append(f"{level}/{index}")
            self._owner.execute(
                "insert into tile (ledger_id, level, idx, hashes, root) values (%s, %s, %s, %s, %s) "
                "on conflict (ledger_id, level, idx) do update set hashes = excluded.hashes, root = excluded.root",
                (self._ledger_id, level, index, joined, root),
            )
        return root

    def _upper_tiles(self, roots: list[bytes]) -> None:
        level = 1
        while len(roots) >= TILE_HASHES:
            complete = range(len(roots) // TILE_HASHES)
            roots = [self._tile(level, n, roots[n * TILE_HASHES : (n + 1) * TILE_HASHES]) for n in complete]
            level += 1

    def _stored_notes(self) -> dict[int, tuple[bytes, bytes]]:
        rows = self._owner.execute("select size, root, note from checkpoint where ledger_id = %s", (self._ledger_id,))
        return {size: (bytes(root), bytes(note)) for size, root, note in rows}

    def _note(self, stored: dict[int, tuple[bytes, bytes]]) -> None:
        """A checkpoint of this size that is missing or does not verify, if the backup's own does."""
        size, root = self._tree.size, self._tree.root
        spare = self._notes.get(size)
        if spare is None:
            return
        signed = (size, root())
        kept = stored.get(size)
        if kept is not None and kept[0] == signed[1] and _opened(kept[1], self._known) == signed:
            return
        if _opened(spare.note, self._known) != signed or spare.root != signed[1]:
            return
        self._done.checkpoints.append(size)
        self._owner.execute(
            "insert into checkpoint (ledger_id, size, root, time, note) values (%s, %s, %s, %s, %s) "
            "on conflict (ledger_id, size) do update set root = excluded.root, note = excluded.note",
            (self._ledger_id, size, spare.root, spare.time, spare.note),
        )

    def _head(self) -> None:
        if self._done.not_held:
            return  # of a record with holes the head stays as it is: whoever looks must see where it ended
        row = self._owner.execute(
            "select size, frontier, last_time from head where ledger_id = %s", (self._ledger_id,)
        ).fetchone()
        wanted = (self._size, self._tree.to_bytes(), self._last_time)
        if row is not None and (row[0], bytes(row[1]), row[2]) == wanted:
            return
        if row is not None and row[0] > self._size:
            return  # entries behind the signed ones that nothing proves: told by verifying, never cut off here
        self._done.head = True
        self._owner.execute(
            "insert into head (ledger_id, size, frontier, last_time) values (%s, %s, %s, %s) on conflict (ledger_id) "
            "do update set size = excluded.size, frontier = excluded.frontier, last_time = excluded.last_time",
            (self._ledger_id, *wanted),
        )


@dataclass(frozen=True, slots=True)
class _Beside:
    """The rows of the index, of request keys and of claims at one position."""

    index: list[Any]
    nonces: list[Any]
    claims: list[Any]

"""A walk over a range of entries, side by side with their tile, indexes, nonces, claims and checkpoints.

What it finds of a range does not depend on the ranges beside it: they can be walked at the same time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString, NamedTuple

import psycopg

from coign.installation.events import LedgerHeads
from coign.kernel.facts import FACTS, Fact, about
from coign.ledger.check import missing_tile
from coign.ledger.encoding import fact_from
from coign.ledger.sharing import Here, Record
from coign.ledger.shutting import Problem
from coign.ledger.soundness import Block, StoredEntry, StoredTile, check_block
from coign.ledger.streams import Ordered
from coign_verify.checkpoint import Checkpoint
from coign_verify.findings import Kind
from coign_verify.signers import KEYS_CHANGE
from coign_verify.tiles import TILE_HASHES

_RELIED_ON = KEYS_CHANGE | {LedgerHeads.TYPE}
#: Below and above every position that a row can have.
_FIRST, _LAST = -(1 << 63), (1 << 63) - 1

_ROWS: LiteralString = (
    "select position, {} from {} where ledger_id = %(ledger)s and position >= %(start)s and position < %(end)s "
    "order by position"
)
_ENTRIES = _ROWS.format("leaf, body", "entry")
_INDEX = _ROWS.format("subject, seq", "entry_subject")
_NONCES = _ROWS.format("person, nonce", "nonce")
_CLAIMS = _ROWS.format("scope, value, subject", "claim")
_TILES: LiteralString = (
    "select idx, hashes, root from tile "
    "where ledger_id = %(ledger)s and level = 0 and idx >= %(start_tile)s and idx < %(end_tile)s order by idx"
)
_CHECKPOINTS: LiteralString = (
    "select size, root, note from checkpoint "
    "where ledger_id = %(ledger)s and size > %(start)s and size <= %(end)s order by size"
)
_BLOCK: LiteralString = (
    "select position, leaf, body from entry where ledger_id = %s and position >= %s and position < %s"
)

#: The leaf hashes of one tile; or its root alone where nothing ends inside it and every hash is known.
Leaves = bytes | list[bytes | None]


class Signed(NamedTuple):
    """A stored checkpoint: what it says, or why it proves nothing."""

    size: int
    checkpoint: Checkpoint | None
    problem: Problem | None = None


@dataclass(slots=True)
class Walked:
    """What was found in a range. In memory: 32 bytes for each tile, or for each entry where checkpoints are dense."""

    part: range
    problems: list[Problem] = field(default_factory=list)
    #: Positions of entries that are not there, or that cannot be relied on.
    unsound: set[int] = field(default_factory=set)
    leaves: list[Leaves] = field(default_factory=list)
    checkpoints: list[Signed] = field(default_factory=list)
    #: Subjects of which the index says something else than an entry does, and where first.
    misindexed: dict[str, int] = field(default_factory=dict)
    #: Facts of sound entries after which other keys sign than before, in their order.
    keys: list[Mapping[str, Any]] = field(default_factory=list)
    entries: int = 0
    signed: int = 0
    last_time: str = ""


def walk_entries(here: Here, part: range) -> Walked:
    """Walk over a range that begins with a tile and ends with one, or with the record."""
    return _Walk(here, part).run()


class _Walk:
    def __init__(self, here: Here, part: range) -> None:
        self._here, self._record, self._part = here, here.record, part
        self._found = Walked(part)
        self._problems = self._found.problems

    def run(self) -> Walked:
        """Walk."""
        part, last = self._part, self._part.stop == self._record.size
        # Whoever is first and whoever is last find what stands outside the record.
        bounds = {
            "start": part.start or _FIRST,
            "end": _LAST if last else part.stop,
            "start_tile": part.start // TILE_HASHES or _FIRST,
            "end_tile": _LAST if last else part.stop // TILE_HASHES,
        }
        self._found.last_time = _time_before(self._here.connection, self._record, part.start)
        with self._here.streams() as streams:

            def ordered(name: str, query: LiteralString) -> Ordered:
                return Ordered(streams.rows(name, query, **bounds))

            self._checkpoints(streams.rows("checkpoints", _CHECKPOINTS, **bounds))
            self._walk(
                entries=ordered("entries", _ENTRIES),
                tiles=ordered("tiles", _TILES),
                index=ordered("indexed", _INDEX),
                nonces=ordered("nonces", _NONCES),
                claims=ordered("claims", _CLAIMS),
            )
        return self._found

    def _walk(self, *, entries: Ordered, tiles: Ordered, index: Ordered, nonces: Ordered, claims: Ordered) -> None:
        beside = (("index", index), ("nonce", nonces), ("claim", claims))
        self._added(entries.before(self._part.start))
        self._outside(beside, tiles, self._part.start)
        ends = {signed.size for signed in self._found.checkpoints}
        for start in range(self._part.start, self._part.stop, TILE_HASHES):
            part = range(start, min(start + TILE_HASHES, self._part.stop))
            rows = {p: StoredEntry(leaf, body) for p, leaf, body in entries.before(part.stop)}
            block, kept = self._block(part, rows, next(iter(tiles.at(start // TILE_HASHES)), None))
            whole = kept is not None and not block.problems and ends.isdisjoint(range(start + 1, part.stop))
            self._found.leaves.append(kept.root if whole and kept is not None else block.leaves)
            self._check_index(part, block, index.before(part.stop))
            self._check_nonces(block, nonces.before(part.stop))
            self._check_claims(block, claims.before(part.stop))
            self._remember(part, block, len(rows))
            self._here.tell(len(part))
        self._added(entries.before(None))
        self._outside(beside, tiles, None)

    def _say(self, position: int | None, kind: Kind, detail: str) -> None:
        self._problems.append(Problem(position, kind, detail))

    def _added(self, rows: Iterable[Any]) -> None:
        for position, _, _ in rows:
            self._say(position, "added", f"it is stored, but the record has the entries 0 to {self._record.size - 1}")

    def _outside(self, beside: Iterable[tuple[str, Ordered]], tiles: Ordered, before: int | None) -> None:
        """Rows that name places before the record begins, or behind its end."""
        for what, rows in beside:
            for row in rows.before(before):
                self._say(row[0], "read_model", f"the {what} table names it, but the record has no such entry")
        for row in tiles.before(before if before is None else before // TILE_HASHES):
            self._say(row[0] * TILE_HASHES, "container", f"tile 0/{row[0]} is stored, but the record has no such tile")

    def _block(self, part: range, rows: dict[int, StoredEntry], tile: Any) -> tuple[Block, StoredTile | None]:
        complete = len(part) == TILE_HASHES
        kept = StoredTile(tile[1], tile[2]) if tile is not None and complete else None
        block = check_block(part, rows, kept, origin=self._record.origin, last_time=self._found.last_time)
        self._problems += block.problems
        for position in [at for at, plain in block.entries.items() if _cannot_be_read(plain)]:
            del block.entries[position]
            self._say(position, "invariant", "one of its facts does not have the form that was agreed for its type")
        if complete and tile is None:
            self._problems.append(missing_tile(0, part.start // TILE_HASHES))
        if not complete and tile is not None:
            self._say(part.start, "container", f"tile 0/{tile[0]} is stored, but is not complete")
        return block, kept

    def _remember(self, part: range, block: Block, rows: int) -> None:
        found = self._found
        found.last_time = block.last_time
        found.entries += rows
        found.unsound.update(set(part) - block.entries.keys())
        for plain in block.entries.values():
            found.signed += plain["signature"] is not None
            if plain["outcome"] != "refused":
                found.keys += [fact for fact in plain["intent"]["facts"] if fact["type"] in KEYS_CHANGE]

    def _checkpoints(self, rows: Iterable[Any]) -> None:
        keys = self._record.keys
        for size, root, note in rows:
            try:
                signed = keys.open(note).checkpoint if keys.trusted else _unchecked(note)
            except ValueError as error:
                wrong = Problem(None, "signature", f"the checkpoint of size {size}: {error}")
                self._found.checkpoints.append(Signed(size, None, wrong))
                continue
            if (signed.origin, signed.size, signed.root) == (self._record.origin, size, root):
                self._found.checkpoints.append(Signed(size, signed))
            else:
                said = f"the checkpoint stored for size {size} is for another origin, size or root"
                self._found.checkpoints.append(Signed(size, None, Problem(None, "container", said)))

    # What the indexes say

    def _check_index(self, part: range, block: Block, rows: Iterable[Any]) -> None:
        indexed: dict[int, dict[str, int | None]] = {p: {} for p in part}
        for position, subject, seq in rows:
            indexed[position][subject] = seq
        for position, plain in block.entries.items():
            named = dict.fromkeys(plain["refs"]) | {a["subject"]: a["seq"] for a in plain["about"]}
            found = indexed[position]
            if named != found:
                for subject in sorted(named.keys() | found.keys()):
                    self._check_indexed(position, subject, named, found)

    def _check_indexed(
        self, position: int, subject: str, named: Mapping[str, int | None], found: Mapping[str, int | None]
    ) -> None:
        if subject not in named:
            self._say(position, "read_model", f"the index names {subject}, the entry does not")
        elif subject not in found:
            self._say(position, "read_model", f"the index does not name {subject}")
        elif found[subject] != named[subject]:
            said = f"the index counts it as entry {found[subject]} of {subject}, not {named[subject]}"
            self._say(position, "read_model", said)
        else:
            return
        self._found.misindexed.setdefault(subject, position)

    def _check_nonces(self, block: Block, rows: Iterable[Any]) -> None:
        keys: dict[int, list[tuple[str, str]]] = {}
        for position, person, nonce in rows:
            keys.setdefault(position, []).append((person, nonce))
        for position, plain in block.entries.items():
            intent = plain["intent"]
            if keys.get(position) != [(intent["actor"]["person"], intent["nonce"])]:
                self._say(position, "read_model", "the key under which it was asked for does not point to it")

    def _check_claims(self, block: Block, rows: Iterable[Any]) -> None:
        stored: dict[int, set[tuple[str, str, str]]] = {}
        for position, *claim in rows:
            stored.setdefault(position, set()).add((claim[0], claim[1], claim[2]))
        for position, plain in block.entries.items():
            if stored.get(position, set()) != set(claims_of(plain)):
                self._say(position, "read_model", "the values it takes for ever are not those that are stored for it")


def _time_before(connection: psycopg.Connection, record: Record, position: int) -> str:
    """The time of the last sound entry before a tile begins."""
    for start in range(position - TILE_HASHES, -1, -TILE_HASHES):
        part = range(start, start + TILE_HASHES)
        rows = connection.execute(_BLOCK, (record.ledger_id, part.start, part.stop), binary=True)
        stored = {at: StoredEntry(leaf, body) for at, leaf, body in rows}
        tile = connection.execute(
            "select hashes, root from tile where ledger_id = %s and level = 0 and idx = %s",
            (record.ledger_id, start // TILE_HASHES),
            binary=True,
        ).fetchone()
        kept = None if tile is None else StoredTile(*tile)
        last_time = check_block(part, stored, kept, origin=record.origin, last_time="").last_time
        if last_time:
            return last_time
    return ""


def _cannot_be_read(plain: Any) -> bool:
    """Whether it holds a fact that is relied on here and is not formed as it must be."""
    for body in plain["intent"]["facts"]:
        cls = FACTS.get(body["type"])
        if cls is not None and (body["type"] in _RELIED_ON or cls.claims is not Fact.claims):
            try:
                fact_from(body)
            except (KeyError, TypeError, ValueError):  # msgspec's errors are of the last kind
                return True
    return False


def _unchecked(note: bytes) -> Checkpoint:
    """A checkpoint's words where no key is known to check them with."""
    text, _, _ = note.decode().partition("\n\n")
    return Checkpoint.parse(text + "\n")


def claims_of(plain: Any) -> Iterator[tuple[str, str, str]]:
    """The values that an entry takes for ever: scope, value, and whose they are."""
    for body in plain["intent"]["facts"]:
        cls = FACTS.get(body["type"])
        if cls is not None and cls.claims is not Fact.claims:
            fact = fact_from(body)
            yield from ((scope, value, str(about(fact)[0])) for scope, value in fact.claims())

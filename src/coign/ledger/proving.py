"""Which leaf hashes a damaged record must have: the ones that give the root its log has signed.

Hashes stand in four places: in the tiles, beside the entries, in the entries' own bytes, and in a backup. No place is
believed by itself. A list made from them counts when it gives the signed root; then every hash in it is proved, since
nobody can make another list with the same root.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import LiteralString

import psycopg

from coign.kernel.frozen import dataclass
from coign.ledger.soundness import split
from coign.ledger.streams import Ordered, Streams
from coign_verify.growing import Frontier
from coign_verify.tiles import TILE_HASHES
from coign_verify.tree import HASH_BYTES, leaf_hash


@dataclass(frozen=True, slots=True)
class Spare:
    """An entry as a backup holds it, whole by its own tree."""

    position: int
    leaf: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands at one position of the record and of the backup; None: nothing."""

    position: int
    leaf: bytes | None
    body: bytes | None
    tile: bytes | None
    spare: Spare | None

    @property
    def own(self) -> bytes | None:
        """The hash of the stored bytes."""
        return None if self.body is None else leaf_hash(self.body)


Choice = Callable[[Stored], bytes | None]


def _from_tiles(at: Stored) -> bytes | None:
    return at.tile or at.leaf


def _from_leaves(at: Stored) -> bytes | None:
    return at.leaf


def _from_bytes(at: Stored) -> bytes | None:
    return at.own


def _from_backup(at: Stored) -> bytes | None:
    return at.spare.leaf if at.spare is not None else at.leaf


def _from_what_agrees(at: Stored) -> bytes | None:
    return at.own if at.own is not None and at.own == at.leaf else _from_backup(at)


#: In the order in which they are asked: the tiles hold every hash even when entries are gone.
CHOICES: tuple[Choice, ...] = (_from_tiles, _from_what_agrees, _from_backup, _from_leaves, _from_bytes)


@dataclass(frozen=True, slots=True)
class Proved:
    """How to choose the hash of every position below `size`; None: no choice gives the signed root."""

    choice: Choice | None
    size: int


@dataclass(frozen=True, slots=True)
class Target:
    """What must come out: the tree that was signed, and the one the head keeps (entries not signed yet)."""

    signed_size: int
    signed_root: bytes
    head_size: int
    head_root: bytes


def prove(rows: Iterable[Stored], target: Target) -> Proved:
    """Find the choice that gives the signed root, and how far it is proved: to the head's end if that agrees too."""
    trees = {choice: Frontier() for choice in CHOICES}
    signs: set[Choice] = set()
    for at in rows:
        for choice in tuple(trees):
            leaf = choice(at)
            if leaf is None:
                del trees[choice]
            else:
                trees[choice].append(leaf)
        if at.position + 1 == target.signed_size:
            signs = {choice for choice, tree in trees.items() if tree.root() == target.signed_root}
    whole = [choice for choice in CHOICES if choice in signs and choice in trees and _ends(trees[choice], target)]
    if whole:
        return Proved(whole[0], target.head_size)
    first = next((choice for choice in CHOICES if choice in signs), None)
    return Proved(first, target.signed_size)


def _ends(tree: Frontier, target: Target) -> bool:
    return (tree.size, tree.root()) == (target.head_size, target.head_root)


_ENTRIES: LiteralString = "select position, leaf, body from entry where ledger_id = %(ledger)s order by position"
_TILES: LiteralString = "select idx, hashes from tile where ledger_id = %(ledger)s and level = 0 order by idx"


def walk(
    connection: psycopg.Connection, ledger_id: int, size: int, spares: Iterable[Spare], name: str
) -> Iterator[Stored]:
    """Every position below `size`, record and backup side by side; `name` tells walks of one connection apart."""
    with ExitStack() as stack:
        streams = stack.enter_context(Streams(connection, ledger_id))
        entries = Ordered(streams.rows(f"{name}_entries", _ENTRIES))
        tiles = Ordered(streams.rows(f"{name}_tiles", _TILES))
        backup = iter(spares)
        spare = next(backup, None)
        for start in range(0, size, TILE_HASHES):
            part = range(start, min(start + TILE_HASHES, size))
            rows = {position: (leaf, body) for position, leaf, body in entries.before(part.stop)}
            hashes = _tile(tiles.at(start // TILE_HASHES))
            for position in part:
                leaf, body = rows.get(position, (None, None))
                here = spare if spare is not None and spare.position == position else None
                yield Stored(position, leaf, body, hashes[position - start] if hashes else None, here)
                if here is not None:
                    spare = next(backup, None)


def _tile(found: list[tuple[int, bytes]]) -> list[bytes]:
    if not found or len(found[0][1]) != TILE_HASHES * HASH_BYTES:
        return []
    return split(bytes(found[0][1]))

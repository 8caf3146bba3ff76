"""The tree as outsiders read it: tiles, bundles of entries and proofs, from stored hashes (C2SP tlog-tiles).

Level-0 hashes stand in the entry rows; a complete tile is stored once and never changes; a partial one is put together
when asked for. Growth: a tile is one query, a proof O(log n) tiles, most of them kept from the proofs before.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import LiteralString

import psycopg

from coign.kernel.errors import Invalid, NotFound
from coign_verify.growing import TileReader, consistency_proof, inclusion_proof, tree_root
from coign_verify.tiles import LEVEL_MAX, TILE_HASHES, encode_bundle
from coign_verify.tree import HASH_BYTES

Connect = Callable[[], AbstractContextManager[psycopg.Connection]]
"""Lends a connection, such as `ConnectionPool.connection`."""

TILES_KEPT_MAX = 1024  # some 24 KiB each with the rows worked out above them

_COMPLETE: LiteralString = "select hashes from tile where ledger_id = %s and level = %s and idx = %s"
_LEAVES: LiteralString = (
    "select string_agg(leaf, ''::bytea order by position) from entry "
    "where ledger_id = %s and position >= %s and position < %s"
)
_ROOTS: LiteralString = (
    "select string_agg(root, ''::bytea order by idx) from tile "
    "where ledger_id = %s and level = %s and idx >= %s and idx < %s"
)
_BODIES: LiteralString = (
    "select body from entry where ledger_id = %s and position >= %s and position < %s order by position"
)


class Tiles:
    """One ledger's tiles. Thread-safe; keep one for the life of a process, so that it keeps what it has read.

    Nothing here is ever invalid: complete tiles do not change, and a partial tile is known by its width.
    """

    def __init__(self, connect: Connect, ledger_id: int) -> None:
        self._connect, self._ledger_id = connect, ledger_id
        self._reader = TileReader(self.hashes, tiles_max=TILES_KEPT_MAX)
        self._turn = threading.Lock()  # the reader is for one thread at a time

    def hashes(self, level: int, index: int, width: int = TILE_HASHES) -> bytes:
        """The hashes of one tile, 32 bytes each; NotFound unless the ledger has that many."""
        _check_tile(level, index, width)
        with self._connect() as connection:
            if width == TILE_HASHES:
                row = connection.execute(_COMPLETE, (self._ledger_id, level, index)).fetchone()
            else:
                row = self._partial(connection, level, index * TILE_HASHES, width)
        found = bytes(row[0]) if row is not None and row[0] is not None else b""
        if len(found) != width * HASH_BYTES:
            raise NotFound(f"there is no tile {level}/{index} of width {width}")
        return found

    def _partial(self, connection: psycopg.Connection, level: int, start: int, width: int) -> tuple[bytes] | None:
        if level == 0:
            return connection.execute(_LEAVES, (self._ledger_id, start, start + width)).fetchone()
        return connection.execute(_ROOTS, (self._ledger_id, level - 1, start, start + width)).fetchone()

    def entries(self, index: int, width: int = TILE_HASHES) -> bytes:
        """The bundle of the entries below tile `index` of level 0; NotFound unless the ledger has that many."""
        _check_tile(0, index, width)
        start = index * TILE_HASHES
        with self._connect() as connection:
            rows = connection.execute(_BODIES, (self._ledger_id, start, start + width)).fetchall()
        if len(rows) != width:
            raise NotFound(f"there is no bundle {index} of width {width}")
        return encode_bundle([row[0] for row in rows])

    def inclusion_proof(self, position: int, size: int) -> list[bytes]:
        """The proof that entry `position` is in the tree of `size` entries."""
        if not 0 <= position < size:
            raise Invalid.at("position", f"expected a position below the size {size}")
        with self._turn:
            return inclusion_proof(position, size, self._reader)

    def consistency_proof(self, m: int, n: int) -> list[bytes]:
        """The proof that the tree of size `n` begins with the tree of size `m`."""
        if not 0 < m <= n:
            raise Invalid.at("size", "expected two sizes, 0 < old ≤ new")
        with self._turn:
            return consistency_proof(m, n, self._reader)

    def root(self, size: int) -> bytes:
        """The root of the tree of this size, as the stored hashes give it."""
        with self._turn:
            return tree_root(size, self._reader)

    def node(self, height: int, index: int, size: int) -> bytes:
        """The hash over the 2^height entries that begin with entry `index·2^height`."""
        with self._turn:
            return self._reader.node(height, index, size)


def _check_tile(level: int, index: int, width: int) -> None:
    if not 0 <= level <= LEVEL_MAX:
        raise Invalid.at("level", f"expected 0 to {LEVEL_MAX}")
    # Beyond 2^47 the first position of the tile would not fit a database's whole number.
    if not 0 <= index < 1 << 47:
        raise Invalid.at("index", "expected the number of a tile")
    if not 1 <= width <= TILE_HASHES:
        raise Invalid.at("width", f"expected 1 to {TILE_HASHES}")

"""The tree of a log (RFC 6962) as it grows, and proofs made from its tiles: what a log does, not who checks it."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from coign_verify.heads import EMPTY, Leaf, is_right
from coign_verify.heads import leaf_hash as heads_leaf
from coign_verify.heads import node_hash as heads_node
from coign_verify.tiles import TILE_HASHES, TileError, tile_width
from coign_verify.tree import EMPTY_ROOT, HASH_BYTES, is_hash, node_hash

TileSource = Callable[[int, int, int], bytes]
"""Gives the hashes of the tile (level, index, width): `width` times 32 bytes."""


class Frontier:
    """What must be kept of a tree to append to it and to know its root.

    One hash for each complete subtree, largest first: at most 64 at any size. Copy before a batch that may fail;
    a copy costs next to nothing.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size < 0 or size >= 1 << 64:
            raise ValueError(f"frontier size {size} is not between 0 and 2^64 - 1")
        if len(hashes) != size.bit_count():
            raise ValueError(f"a frontier of size {size} has {size.bit_count()} hashes, not {len(hashes)}")
        if not all(is_hash(each) for each in hashes):
            raise ValueError("a frontier hash has not 32 bytes")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash on the right."""
        if len(leaf) != HASH_BYTES:
            raise ValueError(f"a leaf hash has 32 bytes, not {len(leaf)}")
        hashes, carry, node = self._hashes, self._size, leaf
        while carry & 1:
            node = sha256(b"\x01" + hashes.pop() + node).digest()
            carry >>= 1
        hashes.append(node)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes on the right, in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree at this size."""
        if not self._hashes:
            return EMPTY_ROOT
        *rest, node = self._hashes
        for left in reversed(rest):
            node = node_hash(left, node)
        return node

    def copy(self) -> "Frontier":
        """A frontier of its own that starts where this one is."""
        twin = Frontier.__new__(Frontier)
        twin._size, twin._hashes = self._size, self._hashes.copy()
        return twin

    def to_bytes(self) -> bytes:
        """Size as eight big-endian bytes, then the hashes: how a frontier is stored."""
        return self._size.to_bytes(8, "big") + b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read what `to_bytes` wrote; ValueError when it cannot be a frontier."""
        if len(data) < 8 or (len(data) - 8) % HASH_BYTES:
            raise ValueError(f"a frontier is 8 bytes and a number of 32-byte hashes, not {len(data)} bytes")
        return cls(int.from_bytes(data[:8], "big"), _split_hashes(data[8:]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frontier):
            return NotImplemented
        return self._size == other._size and self._hashes == other._hashes

    __hash__ = None  # type: ignore[assignment]  # it grows, so it can be no key

    def __repr__(self) -> str:
        return f"Frontier(size={self._size}, root={self.root().hex()[:16]}…)"


class TileReader:
    """Reads nodes of a tree out of its tiles.

    The tiles used last are kept; while kept, each is fetched once and each level inside it hashed at most once.
    For one thread at a time.
    """

    def __init__(self, source: TileSource, *, tiles_max: int = 512) -> None:
        self._source = source
        self._tiles_max = tiles_max
        # For each tile its levels: first its own hashes in a row, then the row above them, and so on.
        self._kept: OrderedDict[tuple[int, int, int], list[bytes]] = OrderedDict()

    def node(self, height: int, index: int, size: int) -> bytes:
        """The hash of the complete subtree over the 2^height leaves that begin with leaf `index·2^height`."""
        level, rise = divmod(height, 8)
        tile, place = divmod(index << rise, TILE_HASHES)
        rows = self._rows(level, tile, tile_width(level, tile, size))
        while len(rows) <= rise:
            rows.append(_row_above(rows[-1]))
        start = (place >> rise) * HASH_BYTES
        found = rows[rise][start : start + HASH_BYTES]
        if len(found) != HASH_BYTES:
            raise ValueError(f"a tree of size {size} has no complete node {index} at height {height}")
        return found

    def _rows(self, level: int, tile: int, width: int) -> list[bytes]:
        key = (level, tile, width)
        rows = self._kept.get(key)
        if rows is not None:
            self._kept.move_to_end(key)
            return rows
        hashes = self._source(level, tile, width) if width else b""
        if len(hashes) != width * HASH_BYTES:
            raise TileError(f"tile {level}/{tile} of width {width} has {len(hashes)} bytes")
        rows = self._kept[key] = [hashes]
        if len(self._kept) > self._tiles_max:
            self._kept.popitem(last=False)
        return rows


def tree_root(size: int, tiles: TileSource | TileReader) -> bytes:
    """The root of the tree of this size, from its tiles."""
    if size == 0:
        return EMPTY_ROOT
    return _range_hash(0, size, size, _reader(tiles))


def inclusion_proof(index: int, size: int, tiles: TileSource | TileReader) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size` leaves: the leaf's sibling first, ending below the root."""
    if not 0 <= index < size:
        raise ValueError(f"index {index} is not in a tree of size {size}")
    reader, proof = _reader(tiles), []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(middle, end, size, reader))
            end = middle
        else:
            proof.append(_range_hash(start, middle, size, reader))
            start = middle
    return proof[::-1]


def consistency_proof(m: int, n: int, tiles: TileSource | TileReader) -> list[bytes]:
    """The proof that the tree of size `n` begins with the tree of size `m` (RFC 9162, section 2.1.4.1)."""
    if not 0 < m <= n:
        raise ValueError(f"no proof leads from size {m} to size {n}: sizes must be 0 < old ≤ new")
    reader, proof = _reader(tiles), []
    start, end = 0, n
    while end != m:
        middle = start + _split(end - start)
        if m <= middle:
            proof.append(_range_hash(middle, end, n, reader))
            end = middle
        else:
            proof.append(_range_hash(start, middle, n, reader))
            start = middle
    if start:
        # The old root is not itself a node on the way, so its last part must be given.
        proof.append(_range_hash(start, end, n, reader))
    return proof[::-1]


def _range_hash(start: int, end: int, size: int, reader: TileReader) -> bytes:
    """The tree hash of the leaves from `start` to `end`; `start` must lie where a subtree of that size can begin."""
    lefts: list[bytes] = []
    while True:
        count = end - start
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            node = reader.node(height, start >> height, size)
            break
        half = _split(count)
        height = half.bit_length() - 1
        lefts.append(reader.node(height, start >> height, size))
        start += half
    for left in reversed(lefts):
        node = node_hash(left, node)
    return node


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _row_above(row: bytes) -> bytes:
    """The hashes of the complete pairs of a row; a last one without a partner waits for it."""
    pair = 2 * HASH_BYTES
    return b"".join([sha256(b"\x01" + row[at : at + pair]).digest() for at in range(0, len(row) - pair + 1, pair)])


def _reader(tiles: TileSource | TileReader) -> TileReader:
    return tiles if isinstance(tiles, TileReader) else TileReader(tiles)


def _split_hashes(data: bytes) -> list[bytes]:
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def map_root(leaves: Sequence[Leaf], depth: int = 0) -> bytes:
    """The root of a whole map, from leaves sorted by their keys."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return heads_leaf(leaves[0])
    middle = sum(not is_right(leaf.key, depth) for leaf in leaves)
    return heads_node(map_root(leaves[:middle], depth + 1), map_root(leaves[middle:], depth + 1))

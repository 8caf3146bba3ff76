"""What must hold of stored entries by themselves: their bytes, their hashes, their places. Pure; used by every check.

Entries are looked at in blocks of up to 256, the entries below one tile, because the tile is a second witness of each
leaf hash: with it an entry whose hash was recomputed along with its bytes is still found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import orjson

from coign.kernel.frozen import dataclass
from coign.ledger.shutting import Problem
from coign_verify.jcs import JsonError
from coign_verify.profile import check_profile
from coign_verify.tiles import TILE_HASHES
from coign_verify.tree import HASH_BYTES, leaf_hash, node_hash

# Without its digits a number that is no integer is a point or an `e` behind what may come before a value.
_DIGITS, _POINTS = b"-0123456789", bytes.maketrans(b"eE", b"..")
_FRACTIONS = (b'":.', b"[.", b",.")
_ABOUT, _FACT = {"prev", "seq", "subject"}, {"body", "type"}
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One row of the entry table."""

    leaf: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredTile:
    """One complete tile of level 0 and its root, as stored."""

    hashes: bytes
    root: bytes


@dataclass(slots=True)
class Block:
    """What came out of looking at one block."""

    problems: list[Problem] = field(default_factory=list)
    #: Entries whose bytes, hash and place are as they were entered, as plain values.
    entries: dict[int, Any] = field(default_factory=dict)
    #: For each position the leaf hash that was entered; None where nothing stored tells any more.
    leaves: list[bytes | None] = field(default_factory=list)
    last_time: str = ""


def check_block(
    positions: range,
    rows: Mapping[int, StoredEntry],
    tile: StoredTile | None,
    *,
    origin: str,
    last_time: str,
) -> Block:
    """Look at the entries of one block; `tile` None: the block is not complete, or its tile is not there."""
    block = Block(last_time=last_time)
    read = {position: _Reading(position, rows[position]) for position in positions if position in rows}
    suspects = {position: reading.problem() for position, reading in read.items()}
    found: dict[int, Problem] = {p: problem for p, problem in suspects.items() if problem is not None}
    found |= {p: Problem(p, "missing", "there is no such entry") for p in positions if p not in read}
    trusted = _tile_hashes(positions, read, found, tile, block.problems)
    for position in positions:
        known = trusted.get(position)
        if position not in found and known is not None and read[position].leaf != known:
            found[position] = Problem(
                position, "replaced", "bytes and leaf hash agree with each other, but not with the tile above them"
            )
    _settle(block, positions, read, found, trusted, origin)
    block.problems += [found[p] for p in sorted(found)]
    return block


def _settle(
    block: Block,
    positions: range,
    read: Mapping[int, "_Reading"],
    found: dict[int, Problem],
    trusted: Mapping[int, bytes],
    origin: str,
) -> None:
    """Leaf hashes that may be relied on, and what sound entries say of ledger and time."""
    strays = {r.claimed: r.computed for r in read.values() if r.claimed != r.position}
    for position in positions:
        problem = found.get(position)
        if problem is None:
            block.leaves.append(read[position].leaf)
            plain = read[position].plain
            wrong = _wrong_content(position, plain, origin, block.last_time)
            if wrong is not None:
                found[position] = wrong
            block.entries[position] = plain
            block.last_time = plain["time"]
            continue
        kept = trusted.get(position, strays.get(position))
        if kept is None and problem.kind == "changed":
            kept = read[position].leaf
        block.leaves.append(kept)


def _wrong_content(position: int, plain: Any, origin: str, last_time: str) -> Problem | None:
    if plain["ledger"] != origin or plain["intent"]["ledger"] != origin:
        return Problem(position, "invariant", "it names another ledger than this one")
    if plain["time"] < last_time:
        return Problem(position, "invariant", "its time lies before that of the entry before it")
    return None


def _tile_hashes(
    positions: range,
    read: Mapping[int, "_Reading"],
    found: Mapping[int, Problem],
    tile: StoredTile | None,
    problems: list[Problem],
) -> dict[int, bytes]:
    """The tile's hash for each position, if the tile can be relied on."""
    if tile is None:
        return {}
    hashes = split(tile.hashes)
    name = f"tile 0/{positions.start // TILE_HASHES}"
    if root_of(hashes) != tile.root:
        problems.append(Problem(positions.start, "container", f"{name}: its hashes do not give its root"))
        # Were only the tile's hashes altered, the entries' own still give the root that was stored with it.
        own = [read[p].leaf if p in read and p not in found else hashes[p - positions.start] for p in positions]
        if root_of(own) != tile.root:
            return {}
        hashes = own
    return dict(zip(positions, hashes, strict=True))


class _Reading:
    """One stored entry as it reads."""

    __slots__ = ("claimed", "computed", "leaf", "plain", "position", "unreadable")

    def __init__(self, position: int, row: StoredEntry) -> None:
        self.position, self.leaf = position, row.leaf
        self.computed = leaf_hash(row.body)
        self.plain: Any = None
        self.unreadable = ""
        try:
            self.plain = read_canonical(row.body)
            self.claimed = _claimed_position(self.plain)
        except JsonError as error:
            self.claimed = position
            self.unreadable = str(error)

    def problem(self) -> Problem | None:
        """The most telling thing that is wrong with it by itself."""
        if self.unreadable:
            return Problem(self.position, "changed", f"its bytes are not those of an entry: {self.unreadable}")
        if self.claimed != self.position:
            return Problem(self.position, "reordered", f"it holds the entry of position {self.claimed}")
        if self.computed != self.leaf:
            return Problem(self.position, "changed", "its bytes do not give its leaf hash")
        return None


def _claimed_position(plain: Any) -> int:
    """The position that an entry itself names; JsonError unless it has the shape that every entry has."""
    match plain:
        case {
            "position": int(position),
            "time": str(),
            "ledger": str(),
            "about": list(),
            "refs": list(),
            "read": list(),
            "outcome": str(),
            "signature": None | {"method": str(), "credential": str(), "value": str()},
            "intent": {"ledger": str(), "nonce": str(), "actor": {"person": str()}, "facts": list()},
        } if _is_shaped(plain):
            return position
    raise JsonError("a part that every entry has is missing")


def _is_shaped(plain: Any) -> bool:
    for each in plain["about"]:
        if not isinstance(each, dict) or each.keys() != _ABOUT or type(each["subject"]) is not str:
            return False
        if type(each["seq"]) is not int or each["seq"] < 1:
            return False
    if not all(isinstance(each, dict) and type(each.get("seq")) is int for each in plain["read"]):
        return False
    facts = plain["intent"]["facts"]
    return all(isinstance(fact, dict) and fact.keys() == _FACT and type(fact["type"]) is str for fact in facts) and all(
        type(subject) is str for subject in plain["refs"]
    )


def read_canonical(body: bytes) -> Any:
    """Plain values of bytes that are in the record's one spelling; JsonError otherwise."""
    try:
        plain = orjson.loads(body)
        again = orjson.dumps(plain, option=_CANONICAL)
    except (ValueError, TypeError) as error:  # orjson's own errors are of these kinds
        raise JsonError("not JSON of the record's profile") from error
    if again != body:
        raise JsonError("not in canonical form")
    # ASCII without anything that looks like a fraction is within the profile; the rest is looked at piece by piece.
    if not body.isascii() or _may_hold_fraction(body):
        check_profile(plain)
    return plain


def _may_hold_fraction(body: bytes) -> bool:
    bare = body.translate(_POINTS, _DIGITS)
    return any(mark in bare for mark in _FRACTIONS)


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of the complete subtree over these hashes (a power of two of them)."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]

"""How a log is cut into tiles (C2SP tlog-tiles): paths, widths at a given size, and bundles of entries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TILE_HASHES = 256
ENTRY_BYTES_MAX = 0xFFFF
LEVEL_MAX = 63

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class TileError(ValueError):
    """A tile, its path or a bundle of entries is not what the layout allows."""


@dataclass(frozen=True, slots=True)
class TileName:
    """Which tile a path names; `level` is None for a bundle of entries, `width` 256 for a complete tile."""

    level: int | None
    index: int
    width: int = TILE_HASHES


def tile_path(level: int, n: int, width: int = TILE_HASHES) -> str:
    """Path of the hash tile number `n` of a level, such as `tile/0/x001/x234/067.p/5`."""
    return _path(TileName(level, n, width))


def entries_path(n: int, width: int = TILE_HASHES) -> str:
    """Path of the bundle with the entries below tile `n` of level 0."""
    return _path(TileName(None, n, width))


def parse_path(path: str) -> TileName:
    """Which tile a path names; every other spelling than the one of `tile_path` and `entries_path` is refused."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileError(f"{path[:100]!r} is not the path of a tile")
    kind, groups, width = found.groups()
    name = TileName(
        None if kind == "entries" else int(kind),
        int(groups.replace("x", "").replace("/", "")),
        int(width) if width else TILE_HASHES,
    )
    if (width and name.width == TILE_HASHES) or _path(name) != path:
        raise TileError(f"{path[:100]!r} is not how the path of this tile is written")
    return name


def tile_width(level: int, n: int, size: int) -> int:
    """How many hashes tile `n` of a level holds in a log of this size: 256 when complete, 0 when there is none yet."""
    return max(0, min(TILE_HASHES, (size >> (8 * level)) - n * TILE_HASHES))


def tile_counts(level: int, size: int) -> tuple[int, int]:
    """How many complete tiles a level has in a log of this size, and the width of the partial one (0: none)."""
    return divmod(size >> (8 * level), TILE_HASHES)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """The entries of one tile, each with its length in two big-endian bytes in front."""
    if len(entries) > TILE_HASHES:
        raise TileError(f"a bundle holds at most 256 entries, not {len(entries)}")
    parts: list[bytes] = []
    for place, entry in enumerate(entries):
        if len(entry) > ENTRY_BYTES_MAX:
            raise TileError(f"entry {place} of the bundle has {len(entry)} bytes; at most {ENTRY_BYTES_MAX} fit")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; TileError when it is cut short or holds more than 256."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        end = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or end > len(data):
            raise TileError(f"the bundle ends inside entry {len(entries)}")
        entries.append(data[start:end])
        if len(entries) > TILE_HASHES:
            raise TileError("a bundle holds at most 256 entries")
        at = end
    return entries


def _path(name: TileName) -> str:
    if name.level is not None and not 0 <= name.level <= LEVEL_MAX:
        raise TileError(f"tile level {name.level} is not between 0 and {LEVEL_MAX}")
    if name.index < 0:
        raise TileError(f"tile number {name.index} is negative")
    if not 1 <= name.width <= TILE_HASHES:
        raise TileError(f"tile width {name.width} is not between 1 and {TILE_HASHES}")
    rest, last = divmod(name.index, 1000)
    groups = f"{last:03d}"
    while rest:
        rest, group = divmod(rest, 1000)
        groups = f"x{group:03d}/{groups}"
    kind = "entries" if name.level is None else str(name.level)
    return f"tile/{kind}/{groups}" + ("" if name.width == TILE_HASHES else f".p/{name.width}")

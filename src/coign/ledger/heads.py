"""The map of subjects to their last entries, kept so that its root and its proofs cost the depth of the map.

It is kept in pages of sixteen parts, named by the first hexadecimal digits of the keys in them. A page holds for each
next digit nothing, a key that is alone there, or the hash of the page below. Growth: a change reads and writes the
pages on its way, O(log n). Derived and disposable: without its rows it is made anew from the entries, piece by piece.
What is hashed how: `coign_verify/heads.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from struct import Struct
from typing import Any, LiteralString, NamedTuple, Protocol

import psycopg

from coign.kernel.errors import IntegrityFailure
from coign.kernel.frozen import dataclass
from coign.ledger.columns import Blobs, Texts
from coign.ledger.entries import Entry
from coign_verify.heads import EMPTY, Leaf, key_of, leaf_hash, node_hash

#: So many entries are taken into the map in one transaction.
STEP_ENTRIES = 1_000


class Part(NamedTuple):
    """A part of the map with keys in it: its hash, and what stands under its key if that is its only one."""

    hash: bytes
    leaf: Leaf | None = None


_MANY, _ALONE = Struct("!B?32s"), Struct("!B?32s32sQQ")
#: The sixteen parts of a page; None: no keys there.
Page = list[Part | None]


class Pages(Protocol):
    """Where pages are kept."""

    def read(self, prefixes: Sequence[str]) -> Mapping[str, Page]:
        """Those of these pages that are there."""

    def write(self, pages: Mapping[str, Page]) -> None:
        """Keep them."""


class PagesInMemory:
    """Pages of a map that is made in order to compare."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, prefixes: Sequence[str]) -> Mapping[str, Page]:
        """Those of these pages that are there."""
        return {prefix: unpacked(self._kept[prefix]) for prefix in prefixes if prefix in self._kept}

    def write(self, pages: Mapping[str, Page]) -> None:
        """Keep them."""
        self._kept.update({prefix: packed(page) for prefix, page in pages.items()})

    def packed(self) -> Mapping[str, bytes]:
        """All of them, as they would be stored."""
        return self._kept


class PagesInDatabase:
    """Pages of a ledger's map, as rows."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        self._connection, self._ledger_id = connection, ledger_id

    def read(self, prefixes: Sequence[str]) -> Mapping[str, Page]:
        """Those of these pages that are there."""
        rows = self._connection.execute(_READ, (Texts.of(prefixes), self._ledger_id))
        return {prefix: unpacked(bytes(parts)) for prefix, parts in rows}

    def write(self, pages: Mapping[str, Page]) -> None:
        """Keep them."""
        parts = Blobs.of([packed(page) for page in pages.values()])
        self._connection.execute(_WRITE, (self._ledger_id, Texts.of(pages), parts))


_READ: LiteralString = """
select asked.prefix, p.parts from unnest(%s::text[]) as asked (prefix)
cross join lateral (
    select parts from heads_page where ledger_id = %s and prefix = asked.prefix offset 0
) p
"""
_WRITE: LiteralString = """
insert into heads_page (ledger_id, prefix, parts) select %s, * from unnest(%s::text[], %s::bytea[])
on conflict (ledger_id, prefix) do update set parts = excluded.parts
"""


def packed(page: Page) -> bytes:
    """A page as bytes: for each part that has keys its digit, and whether it has one alone; hash and leaf."""
    return b"".join(
        [
            _MANY.pack(digit, False, part.hash)
            if part.leaf is None
            else _ALONE.pack(digit, True, part.hash, *part.leaf)
            for digit, part in enumerate(page)
            if part is not None
        ]
    )


def unpacked(data: bytes) -> Page:
    """The page again."""
    page: Page = [None] * 16
    at = 0
    while at < len(data):
        if data[at + 1]:
            digit, _, found, *leaf = _ALONE.unpack_from(data, at)
            page[digit] = Part(found, Leaf(*leaf))
            at += _ALONE.size
        else:
            digit, _, found = _MANY.unpack_from(data, at)
            page[digit] = Part(found)
            at += _MANY.size
    return page


class PageDamaged(Exception):
    """A page that is kept is not the one that its map speaks of: the map must be made anew."""


def put(pages: Pages, leaves: Iterable[Leaf]) -> None:
    """Let the map say what these leaves say; one round of reading for each level, and one write.

    `PageDamaged`: a page is not what the one above it says, and nothing was written.
    """
    todo = {"": list(leaves)}
    changed: dict[str, Page] = {}
    expected: dict[str, bytes] = {}
    while todo:
        found = pages.read(list(todo))
        below: dict[str, list[Leaf]] = {}
        for prefix, wanted in todo.items():
            page = changed[prefix] = found.get(prefix, [None] * 16)
            if prefix in expected and _hash(_whole(page)) != expected[prefix]:
                raise PageDamaged(f"page {prefix} of the map of heads is not what the page above it says")
            for leaf in wanted:
                digit = leaf.key.hex()[len(prefix)]
                there = page[int(digit, 16)]
                if there is None or (there.leaf is not None and there.leaf.key == leaf.key):
                    page[int(digit, 16)] = Part(leaf_hash(leaf), leaf)
                    continue
                moved = below.setdefault(prefix + digit, [])
                if there.leaf is not None:  # not alone any more: the page below is new, and its hash follows
                    moved.append(there.leaf)
                    page[int(digit, 16)] = Part(EMPTY)
                elif not moved:
                    expected[prefix + digit] = there.hash
                moved.append(leaf)
        todo = below
    for prefix in sorted(changed, key=len, reverse=True):
        if prefix:
            changed[prefix[:-1]][int(prefix[-1], 16)] = _whole(changed[prefix])
    pages.write(changed)


def root_of(pages: Pages) -> bytes:
    """The root of the map that is kept in these pages."""
    return _hash(_whole(pages.read([""]).get("", [None] * 16)))


def _whole(page: Page) -> Part | None:
    return _rows(page)[-1][0]


def _rows(page: Page) -> list[Page]:
    """A page's parts by pairs, by pairs of pairs, and so on up to the whole of it."""
    rows = [page]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([_both(row[at], row[at + 1]) for at in range(0, len(row), 2)])
    return rows


def _both(left: Part | None, right: Part | None) -> Part | None:
    """What two halves are together: a key that is alone in them stays alone."""
    if left is None and (right is None or right.leaf is not None):
        return right
    if right is None and left is not None and left.leaf is not None:
        return left
    return Part(node_hash(_hash(left), _hash(right)))


def _hash(part: Part | None) -> bytes:
    return EMPTY if part is None else part.hash


class Way(NamedTuple):
    """The way of a subject through the map: what stands alone where it ends, if anything, and the hashes beside it."""

    end: Leaf | None
    proof: list[bytes]


def way_of(pages: Pages, subject: str) -> Way:
    """The way of a subject, for `verify_present` and `verify_absent`."""
    key, beside = key_of(subject).hex(), list[bytes]()
    for depth, digit in enumerate(key):
        rows, place = _rows(pages.read([key[:depth]]).get(key[:depth], [None] * 16)), int(digit, 16)
        for height in (4, 3, 2, 1, 0):
            part = rows[height][place >> height]
            if part is None or part.leaf is not None:
                return Way(part.leaf if part else None, beside[::-1])
            if height:
                beside.append(_hash(rows[height - 1][place >> (height - 1) ^ 1]))
    raise AssertionError("two subjects have one key")


def last_entries(entries: Iterable[Mapping[str, Any]]) -> tuple[list[Leaf], int]:
    """What entries in their order, as plain values, make of the map; and how many subjects they begin."""
    last: dict[str, Leaf] = {}
    begun = 0
    for plain in entries:
        for each in plain["about"]:
            last[each["subject"]] = Leaf(key_of(each["subject"]), each["seq"], plain["position"])
            begun += each["seq"] == 1
    return list(last.values()), begun


@dataclass(frozen=True, slots=True)
class Heads:
    """A map in numbers: the entries it covers (all below `size`), its root, and how many subjects are in it."""

    size: int
    root: bytes
    subjects: int


def size(connection: psycopg.Connection, ledger_id: int) -> int:
    """How many entries are in the map that is kept."""
    row = connection.execute("select size from heads_map where ledger_id = %s", (ledger_id,)).fetchone()
    return 0 if row is None else int(row[0])


def kept(connection: psycopg.Connection, ledger_id: int) -> Heads:
    """The map as it is kept now; inside a snapshot where others may go on with it."""
    row = connection.execute("select size, subjects from heads_map where ledger_id = %s", (ledger_id,)).fetchone()
    covered, subjects = row or (0, 0)
    return Heads(covered, root_of(PagesInDatabase(connection, ledger_id)), subjects)


def step(connection: psycopg.Connection, ledger_id: int, upto: int) -> bool:
    """Take the next entries below `upto` into the map; whether there were any. One at a time does so.

    IntegrityFailure: an entry is missing; ValueError: one cannot be read. Either is found and told by the checks.
    """
    with connection.transaction():
        connection.execute(
            "insert into heads_map (ledger_id, size, subjects) values (%s, 0, 0) on conflict do nothing", (ledger_id,)
        )
        row = connection.execute("select size from heads_map where ledger_id = %s for update", (ledger_id,)).fetchone()
        assert row is not None
        end = min(row[0] + STEP_ENTRIES, upto)
        if end <= row[0]:
            return False
        rows = connection.execute(
            "select position, body from entry where ledger_id = %s and position >= %s and position < %s "
            "order by position",
            (ledger_id, row[0], end),
        ).fetchall()
        if [position for position, _ in rows] != list(range(row[0], end)):
            raise IntegrityFailure(f"entries between {row[0]} and {end - 1} are missing: their heads cannot be told")
        leaves, begun = last_entries(Entry(position, body).plain for position, body in rows)
        put(PagesInDatabase(connection, ledger_id), leaves)
        connection.execute(
            "update heads_map set size = %s, subjects = subjects + %s where ledger_id = %s", (end, begun, ledger_id)
        )
        return True


def forget(connection: psycopg.Connection, ledger_id: int) -> None:
    """Throw the kept map away; it is made anew from the first entry on."""
    connection.execute("delete from heads_page where ledger_id = %s", (ledger_id,))
    connection.execute("delete from heads_map where ledger_id = %s", (ledger_id,))

"""The check at every start: seconds at any size, and what does not verify shuts the ledger (CSV-01, CSV-06).

It looks at the end of the record, where new entries will be hung on: head, frontier, newest checkpoint, newest entries
with their indexes. The rest is walked by the scrubber in the background and by `verify --database` when asked.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any, LiteralString

import psycopg
import structlog

from coign.kernel.errors import NotFound
from coign.ledger import schema
from coign.ledger.log_keys import KnownKeys, known_keys
from coign.ledger.seen import check_seen, check_witnessed
from coign.ledger.shutting import MARK, Problem, is_shut, not_accepted, reopen, shut, snapshot
from coign.ledger.soundness import Block, StoredEntry, StoredTile, check_block, read_canonical, root_of, split
from coign.ledger.tiles import Tiles
from coign_verify.consistency import verify_consistency
from coign_verify.growing import Frontier
from coign_verify.jcs import JsonError
from coign_verify.keys import VerifierKey
from coign_verify.tiles import TILE_HASHES

TAIL_ENTRIES = 10_000
NONE_SHOWN: Mapping[str, bytes] = MappingProxyType({})

_NO_SUCH_TILE: LiteralString = (
    "select level, idx from tile where ledger_id = %(ledger)s and level <> 0 and (level not between 1 and 6 "
    "or idx < 0 or idx >= %(size)s::bigint >> least(8 * (level + 1), 63)) order by level, idx"
)

log = structlog.get_logger()


def start(
    connection: psycopg.Connection,
    ledger_id: int,
    *,
    log_keys: Sequence[VerifierKey] = (),
    seen: bytes | None = None,
    witnessed: Mapping[str, bytes] = NONE_SHOWN,
) -> list[Problem]:
    """Before anything is written: refuse a role that can change the record, check, and shut or reopen the ledger.

    IntegrityFailure for the role: then the process must not run. Problems: it runs, and nobody can write. `log_keys`
    are those that lie here, `seen` is the newest checkpoint that lies outside the database, `witnessed` what witnesses
    show as theirs, by their names.
    """
    schema.check_rights(connection)
    found = start_check(connection, ledger_id, log_keys=log_keys, seen=seen, witnessed=witnessed)
    problems = not_accepted(connection, ledger_id, found)
    reason = is_shut(connection, ledger_id)
    if problems:
        log.error("ledger.shut", reason=shut(connection, ledger_id, problems))
    elif reason.startswith(MARK) and not _scrubbed_damage(connection, ledger_id):
        reopen(connection, ledger_id, reason)
        log.info("ledger.reopened", reason="what did not verify has been repaired")
    return problems


def _scrubbed_damage(connection: psycopg.Connection, ledger_id: int) -> bool:
    """Whether the place where the scrubber stopped is still damaged: it stays there until it can go on."""
    with snapshot(connection):
        size, origin = size_and_origin(connection, ledger_id)
        row = connection.execute("select verified_to from scrub where ledger_id = %s", (ledger_id,)).fetchone()
        at = 0 if row is None else row[0]
        found = check_range(connection, ledger_id, range(at, min(at + TAIL_ENTRIES, size)), origin)
        found += upper_tiles(connection, ledger_id, size)
    return bool(not_accepted(connection, ledger_id, found))


def start_check(
    connection: psycopg.Connection,
    ledger_id: int,
    *,
    log_keys: Sequence[VerifierKey] = (),
    seen: bytes | None = None,
    witnessed: Mapping[str, bytes] = NONE_SHOWN,
    tail_entries: int = TAIL_ENTRIES,
) -> list[Problem]:
    """What does not verify at the end of the record. Bounded work, whatever the size of the ledger."""
    with snapshot(connection):
        row = connection.execute("select size, frontier from head where ledger_id = %s", (ledger_id,)).fetchone()
        if row is None:
            return [Problem(None, "missing", "the ledger has no head")]
        size, origin = size_and_origin(connection, ledger_id)
        problems = _check_end(connection, ledger_id, size)
        first = max(0, size - tail_entries) // TILE_HASHES * TILE_HASHES
        problems += check_range(connection, ledger_id, range(first, size), origin, to_the_end=True)
        tiles = Tiles(lambda: nullcontext(connection), ledger_id)
        try:
            frontier = Frontier.from_bytes(row[1])
        except ValueError as error:
            return [*problems, Problem(None, "container", f"the head's frontier cannot be read: {error}")]
        problems += _check_frontier(frontier, size, tiles)
        keys, wrong = known_keys(connection, ledger_id, log_keys)
        problems += wrong + _check_newest_checkpoint(connection, ledger_id, frontier, tiles, keys)
        problems += check_seen(connection, ledger_id, size, seen, keys)
        return problems + check_witnessed(connection, ledger_id, size, witnessed, keys)


def size_and_origin(connection: psycopg.Connection, ledger_id: int) -> tuple[int, str]:
    """How long the ledger is by its head, and under which name it signs; NotFound: there is no such ledger."""
    row = connection.execute(
        "select h.size, l.origin from head h join ledger l using (ledger_id) where h.ledger_id = %s", (ledger_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"there is no ledger {ledger_id}")
    return row[0], row[1]


def _check_end(connection: psycopg.Connection, ledger_id: int, size: int) -> list[Problem]:
    row = connection.execute("select max(position) from entry where ledger_id = %s", (ledger_id,)).fetchone()
    last = -1 if row is None or row[0] is None else row[0]
    if last >= size:
        return [Problem(size, "added", f"the record ends at {size} entries, but entries up to {last} are stored")]
    return []  # one that is missing is found with its place when the last entries are read


def _check_frontier(frontier: Frontier, size: int, tiles: Tiles) -> list[Problem]:
    if frontier.size != size:
        return [Problem(None, "container", "the head's frontier is of another size than the head")]
    start = 0
    for kept in frontier.hashes:
        height = (size - start).bit_length() - 1
        try:
            stored = tiles.node(height, start >> height, size)
        except (NotFound, ValueError):
            stored = b""
        if stored != kept:
            end = start + (1 << height)
            return [Problem(None, "container", f"stored hashes of entries {start} to {end - 1} do not give the head's")]
        start += 1 << height
    return []


def _check_newest_checkpoint(
    connection: psycopg.Connection, ledger_id: int, frontier: Frontier, tiles: Tiles, keys: KnownKeys
) -> list[Problem]:
    row = connection.execute(
        "select size, root, note from checkpoint where ledger_id = %s order by size desc limit 1", (ledger_id,)
    ).fetchone()
    if row is None or not keys.trusted:
        return []
    try:
        signed = keys.open(bytes(row[2])).checkpoint
    except ValueError as error:
        return [Problem(None, "signature", f"the newest checkpoint (size {row[0]}): {error}")]
    if (signed.size, signed.root) != (row[0], bytes(row[1])):
        return [Problem(None, "container", f"the newest checkpoint is not for the size {row[0]} and root it is under")]
    if signed.size > frontier.size:
        lost = f"{signed.size} entries were signed, the record ends at {frontier.size}"
        return [Problem(frontier.size, "missing", lost)]
    try:
        proof = tiles.consistency_proof(signed.size, frontier.size) if signed.size else []
    except (NotFound, ValueError):
        proof = []
    if signed.size and not verify_consistency(signed.size, frontier.size, signed.root, frontier.root(), proof):
        return [Problem(None, "replaced", f"the record does not extend its newest checkpoint (size {signed.size})")]
    return []


def check_range(
    connection: psycopg.Connection, ledger_id: int, positions: range, origin: str, *, to_the_end: bool = False
) -> list[Problem]:
    """Look at the entries of a range that begins with a tile, and at what the indexes say of them."""
    problems: list[Problem] = []
    last_time, ends = _time_before(connection, ledger_id, positions.start), {}
    for start_at in range(positions.start, positions.stop, TILE_HASHES):
        part = range(start_at, min(start_at + TILE_HASHES, positions.stop))
        block = _read_block(connection, ledger_id, part, origin, last_time)
        last_time = block.last_time
        problems += block.problems
        problems += _check_index(connection, ledger_id, block.entries)
        for position, plain in block.entries.items():
            ends.update({a["subject"]: (a["seq"], position) for a in plain["about"]})
    if to_the_end and not problems:
        problems += _check_subject_heads(connection, ledger_id, ends) + _check_last_time(
            connection, ledger_id, last_time
        )
    return problems


def _check_last_time(connection: psycopg.Connection, ledger_id: int, last_time: str) -> list[Problem]:
    """The next entry is dated after what the head says, so that must be what the last entry says."""
    row = connection.execute("select last_time from head where ledger_id = %s", (ledger_id,)).fetchone()
    if row is None or row[0] == last_time:
        return []
    return [Problem(None, "container", f"the head dates the last entry {row[0]}, not {last_time}")]


def _time_before(connection: psycopg.Connection, ledger_id: int, position: int) -> str:
    row = connection.execute(
        "select body from entry where ledger_id = %s and position = %s", (ledger_id, position - 1)
    ).fetchone()
    try:
        return "" if row is None else str(read_canonical(row[0])["time"])
    except (JsonError, KeyError, TypeError):
        return ""  # damaged itself, which is found when its own block is read


def _read_block(connection: psycopg.Connection, ledger_id: int, positions: range, origin: str, last_time: str) -> Block:
    rows = connection.execute(
        "select position, leaf, body from entry where ledger_id = %s and position >= %s and position < %s",
        (ledger_id, positions.start, positions.stop),
    )
    stored = {position: StoredEntry(leaf, body) for position, leaf, body in rows}
    tile = connection.execute(
        "select hashes, root from tile where ledger_id = %s and level = 0 and idx = %s",
        (ledger_id, positions.start // TILE_HASHES),
    ).fetchone()
    complete = len(positions) == TILE_HASHES
    kept = StoredTile(tile[0], tile[1]) if tile is not None and complete else None
    block = check_block(positions, stored, kept, origin=origin, last_time=last_time)
    if complete and tile is None:
        block.problems.append(missing_tile(0, positions.start // TILE_HASHES))
    return block


def missing_tile(level: int, index: int) -> Problem:
    """A complete tile that is not stored."""
    return Problem(index * TILE_HASHES ** (level + 1), "container", f"tile {level}/{index} is not stored")


def upper_tiles(connection: psycopg.Connection, ledger_id: int, size: int) -> list[Problem]:
    """Tiles above level 0: all there, each made of the roots of the tiles below it, each with its own root."""
    problems, level, count = [], 1, size >> 16
    while count:
        rows = connection.execute(
            "select t.idx, t.hashes, t.root, ("
            "select string_agg(b.root, ''::bytea order by b.idx) from tile b where b.ledger_id = t.ledger_id "
            "and b.level = t.level - 1 and b.idx >= t.idx * 256 and b.idx < t.idx * 256 + 256) "
            "from tile t where t.ledger_id = %s and t.level = %s and t.idx < %s order by t.idx",
            (ledger_id, level, count),
        )
        seen = set()
        for index, hashes, root, below in rows:
            seen.add(index)
            if bytes(hashes) != bytes(below or b"") or root_of(split(bytes(hashes))) != bytes(root):
                first = index * TILE_HASHES ** (level + 1)
                wrong = f"tile {level}/{index} does not follow from those below it"
                problems.append(Problem(first, "container", wrong))
        problems += [missing_tile(level, index) for index in range(count) if index not in seen]
        level, count = level + 1, count // TILE_HASHES
    for level, index in connection.execute(_NO_SUCH_TILE, {"ledger": ledger_id, "size": size}).fetchall():
        said = f"tile {level}/{index} is stored, but the record has no such tile"
        problems.append(Problem(None, "container", said))
    return problems


def _check_index(connection: psycopg.Connection, ledger_id: int, entries: Mapping[int, Any]) -> list[Problem]:
    """Each subject an entry names is indexed with its count, and follows the entry named as the one before."""
    named = [(p, a["subject"], a["seq"], a["prev"]) for p, plain in entries.items() for a in plain["about"]]
    named += [(p, subject, None, None) for p, plain in entries.items() for subject in plain["refs"]]
    if not named:
        return []
    # Two lookups by key for each, written so that no planner turns them into a walk over the whole index.
    rows = connection.execute(
        "select a.position, a.subject, a.seq, a.prev, "
        "(select coalesce(i.seq, 0) from entry_subject i "
        "where i.ledger_id = %s and i.subject = a.subject and i.position = a.position), "
        "(select b.seq from entry_subject b where b.ledger_id = %s and b.subject = a.subject and b.position = a.prev) "
        "from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) as a(position, subject, seq, prev)",
        (ledger_id, ledger_id, *(list(column) for column in zip(*named, strict=True))),
    )
    problems = []
    for position, subject, seq, prev, indexed_seq, seq_before in rows:
        if indexed_seq != (seq or 0):
            problems.append(Problem(position, "read_model", f"the index does not hold it for {subject} as entry {seq}"))
        elif seq is not None and ((prev is None) != (seq == 1) or (prev is not None and seq_before != seq - 1)):
            problems.append(Problem(position, "invariant", f"it does not follow the entry it names for {subject}"))
    return problems


def _check_subject_heads(
    connection: psycopg.Connection, ledger_id: int, ends: Mapping[str, tuple[int, int]]
) -> list[Problem]:
    rows = connection.execute(
        "select subject, seq, position from subject_head where ledger_id = %s and subject = any(%s)",
        (ledger_id, list(ends)),
    )
    stored = {subject: (seq, position) for subject, seq, position in rows}
    return [
        Problem(end[1], "read_model", f"{subject} is not stored as ending here")
        for subject, end in ends.items()
        if stored.get(subject) != end
    ]


def subjects_at(connection: psycopg.Connection, ledger_id: int, positions: Sequence[int]) -> list[str]:
    """Which subjects the index names for damaged entries: what two people must look at before they go on."""
    rows = connection.execute(
        "select distinct subject from entry_subject where ledger_id = %s and position = any(%s) and seq is not null "
        "order by subject",
        (ledger_id, list(positions)),
    )
    return [row[0] for row in rows]

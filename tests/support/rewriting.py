"""What the owner of a database can do to a record: take an entry out or exchange it, and make all the rest agree."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import psycopg
from tests.support.installation import TestInstallation

from coign.service.rebuilding import rebuild
from coign_verify.growing import Frontier
from coign_verify.jcs import canonical
from coign_verify.tiles import TILE_HASHES
from coign_verify.tree import leaf_hash

#: Each has rows of more entries than are left over: what the owner takes away with them.
TELL_OF_SIZES = ("checkpoint", "cosignature", "cosigned", "stamp")
_FENCED = ("entry", "entry_subject", "nonce", "tile", "checkpoint", "claim", "stamp")


def take_out(installation: TestInstallation, position: int, *, keep: tuple[str, ...] = ()) -> None:
    """One entry less, with all hashes after it computed anew: tiles, frontier, head, index, keys, claims and states.

    `keep`: tables among `TELL_OF_SIZES` that are left as they are.
    """
    ledger = installation.ledger_id
    with _owner(installation) as owner:
        entries = _entries(owner, ledger)
        del entries[position]
        _write(owner, ledger, entries)
        for table in ("nonce", "claim"):
            owner.execute(f"delete from {table} where ledger_id = %s and position = %s", (ledger, position))
            owner.execute(
                f"update {table} set position = position - 1 where ledger_id = %s and position > %s", (ledger, position)
            )
        _forget(owner, ledger, position, keep)
    rebuild(installation.database.owner_dsn, ledger)


def exchange(
    installation: TestInstallation, position: int, change: Callable[[Any], None], *, keep: tuple[str, ...] = ()
) -> None:
    """One entry changed, and everything that follows from it."""
    ledger = installation.ledger_id
    with _owner(installation) as owner:
        entries = _entries(owner, ledger)
        change(entries[position])
        _write(owner, ledger, entries)
        _forget(owner, ledger, position, keep)
    rebuild(installation.database.owner_dsn, ledger)


def _owner(installation: TestInstallation) -> AbstractContextManager[psycopg.Connection]:
    return installation.tampering(*_FENCED)


def _entries(owner: psycopg.Connection, ledger: int) -> list[Any]:
    rows = owner.execute("select body from entry where ledger_id = %s order by position", (ledger,))
    return [orjson.loads(bytes(body)) for (body,) in rows]


def _forget(owner: psycopg.Connection, ledger: int, position: int, keep: tuple[str, ...]) -> None:
    for table in set(TELL_OF_SIZES) - set(keep):
        owner.execute(f"delete from {table} where ledger_id = %s and size > %s", (ledger, position))


def _numbered(entries: list[Any]) -> list[bytes]:
    """Their bytes, each with the place where it stands now, and counted by subject anew."""
    last: dict[str, tuple[int, int]] = {}
    bodies = []
    for at, entry in enumerate(entries):
        entry["position"] = at
        for each in entry["about"]:
            seq, prev = last.get(each["subject"], (0, None))
            each["seq"], each["prev"] = seq + 1, prev
            last[each["subject"]] = (seq + 1, at)
        bodies.append(canonical(entry))
    return bodies


def _write(owner: psycopg.Connection, ledger: int, entries: list[Any]) -> None:
    bodies = _numbered(entries)
    for table in ("entry", "entry_subject", "tile"):
        owner.execute(f"delete from {table} where ledger_id = %s", (ledger,))
    leaves, frontier, cursor = [leaf_hash(body) for body in bodies], Frontier(), owner.cursor()
    frontier.extend(leaves)
    cursor.executemany(
        "insert into entry (ledger_id, position, leaf, body) values (%s, %s, %s, %s)",
        [(ledger, at, leaf, body) for at, (leaf, body) in enumerate(zip(leaves, bodies, strict=True))],
    )
    cursor.executemany(
        "insert into entry_subject (ledger_id, position, subject, seq) values (%s, %s, %s, %s)",
        [(ledger, at, each["subject"], each["seq"]) for at, entry in enumerate(entries) for each in entry["about"]]
        + [(ledger, at, subject, None) for at, entry in enumerate(entries) for subject in entry["refs"]],
    )
    for index in range(len(leaves) // TILE_HASHES):
        tile, whole = leaves[index * TILE_HASHES : (index + 1) * TILE_HASHES], Frontier()
        whole.extend(tile)
        owner.execute(
            "insert into tile (ledger_id, level, idx, hashes, root) values (%s, 0, %s, %s, %s)",
            (ledger, index, b"".join(tile), whole.root()),
        )
    owner.execute(
        "update head set size = %s, frontier = %s, last_time = %s where ledger_id = %s",
        (len(bodies), frontier.to_bytes(), entries[-1]["time"], ledger),
    )

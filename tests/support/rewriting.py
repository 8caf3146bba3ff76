"""What the owner of the database can do to a record at leisure: take an entry out and make everything else agree."""

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
    with installation.tampering(*_FENCED) as owner:
        rows = owner.execute("select body from entry where ledger_id = %s order by position", (ledger,)).fetchall()
        bodies = _without([orjson.loads(bytes(body)) for (body,) in rows], position)
        _write(owner, ledger, bodies)
        for table in ("nonce", "claim"):
            owner.execute(f"delete from {table} where ledger_id = %s and position = %s", (ledger, position))
            owner.execute(
                f"update {table} set position = position - 1 where ledger_id = %s and position > %s", (ledger, position)
            )
        for table in set(TELL_OF_SIZES) - set(keep):
            owner.execute(f"delete from {table} where ledger_id = %s and size > %s", (ledger, position))
    rebuild(installation.database.owner_dsn, ledger)


def _without(entries: list[Any], position: int) -> list[bytes]:
    last: dict[str, tuple[int, int]] = {}
    bodies = []
    del entries[position]
    for at, entry in enumerate(entries):
        entry["position"] = at
        for each in entry["about"]:
            seq, prev = last.get(each["subject"], (0, None))
            each["seq"], each["prev"] = seq + 1, prev
            last[each["subject"]] = (seq + 1, at)
        bodies.append(canonical(entry))
    return bodies


def _write(owner: psycopg.Connection, ledger: int, bodies: list[bytes]) -> None:
    for table in ("entry", "entry_subject", "tile"):
        owner.execute(f"delete from {table} where ledger_id = %s", (ledger,))
    leaves, frontier, cursor = [leaf_hash(body) for body in bodies], Frontier(), owner.cursor()
    frontier.extend(leaves)
    cursor.executemany(
        "insert into entry (ledger_id, position, leaf, body) values (%s, %s, %s, %s)",
        [(ledger, at, leaf, body) for at, (leaf, body) in enumerate(zip(leaves, bodies, strict=True))],
    )
    named = [(at, orjson.loads(body)) for at, body in enumerate(bodies)]
    cursor.executemany(
        "insert into entry_subject (ledger_id, position, subject, seq) values (%s, %s, %s, %s)",
        [(ledger, at, each["subject"], each["seq"]) for at, entry in named for each in entry["about"]]
        + [(ledger, at, subject, None) for at, entry in named for subject in entry["refs"]],
    )
    for index in range(len(leaves) // TILE_HASHES):
        tile, whole = leaves[index * TILE_HASHES : (index + 1) * TILE_HASHES], Frontier()
        whole.extend(tile)
        owner.execute(
            "insert into tile (ledger_id, level, idx, hashes, root) values (%s, 0, %s, %s, %s)",
            (ledger, index, b"".join(tile), whole.root()),
        )
    owner.execute(
        "update head set size = %s, frontier = %s where ledger_id = %s", (len(bodies), frontier.to_bytes(), ledger)
    )

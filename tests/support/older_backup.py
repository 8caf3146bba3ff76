"""A database as an older backup would have it, made with the rights of its owner."""

import orjson
from tests.support.installation import TestInstallation

from coign_verify.growing import Frontier
from coign_verify.tree import leaf_hash


def set_back(installation: TestInstallation, size: int) -> None:
    """The record without its newest entries and all that came of them: complete and sound."""
    ledger = installation.ledger_id
    with installation.tampering("entry", "entry_subject", "nonce", "tile", "checkpoint") as owner:
        for table in ("entry", "entry_subject", "nonce"):
            owner.execute(f"delete from {table} where ledger_id = %s and position >= %s", (ledger, size))
        owner.execute("delete from tile where ledger_id = %s and (idx + 1) * 256 > %s", (ledger, size))
        for table in ("checkpoint", "cosignature", "cosigned"):
            owner.execute(f"delete from {table} where ledger_id = %s and size > %s", (ledger, size))
        rows = owner.execute("select body from entry where ledger_id = %s order by position", (ledger,)).fetchall()
        frontier = Frontier()
        frontier.extend(leaf_hash(bytes(row[0])) for row in rows)
        head = (size, frontier.to_bytes(), orjson.loads(rows[-1][0])["time"], ledger)
        owner.execute("update head set size = %s, frontier = %s, last_time = %s where ledger_id = %s", head)
        owner.execute("delete from subject_head where ledger_id = %s", (ledger,))
        owner.execute(
            "insert into subject_head select ledger_id, subject, max(seq), max(position) from entry_subject "
            "where ledger_id = %s and seq is not null group by ledger_id, subject",
            (ledger,),
        )

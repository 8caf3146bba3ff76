"""What witnesses signed of the published checkpoints: kept, given out beside them, and how fresh it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, LiteralString

import psycopg

from coign import rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger import stamps
from coign.witness.policy import Policy
from coign_verify.keys import VerifierKey
from coign_verify.notes import Signature

#: `none`: not yet enough of them have signed anything.
Freshness = Literal["fresh", "late", "stale", "none"]

_KEEP: LiteralString = (
    "insert into cosignature (ledger_id, size, witness, key_id, time_s, line) values (%s, %s, %s, %s, %s, %s) "
    "on conflict (ledger_id, size, witness, key_id) do update set time_s = excluded.time_s, line = excluded.line "
    "where cosignature.time_s < excluded.time_s"
)
_SAY: LiteralString = (
    "insert into cosigned (ledger_id, size, time_s) values (%s, %s, %s) on conflict (ledger_id) do update "
    "set size = excluded.size, time_s = excluded.time_s "
    "where (cosigned.size, cosigned.time_s) < (excluded.size, excluded.time_s)"
)
_NEWEST: LiteralString = (
    "select size, time_s, line from cosignature where ledger_id = %s and witness = %s and key_id = %s "
    "order by size desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The newest signature of one key: of which size, when, and its line."""

    size: int
    time_s: int
    line: str


def keep(
    connection: psycopg.Connection,
    ledger_id: int,
    size: int,
    signed: Sequence[tuple[VerifierKey, int, Signature]],
    policy: Policy,
) -> None:
    """Store signatures that were checked, and say so when they make enough."""
    with connection.transaction():
        for key, time_s, signature in signed:
            connection.execute(_KEEP, (ledger_id, size, key.name, key.key_id, time_s, signature.line()))
        rows = connection.execute(
            "select witness, key_id, time_s from cosignature where ledger_id = %s and size = %s", (ledger_id, size)
        )
        times = {(name, bytes(key_id)): time_s for name, key_id, time_s in rows}
        own = {key: times[key.name, key.key_id] for key in policy.keys if (key.name, key.key_id) in times}
        since = policy.enough_since(own)
        if since is not None:
            connection.execute(_SAY, (ledger_id, size, since))


def newest_by_key(
    connection: psycopg.Connection, ledger_id: int, keys: Sequence[VerifierKey]
) -> dict[VerifierKey, Cosigned]:
    """What each of these keys signed last, as far as it is known here."""
    found = {}
    for key in keys:
        row = connection.execute(_NEWEST, (ledger_id, key.name, key.key_id)).fetchone()
        if row is not None:
            found[key] = Cosigned(*row)
    return found


def with_cosignatures(connection: psycopg.Connection, ledger_id: int, size: int, note: bytes) -> bytes:
    """A published checkpoint with every signature of a witness below that of the log, then every time stamp."""
    rows = connection.execute(
        "select line from cosignature where ledger_id = %s and size = %s order by witness, key_id", (ledger_id, size)
    )
    return note + "".join(line for (line,) in rows).encode() + stamps.lines(connection, ledger_id, size).encode()


def freshness(time_s: int | None, now: datetime) -> Freshness:
    """How long ago enough witnesses signed, by the limits that hold now."""
    if time_s is None:
        return "none"
    age, rules, today = now - datetime.fromtimestamp(time_s, UTC), rulesets.load(), Instant.of(now)
    if age > timedelta(minutes=rules.minutes("witness.stale_after", today)):
        return "stale"
    return "late" if age > timedelta(minutes=rules.minutes("witness.late_after", today)) else "fresh"

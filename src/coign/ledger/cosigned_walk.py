"""What stored cosignatures prove, checked under the keys of the witnesses that are relied on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from coign.ledger.shutting import Problem
from coign.witness.asking import cosignatures
from coign.witness.policy import Policy
from coign_verify.keys import VerifierKey
from coign_verify.notes import parse_note


@dataclass(slots=True)
class Cosigned:
    """The newest signature of each witness, and up to which size enough of them signed one checkpoint."""

    relied_on: bool
    witnesses: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    enough_size: int = 0
    enough_since: int = 0
    who: Sequence[str] = ()

    @property
    def proved(self) -> list[str]:
        """In a sentence, if enough signed."""
        if not self.enough_size:
            return []
        return [
            f"enough witnesses ({', '.join(self.who)}) have seen the first {self.enough_size} entries as they are "
            f"here, at {_moment(self.enough_since)}: nobody who relies on them can be shown others"
        ]

    def not_proved(self, size: int) -> list[str]:
        """What is missing, in a sentence."""
        if not self.relied_on:
            return ["that everybody was shown the same record: no witness has cosigned it that is relied on here"]
        if not self.enough_size:
            return ["that everybody was shown the same record: too few witnesses have cosigned it"]
        if self.enough_size < size:
            return [f"that everybody was shown the {size - self.enough_size} newest entries: too few witnesses have"]
        return []


def check_cosignatures(connection: psycopg.Connection, ledger_id: int, policy: Policy | None) -> Cosigned:
    """Check the newest ones of each key, and all below the newest checkpoint that enough witnesses signed.

    That the checkpoints they stand below are those of the entries is for the walk over the entries to say.
    """
    found = Cosigned(relied_on=policy is not None)
    if policy is None:
        return found
    for witness in policy.witnesses:
        row = connection.execute(
            "select max(size) from cosignature where ledger_id = %s and witness = %s and key_id = any(%s)",
            (ledger_id, witness.name, [key.key_id for key in witness.keys]),
        ).fetchone()
        assert row is not None
        if row[0] is not None:
            times = _checked(connection, ledger_id, row[0], witness.keys, found.problems)
            at = _moment(max(times.values())) if times else None
            found.witnesses.append({"name": witness.name, "at": at, "valid": bool(times)})
    row = connection.execute("select size from cosigned where ledger_id = %s", (ledger_id,)).fetchone()
    if row is not None:
        times = _checked(connection, ledger_id, row[0], policy.keys, found.problems)
        since = policy.enough_since(times)
        if since is not None:
            found.enough_size, found.enough_since = row[0], since
            found.who = sorted({key.name for key in times})
    return found


def _checked(
    connection: psycopg.Connection, ledger_id: int, size: int, keys: Sequence[VerifierKey], problems: list[Problem]
) -> dict[VerifierKey, int]:
    """When each of these keys signed the checkpoint of this size; nothing where one signature is wrong."""
    row = connection.execute(
        "select note from checkpoint where ledger_id = %s and size = %s", (ledger_id, size)
    ).fetchone()
    stored = connection.execute(
        "select witness, key_id, time_s, line from cosignature where ledger_id = %s and size = %s "
        "and (witness, key_id) in (select * from unnest(%s::text[], %s::bytea[]))",
        (ledger_id, size, [key.name for key in keys], [key.key_id for key in keys]),
    ).fetchall()
    try:
        if row is None:
            raise ValueError("that checkpoint is not stored")
        if not stored:
            return {}
        lines = "".join(line for _, _, _, line in stored)
        times = {key: time_s for key, time_s, _ in cosignatures(parse_note(bytes(row[0])).text, lines.encode(), keys)}
        # The time beside a line is what pages go by.
        if {(key.name, key.key_id, time_s) for key, time_s in times.items()} != {(n, k, t) for n, k, t, _ in stored}:
            raise ValueError("stored beside them is another time or another key than they give")
        return times
    except ValueError as error:
        problem = Problem(None, "signature", f"the cosignatures of the checkpoint of size {size}: {error}")
        if problem not in problems:
            problems.append(problem)
        return {}


def _moment(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).isoformat().replace("+00:00", "Z")

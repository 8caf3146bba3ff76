"""Backups and proofs of restore: when the last ones were, and whether the next are overdue (CSV-30; Annex 11, 7.2)."""

import getpass
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from coign import rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant

BACKED_UP, RESTORE_PROVED = "record.backed_up", "record.restore_proved"
RESTORED, REPAIRED = "record.restored", "record.repaired"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that must be done again and again: when it was last, how often it must be, and whether it is late."""

    kind: str
    last: datetime | None
    at_most: timedelta
    overdue: bool
    detail: dict[str, Any]

    @property
    def sentence(self) -> str:
        """What is late, in words for whoever keeps the server."""
        what = "backup" if self.kind == BACKED_UP else "proof of restore"
        since = f"was {self.last:%Y-%m-%d %H:%M} UTC" if self.last else "was never made"
        return f"the last {what} {since}, and one is due every {_words(self.at_most)}"


def _words(duration: timedelta) -> str:
    hours = round(duration.total_seconds() / 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"


def note(dsn: str, ledger_id: int, kind: str, **detail: Any) -> None:
    """Add a line to the security log, in the name of whoever runs the command."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "insert into security_log (ledger_id, kind, person, detail) values (%s, %s, '', %s)",
            (ledger_id, kind, json.dumps({"by": _somebody(), **detail})),
        )


def _somebody() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in containers
        return ""


def due(
    connection: psycopg.Connection, ledger_id: int, *, demonstration: bool, now: datetime | None = None
) -> tuple[Due, ...]:
    """Backup and proof of restore. What never was is late once the record is older than the longest time between two.

    A demonstration, in which everything is invented, is shown and not reminded.
    """
    now = now or datetime.now(UTC)
    row = connection.execute("select created from ledger where ledger_id = %s", (ledger_id,)).fetchone()
    assert row is not None
    rules, today = rulesets.load(), Instant.of(now)
    found = []
    for kinds, rule in (
        ((BACKED_UP,), "backup.age_max"),
        ((RESTORE_PROVED, RESTORED), "backup.restore_proof_age_max"),
    ):
        last, detail = _last(connection, ledger_id, kinds)
        at_most = timedelta(minutes=rules.minutes(rule, today))
        late = now - (last or row[0]) > at_most and not demonstration
        found.append(Due(kinds[0], last, at_most, late, detail))
    return tuple(found)


def _last(
    connection: psycopg.Connection, ledger_id: int, kinds: Sequence[str]
) -> tuple[datetime | None, dict[str, Any]]:
    row = connection.execute(
        "select time, detail from security_log where ledger_id = %s and kind = any(%s) order by time desc limit 1",
        (ledger_id, list(kinds)),
    ).fetchone()
    return (None, {}) if row is None else (row[0], row[1])

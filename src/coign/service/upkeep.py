"""Backups and proofs of restore: when the last ones were, and whether the next are overdue (CSV-30; Annex 11, 7.2)."""

import getpass
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from coign import rulesets
from coign.kernel.values import Instant

BACKUP_MADE, RESTORE_PROVED, RESTORED, REPAIRED = "backup_made", "restore_proved", "restored", "record_repaired"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that must be done again and again: when it was, how often it must be, and whether it is late."""

    what: str
    last: datetime | None
    at_most: timedelta
    overdue: bool
    detail: dict[str, Any]


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


def due(connection: psycopg.Connection, ledger_id: int, now: datetime | None = None) -> tuple[Due, ...]:
    """Backup and restore proof. What never was is late once the record is as old as the longest time between two."""
    now = now or datetime.now(UTC)
    row = connection.execute("select created from ledger where ledger_id = %s", (ledger_id,)).fetchone()
    assert row is not None
    rules, today = rulesets.load(), Instant.of(now)
    asked = (
        (BACKUP_MADE, (BACKUP_MADE,), "backup.age_max"),
        (RESTORE_PROVED, (RESTORE_PROVED, RESTORED), "backup.restore_proof_age_max"),
    )
    found = []
    for what, kinds, rule in asked:
        last, detail = _last(connection, ledger_id, kinds)
        at_most = timedelta(minutes=rules.minutes(rule, today))
        found.append(Due(what, last, at_most, now - (last or row[0]) > at_most, detail))
    return tuple(found)


def _last(
    connection: psycopg.Connection, ledger_id: int, kinds: tuple[str, ...]
) -> tuple[datetime | None, dict[str, Any]]:
    row = connection.execute(
        "select time, detail from security_log where ledger_id = %s and kind = any(%s) order by time desc limit 1",
        (ledger_id, list(kinds)),
    ).fetchone()
    return (None, {}) if row is None else (row[0], row[1])

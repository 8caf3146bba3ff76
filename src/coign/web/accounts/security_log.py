"""The security log: sign-ins, failures, locks. Apart from the record; can only be added to (CSV-40)."""

import json
from datetime import datetime
from typing import Any

import structlog
from django.db import connection

from coign.web import metrics, running
from coign.web.accounts.models import Alert

#: Letters of one value that are kept: what outsiders send must not fill the log.
VALUE_LENGTH_MAX = 300

log = structlog.get_logger()


def note(kind: str, person: str, *, ledger_id: int | None = None, **detail: Any) -> int:
    """Add one line; gives its number. Values are bound, never pasted; nothing secret belongs into `detail`.

    With `alert=True` somebody must look at it: it is listed until an administrator says what it was.
    """
    ledger_id = running.service().ledger_id if ledger_id is None else ledger_id
    short = {name: value[:VALUE_LENGTH_MAX] if isinstance(value, str) else value for name, value in detail.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into public.security_log (ledger_id, kind, person, detail) values (%s, %s, %s, %s::jsonb) "
            "returning id, time",
            (ledger_id, kind, person, json.dumps(short)),
        )
        line, time = cursor.fetchone()
    if detail.get("alert"):
        _raise_alert(ledger_id, line, kind, person, time)
    return int(line)


def _raise_alert(ledger_id: int, line: int, kind: str, person: str, time: datetime) -> None:
    Alert.objects.create(line=line, ledger_id=ledger_id, kind=kind, person=person, raised=time)
    metrics.ALERTS.labels(kind).inc()
    log.warning("security.alert", kind=kind, line=line)  # whoever watches the server's log is told at once

"""The security log: sign-ins, failures, locks. Apart from the record; can only be added to (CSV-40)."""

import json
from typing import Any

from django.db import connection

from coign.web import running


def note(kind: str, person: str, **detail: Any) -> None:
    """Add one line. Values are bound, never pasted; nothing secret belongs into `detail`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into public.security_log (ledger_id, kind, person, detail) values (%s, %s, %s, %s::jsonb)",
            (running.service().ledger_id, kind, person, json.dumps(detail)),
        )

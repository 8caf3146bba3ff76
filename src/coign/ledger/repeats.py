"""Refusals repeated within their window: counted beside the ledger, and entered once with the count."""

import psycopg

from coign.kernel.values import Instant


class Repeats:
    """The refusals of one ledger whose window is not over, inside the caller's transaction."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        self._connection, self._ledger_id = connection, ledger_id

    def count(self, digest: bytes, since: Instant) -> int | None:
        """If the same refusal was entered since, count it there and give its position."""
        row = self._connection.execute(
            "update refusal_repeat set repeats = repeats + 1 "
            "where ledger_id = %s and digest = %s and since > %s returning position",
            (self._ledger_id, digest, str(since)),
        ).fetchone()
        return None if row is None else int(row[0])

    def note(self, digest: bytes, position: int, now: Instant, template: bytes) -> None:
        """Remember a refusal that was just entered, so that its repeats are counted."""
        self._connection.execute(
            "insert into refusal_repeat (ledger_id, digest, position, since, template) values (%s, %s, %s, %s, %s) "
            "on conflict (ledger_id, digest) "
            "do update set position = excluded.position, since = excluded.since, repeats = 0",
            (self._ledger_id, digest, position, str(now), template),
        )

    def elapsed(self, before: Instant) -> list[tuple[int, int, bytes]]:
        """Forget the refusals entered before; gives position, repeats and template of those that were repeated."""
        rows = self._connection.execute(
            "delete from refusal_repeat where ledger_id = %s and since <= %s returning position, repeats, template",
            (self._ledger_id, str(before)),
        )
        return [(position, repeats, template) for position, repeats, template in rows if repeats]

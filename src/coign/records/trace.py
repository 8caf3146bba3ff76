"""From one thing to everything that came out of it, or that it came out of: one query for each step of the way."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

#: Longer ways than this no therapy has: whoever meets it has found a circle.
STEPS_MAX = 64

_DOWN: LiteralString = """
    select upper, lower, how, position from records.edge
    where ledger_id = %(l)s and upper = any(%(s)s) and position >= %(p)s order by position
"""
_UP: LiteralString = """
    select lower, upper, how, position from records.edge
    where ledger_id = %(l)s and lower = any(%(s)s) and position >= %(p)s order by position
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something on the way: how it was reached, and the entry that says so."""

    subject: str
    how: str
    position: int
    path: tuple[str, ...]


def walk(
    connection: "psycopg.Connection[Any]",
    ledger_id: int,
    start: str,
    *,
    back: bool = False,
    since: int = 0,
    may_know: Callable[[Collection[str]], Collection[str]] = lambda found: found,
) -> list[Hit]:
    """Everything reached, nearest first. `since`: only by entries from this position on.

    `may_know` is asked once a step for all that was found; what it leaves out is neither told nor walked through. A
    patient ends the way, as donor and as recipient: what else became of that person is another question.
    """
    found = {start: Hit(start, "", -1, (start,))}
    edge = [start]
    for _ in range(STEPS_MAX):
        rows = connection.execute(_UP if back else _DOWN, {"l": ledger_id, "s": edge, "p": since}).fetchall()
        new: dict[str, Hit] = {}
        for from_, to, how, position in rows:
            if to not in found and to not in new:
                new[to] = Hit(to, how, position, (*found[from_].path, to))
        known = set(may_know(list(new)))
        reached = {subject: hit for subject, hit in new.items() if subject in known}
        if not reached:
            break
        found |= reached
        edge = [subject for subject in reached if not subject.startswith("patient:")]
    return [hit for subject, hit in found.items() if subject != start]


def position_at(connection: "psycopg.Connection[Any]", ledger_id: int, time: str) -> int:
    """The first entry at or after an instant that concerns a therapy; beyond the last one when there is none."""
    row = connection.execute(
        "select min(position) from records.act where ledger_id = %s and time >= %s", (ledger_id, time)
    ).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else 1 << 62


def projected_to(connection: "psycopg.Connection[Any]", ledger_id: int) -> int:
    """How many entries the answer rests on."""
    row = connection.execute(
        "select next_position from records.projected where ledger_id = %s", (ledger_id,)
    ).fetchone()  # fmt: skip
    return 0 if row is None else int(row[0])

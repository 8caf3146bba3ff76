"""From one thing to everything that came out of it, or that it came out of: one query for each step of the way."""

from collections.abc import Callable, Collection
from typing import Any, LiteralString

import psycopg

from coign.kernel.frozen import dataclass
from coign.records.working import LASTS

#: Longer ways than this no therapy has: whoever meets it has found a circle.
STEPS_MAX = 64

#: Lines that hold whenever they were drawn: what somebody had in hand late tells about all of it, also what was made of
#: it early. All others count from the instant that somebody asks for.
_BELONGING = ("therapy", "collected for", "stands in", "pack of", "given to")

_LINE: LiteralString = """
    how, case when position >= %(p)s or newest = %(lasts)s then position else newest end, newest >= %(p)s
    from records.edge where ledger_id = %(l)s and (newest >= %(p)s or how = any(%(b)s)
    or (how = 'made in' and starts_with(upper, 'batch:')))
"""
_DOWN: LiteralString = f"select upper, lower, {_LINE} and upper = any(%(s)s) order by position"
_UP: LiteralString = f"select lower, upper, {_LINE} and lower = any(%(s)s) order by position"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something on the way: how it was reached, and the entries that say so, one for each line of the path."""

    subject: str
    how: str
    path: tuple[str, ...]
    entries: tuple[int, ...]

    @property
    def position(self) -> int:
        """The entry that tells of the last line."""
        return self.entries[-1]


def walk(
    connection: "psycopg.Connection[Any]",
    ledger_id: int,
    start: str,
    *,
    back: bool = False,
    since: int = 0,
    may_know: Callable[[Collection[str]], Collection[str]] = lambda found: found,
) -> list[Hit]:
    """Everything reached, nearest first. `since`: only by ways of which a line was drawn at this position or later.

    `may_know` is asked once a step for all that was found; what it leaves out is neither told nor walked through. A
    patient ends the way, as donor and as recipient: what else became of that person is another question.
    """
    origin = Hit(start, "", (start,), ())
    reached = {start: origin}
    passed: dict[str, Hit] = {}  # on the way, but by nothing that was drawn since
    edge = [origin]
    for _ in range(STEPS_MAX):
        asked = {"l": ledger_id, "s": [hit.subject for hit in edge], "p": since, "b": list(_BELONGING), "lasts": LASTS}
        new: dict[str, Hit] = {}
        merely: dict[str, Hit] = {}
        for from_, to, how, position, is_since in connection.execute(_UP if back else _DOWN, asked).fetchall():
            before = reached.get(from_) or passed[from_]
            hit = Hit(to, how, (*before.path, to), (*before.entries, position))
            counts = is_since or (from_ in reached and from_ != start)
            if to not in reached and (counts or to not in passed):
                (new if counts else merely).setdefault(to, hit)
        known = set(may_know([*new, *(s for s in merely if s not in new)]))
        reached |= (counted := {s: hit for s, hit in new.items() if s in known})
        passed |= (others := {s: hit for s, hit in merely.items() if s in known and s not in counted})
        edge = [h for s, h in (counted | others).items() if not s.startswith("patient:")]
        if not edge:
            break
    return [hit for subject, hit in reached.items() if subject != start]


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

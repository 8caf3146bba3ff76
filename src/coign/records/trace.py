"""From one thing to everything that came out of it, or that it came out of: one query, whatever the way."""

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, LiteralString, NamedTuple

import psycopg

from coign.records.working import LASTS

# Some lines hold whenever they were drawn: what somebody had in hand late tells about all of it, also what was made of
# it early. All others count from the instant that somebody asks for.
_COUNTS: LiteralString = """
    e.ledger_id = %(l)s and (%(p)s = 0 or e.newest >= %(p)s
    or e.how in ('therapy', 'collected for', 'stands in', 'pack of', 'given to')
    or (e.how = 'made in' and starts_with(e.upper, 'batch:')))
"""
# `offset 0`: each step looks its lines up by index, whatever the planner thinks of how many there will be.
_LINES: LiteralString = """
    with recursive line as (
        select {here}, {there}, how, position, newest from records.edge e where e.{here} = %(s)s and {counts}
        union select e.* from line, lateral (
            select {here}, {there}, how, position, newest from records.edge e
            where e.{here} = line.{there} and {counts} offset 0
        ) e where not starts_with(line.{there}, 'patient:')
    )
    select {here}, {there}, how, case when position >= %(p)s or newest = %(lasts)s then position else newest end,
    newest >= %(p)s from line
"""
_DOWN: LiteralString = _LINES.format(here="upper", there="lower", counts=_COUNTS)
_UP: LiteralString = _LINES.format(here="lower", there="upper", counts=_COUNTS)


class Hit(NamedTuple):
    """Something on the way: how it was reached, the entry that says so, and what it was reached from."""

    subject: str
    how: str
    position: int
    before: "Hit | None"

    @property
    def path(self) -> tuple[str, ...]:
        """From where the way begins to here."""
        return (self.subject,) if self.before is None else (*self.before.path, self.subject)

    @property
    def entries(self) -> tuple[int, ...]:
        """The entries that say so, one for each line of the path."""
        return () if self.before is None else (*self.before.entries, self.position)


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
    lines = _lines(connection, ledger_id, start, back=back, since=since)
    origin = Hit(start, "", 0, None)
    reached = {start: origin}
    passed: dict[str, Hit] = {}  # on the way, but by nothing that was drawn since
    edge = [origin]
    while edge:
        new: dict[str, Hit] = {}
        merely: dict[str, Hit] = {}
        found = [line for hit in edge for line in lines.get(hit.subject, ())]
        for from_, to, how, position, is_since in sorted(found, key=_position):
            counts = is_since or (from_ in reached and from_ != start)
            if to not in reached and to not in new and (counts or (to not in passed and to not in merely)):
                hit = Hit(to, how, position, reached.get(from_) or passed[from_])
                (new if counts else merely)[to] = hit
        known = set(may_know([*new, *(s for s in merely if s not in new)]))
        reached |= (counted := {s: hit for s, hit in new.items() if s in known})
        passed |= (others := {s: hit for s, hit in merely.items() if s in known and s not in counted})
        edge = [*counted.values(), *others.values()]
    return [hit for subject, hit in reached.items() if subject != start]


#: From, to, how, by which entry, whether that was drawn since.
_Line = tuple[str, str, str, int, bool]
_position = itemgetter(3)


def _lines(
    connection: "psycopg.Connection[Any]", ledger_id: int, start: str, *, back: bool, since: int
) -> Mapping[str, Sequence[_Line]]:
    """All lines that could be walked, by where they begin, in one query; as many as there are in what is reached."""
    asked = {"l": ledger_id, "s": start, "p": since, "lasts": LASTS}
    found: dict[str, list[_Line]] = {}
    for line in connection.execute(_UP if back else _DOWN, asked, binary=True).fetchall():
        found.setdefault(line[0], []).append(line)
    return found


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

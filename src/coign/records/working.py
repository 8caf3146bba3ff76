"""What a chunk of entries needs of the read models, read at once, and what it changes there, written at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, LiteralString

import orjson
import psycopg

from coign.records.edges import Edge
from coign.records.journey import Journey

#: The newest position of a line that goes on.
LASTS = 1 << 62
_JOURNEYS: LiteralString = """
    select root, patient, centre, begun, chain, programme, version, product, maker, stage, updated, position, done,
           ended, partly, called, infused
    from records.journey where ledger_id = %(l)s and (
        root = any(%(s)s) or patient = any(%(s)s)
        or root in (select root from records.belongs where ledger_id = %(l)s and subject = any(%(s)s)))
"""
#: Each takes all rows of a chunk as one JSON value, which costs a tenth of a statement a row.
_INSERT: Mapping[str, LiteralString] = {
    "act": "insert into records.act select * from json_populate_recordset(null::records.act, %s) "
    "on conflict do nothing",
    "party": "insert into records.party select * from json_populate_recordset(null::records.party, %s) "
    "on conflict do nothing",
    "belongs": "insert into records.belongs select * from json_populate_recordset(null::records.belongs, %s) "
    "on conflict do nothing",
    "edge": """
        insert into records.edge as known select * from json_populate_recordset(null::records.edge, %s)
        on conflict (ledger_id, upper, lower) do update set newest = excluded.newest
    """,
    "next_step": "insert into records.next_step select * from json_populate_recordset(null::records.next_step, %s)",
    "journey": """
        insert into records.journey select * from json_populate_recordset(null::records.journey, %s)
        on conflict (ledger_id, root) do update set
            programme = excluded.programme, version = excluded.version, product = excluded.product,
            maker = excluded.maker, stage = excluded.stage, updated = excluded.updated, position = excluded.position,
            done = excluded.done, ended = excluded.ended, partly = excluded.partly, called = excluded.called,
            infused = excluded.infused
    """,
    # Empty text leaves what was known before.
    "thing": """
        insert into records.thing as known select * from json_populate_recordset(null::records.thing, %s)
        on conflict (ledger_id, subject) do update set
            organisation = coalesce(nullif(excluded.organisation, ''), known.organisation),
            root = coalesce(nullif(excluded.root, ''), known.root),
            title = coalesce(nullif(excluded.title, ''), known.title),
            detail = coalesce(nullif(excluded.detail, ''), known.detail),
            position = excluded.position, gone = excluded.gone
    """,
}


class Working:
    """The therapies that a chunk concerns, and rows on their way into the tables. Growth: O(chunk)."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._journeys: dict[str, Journey] = {}
        self._owners: dict[str, str] = {}
        self._changed: dict[str, None] = {}
        self._steps: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._things: dict[str, dict[str, Any]] = {}
        self._edges: dict[tuple[str, str], dict[str, Any]] = {}
        self._rows: dict[str, list[Mapping[str, Any]]] = {}

    def fetch(self, subjects: Collection[str]) -> None:
        """Read the therapies that these subjects name or belong to."""
        named = {"l": self._ledger_id, "s": list(subjects)}
        for row in self._connection.execute(_JOURNEYS, named):
            self._journeys[row[0]] = Journey(*row)
        owners = self._connection.execute(
            "select subject, root from records.belongs where ledger_id = %(l)s and subject = any(%(s)s)", named
        )
        self._owners.update(owners.fetchall())

    def roots(self, subjects: Iterable[str]) -> list[str]:
        """The therapies that an entry concerns: named, or through the patient or a thing that belongs to one."""
        asked = set(subjects)
        named = sorted(asked & self._journeys.keys())
        if named:
            return named
        patients = {j.root for j in self._journeys.values() if j.patient in asked} if asked else set()
        return sorted(patients | {self._owners[s] for s in asked if s in self._owners})

    def journey(self, root: str) -> Journey:
        """One that was read or begun."""
        return self._journeys[root]

    def journeys_of(self, patient: str) -> tuple[Journey | None, list[Journey]]:
        """The one that still goes by the patient, and those that go by a chain."""
        own = [j for j in self._journeys.values() if j.patient == patient]
        return self._journeys.get(patient), [j for j in own if j.root != patient]

    def save(self, journey: Journey) -> None:
        """Its row is written with the rest."""
        self._journeys[journey.root] = journey
        self._changed[journey.root] = None

    def becomes(self, journey: Journey, root: str) -> None:
        """A therapy goes on under another name; what was recorded under the first belongs to it."""
        self.write()
        former, journey.root = journey.root, root
        self._connection.execute(
            "delete from records.journey where ledger_id = %s and root = %s", (self._ledger_id, former)
        )
        for table in ("act", "next_step", "party", "belongs", "thing"):
            self._connection.execute(
                f"update records.{table} set root = %s where ledger_id = %s and root = %s",  # noqa: S608
                (root, self._ledger_id, former),
            )
        del self._journeys[former]
        self._owners = {subject: root if owner == former else owner for subject, owner in self._owners.items()}
        self.save(journey)

    def steps(self, root: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """What comes next in a therapy, in place of what came next before."""
        self._steps[root] = rows

    def act(self, root: str, values: Mapping[str, Any]) -> None:
        """An entry that concerns a therapy."""
        self._add("act", root=root, **values)

    def party(self, root: str, organisation: str) -> None:
        """This organisation may see this therapy."""
        self._add("party", root=root, organisation=organisation)

    def belongs(self, subject: str, root: str) -> None:
        """A thing is of one therapy, and stays so."""
        if self._owners.setdefault(subject, root) == root:
            self._add("belongs", subject=subject, root=root)

    def edge(self, edge: Edge, position: int) -> None:
        """Something came out of something else, or was touched by it."""
        line = {"upper": edge.upper, "lower": edge.lower, "how": edge.how, "position": position}
        self._edges.setdefault((edge.upper, edge.lower), line)["newest"] = LASTS if edge.lasts else position

    def thing(self, subject: str, *, position: int, gone: bool, **texts: str) -> None:
        """Something that can be scanned, or where it is now; empty text leaves what was known before."""
        kind = subject.partition(":")[0]
        row = self._things.setdefault(subject, {"ledger_id": self._ledger_id, "subject": subject, "kind": kind})
        row |= {name: text or row.get(name, "") for name, text in texts.items()}
        row |= {"position": position, "gone": gone}

    def _add(self, table: str, **values: Any) -> None:
        self._rows.setdefault(table, []).append({"ledger_id": self._ledger_id, **values})

    def write(self) -> None:
        """Write what changed, each table in one go, all of them in one round trip."""
        for root in self._changed:
            self._add("journey", **asdict(self._journeys[root]))
        for root, steps in self._steps.items():
            for step in steps:
                self._add("next_step", root=root, position=self._journeys[root].position, **step)
        for edge in self._edges.values():
            self._add("edge", **edge)
        if self._things:
            self._rows["thing"] = list(self._things.values())
        with self._connection.pipeline():
            if self._steps:
                self._connection.execute(
                    "delete from records.next_step where ledger_id = %s and root = any(%s)",
                    (self._ledger_id, list(self._steps)),
                )
            for table, rows in self._rows.items():
                self._connection.execute(_INSERT[table], (orjson.dumps(rows).decode(),))
        for waiting in (self._rows, self._changed, self._steps, self._things, self._edges):
            waiting.clear()

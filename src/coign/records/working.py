"""What a chunk of entries needs of the read models, read at once, and what it changes there, written at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, LiteralString

import orjson
import psycopg

from coign.records.journey import Journey

_JOURNEYS: LiteralString = """
    select root, patient, centre, begun, chain, programme, version, product, maker, stage, updated, position, done,
           ended, partly, called
    from records.journey where ledger_id = %(l)s and (
        root = any(%(s)s) or patient = any(%(s)s)
        or root in (select root from records.belongs where ledger_id = %(l)s and subject = any(%(s)s)))
"""
_INSERT_ACT: LiteralString = """
    insert into records.act (ledger_id, root, position, time, action, outcome, person, role, organisation, step,
                             facts, subjects, unmet)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_UPSERT_JOURNEY: LiteralString = """
    insert into records.journey (ledger_id, root, patient, centre, begun, chain, programme, version, product, maker,
                                 stage, updated, position, done, ended, partly, called)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (ledger_id, root) do update set
        programme = excluded.programme, version = excluded.version, product = excluded.product,
        maker = excluded.maker, stage = excluded.stage, updated = excluded.updated, position = excluded.position,
        done = excluded.done, ended = excluded.ended, partly = excluded.partly, called = excluded.called
"""
#: Empty text leaves what was known before.
_UPSERT_THING: LiteralString = """
    insert into records.thing as known (ledger_id, subject, kind, organisation, root, title, detail, position, gone)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (ledger_id, subject) do update set
        organisation = coalesce(nullif(excluded.organisation, ''), known.organisation),
        root = coalesce(nullif(excluded.root, ''), known.root),
        title = coalesce(nullif(excluded.title, ''), known.title),
        detail = coalesce(nullif(excluded.detail, ''), known.detail),
        position = excluded.position, gone = excluded.gone
"""
_INSERT_STEP: LiteralString = """
    insert into records.next_step (ledger_id, root, step, action, stage, title, roles, organisation, ordinal)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Working:
    """The therapies that a chunk concerns, and rows on their way into the tables. Growth: O(chunk)."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._journeys: dict[str, Journey] = {}
        self._owners: dict[str, str] = {}
        self._changed: dict[str, None] = {}
        self._steps: dict[str, Sequence[tuple[Any, ...]]] = {}
        self._rows: dict[LiteralString, list[tuple[Any, ...]]] = {}

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

    def act(self, root: str, values: tuple[Any, ...]) -> None:
        """An entry that concerns a therapy."""
        self._add(_INSERT_ACT, root, *values)

    def steps(self, root: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """What comes next in a therapy, in place of what came next before."""
        self._steps[root] = rows

    def party(self, root: str, organisation: str) -> None:
        """This organisation may see this therapy."""
        self._add(
            "insert into records.party (ledger_id, root, organisation) values (%s, %s, %s) on conflict do nothing",
            root, organisation,
        )  # fmt: skip

    def belongs(self, subject: str, root: str) -> None:
        """A thing is of one therapy, and stays so."""
        if self._owners.setdefault(subject, root) == root:
            self._add(
                "insert into records.belongs (ledger_id, subject, root) values (%s, %s, %s) on conflict do nothing",
                subject, root,
            )  # fmt: skip

    def thing(self, values: tuple[Any, ...]) -> None:
        """Something that can be scanned, or where it is now."""
        self._add(_UPSERT_THING, *values)

    def _add(self, statement: LiteralString, *values: Any) -> None:
        self._rows.setdefault(statement, []).append((self._ledger_id, *values))

    def write(self) -> None:
        """Write what changed; each kind of row in one go."""
        cursor = self._connection.cursor()
        for statement, rows in self._rows.items():
            cursor.executemany(statement, rows)
        if self._changed:
            cursor.executemany(_UPSERT_JOURNEY, [self._row(self._journeys[root]) for root in self._changed])
        if self._steps:
            cursor.execute(
                "delete from records.next_step where ledger_id = %s and root = any(%s)",
                (self._ledger_id, list(self._steps)),
            )
            rows = [(self._ledger_id, root, *row) for root, found in self._steps.items() for row in found]
            if rows:
                cursor.executemany(_INSERT_STEP, rows)
        for waiting in (self._rows, self._changed, self._steps):
            waiting.clear()

    def _row(self, j: Journey) -> tuple[Any, ...]:
        return (
            self._ledger_id, j.root, j.patient, j.centre, j.begun, j.chain, j.programme, j.version, j.product,
            j.maker, j.stage, j.updated, j.position, _json(j.done), j.ended, _json(j.partly), _json(j.called),
        )  # fmt: skip


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()

"""Follows the ledger and keeps the read models current: one thread, one connection, entries in order of position."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import orjson
import psycopg
import structlog

from coign.kernel.actions import Action
from coign.kernel.facts import parties
from coign.kernel.subjects import KINDS
from coign.ledger.entries import Entry
from coign.programmes.model import Programmes, ProgrammeVersion
from coign.records.journey import (
    Journey,
    note_act,
    note_bags,
    note_calls,
    open_steps,
    organisation_for,
    side_of,
    stage_reached,
    step_done_by,
)
from coign.records.safety import SafetyProjection
from coign.records.things import things_of

CHUNK = 500
_LEASE = 4225  # its own: the scrubber and others hold leases of other numbers
#: Kinds of which every instance belongs to one therapy.
_OWNED = frozenset({"unit", "batch", "shipment", "case"})

_NEXT: LiteralString = "select next_position from records.projected where ledger_id = %s"
_NEXT_LOCKED: LiteralString = "select next_position from records.projected where ledger_id = %s for update"
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

log = structlog.get_logger()


class Projection:
    """Projects entries on one connection; the caller holds the lease and commits."""

    def __init__(
        self,
        connection: psycopg.Connection,
        ledger_id: int,
        actions: Mapping[str, Action[Any]],
        programmes: Programmes,
    ) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._success = {a.full_name: (a.name, a.emits[0].TYPE) for a in actions.values()}
        self._programmes = programmes
        self._safety = SafetyProjection(connection, ledger_id)

    def next_position(self) -> int:
        """The first entry that is not projected yet."""
        return self._next(_NEXT)

    def _next(self, query: LiteralString) -> int:
        row = self._connection.execute(query, (self._ledger_id,)).fetchone()
        return 0 if row is None else int(row[0])

    def advance(self) -> int:
        """Project up to a chunk of entries in one transaction; gives how many there were."""
        with self._connection.transaction():
            # Locked, so that nobody clears the tables between this look and what is written after it.
            start = self._next(_NEXT_LOCKED)
            rows = self._connection.execute(
                "select position, body from entry where ledger_id = %s and position >= %s order by position limit %s",
                (self._ledger_id, start, CHUNK),
            ).fetchall()
            for position, body in rows:
                self._project(Entry(position, body))
            if rows:
                self._connection.execute(
                    "insert into records.projected (ledger_id, next_position) values (%s, %s) "
                    "on conflict (ledger_id) do update set next_position = excluded.next_position",
                    (self._ledger_id, rows[-1][0] + 1),
                )
        return len(rows)

    def _project(self, entry: Entry) -> None:
        facts = {f["type"]: f["body"] for f in entry.plain["intent"]["facts"]}
        about = [a["subject"] for a in entry.plain["about"]]
        if begun := facts.get("clinical.patient_enrolled.v1"):
            self._save(Journey(begun["patient"], begun["patient"], begun["centre"], entry.time))
        if begun := facts.get("identity.chain_begun.v1"):
            self._begin_chain(begun, about, entry)
        roots = self._roots(about, entry.plain["refs"])
        joined = {str(o) for fact in entry.facts for o in parties(fact)}
        for root in roots:
            self._act(self._load(root), entry, facts, about)
            self._connection.cursor().executemany(
                "insert into records.party (ledger_id, root, organisation) values (%s, %s, %s) on conflict do nothing",
                [(self._ledger_id, root, organisation) for organisation in joined],
            )
        for subject in about:
            if subject.partition(":")[0] in _OWNED and roots:
                self._connection.execute(
                    "insert into records.belongs (ledger_id, subject, root) values (%s, %s, %s) on conflict do nothing",
                    (self._ledger_id, subject, roots[0]),
                )
        self._things(entry, roots)
        self._safety.project(entry)

    def _begin_chain(self, begun: Mapping[str, Any], about: Iterable[str], entry: Entry) -> None:
        """The patient's journey becomes the chain's: what was done before the order belongs to it."""
        patient = next(s for s in about if s.startswith("patient:"))
        journey = self._load(patient)
        self._connection.execute(
            "delete from records.journey where ledger_id = %s and root = %s", (self._ledger_id, patient)
        )
        for table in ("act", "next_step", "party", "belongs", "thing"):
            self._connection.execute(
                f"update records.{table} set root = %s where ledger_id = %s and root = %s",  # noqa: S608
                (begun["chain"], self._ledger_id, patient),
            )
        journey.root = journey.chain = begun["chain"]
        journey.programme, journey.version = begun["programme"], begun["version"]
        journey.product, journey.centre, journey.maker = begun["product"], begun["centre"], begun["maker"]
        self._save(journey)

    def _roots(self, about: Iterable[str], refs: Iterable[str]) -> list[str]:
        """The journeys that an entry concerns: named, or through the patient or a thing that belongs to one."""
        asked = [s for s in dict.fromkeys((*about, *refs)) if not KINDS[s.partition(":")[0]].public]
        if not asked:
            return []
        rows = self._connection.execute(
            "select root from records.journey where ledger_id = %(l)s and (root = any(%(s)s) or patient = any(%(s)s)) "
            "union select root from records.belongs where ledger_id = %(l)s and subject = any(%(s)s) order by 1",
            {"l": self._ledger_id, "s": asked},
        ).fetchall()
        named = [r[0] for r in rows if r[0] in asked]
        return named or [r[0] for r in rows]

    def _act(self, journey: Journey, entry: Entry, facts: Mapping[str, Any], about: list[str]) -> None:
        name, success = self._success.get(entry.action, (entry.action, ""))
        note_bags(journey, ((f["type"], f["body"]) for f in entry.plain["intent"]["facts"]))
        programme = self._programme(journey, facts)
        step = None
        if programme is not None and entry.outcome == "done" and success in facts:
            step = step_done_by(journey, programme, name, side_of(journey, entry.actor.organisation))
            if step is not None:
                note_act(journey, programme, step, facts[success], entry.position)
        if ended := facts.get("identity.chain_ended.v1"):
            journey.ended = ended["why"]
        journey.updated, journey.position = entry.time, entry.position
        if programme is not None:
            note_calls(journey, programme, facts)
            journey.stage = stage_reached(journey, programme)
            self._next_steps(journey, programme)
        self._save(journey)
        self._connection.execute(
            _INSERT_ACT,
            (
                self._ledger_id, journey.root, entry.position, str(entry.time), name, entry.outcome,
                str(entry.actor.person), entry.actor.role, str(entry.actor.organisation),
                step.id if step is not None else "", list(facts), about, entry.unmet,
            ),
        )  # fmt: skip

    def _programme(self, journey: Journey, facts: Mapping[str, Any]) -> ProgrammeVersion | None:
        """The pinned version; before the order the newest one of the drafted programme, or the only one there is."""
        for version in self._programmes.all():
            if version.digest == journey.version:
                return version
        if drafted := facts.get("clinical.order_drafted.v1"):
            journey.programme = drafted["programme"]
        fitting = [v for v in self._programmes.all() if journey.programme in ("", v.programme)]
        return fitting[-1] if fitting else None

    def _next_steps(self, journey: Journey, programme: ProgrammeVersion) -> None:
        self._connection.execute(
            "delete from records.next_step where ledger_id = %s and root = %s", (self._ledger_id, journey.root)
        )
        order = {s.id: i for i, s in enumerate(programme.journey)}
        self._connection.cursor().executemany(
            "insert into records.next_step (ledger_id, root, step, action, stage, title, roles, organisation, ordinal) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    self._ledger_id, journey.root, s.id, s.action, s.stage, s.title, list(s.roles),
                    organisation_for(journey, s), order[s.id],
                )
                for s in open_steps(journey, programme)
            ],
        )  # fmt: skip

    def _things(self, entry: Entry, roots: list[str]) -> None:
        for thing in things_of([(f["type"], f["body"]) for f in entry.plain["intent"]["facts"]], entry):
            self._connection.execute(
                _UPSERT_THING,
                (
                    self._ledger_id, thing.subject, thing.subject.partition(":")[0], thing.organisation,
                    roots[0] if roots and thing.belongs else "", thing.title, thing.detail, entry.position, thing.gone,
                ),
            )  # fmt: skip

    def _load(self, root: str) -> Journey:
        row = self._connection.execute(
            "select root, patient, centre, begun, chain, programme, version, product, maker, stage, updated, position, "
            "done, ended, partly, called from records.journey where ledger_id = %s and root = %s",
            (self._ledger_id, root),
        ).fetchone()
        assert row is not None, root
        return Journey(*row)

    def _save(self, j: Journey) -> None:
        self._connection.execute(
            _UPSERT_JOURNEY,
            (
                self._ledger_id, j.root, j.patient, j.centre, j.begun, j.chain, j.programme, j.version, j.product,
                j.maker, j.stage, j.updated, j.position, _json(j.done), j.ended, _json(j.partly), _json(j.called),
            ),
        )  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Projector:
    """The thread that keeps the read models current; of several processes the one with the lease works."""

    def __init__(
        self,
        dsn: str,
        ledger_id: int,
        actions: Mapping[str, Action[Any]],
        programmes: Programmes,
        *,
        pause_s: float = 0.5,
    ) -> None:
        self._dsn, self._ledger_id = dsn, ledger_id
        self._actions, self._programmes, self._pause_s = actions, programmes, pause_s
        self._wake = threading.Event()
        self._moved = threading.Condition()
        self._next = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="coign-projector", daemon=True)
        self._thread.start()

    def notify(self, size: int) -> None:
        """There are new entries."""
        self._wake.set()

    def wait_for(self, position: int, *, timeout_s: float = 5) -> bool:
        """Wait until an entry is projected, so that a page sees its own action; False: it is not in time."""
        self._wake.set()
        with self._moved:
            return self._moved.wait_for(lambda: self._next > position, timeout_s)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                with psycopg.connect(self._dsn, autocommit=True, prepare_threshold=1) as connection:
                    self._follow(connection)
            except psycopg.OperationalError as error:
                log.warning("projector.connection_lost", error=type(error).__name__)
                time.sleep(self._pause_s)

    def _follow(self, connection: psycopg.Connection) -> None:
        projection = Projection(connection, self._ledger_id, self._actions, self._programmes)
        while not self._stopping:
            self._wake.clear()
            if self._holds_lease(connection):
                while projection.advance() == CHUNK and not self._stopping:
                    self._tell(projection)
            self._tell(projection)
            self._wake.wait(self._pause_s)

    def _holds_lease(self, connection: psycopg.Connection) -> bool:
        row = connection.execute(
            "select exists (select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() "
            "and classid = %(c)s and objid = %(l)s) or pg_try_advisory_lock(%(c)s, %(l)s)",
            {"c": _LEASE, "l": self._ledger_id},
        ).fetchone()
        return bool(row and row[0])

    def _tell(self, projection: Projection) -> None:
        with self._moved:
            self._next = projection.next_position()
            self._moved.notify_all()

"""Follows the ledger and keeps the read models current: one thread, one connection, entries in order of position."""

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import psycopg
import structlog

from coign import rulesets
from coign.kernel.actions import Action
from coign.kernel.facts import parties
from coign.kernel.subjects import KINDS, Organisation
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.ledger.store import take_lease
from coign.programmes.model import Programmes, ProgrammeVersion
from coign.records.edges import edges_of
from coign.records.journey import (
    Destination,
    Journey,
    done_before,
    note_act,
    note_bags,
    note_calls,
    open_steps,
    organisation_for,
    side_of,
    stage_reached,
    step_done_by,
    window_of,
)
from coign.records.safety import SafetyProjection
from coign.records.things import things_of
from coign.records.working import Working

CHUNK = 500
#: While acts come faster than they are projected, they gather for so long: more of them share what a chunk costs.
GATHER_S = 0.1
#: Between two attempts at an entry that cannot be read into lists.
STUCK_PAUSE_S = 5.0
_LEASE = 4225  # its own: the scrubber and others hold leases of other numbers
#: Kinds of which every instance belongs to one therapy.
_OWNED = frozenset({"unit", "batch", "shipment", "case"})

_NEXT: LiteralString = "select next_position from records.projected where ledger_id = %s"
_NEXT_LOCKED: LiteralString = "select next_position from records.projected where ledger_id = %s for update"
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
        self._rules = rulesets.load()
        #: By centre, for one chunk: where a centre is hardly ever changes, the rules there do on some day.
        self._destinations: dict[str, Destination] = {}

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
            if not rows:
                return 0
            entries = [(entry, _asked(entry)) for entry in (Entry(position, body) for position, body in rows)]
            working = Working(self._connection, self._ledger_id)
            self._destinations.clear()
            working.fetch({subject for _, asked in entries for subject in asked})
            for entry, _ in entries:
                self._safety.project(entry)
            for entry, _ in entries:
                self.project(entry, working)
            working.write()
            self._connection.execute(
                "insert into records.projected (ledger_id, next_position) values (%s, %s) "
                "on conflict (ledger_id) do update set next_position = excluded.next_position",
                (self._ledger_id, rows[-1][0] + 1),
            )
        return len(rows)

    def project(self, entry: Entry, working: Working) -> None:
        """What one entry changes in the lists of therapies and things."""
        facts = {f["type"]: f["body"] for f in entry.plain["intent"]["facts"]}
        about = [a["subject"] for a in entry.plain["about"]]
        if begun := facts.get("clinical.patient_enrolled.v1"):
            working.save(Journey(begun["patient"], begun["patient"], begun["centre"], entry.time))
        if begun := facts.get("identity.chain_begun.v1"):
            self._begin_chain(begun, about, entry, working)
        roots = working.roots(_asked(entry))
        if roots:
            joined = {str(o) for fact in entry.facts for o in parties(fact)}
            for root in roots:
                self._act(working.journey(root), entry, facts, working)
                for organisation in joined:
                    working.party(root, organisation)
            for subject in about:
                if subject.partition(":")[0] in _OWNED:
                    working.belongs(subject, roots[0])
        if entry.outcome != "refused":
            told = [(f["type"], f["body"]) for f in entry.plain["intent"]["facts"]]
            for edge in edges_of(told, str(entry.actor.person)):
                working.edge(edge, entry.position)
        for thing in things_of([(f["type"], f["body"]) for f in entry.plain["intent"]["facts"]], entry):
            working.thing(
                thing.subject, organisation=thing.organisation, root=roots[0] if roots and thing.belongs else "",
                title=thing.title, detail=thing.detail, position=entry.position, gone=thing.gone,
            )  # fmt: skip

    def _begin_chain(self, begun: Mapping[str, Any], about: Iterable[str], entry: Entry, working: Working) -> None:
        """The patient's journey becomes the chain's: what was done before the order belongs to it.

        Where an earlier therapy has taken it along, the further one begins with what was done for the patient.
        """
        patient = next(s for s in about if s.startswith("patient:"))
        journey, earlier = working.journeys_of(patient)
        if journey is None:
            journey = Journey(begun["chain"], patient, begun["centre"], entry.time)
            version = next((v for v in self._programmes.all() if v.digest == begun["version"]), None)
            name, _ = self._success.get(entry.action, (entry.action, ""))
            if version is not None:
                journey.done = done_before(earlier, version, name)
        journey.chain = begun["chain"]
        journey.programme, journey.version = begun["programme"], begun["version"]
        journey.product, journey.centre, journey.maker = begun["product"], begun["centre"], begun["maker"]
        if journey.root == patient:
            working.becomes(journey, begun["chain"])
        else:
            working.save(journey)

    def _act(self, journey: Journey, entry: Entry, facts: Mapping[str, Any], working: Working) -> None:
        name, success = self._success.get(entry.action, (entry.action, ""))
        note_bags(journey, ((f["type"], f["body"]) for f in entry.plain["intent"]["facts"]))
        programme = self._programme(journey, facts)
        step = None
        if programme is not None and entry.outcome == "done" and success in facts:
            meant = (str(facts[success].get(field, "")) for field in ("timepoint", "unit"))
            step = step_done_by(journey, programme, name, side_of(journey, entry.actor.organisation), *meant)
            if step is not None:
                note_act(journey, programme, step, facts[success], entry.position)
        if ended := facts.get("identity.chain_ended.v1"):
            journey.ended = ended["why"]
        if "infusion.started.v1" in facts and not journey.infused:
            journey.infused = entry.time
        journey.updated, journey.position = entry.time, entry.position
        if programme is not None:
            destination = self._destination(journey, entry.time)
            note_calls(journey, programme, facts, destination.way)
            journey.stage = stage_reached(journey, programme)
            working.steps(journey.root, _next_steps(journey, programme, destination))
        working.save(journey)
        working.act(
            journey.root,
            {
                "position": entry.position, "time": entry.time, "action": name, "outcome": entry.outcome,
                "person": entry.actor.person, "role": entry.actor.role, "organisation": entry.actor.organisation,
                "step": step.id if step is not None else "", "facts": list(facts),
                "subjects": [a["subject"] for a in entry.plain["about"]], "unmet": entry.unmet,
            },
        )  # fmt: skip

    def _destination(self, journey: Journey, at: Instant) -> Destination:
        """What the rules say now where the patient is treated; nothing where none are known."""
        if journey.centre not in self._destinations:
            place = self._safety.jurisdiction(Organisation(journey.centre), at)
            named = (self._rules.text(n, at, place) for n in ("release.role", "exception.way")) if place else ()
            self._destinations[journey.centre] = Destination(*named)
        return self._destinations[journey.centre]

    def _programme(self, journey: Journey, facts: Mapping[str, Any]) -> ProgrammeVersion | None:
        """The pinned version; before the order the newest one of the drafted programme, or the only one there is."""
        for version in self._programmes.all():
            if version.digest == journey.version:
                return version
        if drafted := facts.get("clinical.order_drafted.v1"):
            journey.programme = drafted["programme"]
        fitting = [v for v in self._programmes.all() if journey.programme in ("", v.programme)]
        return fitting[-1] if fitting else None


def _asked(entry: Entry) -> list[str]:
    """The subjects of an entry that a therapy may be found by."""
    named = dict.fromkeys([*(a["subject"] for a in entry.plain["about"]), *entry.plain["refs"]])
    return [s for s in named if not KINDS[s.partition(":")[0]].public]


def _next_steps(journey: Journey, programme: ProgrammeVersion, destination: Destination) -> list[dict[str, Any]]:
    order = {s.id: i for i, s in enumerate(programme.journey)}
    return [
        {
            "step": s.id, "action": s.action, "stage": s.stage, "title": s.title,
            "roles": destination.roles_of(s), "organisation": organisation_for(journey, s), "ordinal": order[s.id],
            "opens": opens, "closes": closes,
        }
        for s in open_steps(journey, programme)
        for opens, closes in (window_of(journey, programme, s),)
    ]  # fmt: skip


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
        #: Somebody waits for an entry: nothing gathers meanwhile.
        self._awaited = threading.Event()
        self._moved = threading.Condition()
        self._next = self._notified = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="coign-projector", daemon=True)
        self._thread.start()

    def notify(self, size: int) -> None:
        """There are new entries."""
        self._notified = size
        self._wake.set()

    def wait_for(self, position: int, *, timeout_s: float = 5) -> bool:
        """Wait until an entry is projected, so that a page sees its own action; False: it is not in time."""
        self._awaited.set()
        if position >= self._notified:  # of another process; ours have rung the bell already
            self._wake.set()
        with self._moved:
            return self._moved.wait_for(lambda: self._next > position, timeout_s)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        self._awaited.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            try:
                with psycopg.connect(self._dsn, autocommit=True, prepare_threshold=1) as connection:
                    # Lists and how far they reach are lost together, and made again: nobody waits for the disk.
                    connection.execute("set synchronous_commit to off")
                    self._follow(connection)
            except psycopg.OperationalError as error:
                log.warning("projector.connection_lost", error=type(error).__name__)
                time.sleep(self._pause_s)
            except Exception:
                # The record goes on without its lists, and they must not be lost for good: the next version may read
                # what this one could not.
                log.exception("projector.stuck", ledger=self._ledger_id, position=self._next)
                time.sleep(STUCK_PAUSE_S)

    def _follow(self, connection: psycopg.Connection) -> None:
        projection = Projection(connection, self._ledger_id, self._actions, self._programmes)
        leads = False
        while not self._stopping:
            self._awaited.clear()
            self._wake.clear()
            leads = leads or take_lease(connection, _LEASE, self._ledger_id)
            if leads:
                while projection.advance() == CHUNK and not self._stopping:
                    self._tell(projection)
            self._tell(projection)
            if self._wake.is_set():
                self._awaited.wait(GATHER_S)
            else:
                self._wake.wait(self._pause_s)

    def _tell(self, projection: Projection) -> None:
        with self._moved:
            self._next = projection.next_position()
            self._moved.notify_all()

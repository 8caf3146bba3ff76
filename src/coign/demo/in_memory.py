"""The demonstration's therapies told in memory: the same people, acts and rules, without database, vault and door."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, cast

import orjson

from coign import catalogue, rulesets
from coign.checker.history import Told
from coign.checker.rules import Look, Move, Rules, Slot, entry_of
from coign.correction.actions.propose import Propose
from coign.correction.events import ValueCorrected
from coign.demo import people
from coign.kernel.errors import Forbidden, Refused
from coign.kernel.subjects import HospitalNumber, Organisation, Subject
from coign.kernel.values import Actor, Digest, Instant, Secret
from coign.kernel.views import View
from coign.ledger.encoding import from_wire
from coign.ledger.entries import Entry
from coign.perform import assemble
from coign.perform.protocols import Resolver
from coign.perform.request import Done, EntryReference, Prepared, Request
from coign.perform.shape import Shape, shape_of
from coign.programmes.model import Programmes
from coign.quality.actions.audit_trail import READER
from coign.quality.audit_trail import Trail
from coign.records.journey import Destination, Journey
from coign.records.projector import Projection
from coign.records.reading import Thing
from coign.records.working import Working
from coign.service import Service
from coign.service.audit_trail import Reading
from coign.service.correcting import as_corrected, recorded
from coign.service.resolvers import LoggerFile

S = TypeVar("S")

BEGINS = Instant("2026-01-05T08:00:00.000000Z")


class _Journeys(Working):
    """The lists of therapies and things, kept where nothing is written down."""

    def __init__(self) -> None:
        super().__init__(cast(Any, None), 0)

    def becomes(self, journey: Journey, root: str) -> None:
        del self._journeys[journey.root]
        self._owners = {s: root if owner == journey.root else owner for s, owner in self._owners.items()}
        journey.root = root
        self.save(journey)

    def of_patient(self, patient: str) -> Journey:
        """The patient's newest therapy."""
        return [j for j in self._journeys.values() if j.patient == patient][-1]

    def things(self) -> dict[tuple[str, str], list[Thing]]:
        """What is where, by house and kind, as whoever acts reads it."""
        found: dict[tuple[str, str], list[Thing]] = {}
        for row in sorted(self._things.values(), key=lambda row: str(row["subject"])):
            if not row["gone"]:
                named = {name: row[name] for name in ("subject", "kind", "organisation", "root", "title", "detail")}
                found.setdefault((f"things of {row['organisation']}", row["kind"]), []).append(
                    Thing(**named, gone=False)
                )
        return found


class _Projection(Projection):
    """Knows the rules of a centre's country without asking the lists."""

    def _destination(self, journey: Journey, at: Instant) -> Destination:
        rules = rulesets.load()
        country = people.place_of(Organisation(journey.centre)).country
        place = rules.text(f"jurisdiction.of_country.{country}", at)
        return Destination(*(rules.text(name, at, place) for name in ("release.role", "exception.way")))


@dataclass(eq=False)
class InMemory:
    """Stands where the demonstration looks for its service: states, documents and lists are kept, nothing is stored."""

    programmes: Programmes
    now: Instant = BEGINS
    states_kept: dict[Slot, Any] = field(default_factory=dict)
    acts: list[Told] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    documents_kept: dict[Digest, bytes] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    identities_kept: dict[str, dict[str, str]] = field(default_factory=dict)
    therapy: str = ""
    stage: str = ""
    ledger_id, origin, demonstration, hours_left = 0, "coign.example/in-memory", True, float("inf")
    digest_key = b"demonstration in memory, no secret"
    actions = catalogue.ACTIONS

    def __post_init__(self) -> None:
        self.rules = Rules(assemble.judge(self.programmes))
        self.journeys = _Journeys()
        self.projection = _Projection(cast(Any, None), 0, catalogue.ACTIONS, self.programmes)
        self._made: Counter[str] = Counter()
        logger_file = LoggerFile(cast(Any, self), cast(Any, self), self.programmes)
        self._resolvers: dict[str, Resolver] = {
            "identity_lookup": self._look_up, "identity_match": self._match, "logger_file": logger_file,
            READER: self._nothing_stands_out, "recorded_value": self._recorded,
        }  # fmt: skip

    @property
    def service(self) -> Service:
        """As the demonstration's own functions take it."""
        return cast(Service, self)

    # One object for all that the demonstration asks of a service

    @property
    def door(self) -> "InMemory":
        """What is asked of the door."""
        return self

    states = documents = vault = clock = simulated = projector = identities = audit_trails = door

    def now_us(self) -> int:
        """The clock."""
        return self.now.us

    def advance(self, hours: float) -> None:
        """Time passes."""
        self.now = self.now.plus(hours=hours)

    def wait_for(self, position: int, *, timeout_s: float) -> bool:
        """The lists are always up to date."""
        return True

    def catch_up(self) -> None:
        """The same."""

    def put(self, content: bytes) -> Digest:
        """Keep a document."""
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.documents_kept[digest] = content
        return digest

    def get(self, digest: Digest) -> bytes:
        """A document."""
        return self.documents_kept[digest]

    def of(self, view: View[S], subject: Subject) -> S:
        """A state."""
        return cast(S, self.states_kept.get((subject, view.name), view.empty))

    def several(self, views: Sequence[View[Any]], subjects: Sequence[Subject]) -> dict[tuple[str, str], Any]:
        """Several of them."""
        return {(view.name, str(s)): self.of(view, s) for view in views for s in subjects}

    def all(self, view: View[S]) -> list[tuple[Subject, S]]:
        """Every subject that has a state in a view."""
        return [(cast(Subject, s), state) for (s, name), state in self.states_kept.items() if name == view.name]

    def values_of(self, patient: Subject, centre: Organisation) -> Mapping[str, str]:
        """Who somebody is."""
        return self.identities_kept[patient]

    # Acts

    def prepare(self, request: Request) -> Prepared:
        """Signed by nobody: what a signature must cover is the door's business."""
        return Prepared(b"", b"", {}, "", (), self.now)

    def perform_all(self, requests: Sequence[Request]) -> list[Done]:
        """One after the other."""
        return [self.perform(request) for request in requests]

    def perform(self, request: Request) -> Done:
        """Ask the rules, and keep what changes."""
        move = self.move(request)
        look = Look(self.states_kept.get, self.now)
        answer = self.rules.ask(move, look)
        if answer.denied:
            raise Forbidden(answer.denied)
        if not answer.facts:
            raise Refused(move.action.name, [], subjects=answer.unmet)
        self.states_kept.update(look.written)
        entry = Entry(move.position, orjson.dumps(entry_of(move, self.now, answer)))
        self.projection.project(entry, self.journeys)
        self.entries.append(entry)
        self.acts.append(Told(move, self.therapy, self.stage))
        self.nonces.add((request.actor.person, request.nonce))
        return Done((EntryReference(move.position, move.action.name, [str(s) for s in entry.about], b""),))

    def move(self, request: Request) -> Move:
        """A request as the rules are asked."""
        action = catalogue.ACTIONS[request.action]
        shape = shape_of(action)
        given = {name: self._new(kind) for name, kind in shape.allotted.items()}
        command = from_wire(action.command, {**request.command, **given})
        for resolver in dict.fromkeys(shape.resolved.values()):
            command = replace(command, **self._resolvers[resolver](command, request.actor))
        return Move(action, _sealed(shape, command), request.actor, self.now, len(self.acts))

    def _new(self, kind: type[Subject]) -> Subject:
        self._made[kind.kind] += 1
        return kind.of(f"{kind.kind[0].upper()}-{self._made[kind.kind]:04d}")

    def _look_up(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        given = {f.name: v.text for f in fields(command) if isinstance(v := getattr(command, f.name), Secret)}
        kept = self.identities_kept.setdefault(command.patient, {})
        kept |= {name: text for name, text in given.items() if text}
        number = hashlib.sha256(kept["hospital_number"].encode()).hexdigest()[:32]
        return {"already": None, "similar": 0, "number": HospitalNumber.of(number)}

    def _match(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        kept = self.identities_kept[command.patient]
        return {"matches": all(getattr(command, n).text == kept[n] for n in ("birth_date", "hospital_number"))}

    def _recorded(self, command: Propose, actor: Actor) -> Mapping[str, Any]:
        found = recorded(self.entries[command.entry], command.name)
        told = [fact for entry in self.entries for fact in entry.facts if isinstance(fact, ValueCorrected)]
        return {"found": as_corrected(found, told)}

    def _nothing_stands_out(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        """Told without stations, claims and refusals, nothing can."""
        return {}

    def read(self, batch: Subject) -> Reading:
        """The same for whoever would answer."""
        return Reading(len(self.acts) - 1, Trail(()), [], [])

    # Therapies

    def look_around(self) -> dict[tuple[str, str], Any]:
        """What lies around, as somebody about to act sees it."""
        houses = (place.organisation for place in people.PLACES)
        nothing: dict[tuple[str, str], Any] = {
            (f"things of {house}", kind): []
            for house in houses
            for kind in ("lot", "room", "equipment", "box", "shipper", "unit")
        }
        return nothing | self.journeys.things()


def _sealed(shape: Shape, command: Any) -> Any:
    texts = {name: getattr(command, name) for name in shape.secrets}
    return replace(
        command,
        **{n: t.sealed(hashlib.sha256((t.text or "").encode()).hexdigest()) for n, t in texts.items() if t is not None},
    )

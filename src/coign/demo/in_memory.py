"""The demonstration's therapies told in memory: the same people, acts and rules, without database, vault and door."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar, cast

import orjson

from coign import catalogue, rulesets
from coign.checker.history import History, Told
from coign.checker.rules import Look, Move, Rules, Slot, entry_of
from coign.demo import acts, administration, classroom, devices, oversight, patients, people, player, put_right, turns
from coign.demo.scene import Scene, Therapy, version_of
from coign.demo.seed import Seeding
from coign.kernel.errors import Forbidden, NotFound, Refused
from coign.kernel.subjects import HospitalNumber, Organisation, Subject
from coign.kernel.values import Actor, Digest, Instant, Secret
from coign.kernel.views import View
from coign.ledger.encoding import from_wire
from coign.ledger.entries import Entry
from coign.perform import assemble
from coign.perform.protocols import Resolver
from coign.perform.request import Done, EntryReference, Prepared, Request
from coign.perform.shape import Shape, shape_of
from coign.programmes.model import JourneyStep, Programmes
from coign.records.journey import Destination, Journey
from coign.records.projector import Projection
from coign.records.reading import Thing
from coign.records.working import Working
from coign.service import SETUP, Service, therapies
from coign.service.resolvers import LoggerFile
from coign.training.courses.model import Library

S = TypeVar("S")

BEGINS = Instant("2026-01-05T08:00:00.000000Z")
SEED = 1
#: Between two acts, unless a day was agreed.
PACE_MIN = 2
#: So often somebody waits and looks again where a rule asks for time to pass.
NO_TROUBLE: Mapping[str, str] = {}
WAITS_H = (24, 48, 96, 168, 336)


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

    states = documents = vault = clock = simulated = projector = identities = door

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
        move = self._move(request)
        look = Look(self.states_kept.get)
        answer = self.rules.ask(move, look, self.now)
        if answer.denied:
            raise Forbidden(answer.denied)
        if not answer.facts:
            raise Refused(move.action.name, [], subjects=answer.unmet)
        self.states_kept.update(look.written)
        entry = Entry(move.position, orjson.dumps(entry_of(move, self.now, answer)))
        self.projection.project(entry, self.journeys)
        self.acts.append(Told(move, self.therapy, self.stage))
        self.nonces.add((request.actor.person, request.nonce))
        return Done((EntryReference(move.position, move.action.name, [str(s) for s in entry.about], b""),))

    def _move(self, request: Request) -> Move:
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


class _Beginning(Seeding):
    """The story's beginning, whose keys are remembered in memory."""

    def stands(self, actor: Actor, nonce: str) -> bool:
        return (actor.person, f"seed/{self.seed}/{nonce}") in cast(InMemory, self.service).nonces


def begun(programmes: Programmes) -> InMemory:
    """People, keys, skills and stock, and no patient yet."""
    here = InMemory(programmes)
    here.perform(Request("installation.open", SETUP, "open", {"origin": here.origin, "demonstration": True}))
    _Beginning(here.service, SEED).run()
    return here


def enrolled(here: InMemory, number: int, centre: Organisation = people.CENTRE) -> Therapy:
    """A new patient."""
    who = patients.patient(SEED, number)
    here.therapy = str(number)
    named = ("family_name", "given_name", "birth_date", "hospital_number")
    coordinator = people.in_role("coordinator", centre)[0].actor
    done = here.perform(Request("clinical.enrol", coordinator, str(number), {n: getattr(who, n) for n in named}))
    patient = next(s for s in done.entries[0].subjects if s.startswith("patient:"))
    return _therapy(here, number, patient)


def _therapy(here: InMemory, number: int, patient: str) -> Therapy:
    journey = here.journeys.of_patient(patient)
    return Therapy(journey, version_of(here.service, journey), number, SEED)


def _in_time(here: InMemory, therapy: Therapy, step: JourneyStep) -> None:
    here.now = max(here.now.plus(minutes=PACE_MIN), player.agreed(here.service, therapy, step) or here.now)
    for wait in WAITS_H:
        try:
            _step(here, therapy, step)
        except Refused:
            here.advance(wait)
        else:
            return
    _step(here, therapy, step)


def _step(here: InMemory, therapy: Therapy, step: JourneyStep) -> None:
    again = player.AGAIN.get(step.action, ())
    if _done_by_somebody(here, therapy, step):
        return
    for action in again:
        like = next((s for s in therapy.programme.journey if s.action == action and s.side == step.side), step)
        may = catalogue.ACTIONS[action].roles
        roles = like.roles if may & set(like.roles) else tuple(sorted(may))
        repeated = replace(like, action=action, roles=roles)
        with_others = _therapy(here, therapy.number, therapy.journey.patient)
        try:
            _done_by_somebody(here, with_others, repeated)
        except NotFound:
            continue
    if not _done_by_somebody(here, _therapy(here, therapy.number, therapy.journey.patient), step):
        raise Refused(step.action, [])


def _done_by_somebody(here: InMemory, therapy: Therapy, step: JourneyStep) -> bool:
    seen = here.look_around()
    act = acts.of(step.action)
    assert act is not None, f"nobody in the demonstration knows how to do {step.action}"
    for account in player.candidates(here.service, therapy, step, seen):
        try:
            command = act(player.look(here.service, therapy, step.action, account.actor, seen))
            here.perform(Request(step.action, account.actor, f"{therapy.number}/{len(here.acts)}", command))
        except (Forbidden, NotFound, Refused):
            continue
        return True
    return False


#: A therapy in trouble: warm on its way, a deviation in production, a test that fails, supplied all the same.
IN_TROUBLE = {
    "read-logger-in": "warm_at_the_maker",
    "complete-steps": "deviation",
    "record-results": "failing_viability",
}


def told_of_this_release() -> History:
    """With the programmes and courses that come with this version."""
    programmes, courses = therapies.released()
    return told(Library(programmes.all(), courses))


def told(programmes: Programmes) -> History:
    """Two therapies side by side from enrolment to the reaction, one of them to its end; then one in trouble."""
    here = begun(programmes)
    going = [enrolled(here, number) for number in range(2)]
    while _waits(going[-1]):
        going = [_a_stage(here, therapy) for therapy in going]
    for to in going[-1].programme.journey:
        if to.timepoint:
            going[-1] = _act(here, going[-1])
    _in_trouble(here, going[0])
    here.therapy = here.stage = ""
    for each in (classroom, administration, devices, oversight):
        each.furnish(_Beginning(here.service, SEED))
    _all(here, put_right.repaired_and_used(here))
    return History(acts=tuple(here.acts), programmes=programmes)


def _in_trouble(here: InMemory, other: Therapy) -> None:
    """From a wrong wristband to a bag that is given after its time."""
    therapy = enrolled(here, 2)
    while (step := player.open_step(therapy)).id != "check-bedside":
        if step.id == "check-identity":
            _all(here, put_right.wrong_wristband(_scene(here, therapy), other.journey.patient))
        if step.id == "confirm-product":
            scene = _scene(here, therapy)
            case = _all(here, put_right.moved_outside_the_rules(scene, scene.unit))
            _all(here, put_right.found_out(next(s for s in case if s.startswith("case:")), scene.unit))
        therapy = _act(here, therapy, IN_TROUBLE)
    here.advance(put_right.TOO_LATE_MIN / 60)
    unit = acts.ACTS["infusion.start"](_scene(here, therapy))["unit"]
    _all(here, put_right.emergency(unit))
    for _ in ("check", "confirm"):
        therapy = _act(here, therapy)
    _all(here, put_right.given_in_emergency(unit))


def _scene(here: InMemory, therapy: Therapy) -> Scene:
    return player.look(here.service, therapy, "", people.INTERFACE.actor, here.look_around())


def _all(here: InMemory, asked: Iterator[put_right.Asked]) -> Sequence[str]:
    """One after the other; what the last one was about."""
    about: Sequence[str] = ()
    for actor, action, command in asked:
        about = here.perform(Request(action, actor, f"put-right/{len(here.acts)}", command)).entries[0].subjects
    return about


def _waits(therapy: Therapy) -> bool:
    """Whether there is an act to do, other than a visit in some weeks or months."""
    return not player.is_done(therapy, player.END) and not player.open_step(therapy).timepoint


def _a_stage(here: InMemory, therapy: Therapy, trouble: Mapping[str, str] = NO_TROUBLE) -> Therapy:
    """Nobody waits in the middle of one: cells are out of the cold there."""
    stage = player.open_step(therapy).stage if _waits(therapy) else ""
    while _waits(therapy) and player.open_step(therapy).stage == stage:
        therapy = _act(here, therapy, trouble)
    return therapy


def _act(here: InMemory, therapy: Therapy, trouble: Mapping[str, str] = NO_TROUBLE) -> Therapy:
    step = player.open_step(therapy)
    here.therapy, here.stage = str(therapy.number), step.stage
    named = trouble.get(step.id, "")
    if named and (here.therapy, named) not in here.nonces:
        here.nonces.add((here.therapy, named))
        turn = turns.TURNS[named]
        actor = turns.actor_of(turn, therapy)
        looked = player.look(here.service, therapy, turn.action, actor, here.look_around())
        here.perform(Request(turn.action, actor, f"{therapy.number}/{named}", turn.command(looked)))
    else:
        _in_time(here, therapy, step)
    return _therapy(here, therapy.number, therapy.journey.patient)

"""One therapy as somebody in it sees it: its units, its shipment, its batch, and what lies around."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any, TypeVar, cast

import orjson
import psycopg

from coign.demo import people
from coign.identity.views import CHAIN, UNIT, ChainState
from coign.kernel.errors import NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Organisation, Patient, Shipment, Subject, Unit
from coign.kernel.values import Actor, Digest, Instant
from coign.kernel.views import View
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import SLOT
from coign.programmes.model import ProgrammeVersion
from coign.quality.views import DISPOSITION
from coign.records import reading
from coign.records.journey import Journey
from coign.records.reading import Thing
from coign.service import SETUP, Service

S = TypeVar("S")

#: Therapies that people began by themselves are numbered from here.
OTHERS_FROM = 50_000
#: How many therapies began before one never changes: counted once for each.
_counted: dict[tuple[str, int, str], int] = {}
_ENROLMENT = re.compile(r"seed/\d+/therapy/(\d+)/enrol")


@dataclass(frozen=True, slots=True)
class Therapy:
    """One journey of the read models, the programme's version that it follows, and its number and seed in the story."""

    journey: Journey
    programme: ProgrammeVersion
    number: int
    seed: int

    @property
    def acts_done(self) -> int:
        """How far it is, counting repeated acts each."""
        return len(self.journey.done) + sum(len(things) for things in self.journey.partly.values())


@contextmanager
def connection(service: Service) -> Iterator["psycopg.Connection[Any]"]:
    """A connection for reading the lists."""
    with service.vault.pool.connection() as found:
        yield found


def find(service: Service, root: str) -> Therapy:
    """A therapy by its chain or its patient, with or without the kind in front; NotFound when there is none."""
    with connection(service) as reads:
        journey = reading.journey(reads, service.ledger_id, root) if root.startswith("chain:") else None
        if journey is None:
            named = [root] if ":" in root else [f"chain:{root}", f"patient:{root}"]
            found = next((r for name in named if (r := reading.journey_of(reads, service.ledger_id, name))), None)
            journey = reading.journey(reads, service.ledger_id, found) if found else None
        if journey is None:
            raise NotFound(f"there is no therapy {root}")
        number = _numbers(reads, service.ledger_id, [journey.root])[journey.root]
    return Therapy(journey, version_of(service, journey), number, seed_of(service))


def numbers(service: Service, roots: Sequence[str]) -> dict[str, int]:
    """Which therapies of the story these are, in the order asked."""
    with connection(service) as reads:
        return _numbers(reads, service.ledger_id, roots)


def again(service: Service, therapy: Therapy) -> Therapy:
    """The same therapy as it stands now: its number and its seed stay what they were."""
    root = therapy.journey.root
    with connection(service) as reads:
        journey = reading.journey(reads, service.ledger_id, root)
        if journey is None:  # since the order it goes on under its chain
            found = reading.journey_of(reads, service.ledger_id, therapy.journey.patient)
            journey = reading.journey(reads, service.ledger_id, found) if found else None
    if journey is None:
        raise NotFound(f"there is no therapy {root}")
    return Therapy(journey, version_of(service, journey), therapy.number, therapy.seed)


def _numbers(reads: "psycopg.Connection[Any]", ledger_id: int, roots: Sequence[str]) -> dict[str, int]:
    """Which therapies of the story these are, by the key they were enrolled under; others are counted from far off."""
    first = reads.execute(
        "select j.root, e.body from records.journey j "
        "join entry_subject s on s.ledger_id = j.ledger_id and s.subject = j.patient and s.seq = 1 "
        "join entry e on e.ledger_id = s.ledger_id and e.position = s.position "
        "where j.ledger_id = %s and j.root = any(%s)",
        (ledger_id, list(roots)),
    ).fetchall()
    keys = {root: _ENROLMENT.fullmatch(orjson.loads(body)["intent"]["nonce"]) for root, body in first}
    found = {root: int(key[1]) for root, key in keys.items() if key is not None}
    others = {root: (reads.info.dbname, ledger_id, root) for root in keys if root not in found}
    if new := [root for root, key in others.items() if key not in _counted]:
        rows = reads.execute(
            "select j.root, %s + (select count(*) from records.journey b where b.ledger_id = j.ledger_id "
            "and b.begun < j.begun) from records.journey j where j.ledger_id = %s and j.root = any(%s)",
            (OTHERS_FROM, ledger_id, new),
        ).fetchall()
        _counted.update({others[root]: number for root, number in rows})
    found |= {root: _counted[key] for root, key in others.items()}
    return {root: found[root] for root in roots if root in found}


def seed_of(service: Service) -> int:
    """The seed that this demonstration was told from, as its first entries say; 0: it has no story of ours."""
    with connection(service) as reads:
        row = reads.execute(
            "select nonce from nonce where ledger_id = %s and person = %s and nonce like 'seed/%%' limit 1",
            (service.ledger_id, str(SETUP.person)),
        ).fetchone()
    return 0 if row is None else int(row[0].split("/")[1])


def now(service: Service) -> Instant:
    """The demonstration's time."""
    return Instant.of_us(service.clock.now_us())


def donation_number(moment: Instant, number: int, before: int) -> str:
    """The centre's next donation number for a therapy: an example facility, the year, a number nobody else has."""
    return f"A9999{moment[2:4]}{(number * 10 + before + 1) % 1_000_000:06d}"


def version_of(service: Service, journey: Journey) -> ProgrammeVersion:
    """The version the therapy began with; before the order, the newest one that is here."""
    if journey.version:
        return service.programmes.version(Digest(journey.version))
    return [v for v in service.programmes.all() if journey.programme in ("", v.programme)][-1]


@dataclass(frozen=True)
class Scene:
    """What one person has in front of them for one act of one therapy."""

    service: Service
    therapy: Therapy
    action: str
    actor: Actor
    seed: int
    now: Instant
    chance: random.Random
    #: What was read for this act already: while somebody looks, nobody else acts on it.
    seen: dict[tuple[str, str], Any] = field(default_factory=dict)

    def state(self, view: View[S], subject: Subject) -> S:
        """What is recorded about something now."""
        key = (view.name, str(subject))
        if key not in self.seen:
            self.seen[key] = self.service.states.of(view, subject)
        return cast(S, self.seen[key])

    def keep(self, text: str) -> Digest:
        """A document of the demonstration, put where documents lie."""
        return self.service.documents.put(f"DEMONSTRATION: nothing in this file is real.\n{text}\n".encode())

    @property
    def programme(self) -> ProgrammeVersion:
        """The rules the therapy runs under."""
        return self.therapy.programme

    @property
    def patient(self) -> Patient:
        """The patient."""
        return Patient(self.therapy.journey.patient)

    @property
    def chain(self) -> Chain:
        """The chain of identity; only once there is an order."""
        return Chain(self.therapy.journey.chain)

    @property
    def bound(self) -> ChainState:
        """What the chain binds together."""
        return self.state(CHAIN, self.chain)

    @property
    def batch(self) -> Batch:
        """The therapy's batch."""
        batch = self.state(SLOT, self.chain).batch
        assert batch is not None, "no batch was started"
        return batch

    @property
    def unit(self) -> Unit:
        """The bag the therapy now turns on: the product once there is one, before that the collected cells."""
        self._see_all([each.unit for each in self.bound.units], (UNIT, DISPOSITION))
        for kind in ("final_container", "starting_material"):
            here = [u for u in self.bound.units_of_kind(kind) if self._may_come_next(u)]
            if here:
                return here[-1]
        raise NotFound(f"{self.chain.identifier} has no bag")

    def _see_all(self, subjects: Sequence[Subject], views: Sequence[View[Any]]) -> None:
        """Read at once what would be looked at one by one."""
        unseen = [s for s in subjects if any((view.name, str(s)) not in self.seen for view in views)]
        if unseen:
            self.seen.update(self.service.states.several(views, unseen))

    def _may_come_next(self, unit: Unit) -> bool:
        """Whether the therapy can still turn on it: it is there, and nobody rejected it."""
        return not self.state(UNIT, unit).ended and not self.state(DISPOSITION, unit).rejected

    @property
    def bags(self) -> list[Unit]:
        """All bags that the therapy now turns on, oldest first: of product once there is some, before that of cells."""
        kind = self.state(UNIT, self.unit).kind
        return [u for u in self.bound.units_of_kind(kind) if self._may_come_next(u)]

    def first_bag(self, fits: Callable[[Unit], bool], what: str) -> Unit:
        """The first bag for which an act is still open; `what` says of which kind such a bag would be."""
        found = next((u for u in self.bags if fits(u)), None)
        if found is None:
            raise NotFound(f"no bag of {self.chain.identifier} {what}")
        return found

    @property
    def shipment(self) -> Shipment:
        """The journey that the bag is on."""
        shipment = self.state(RECEIPT, self.unit).under_way
        assert shipment is not None, "nothing is under way"
        return shipment

    @property
    def maker(self) -> Organisation:
        """Who makes the product."""
        return self.bound.maker or people.MAKER

    def things(self, kind: str, organisation: str = "") -> list[Thing]:
        """Things of a kind that are here, by name."""
        key = (f"things of {organisation}", kind)
        if key not in self.seen:
            with connection(self.service) as reads:
                found = reading.things(reads, self.service.ledger_id, organisation=organisation, kind=kind)
            self.seen[key] = sorted(found, key=lambda thing: thing.subject)
        return cast("list[Thing]", self.seen[key])

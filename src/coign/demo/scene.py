"""One therapy as somebody in it sees it: its units, its shipment, its batch, and what lies around."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from coign.demo import people
from coign.identity.views import CHAIN, UNIT, ChainState
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Batch, Chain, Organisation, Patient, Shipment, Subject, Unit
from coign.kernel.values import Actor, Digest, Instant
from coign.kernel.views import View
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import SLOT
from coign.programmes.model import ProgrammeVersion
from coign.records import reading
from coign.records.journey import Journey
from coign.records.reading import Thing
from coign.service import Service

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Therapy:
    """One journey of the read models, the version of the programme it follows, and how many began before it."""

    journey: Journey
    programme: ProgrammeVersion
    number: int

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
        named = [root] if ":" in root else [f"chain:{root}", f"patient:{root}"]
        found = next((r for name in named if (r := reading.journey_of(reads, service.ledger_id, name))), None)
        journey = reading.journey(reads, service.ledger_id, found) if found else None
        if journey is None:
            raise NotFound(f"there is no therapy {root}")
        row = reads.execute(
            "select count(*) from records.journey where ledger_id = %s and (begun, root) < (%s, %s)",
            (service.ledger_id, journey.begun, ""),
        ).fetchone()
    assert row is not None
    return Therapy(journey, version_of(service, journey), row[0])


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
    chance: random.Random
    now: Instant

    def state(self, view: View[S], subject: Subject) -> S:
        """What is recorded about something now."""
        return self.service.states.of(view, subject)

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
        for kind in ("final_container", "starting_material"):
            here = [u for u in self.bound.units_of_kind(kind) if not self.state(UNIT, u).ended]
            if here:
                return here[-1]
        raise NotFound(f"{self.chain.identifier} has no bag")

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
        with connection(self.service) as reads:
            found = reading.things(reads, self.service.ledger_id, organisation=organisation, kind=kind)
        return sorted(found, key=lambda thing: thing.subject)

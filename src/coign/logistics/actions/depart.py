"""Depart with a sealed shipper: the carrier says when the way began."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipper
from coign.kernel.values import Actor
from coign.logistics import way_gates
from coign.logistics.events import Departed
from coign.logistics.views import LOAD, SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart:
    """Which shipper is carried."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))


def reads_of_shipper(asked: way_gates.OfShipper, actor: Actor) -> Sequence[Read]:
    """What lies in the shipper."""
    return (Read(asked.shipper, LOAD),)


def reads_of_load(asked: way_gates.OfShipper, known: Circumstances) -> Sequence[Read]:
    """The shipment that lies in it."""
    shipment = known.state(LOAD, asked.shipper).shipment
    return () if shipment is None else (Read(shipment, SHIPMENT),)


def reads_of_units(asked: way_gates.OfShipper, known: Circumstances) -> Sequence[Read]:
    """Who holds its units."""
    load = way_gates.load_of(asked, known)
    return () if load is None else tuple(Read(unit, HOLDING) for unit in load[1].units)


def _decide(asked: Depart, known: Circumstances) -> Sequence[Departed]:
    load = way_gates.load_of(asked, known)
    assert load is not None
    return (Departed(shipment=load[0], carrier=known.actor.organisation, by=known.actor.person),)


ACTION = Action(
    name="logistics.depart",
    title="Depart with a shipper",
    command=Depart,
    roles=frozenset({"courier"}),
    reads=reads_of_shipper,
    then_reads=(reads_of_load, reads_of_units),
    gates=(
        way_gates.shipper_is_loaded,
        way_gates.carrier_holds_it,
        way_gates.load_is_sealed,
        way_gates.not_departed_yet,
    ),
    decide=_decide,
    emits=(Departed,),
    requirements=("TRC-11", "SCS-12"),
    risk=Risk.PATIENT,
    rationale="From here the hold time of the shipper is spent: who waits for it must know that it is on its way.",
)

"""Arrive with a sealed shipper: the carrier stands where it is to be handed over."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipper
from coign.logistics import way_gates
from coign.logistics.actions.depart import reads_of_load, reads_of_shipper, reads_of_units
from coign.logistics.events import Arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """Which shipper has arrived."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))


def _decide(asked: Arrive, known: Circumstances) -> Sequence[Arrived]:
    load = way_gates.load_of(asked, known)
    assert load is not None
    return (Arrived(shipment=load[0], carrier=known.actor.organisation, by=known.actor.person),)


ACTION = Action(
    name="logistics.arrive",
    title="Arrive with a shipper",
    command=Arrive,
    roles=frozenset({"courier"}),
    reads=reads_of_shipper,
    then_reads=(reads_of_load, reads_of_units),
    gates=(
        way_gates.shipper_is_loaded,
        way_gates.carrier_holds_it,
        way_gates.has_departed,
        way_gates.not_arrived_yet,
    ),
    decide=_decide,
    emits=(Arrived,),
    requirements=("TRC-11", "SCS-12"),
    risk=Risk.PATIENT,
    rationale="A shipper that waits at a door warms like one on the road: its arrival must be known at once.",
)

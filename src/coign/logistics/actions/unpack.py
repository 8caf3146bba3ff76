"""Take everything out again before it left: the shipment never happened."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING, OFFER
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment
from coign.kernel.values import Actor
from coign.logistics import receipt_gates, way_gates
from coign.logistics.events import Unpacked
from coign.logistics.state import SHIPPER
from coign.logistics.views import RECEIPT, SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpack:
    """Which shipment is taken back."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))


def _reads(asked: Unpack, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT),)


def _reads_of_parcel(asked: Unpack, known: Circumstances) -> Sequence[Read]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.shipper is not None
    found = [Read(unit, view) for unit in shipment.units for view in (HOLDING, OFFER, RECEIPT)]
    return (*found, Read(shipment.shipper, SHIPPER))


def _decide(asked: Unpack, known: Circumstances) -> Sequence[Unpacked]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    assert shipment.shipper is not None
    return (
        Unpacked(
            shipment=asked.shipment,
            unit=shipment.unit,
            further=shipment.further,
            shipper=shipment.shipper,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.unpack",
    title="Take the units out of their shipper before it leaves",
    command=Unpack,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_parcel,),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.sender_still_holds,
        way_gates.is_not_held_out,
        way_gates.has_not_left,
        way_gates.not_opened_yet,
    ),
    decide=_decide,
    emits=(Unpacked,),
    requirements=("TRC-11", "SCS-08", "SCS-11"),
    risk=Risk.PATIENT,
    rationale="A shipment called off by somebody else would leave a unit on its way that nobody expects.",
)

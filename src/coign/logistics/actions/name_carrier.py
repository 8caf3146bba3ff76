"""Name who carries a shipment, or somebody else than was named: the sender's decision, while it is under way."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Shipment
from coign.kernel.values import Actor
from coign.logistics import gates, receipt_gates
from coign.logistics.events import CarrierNamed
from coign.logistics.views import SHIPMENT
from coign.people.views import ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCarrier:
    """Which shipment is carried by whom from now on."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    carrier: Organisation = field(metadata=asks("Carried by", "choose", options="couriers"))


def _reads(asked: NameCarrier, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT), Read(asked.carrier, ORGANISATION))


def _reads_of_parcel(asked: NameCarrier, known: Circumstances) -> Sequence[Read]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.shipper is not None
    return (*(Read(unit) for unit in shipment.units), Read(shipment.shipper))


def _decide(asked: NameCarrier, known: Circumstances) -> Sequence[CarrierNamed]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    assert shipment.shipper is not None
    return (
        CarrierNamed(
            shipment=asked.shipment,
            unit=shipment.unit,
            further=shipment.further,
            shipper=shipment.shipper,
            carrier=asked.carrier,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.name_carrier",
    title="Name who carries a shipment",
    command=NameCarrier,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_parcel,),
    gates=(receipt_gates.shipment_is_under_way, receipt_gates.shipment_is_ours, gates.carrier_takes_part),
    decide=_decide,
    emits=(CarrierNamed,),
    requirements=("SCS-01", "SCS-12", "TRC-11", "TRC-26"),
    risk=Risk.PATIENT,
    rationale="Cells handed to a carrier nobody named are on their way with nobody who is expected to bring them.",
)

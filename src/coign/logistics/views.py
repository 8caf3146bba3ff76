"""What travels where, and where a unit was received last: the questions that other domains ask."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Shipment, Shipper, Site, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.logistics.events import CarrierNamed, Packed, Received, Unpacked
from coign.programmes.model import minutes_of


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """One unit on its way: from whom to whom, by whom, in which shipper, under which seal, with which logger."""

    unit: Unit | None = None
    shipper: Shipper | None = None
    sender: Organisation | None = None
    to: Organisation | None = None
    seal: str = ""
    logger: str = ""
    packed_at: Instant | None = None
    received_at: Instant | None = None
    unpacked: bool = False
    destination: Site | None = None
    hold_time: Quantity | None = None
    carrier: Organisation | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether it was packed and has neither arrived nor been unpacked."""
        return self.packed_at is not None and self.received_at is None and not self.unpacked

    @property
    def keeps_cold_until(self) -> Instant | None:
        """Until when the shipper keeps cold, counted from packing; None where nobody said how long."""
        if self.packed_at is None or self.hold_time is None:
            return None
        return self.packed_at.plus(minutes=minutes_of(self.hold_time))


def _evolve_shipment(state: ShipmentState, fact: Fact, stamp: Stamp) -> ShipmentState:
    match fact:
        case Packed():
            return ShipmentState(
                fact.unit, fact.shipper, fact.sender, fact.to, fact.seal, fact.logger, stamp.time,
                destination=fact.destination, hold_time=fact.hold_time,
            )  # fmt: skip
        case CarrierNamed(carrier=carrier):
            return replace(state, carrier=carrier)
        case Received():
            return replace(state, received_at=stamp.time)
        case Unpacked():
            return replace(state, unpacked=True)
        case _:
            return state


SHIPMENT = View(
    "logistics.shipment",
    kinds=frozenset({"shipment"}),
    folds=(Packed, CarrierNamed, Unpacked, Received),
    state=ShipmentState,
    evolve=_evolve_shipment,
    version=2,
    public=True,
)


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """Where a unit was received last, whether it is packed for another journey, and who carries it then."""

    organisation: Organisation | None = None
    at: Instant | None = None
    shipment: Shipment | None = None
    under_way: Shipment | None = None
    carrier: Organisation | None = None

    def is_at(self, organisation: Organisation | None) -> bool:
        """Whether the unit was received by this organisation and has not been packed again since."""
        return organisation is not None and self.organisation == organisation and self.under_way is None


def _evolve_receipt(state: ReceiptState, fact: Fact, stamp: Stamp) -> ReceiptState:
    match fact:
        case Packed(shipment=shipment):
            return replace(state, under_way=shipment)
        case CarrierNamed(carrier=carrier):
            return replace(state, carrier=carrier)
        case Unpacked():
            return replace(state, under_way=None, carrier=None)
        case Received(organisation=organisation, shipment=shipment):
            return ReceiptState(organisation, stamp.time, shipment)
        case _:
            return state


RECEIPT = View(
    "logistics.receipt",
    kinds=frozenset({"unit"}),
    folds=(Packed, CarrierNamed, Unpacked, Received),
    state=ReceiptState,
    evolve=_evolve_receipt,
    version=2,
    public=True,
)

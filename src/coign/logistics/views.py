"""What travels where, and where a unit was received last: the questions that other domains ask."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Shipment, Shipper, Unit
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.logistics.events import Packed, Received, Unpacked


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """One unit on its way: from whom to whom, in which shipper, under which seal, with which logger."""

    unit: Unit | None = None
    shipper: Shipper | None = None
    sender: Organisation | None = None
    to: Organisation | None = None
    seal: str = ""
    logger: str = ""
    packed_at: Instant | None = None
    received_at: Instant | None = None
    unpacked: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether it was packed and has neither arrived nor been unpacked."""
        return self.packed_at is not None and self.received_at is None and not self.unpacked


def _evolve_shipment(state: ShipmentState, fact: Fact, stamp: Stamp) -> ShipmentState:
    match fact:
        case Packed():
            return ShipmentState(fact.unit, fact.shipper, fact.sender, fact.to, fact.seal, fact.logger, stamp.time)
        case Received():
            return replace(state, received_at=stamp.time)
        case Unpacked():
            return replace(state, unpacked=True)
        case _:
            return state


SHIPMENT = View(
    "logistics.shipment",
    kinds=frozenset({"shipment"}),
    folds=(Packed, Unpacked, Received),
    state=ShipmentState,
    evolve=_evolve_shipment,
    public=True,
)


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """Where a unit was received last, and whether it is packed for another journey."""

    organisation: Organisation | None = None
    at: Instant | None = None
    shipment: Shipment | None = None
    under_way: Shipment | None = None

    def is_at(self, organisation: Organisation | None) -> bool:
        """Whether the unit was received by this organisation and has not been packed again since."""
        return organisation is not None and self.organisation == organisation and self.under_way is None


def _evolve_receipt(state: ReceiptState, fact: Fact, stamp: Stamp) -> ReceiptState:
    match fact:
        case Packed(shipment=shipment):
            return replace(state, under_way=shipment)
        case Unpacked():
            return replace(state, under_way=None)
        case Received(organisation=organisation, shipment=shipment):
            return ReceiptState(organisation, stamp.time, shipment)
        case _:
            return state


RECEIPT = View(
    "logistics.receipt",
    kinds=frozenset({"unit"}),
    folds=(Packed, Unpacked, Received),
    state=ReceiptState,
    evolve=_evolve_receipt,
    public=True,
)

"""What travels where, and where a unit was received last: the questions that other domains ask."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Product, Shipment, Shipper, Site, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.logistics.events import (
    Arrived,
    CarrierNamed,
    Departed,
    Opened,
    Packed,
    Received,
    SealDiffered,
    Sealed,
    SealReplaced,
    SealsCompared,
    Unpacked,
)
from coign.programmes.model import minutes_of


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """Units on their way: from whom to whom, by whom, in which shipper, under which seal, with which logger.

    `seal` is empty until one is put on.
    """

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
    further: tuple[Unit, ...] = ()
    departed_at: Instant | None = None
    arrived_at: Instant | None = None
    seals_compared_at: Instant | None = None
    opened_at: Instant | None = None

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything that was packed."""
        return () if self.unit is None else (self.unit, *self.further)

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
                destination=fact.destination, hold_time=fact.hold_time, further=fact.further,
            )  # fmt: skip
        case CarrierNamed(carrier=carrier):
            return replace(state, carrier=carrier)
        case Sealed(seal=seal) | SealReplaced(seal=seal):
            return replace(state, seal=seal)
        case Departed():
            return replace(state, departed_at=stamp.time)
        case Arrived():
            return replace(state, arrived_at=stamp.time)
        case SealsCompared() | SealDiffered():
            return replace(state, seals_compared_at=stamp.time)
        case Opened():
            return replace(state, opened_at=stamp.time)
        case Received():
            return replace(state, received_at=stamp.time)
        case Unpacked():
            return replace(state, unpacked=True)
        case _:
            return state


SHIPMENT = View(
    "logistics.shipment",
    kinds=frozenset({"shipment"}),
    folds=(
        Packed, CarrierNamed, Sealed, SealReplaced, Departed, Arrived, SealsCompared, SealDiffered, Opened, Unpacked,
        Received,
    ),
    state=ShipmentState,
    evolve=_evolve_shipment,
    version=4,
    public=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """Where a unit was received last, whether it is packed for another journey, and who carries it then."""

    organisation: Organisation | None = None
    at: Instant | None = None
    shipment: Shipment | None = None
    under_way: Shipment | None = None
    carrier: Organisation | None = None
    opened_at: Instant | None = None

    def is_at(self, organisation: Organisation | None) -> bool:
        """Whether the unit was received by this organisation and has not been packed again since."""
        return organisation is not None and self.organisation == organisation and self.under_way is None


def _evolve_receipt(state: ReceiptState, fact: Fact, stamp: Stamp) -> ReceiptState:
    match fact:
        case Packed(shipment=shipment):
            return replace(state, under_way=shipment, opened_at=None)
        case Opened():
            return replace(state, opened_at=stamp.time)
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
    folds=(Packed, CarrierNamed, Opened, Unpacked, Received),
    state=ReceiptState,
    evolve=_evolve_receipt,
    version=3,
    public=True,
)


@dataclass(frozen=True, slots=True)
class LoadState:
    """The shipment that lies in a shipper now: whoever scans the shipper means it."""

    shipment: Shipment | None = None
    product: Product | None = None
    centre: Organisation | None = None


def _evolve_load(state: LoadState, fact: Fact, stamp: Stamp) -> LoadState:
    return LoadState(fact.shipment, fact.product, fact.centre) if isinstance(fact, Packed) else LoadState()


LOAD = View(
    "logistics.load",
    kinds=frozenset({"shipper"}),
    folds=(Packed, Unpacked, Received),
    state=LoadState,
    evolve=_evolve_load,
    public=True,
)

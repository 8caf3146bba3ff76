"""What a shipper can do and whether it is in use; what the first person found at a receipt: logistics' own business."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Person, Shipment, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.logistics.events import (
    Condition,
    Packed,
    ReceiptChecked,
    ReceiptMismatched,
    Received,
    ShipperQualified,
    Unpacked,
)


@dataclass(frozen=True, slots=True)
class ShipperState:
    """Whose it is, how long it keeps cold, until when its test counts, and where it is in use."""

    organisation: Organisation | None = None
    hold_time: Quantity | None = None
    qualified_until: Instant | None = None
    in_use: Shipment | None = None


def _evolve_shipper(state: ShipperState, fact: Fact, stamp: Stamp) -> ShipperState:
    match fact:
        case ShipperQualified(organisation=organisation, hold_time=hold_time, qualified_until=until):
            return ShipperState(organisation, hold_time, until, state.in_use)
        case Packed(shipment=shipment):
            return replace(state, in_use=shipment)
        case Unpacked() | Received():
            return replace(state, in_use=None)
        case _:
            return state


SHIPPER = View(
    "logistics.shipper",
    kinds=frozenset({"shipper"}),
    folds=(ShipperQualified, Packed, Unpacked, Received),
    state=ShipperState,
    evolve=_evolve_shipper,
)


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What the first person found; hidden from the second until they have said what they found."""

    unit: Unit | None = None
    seal: str = ""
    condition: Condition = "intact"
    by: Person | None = None
    at: Instant | None = None
    further: tuple[Unit, ...] = ()

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every unit that this person scanned."""
        return () if self.unit is None else (self.unit, *self.further)


def _evolve_check(state: ReceiptCheck, fact: Fact, stamp: Stamp) -> ReceiptCheck:
    match fact:
        case ReceiptChecked(unit=unit, seal=seal, condition=condition, by=by, further=further):
            return ReceiptCheck(unit, seal, condition, by, stamp.time, further)
        case Received() | ReceiptMismatched():
            return ReceiptCheck()
        case _:
            return state


RECEIPT_CHECK = View(
    "logistics.receipt_check",
    kinds=frozenset({"shipment"}),
    folds=(ReceiptChecked, Received, ReceiptMismatched),
    state=ReceiptCheck,
    evolve=_evolve_check,
    version=2,
)

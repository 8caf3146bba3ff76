"""What a shipper can do and whether it is in use, which one a therapy chose, what was found first at a receipt."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Shipment, Shipper, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.logistics.events import (
    Condition,
    LoggerStarted,
    Packed,
    ReceiptChecked,
    ReceiptMismatched,
    Received,
    ShipperChosen,
    ShipperFreed,
    ShipperQualified,
    ShipperReserved,
    Unpacked,
)


@dataclass(frozen=True, slots=True)
class ShipperState:
    """Whose it is, how long it keeps cold, until when its test counts, and where it is in use.

    `reserved_by`, `reserved_at`: who set it aside and since when. `reservation`: how often it was so far; the choice
    of the therapy names the same number. `logger`: the one that runs in it and waits to be packed with the units.
    """

    organisation: Organisation | None = None
    hold_time: Quantity | None = None
    qualified_until: Instant | None = None
    in_use: Shipment | None = None
    reserved_by: Organisation | None = None
    reserved_at: Instant | None = None
    reservation: int = 0
    logger: str = ""

    @property
    def is_free(self) -> bool:
        """Whether nothing is packed in it and nobody has set it aside."""
        return self.in_use is None and self.reserved_by is None


def _evolve_shipper(state: ShipperState, fact: Fact, stamp: Stamp) -> ShipperState:
    match fact:
        case ShipperQualified(organisation=organisation, hold_time=hold_time, qualified_until=until):
            return replace(state, organisation=organisation, hold_time=hold_time, qualified_until=until)
        case ShipperReserved(organisation=organisation, number=number):
            return replace(state, reserved_by=organisation, reserved_at=stamp.time, reservation=number, logger="")
        case LoggerStarted(logger=logger):
            return replace(state, logger=logger)
        case Packed(shipment=shipment):
            return replace(_not_reserved(state), in_use=shipment)
        case Unpacked() | Received():
            return replace(state, in_use=None)
        case ShipperFreed():
            return _not_reserved(state)
        case _:
            return state


def _not_reserved(state: ShipperState) -> ShipperState:
    return replace(state, reserved_by=None, reserved_at=None, logger="")


SHIPPER = View(
    "logistics.shipper",
    kinds=frozenset({"shipper"}),
    folds=(ShipperQualified, ShipperReserved, LoggerStarted, Packed, Unpacked, Received, ShipperFreed),
    state=ShipperState,
    evolve=_evolve_shipper,
    version=2,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The shipper that an organisation chose last for a therapy, and by which of its reservations."""

    organisation: Organisation
    shipper: Shipper
    reservation: int


@dataclass(frozen=True, slots=True)
class ChoiceState:
    """The newest choice of each organisation that sends units of a therapy; it stands while the reservation does."""

    choices: tuple[Choice, ...] = ()

    def of(self, organisation: Organisation) -> Choice | None:
        """What this organisation chose last."""
        return next((c for c in self.choices if c.organisation == organisation), None)


def _evolve_choice(state: ChoiceState, fact: Fact, stamp: Stamp) -> ChoiceState:
    match fact:
        case ShipperChosen(shipper=shipper, number=number, organisation=organisation):
            others = (c for c in state.choices if c.organisation != organisation)
            return ChoiceState((*others, Choice(organisation, shipper, number)))
        case _:
            return state


CHOICE = View(
    "logistics.choice",
    kinds=frozenset({"chain"}),
    folds=(ShipperChosen,),
    state=ChoiceState,
    evolve=_evolve_choice,
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

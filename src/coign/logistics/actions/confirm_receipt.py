"""Confirm what arrived: the second person says what they found, blind to the first, and the three are compared."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment, Unit
from coign.kernel.values import Actor
from coign.logistics import receipt_gates
from coign.logistics.events import ARRIVAL_DIFFERS, Condition, ReceiptMismatched, Received
from coign.logistics.state import RECEIPT_CHECK, SHIPPER
from coign.logistics.views import RECEIPT, SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReceipt:
    """What this person found in the shipper."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    unit: Unit = field(metadata=asks("Unit", "scan"))
    seal: str = field(metadata=asks("Seal", "scan"))
    condition: Condition = field(metadata=asks("What you see", "choose"))
    further: tuple[Unit, ...] = field(default=(), metadata=asks("Further units", "scan", hint="one a line"))


def _reads(asked: ConfirmReceipt, actor: Actor) -> Sequence[Read]:
    scanned = [Read(unit, UNIT) for unit in (asked.unit, *asked.further)]
    return (Read(asked.shipment, SHIPMENT), Read(asked.shipment, RECEIPT_CHECK), *scanned)


def _reads_of_parcel(asked: ConfirmReceipt, known: Circumstances) -> Sequence[Read]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.shipper is not None
    found = [Read(unit, view) for unit in _units(asked, known) for view in (UNIT, HOLDING, RECEIPT)]
    return (*found, Read(shipment.shipper, SHIPPER))


def _units(asked: ConfirmReceipt, known: Circumstances) -> tuple[Unit, ...]:
    """Every unit concerned: packed, found by the first, found by the second."""
    packed = known.state(SHIPMENT, asked.shipment).units
    first = known.state(RECEIPT_CHECK, asked.shipment).units
    return tuple(sorted({*packed, *first, asked.unit, *asked.further}))


def _decide(asked: ConfirmReceipt, known: Circumstances) -> Sequence[Fact]:
    shipment, first = known.state(SHIPMENT, asked.shipment), known.state(RECEIPT_CHECK, asked.shipment)
    assert shipment.unit is not None
    assert shipment.shipper is not None
    assert first.by is not None
    agreed = {
        "unit": set(shipment.units) == set(first.units) == {asked.unit, *asked.further},
        "seal": shipment.seal == first.seal == asked.seal,
        "condition": first.condition == asked.condition == "intact",
    }
    second = known.actor
    if all(agreed.values()):
        return (
            Received(
                shipment=asked.shipment,
                unit=shipment.unit,
                further=shipment.further,
                shipper=shipment.shipper,
                organisation=second.organisation,
                first=first.by,
                second=second.person,
            ),
        )
    units = _units(asked, known)
    what = tuple(name for name, same in agreed.items() if not same)
    return (
        ReceiptMismatched(shipment=asked.shipment, what=what, units=units, first=first.by, second=second.person),
        UnitsBlocked(units=units, why=ARRIVAL_DIFFERS),
    )


ACTION = Action(
    name="logistics.confirm_receipt",
    title="Confirm what arrived",
    command=ConfirmReceipt,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_parcel,),
    gates=(
        receipt_gates.receipt_is_checked,
        receipt_gates.confirmed_by_another,
        receipt_gates.receipt_check_is_fresh,
        receipt_gates.shipment_is_for_us,
        receipt_gates.unit_is_with_us,
    ),
    decide=_decide,
    emits=(Received, ReceiptMismatched, UnitsBlocked),
    requirements=("TRC-13", "SCS-12", "SCS-13", "TRC-S1"),
    risk=Risk.PATIENT,
    rationale="A swapped or opened bag that two persons did not see alike must not go on.",
    second_of="logistics.check_receipt",
)

"""Check what arrived: the first of two persons scans units and seal and says what they see."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment, Unit
from coign.kernel.values import Actor
from coign.logistics import receipt_gates
from coign.logistics.events import Condition, ReceiptChecked
from coign.logistics.state import RECEIPT_CHECK
from coign.logistics.views import SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReceipt:
    """What this person found in the shipper."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    unit: Unit = field(metadata=asks("Unit", "scan"))
    seal: str = field(metadata=asks("Seal", "scan"))
    condition: Condition = field(metadata=asks("What you see", "choose"))
    further: tuple[Unit, ...] = field(default=(), metadata=asks("Further units", "scan", hint="one a line"))


def _reads(asked: CheckReceipt, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT), Read(asked.shipment, RECEIPT_CHECK))


def _reads_of_unit(asked: CheckReceipt, known: Circumstances) -> Sequence[Read]:
    units = known.state(SHIPMENT, asked.shipment).units
    return tuple(Read(unit, view) for unit in units for view in (HOLDING, CONDITION))


def _decide(asked: CheckReceipt, known: Circumstances) -> Sequence[ReceiptChecked]:
    return (
        ReceiptChecked(
            shipment=asked.shipment,
            unit=asked.unit,
            seal=asked.seal,
            condition=asked.condition,
            further=asked.further,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.check_receipt",
    title="Check what arrived",
    command=CheckReceipt,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_unit,),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.shipment_is_for_us,
        receipt_gates.unit_is_with_us,
        receipt_gates.shipper_is_opened,
        receipt_gates.logger_is_read,
    ),
    decide=_decide,
    emits=(ReceiptChecked,),
    requirements=("TRC-13", "SCS-12", "SCS-13"),
    risk=Risk.PATIENT,
    rationale="Bags are swapped where shippers are opened: the first scan must see it.",
)

"""Compare the seal on an arrived shipper with the one that was put on it, before anybody cuts it."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment
from coign.kernel.values import Actor
from coign.logistics import receipt_gates, way_gates
from coign.logistics.events import ARRIVAL_DIFFERS, SealDiffered, SealsCompared
from coign.logistics.views import SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSeals:
    """Which shipment, and the seal that this person finds on its shipper."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    seal: str = field(metadata=asks("Seal", "scan", hint="leave empty when there is none"))


def _reads(asked: CompareSeals, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT),)


def _reads_of_units(asked: CompareSeals, known: Circumstances) -> Sequence[Read]:
    units = known.state(SHIPMENT, asked.shipment).units
    return tuple(Read(unit, view) for unit in units for view in (UNIT, HOLDING))


def _decide(asked: CompareSeals, known: Circumstances) -> Sequence[Fact]:
    shipment, by = known.state(SHIPMENT, asked.shipment), known.actor.person
    if asked.seal == shipment.seal:
        return (SealsCompared(shipment=asked.shipment, seal=asked.seal, by=by),)
    return (
        SealDiffered(
            shipment=asked.shipment, units=shipment.units, expected=shipment.seal, found=asked.seal, by=by
        ),
        UnitsBlocked(units=shipment.units, why=ARRIVAL_DIFFERS),
    )  # fmt: skip


ACTION = Action(
    name="logistics.compare_seals",
    title="Compare the seal",
    command=CompareSeals,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_units,),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.shipment_is_for_us,
        receipt_gates.unit_is_with_us,
        way_gates.seals_not_compared_yet,
    ),
    decide=_decide,
    emits=(SealsCompared, SealDiffered, UnitsBlocked),
    requirements=("SCS-12", "SCS-13", "TRC-S1"),
    risk=Risk.PATIENT,
    rationale="Another seal means that somebody had the bags in hand on the way.",
)

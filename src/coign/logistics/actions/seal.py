"""Seal a packed shipper; in place of a seal that broke before the shipper left, put another one on and say why."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING, OFFER
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment, Shipper
from coign.kernel.values import Actor, FreeText
from coign.logistics import receipt_gates, way_gates
from coign.logistics.events import Sealed, SealReplaced
from coign.logistics.views import SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Which seal was put on the shipper of which shipment."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    seal: str = field(metadata=asks("Seal", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSeal:
    """Which seal is on the shipper now, and what became of the one before."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    seal: str = field(metadata=asks("New seal", "scan"))
    why: FreeText = field(metadata=asks("What happened to the seal before", hint="no names"))


def _reads(asked: way_gates.OfSeal, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT), Read(asked.shipper))


def _reads_of_units(asked: way_gates.OfSeal, known: Circumstances) -> Sequence[Read]:
    return tuple(Read(unit, HOLDING) for unit in known.state(SHIPMENT, asked.shipment).units)


def _reads_of_offers(asked: ReplaceSeal, known: Circumstances) -> Sequence[Read]:
    return tuple(Read(unit, OFFER) for unit in known.state(SHIPMENT, asked.shipment).units)


def _sealed(asked: Seal, known: Circumstances) -> Sequence[Sealed]:
    return (Sealed(shipment=asked.shipment, shipper=asked.shipper, seal=asked.seal, by=known.actor.person),)


def _replaced(asked: ReplaceSeal, known: Circumstances) -> Sequence[SealReplaced]:
    before, by = known.state(SHIPMENT, asked.shipment).seal, known.actor.person
    return (
        SealReplaced(
            shipment=asked.shipment, shipper=asked.shipper, before=before, seal=asked.seal, why=asked.why, by=by
        ),
    )  # fmt: skip


SEAL = Action(
    name="logistics.seal",
    title="Seal the shipper",
    command=Seal,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_units,),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.sender_still_holds,
        way_gates.shipper_is_the_shipments,
        way_gates.not_sealed_yet,
        way_gates.seal_is_scanned,
    ),
    decide=_sealed,
    emits=(Sealed,),
    requirements=("SCS-12", "TRC-11"),
    risk=Risk.PATIENT,
    rationale="Without a seal nobody at the other end can tell whether the shipper was opened on the way.",
)

REPLACE_SEAL = Action(
    name="logistics.replace_seal",
    title="Put another seal on",
    command=ReplaceSeal,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_units, _reads_of_offers),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.sender_still_holds,
        way_gates.has_not_left,
        way_gates.not_opened_yet,
        way_gates.is_not_held_out,
        way_gates.shipper_is_the_shipments,
        way_gates.another_seal_was_on,
        way_gates.seal_is_scanned,
    ),
    decide=_replaced,
    emits=(SealReplaced,),
    requirements=("SCS-12", "TRC-11"),
    risk=Risk.PATIENT,
    rationale="A broken seal that nobody accounts for looks like a theft at the other end, and blocks the cells there.",
)

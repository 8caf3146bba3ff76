"""Put a lot on hold: from this moment nobody uses it; and lift the hold once it was looked into."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor, FreeText
from coign.supply import gates
from coign.supply.events import LotHeld, LotHoldLifted
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLot:
    """Which lot, and why."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    why: FreeText = field(metadata=asks("Why"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    """Which lot, and what was found."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    finding: FreeText = field(metadata=asks("What was found"))


def _reads(asked: HoldLot | LiftHold, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _hold(asked: HoldLot, known: Circumstances) -> Sequence[LotHeld]:
    return (LotHeld(lot=asked.lot, by=known.actor.person, why=asked.why),)


HOLD = Action(
    name="supply.hold_lot",
    title="Put a lot on hold",
    command=HoldLot,
    roles=frozenset({"warehouse", "celllab", "nurse", "operator", "analyst", "qcreviewer", "qa", "qp"}),
    reads=_reads,
    gates=(gates.lot_is_free, gates.lot_is_not_rejected),
    decide=_hold,
    emits=(LotHeld,),
    requirements=("GMP-04", "SCS-20"),
    risk=Risk.PRODUCT,
    rationale="Who has a doubt can stop the use at once: waiting for a decision would use up the lot.",
)


def _lift(asked: LiftHold, known: Circumstances) -> Sequence[LotHoldLifted]:
    return (LotHoldLifted(lot=asked.lot, by=known.actor.person, finding=asked.finding),)


LIFT = Action(
    name="supply.lift_hold",
    title="Lift the hold of a lot",
    command=LiftHold,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(gates.lot_is_held, gates.hold_lifted_by_another),
    decide=_lift,
    emits=(LotHoldLifted,),
    requirements=("GMP-04",),
    risk=Risk.PRODUCT,
    rationale="A hold lifted too easily was none.",
    meaning="approved",
)

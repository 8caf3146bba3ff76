"""Reject a lot of material: nobody may use it any more, whatever was said before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor, FreeText
from coign.supply import gates
from coign.supply.events import LotRejected
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectLot:
    """Which lot, and why."""

    lot: Lot = field(metadata=asks("Lot", "scan"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: RejectLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _decide(asked: RejectLot, known: Circumstances) -> Sequence[LotRejected]:
    return (LotRejected(lot=asked.lot, by=known.actor.person, why=asked.why),)


ACTION = Action(
    name="supply.reject_lot",
    title="Reject a lot of material",
    command=RejectLot,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(gates.lot_is_not_rejected,),
    decide=_decide,
    emits=(LotRejected,),
    requirements=("GMP-04",),
    risk=Risk.PRODUCT,
    rationale="Saying no must be possible at any time.",
    meaning="rejected",
)

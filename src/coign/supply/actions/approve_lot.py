"""Approve a lot of material: from now on it may be used, until it expires."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Lot
from coign.kernel.values import Actor
from coign.supply import gates
from coign.supply.events import LotApproved
from coign.supply.views import LOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveLot:
    """Which lot was found in order."""

    lot: Lot = field(metadata=asks("Lot", "scan"))


def _reads(asked: ApproveLot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lot, LOT),)


def _decide(asked: ApproveLot, known: Circumstances) -> Sequence[LotApproved]:
    return (LotApproved(lot=asked.lot, by=known.actor.person),)


ACTION = Action(
    name="supply.approve_lot",
    title="Approve a lot of material",
    command=ApproveLot,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.lot_is_undecided, gates.lot_is_in_date, gates.approved_by_another),
    decide=_decide,
    emits=(LotApproved,),
    requirements=("GMP-04", "GMP-05"),
    risk=Risk.PRODUCT,
    rationale="A lot waved through reaches every patient whose product it goes into.",
    meaning="approved",
)

"""Keep a unit after all: the offer is taken back before anybody accepted it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.custody import gates
from coign.custody.events import OfferWithdrawn
from coign.custody.views import HOLDING, OFFER
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """Which unit is kept."""

    unit: Unit = field(metadata=asks("Unit", "scan"))


def _reads(asked: WithdrawOffer, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, HOLDING), Read(asked.unit, OFFER))


def _decide(asked: WithdrawOffer, known: Circumstances) -> Sequence[OfferWithdrawn]:
    return (OfferWithdrawn(unit=asked.unit),)


ACTION = Action(
    name="custody.withdraw_offer",
    title="Take an offer back",
    command=WithdrawOffer,
    roles=frozenset({"nurse", "celllab", "courier", "warehouse", "operator", "analyst", "infusion", "pharmacist"}),
    reads=_reads,
    gates=(gates.giver_holds_unit, gates.offer_is_open),
    decide=_decide,
    emits=(OfferWithdrawn,),
    requirements=("TRC-11",),
    risk=Risk.PATIENT,
    rationale="Somebody else withdrawing an offer could leave a unit in the hands of nobody who knows it.",
)

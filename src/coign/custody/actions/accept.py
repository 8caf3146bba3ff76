"""Take over a unit: the taker's half of a hand-over, made blind to what the giver recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.custody import gates
from coign.custody.events import Condition, HandedOver, HandOverMismatched
from coign.custody.views import HOLDING, OFFER
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """What the taker finds: the unit, its seal and condition, from their own scan."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    seal: str = field(default="", metadata=asks("Seal", "scan", hint="leave empty when nothing is sealed"))
    condition: Condition = field(default="intact", metadata=asks("Condition", "choose"))


def _reads(asked: Accept, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, HOLDING), Read(asked.unit, OFFER), Read(asked.unit, UNIT))


def _decide(asked: Accept, known: Circumstances) -> Sequence[HandedOver | HandOverMismatched]:
    offer, taker = known.state(OFFER, asked.unit), known.actor
    assert offer.giver is not None
    if (offer.seal, offer.condition) != (asked.seal, asked.condition):
        return (
            HandOverMismatched(
                unit=asked.unit,
                giver=offer.giver,
                taker=taker.person,
                offered_seal=offer.seal,
                found_seal=asked.seal,
                offered_condition=offer.condition,
                found_condition=asked.condition,
            ),
        )
    return (
        HandedOver(
            unit=asked.unit,
            giver=offer.giver,
            taker=taker.person,
            to=taker.organisation,
            seal=asked.seal,
            condition=asked.condition,
        ),
    )


ACTION = Action(
    name="custody.accept",
    title="Take over",
    command=Accept,
    roles=frozenset({"nurse", "celllab", "courier", "warehouse", "operator", "analyst", "infusion", "pharmacist"}),
    reads=_reads,
    gates=(
        gates.offer_is_open,
        gates.taker_is_addressed,
        gates.taker_is_another_person,
        gates.offer_is_fresh,
        gates.no_mismatch,
        gates.unit_may_move,
    ),
    decide=_decide,
    emits=(HandedOver, HandOverMismatched),
    requirements=("TRC-11", "TRC-13", "SCS-12"),
    risk=Risk.PATIENT,
    rationale="A hand-over that two people did not see alike may be of the wrong bag or of an opened one.",
    second_of="custody.offer",
)

"""Move the place that is kept for a therapy, and say why; as long as nothing was started in it."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText, Instant
from coign.manufacturing import gates, slot_gates
from coign.manufacturing.events import SlotMoved
from coign.manufacturing.views import SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSlot:
    """The new dates, and why the old ones cannot be kept."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    start_on: Instant = field(metadata=asks("Start of production"))
    ready_on: Instant = field(metadata=asks("Ready"))
    collection_on: Instant | None = field(
        default=None, metadata=asks("Collection", hint="only where it is moved as well")
    )
    reason: FreeText = field(metadata=asks("Why it is moved"))


def _reads(asked: MoveSlot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, SLOT))


def _decide(asked: MoveSlot, known: Circumstances) -> Sequence[SlotMoved]:
    collection_on = asked.collection_on or known.state(SLOT, asked.chain).collection_on
    assert collection_on is not None, "a slot that is kept has dates"
    return (
        SlotMoved(
            chain=asked.chain,
            collection_on=collection_on,
            start_on=asked.start_on,
            ready_on=asked.ready_on,
            reason=asked.reason,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="manufacturing.move_slot",
    title="Move the slot",
    command=MoveSlot,
    roles=frozenset({"operator"}),
    reads=_reads,
    gates=(
        gates.chain_is_ours,
        gates.therapy_goes_on,
        slot_gates.slot_is_confirmed,
        slot_gates.slot_is_free_to_change,
        slot_gates.moved_dates_are_in_order,
    ),
    decide=_decide,
    emits=(SlotMoved,),
    requirements=("SCS-27", "TRC-10"),
    risk=Risk.PRODUCT,
    rationale="A patient is prepared for a day: whoever moves it says why, and the centre sees it at once.",
)

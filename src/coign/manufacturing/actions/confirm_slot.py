"""Keep a place for a therapy in the plant; again once a batch has failed."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Instant
from coign.manufacturing import gates, slot_gates
from coign.manufacturing.events import SlotConfirmed
from coign.manufacturing.views import SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmSlot:
    """When cells may be collected, when production starts, when the product is ready."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    collection_on: Instant = field(
        metadata=asks("Collection", hint="after a batch has failed: when the cells that are left were collected")
    )
    start_on: Instant = field(metadata=asks("Start of production"))
    ready_on: Instant = field(metadata=asks("Ready"))


def _reads(asked: ConfirmSlot, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, SLOT))


def _decide(asked: ConfirmSlot, known: Circumstances) -> Sequence[SlotConfirmed]:
    return (
        SlotConfirmed(
            chain=asked.chain,
            maker=known.actor.organisation,
            collection_on=asked.collection_on,
            start_on=asked.start_on,
            ready_on=asked.ready_on,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="manufacturing.confirm_slot",
    title="Confirm a slot",
    command=ConfirmSlot,
    roles=frozenset({"operator"}),
    reads=_reads,
    gates=(
        gates.chain_is_ours,
        gates.therapy_goes_on,
        slot_gates.slot_is_not_kept_yet,
        slot_gates.slot_is_free_to_change,
        slot_gates.dates_are_in_order,
    ),
    decide=_decide,
    emits=(SlotConfirmed,),
    requirements=("SCS-27", "TRC-10"),
    risk=Risk.PRODUCT,
    rationale="Cells collected without a place to make them age while they wait.",
)

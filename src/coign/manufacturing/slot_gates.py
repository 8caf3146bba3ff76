"""The gates of a slot: one at a time, with dates that follow one another, moved only while nothing was started."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Instant
from coign.manufacturing.gates import OfChain
from coign.manufacturing.views import SLOT


class OfMove(OfChain, Protocol):
    """A command with other dates for a slot; the collection keeps its date where none is given."""

    @property
    def collection_on(self) -> Instant | None: ...

    @property
    def start_on(self) -> Instant: ...

    @property
    def ready_on(self) -> Instant: ...


class OfSlot(OfMove, Protocol):
    """A command with all dates of a slot."""

    @property
    def collection_on(self) -> Instant: ...


@gate(
    "manufacturing.slot_is_free_to_change",
    requirement="SCS-27",
    protects="Dates that a batch already used cannot be changed under it.",
    remedy="Look at the batch: it has been started.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def slot_is_free_to_change(asked: OfChain, known: Circumstances) -> str | None:
    batch = known.state(SLOT, asked.chain).batch
    return f"{batch.identifier} was started in this slot" if batch else None


@gate(
    "manufacturing.slot_is_not_kept_yet",
    requirement="SCS-27",
    protects="A day for which a patient is prepared is moved with a reason, never by entering another one.",
    remedy="Move the slot, and say why.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def slot_is_not_kept_yet(asked: OfChain, known: Circumstances) -> str | None:
    slot = known.state(SLOT, asked.chain)
    if not slot.is_confirmed or slot.batch is not None:
        return None  # `manufacturing.slot_is_free_to_change` speaks of the batch
    return f"a place is kept for {asked.chain.identifier} already, from {slot.start_on}"


@gate(
    "manufacturing.slot_is_confirmed",
    requirement="SCS-27",
    protects="Only what was confirmed can be moved.",
    remedy="Confirm a slot first.",
    resolvers=("operator",),
    risk=Risk.DATA,
)
def slot_is_confirmed(asked: OfChain, known: Circumstances) -> str | None:
    return None if known.state(SLOT, asked.chain).is_confirmed else f"{asked.chain.identifier} has no slot"


@gate(
    "manufacturing.moved_dates_are_in_order",
    requirement="SCS-27",
    protects="Cells are collected before they are made into something; what has been is not planned anew.",
    remedy="Give dates that lie ahead and follow one another; leave the collection out where it has been.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def moved_dates_are_in_order(asked: OfMove, known: Circumstances) -> str | None:
    if (collection := asked.collection_on or known.state(SLOT, asked.chain).collection_on) is None:
        return None  # `manufacturing.slot_is_confirmed` says so
    ahead = asked.collection_on is None or asked.collection_on > known.now
    if ahead and known.now < asked.start_on and collection < asked.start_on < asked.ready_on:
        return None
    return f"collection {collection}, start {asked.start_on}, ready {asked.ready_on} do not follow one another"


@gate(
    "manufacturing.dates_are_in_order",
    requirement="SCS-27",
    protects="Cells are collected before they are made into something, and that before it is ready.",
    remedy="Give dates that lie ahead and follow one another; once a batch has failed, the collection may have been.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def dates_are_in_order(asked: OfSlot, known: Circumstances) -> str | None:
    ahead = asked.start_on if known.state(SLOT, asked.chain).again else asked.collection_on
    if known.now < ahead and asked.collection_on < asked.start_on < asked.ready_on:
        return None
    return f"collection {asked.collection_on}, start {asked.start_on}, ready {asked.ready_on} do not follow one another"

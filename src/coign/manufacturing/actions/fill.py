"""Fill the product bag by bag, each with a label of its own; with the last one the room is left."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.custody.events import CustodyBegan
from coign.custody.views import HOLDING
from coign.identity.events import UnitCreated
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Actor, Instant, Quantity
from coign.manufacturing import filling_gates, hold, hold_time, sample_gates, step_gates
from coign.manufacturing.containers import container_made
from coign.manufacturing.events import BagFilled, Filled
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH, SLOT
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class FillBag:
    """Which batch, how much went into the bag, and when it was closed."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    volume: Quantity = field(metadata=asks("Filled volume", "measure", unit=filling_gates.VOLUME_UNIT))
    filled_at: Instant = field(metadata=asks("Bag closed at", "device"))
    bag: Unit = field(metadata=allotted())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Which batch, how much went into the last bag, and when it was closed."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    volume: Quantity = field(metadata=asks("Filled volume", "measure", unit=filling_gates.VOLUME_UNIT))
    filled_at: Instant = field(metadata=asks("Container closed at", "device"))
    final_container: Unit = field(metadata=allotted())


def _new_unit(asked: FillBag | Fill) -> Unit:
    return asked.bag if isinstance(asked, FillBag) else asked.final_container


def _reads(asked: FillBag | Fill, actor: Actor) -> Sequence[Read]:
    new = (Read(_new_unit(asked), view) for view in (UNIT, HOLDING))
    return (Read(asked.batch, BATCH), *new, *reads_of_skill(actor.person))


def _reads_of_batch(asked: FillBag | Fill, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    return (Read(batch.chain, CHAIN), Read(batch.chain, SLOT), Read(batch.room, ROOM))


def _bag_filled(asked: FillBag, known: Circumstances) -> Sequence[Fact]:
    chain = known.state(BATCH, asked.batch).chain
    assert chain is not None
    filled = BagFilled(
        batch=asked.batch,
        chain=chain,
        unit=asked.bag,
        volume=asked.volume,
        filled_at=asked.filled_at,
        operator=known.actor.person,
    )
    return (filled, *_container(asked, known, asked.bag))


def _filled(asked: Fill, known: Circumstances) -> Sequence[Fact]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    filled = Filled(
        batch=asked.batch,
        chain=batch.chain,
        room=batch.room,
        final_container=asked.final_container,
        volume=asked.volume,
        filled_at=asked.filled_at,
        operator=known.actor.person,
    )
    return (filled, *_container(asked, known, asked.final_container))


def _container(asked: FillBag | Fill, known: Circumstances, unit: Unit) -> Sequence[Fact]:
    """A bag of product: it lasts from when it was closed."""
    lasts_min = step_gates.programme_of(asked.batch, known).minutes("shelf_life")
    return container_made(asked.batch, known, unit, "final_container", expires=asked.filled_at.plus(minutes=lasts_min))


#: What every filling asks.
_FILLING = (
    step_gates.batch_is_open,
    hold.batch_is_not_held,
    hold.therapy_of_batch_goes_on,
    step_gates.steps_are_done,
    hold_time.hold_time_is_kept,
    filling_gates.filler_is_qualified,
    filling_gates.volume_agrees,
    filling_gates.fill_is_recorded_now,
)
_REQUIREMENTS = ("CSV-07", "GMP-10", "GMP-13", "GMP-18", "PAT-29", "TRC-14", "TRC-22", "TRC-27", "TRN-01")

FILL_BAG = Action(
    name="manufacturing.fill_bag",
    title="Fill a bag",
    command=FillBag,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_batch, hold.reads_of_stops),
    gates=(*_FILLING, filling_gates.room_is_left_for_the_last),
    decide=_bag_filled,
    emits=(BagFilled, UnitCreated, CustodyBegan),
    requirements=_REQUIREMENTS,
    risk=Risk.PATIENT,
    rationale="Each bag gets its own name and its own volume: from both, the patient's dose is worked out.",
)

FILL = Action(
    name="manufacturing.fill",
    title="Fill the product",
    command=Fill,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_batch, hold.reads_of_stops),
    gates=(*_FILLING, sample_gates.samples_are_drawn),
    decide=_filled,
    emits=(Filled, UnitCreated, CustodyBegan),
    requirements=_REQUIREMENTS,
    risk=Risk.PATIENT,
    rationale="Here the product gets the name under which it reaches a patient.",
)

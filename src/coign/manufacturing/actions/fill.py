"""Fill the product into its final container, with a sample for the tests; the room is left."""

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
from coign.manufacturing import hold, step_gates
from coign.manufacturing.events import Filled
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH, SLOT
from coign.training.views import reads_of_skill

FIRST_PRINT = "1"  # the serial counts the prints of a label, so that a copy is seen (TRC-14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Which batch, how much, and when the container was closed."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    volume: Quantity = field(metadata=asks("Filled volume", "measure", unit="mL"))
    filled_at: Instant = field(metadata=asks("Container closed at", "device"))
    final_container: Unit = field(metadata=allotted())
    sample: Unit = field(metadata=allotted())


def _reads(asked: Fill, actor: Actor) -> Sequence[Read]:
    new = (Read(unit, view) for unit in (asked.final_container, asked.sample) for view in (UNIT, HOLDING))
    return (Read(asked.batch, BATCH), *new, *reads_of_skill(actor.person))


def _reads_of_batch(asked: Fill, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    return (Read(batch.chain, CHAIN), Read(batch.chain, SLOT), Read(batch.room, ROOM))


def _decide(asked: Fill, known: Circumstances) -> Sequence[Fact]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    shelf_life_min = step_gates.programme_of(asked.batch, known).minutes("shelf_life")
    filled = Filled(
        batch=asked.batch,
        chain=batch.chain,
        room=batch.room,
        final_container=asked.final_container,
        sample=asked.sample,
        volume=asked.volume,
        filled_at=asked.filled_at,
        operator=known.actor.person,
    )
    return (
        filled,
        _made(asked, known, asked.final_container, expires=asked.filled_at.plus(minutes=shelf_life_min)),
        _held(known, asked.batch, asked.final_container),
        _made(asked, known, asked.sample, expires=None),
        _held(known, asked.batch, asked.sample),
    )


def _made(asked: Fill, known: Circumstances, unit: Unit, *, expires: Instant | None) -> UnitCreated:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.source is not None
    return UnitCreated(
        unit=unit,
        chain=batch.chain,
        unit_kind="final_container" if unit == asked.final_container else "sample",
        organisation=known.actor.organisation,
        label_serial=FIRST_PRINT,
        parents=(batch.source,),
        batch=asked.batch,
        expires=expires,
    )


def _held(known: Circumstances, batch: Batch, unit: Unit) -> CustodyBegan:
    room = known.state(BATCH, batch).room
    assert room is not None
    site = known.state(ROOM, room).site
    assert site is not None
    return CustodyBegan(unit=unit, holder=known.actor.organisation, person=known.actor.person, site=site)


ACTION = Action(
    name="manufacturing.fill",
    title="Fill the product",
    command=Fill,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_batch, hold.reads_of_stops),
    gates=(
        step_gates.batch_is_open,
        hold.batch_is_not_held,
        step_gates.steps_are_done,
        step_gates.filler_is_qualified,
        step_gates.volume_agrees,
        step_gates.fill_is_recorded_now,
    ),
    decide=_decide,
    emits=(Filled, UnitCreated, CustodyBegan),
    requirements=("CSV-07", "GMP-13", "GMP-18", "TRC-14", "TRC-22", "TRN-01"),
    risk=Risk.PATIENT,
    rationale="Here the product gets the name under which it reaches a patient.",
)

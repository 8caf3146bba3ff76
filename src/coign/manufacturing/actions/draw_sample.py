"""Draw a sample from the batch into a container of its own: the programme's plan says which one and what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from coign.custody.events import CustodyBegan
from coign.custody.views import HOLDING
from coign.identity.events import UnitCreated
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Actor, Instant, Quantity
from coign.manufacturing import filling_gates, hold, sample_gates, step_gates
from coign.manufacturing.containers import container_made
from coign.manufacturing.events import Purpose, SampleDrawn
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample:
    """Which sample of the plan was drawn from which batch, how much, and when."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    planned: str = field(metadata=asks("Sample of the plan", "known"))
    volume: Quantity = field(metadata=asks("Volume of the sample", "measure", unit=filling_gates.VOLUME_UNIT))
    drawn_at: Instant = field(metadata=asks("Drawn at", "device"))
    sample: Unit = field(metadata=allotted())


def _reads(asked: DrawSample, actor: Actor) -> Sequence[Read]:
    new = (Read(asked.sample, view) for view in (UNIT, HOLDING))
    return (Read(asked.batch, BATCH), *new, *reads_of_skill(actor.person))


def _reads_of_batch(asked: DrawSample, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    return (Read(batch.chain, CHAIN), Read(batch.room, ROOM))


def _decide(asked: DrawSample, known: Circumstances) -> Sequence[Fact]:
    chain, planned = known.state(BATCH, asked.batch).chain, sample_gates.planned_of(asked, known)
    assert chain is not None
    assert planned is not None
    drawn = SampleDrawn(
        batch=asked.batch,
        chain=chain,
        sample=asked.sample,
        planned=planned.id,
        purpose=cast(Purpose, planned.purpose),
        tests=planned.tests,
        volume=asked.volume,
        drawn_at=asked.drawn_at,
        operator=known.actor.person,
    )
    return (drawn, *container_made(asked.batch, known, asked.sample, "sample"))


ACTION = Action(
    name=sample_gates.DRAW,
    title="Draw a sample",
    command=DrawSample,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_batch, hold.reads_of_stops),
    gates=(
        step_gates.batch_is_open,
        hold.batch_is_not_held,
        hold.therapy_of_batch_goes_on,
        sample_gates.sample_is_planned,
        sample_gates.sample_is_due,
        sample_gates.sample_is_drawn_once,
        filling_gates.volume_agrees,
        sample_gates.sample_is_enough,
        sample_gates.sample_is_recorded_now,
        sample_gates.sampler_is_qualified,
    ),
    decide=_decide,
    emits=(SampleDrawn, UnitCreated, CustodyBegan),
    requirements=("GMP-06", "GMP-17", "GMP-18", "GMP-20", "GMP-21", "CSV-28", "TRC-14", "TRC-22", "TRN-01"),
    risk=Risk.PATIENT,
    rationale="What is found in a sample is believed of the product: from here on the two must belong together.",
)

"""Give a batch up before it is filled: its room and its slot are free again, and bags filled so far are no more."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.events import UnitEnded
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, FreeText
from coign.manufacturing import step_gates
from coign.manufacturing.events import Abandoned
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH, SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonBatch:
    """Which batch is given up, and why."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: AbandonBatch, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH),)


def _reads_of_batch(asked: AbandonBatch, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    bags = (Read(unit, UNIT) for unit in batch.final_containers)
    return (Read(batch.chain, SLOT), Read(batch.chain, CHAIN), Read(batch.room, ROOM), *bags)


def _decide(asked: AbandonBatch, known: Circumstances) -> Sequence[Abandoned | UnitEnded]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    assert batch.room is not None
    # Where the therapy is over each of its containers has its decision, and ends as that says (`closing`).
    bags = () if known.state(CHAIN, batch.chain).ended else batch.final_containers
    return (
        Abandoned(batch=asked.batch, chain=batch.chain, room=batch.room, by=known.actor.person, why=asked.why),
        *(UnitEnded(unit=unit, how="destroyed") for unit in bags),
    )


ACTION = Action(
    name="manufacturing.abandon_batch",
    title="Give a batch up",
    command=AbandonBatch,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(_reads_of_batch,),
    gates=(step_gates.batch_is_open,),
    decide=_decide,
    emits=(Abandoned, UnitEnded),
    requirements=("GMP-19", "GMP-34"),
    risk=Risk.PATIENT,
    rationale="Given up too early, a patient's only cells are lost; never given up, a room stays shut.",
    meaning="rejected",
)

"""Account for every label of a batch: what was printed is on a container, or destroyed; else it is looked for."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case
from coign.kernel.values import Actor
from coign.manufacturing import step_gates
from coign.manufacturing.events import LabelsCounted
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH
from coign.quality.events import DeviationOpened

#: How the deviation names what went wrong.
UNACCOUNTED = "labels_unaccounted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLabels:
    """Of which batch, how many labels were printed, and how many were destroyed; those on containers are known."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    printed: int = field(metadata=asks("Labels printed", hint="every print, spoilt ones too"))
    destroyed: int = field(metadata=asks("Labels destroyed", hint="torn up before a witness"))
    case: Case = field(metadata=allotted())


def _reads(asked: CountLabels, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.case))


def _reads_of_room(asked: CountLabels, known: Circumstances) -> Sequence[Read]:
    room = known.state(BATCH, asked.batch).room
    return (Read(room, ROOM),) if room is not None else ()


def _decide(asked: CountLabels, known: Circumstances) -> Sequence[Fact]:
    batch = known.state(BATCH, asked.batch)
    assert batch.room is not None
    assert batch.maker is not None
    counted = LabelsCounted(
        batch=asked.batch,
        room=batch.room,
        printed=asked.printed,
        used=len(batch.units),
        destroyed=asked.destroyed,
        by=known.actor.person,
    )
    if counted.unaccounted == 0:
        return (counted,)
    missing = DeviationOpened(case=asked.case, batch=asked.batch, organisation=batch.maker, what=(UNACCOUNTED,))
    return (counted, missing)


ACTION = Action(
    name="manufacturing.count_labels",
    title="Account for every label",
    command=CountLabels,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_room,),
    gates=(step_gates.batch_is_filled, step_gates.counts_are_possible, step_gates.labels_counted_by_another),
    decide=_decide,
    emits=(LabelsCounted, DeviationOpened),
    requirements=("GMP-35", "GMP-S5", "TRC-14"),
    risk=Risk.PATIENT,
    rationale="A label that nobody can find may stick to the next patient's bag.",
)

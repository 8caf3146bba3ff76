"""Record what was counted in a room's air, on its surfaces and on gloves: how it lies to the limits is computed.

Growth in grade A blocks the batch that was open there; if it was released before, physician and quality unit are called
at once. Any other count above its action limit opens a deviation of that batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import get_args

from coign.facility import gates, limits
from coign.facility.events import VIABLE, Condition, GrowthFound, Monitored, Reading, Sample
from coign.facility.state import USES
from coign.facility.views import ENVIRONMENT, ROOM
from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Room
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import BATCH
from coign.quality.events import LATE_RESULT, DeviationOpened, LateResultAdverse
from coign.quality.views import DISPOSITION

#: How a call and a deviation name what they are about.
ENVIRONMENT_OF_ROOM = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMonitoring:
    """Where and when samples were taken, beside which batch, and what was counted on those that were read."""

    room: Room = field(metadata=asks("Room or cabinet", "scan"))
    batch: Batch | None = field(default=None, metadata=asks("Batch", "scan"))
    taken_at: Instant = field(metadata=asks("Samples taken at", "device"))
    condition: Condition = field(default="operation", metadata=asks("State of the room", "choose"))
    particles_0_5: int | None = field(default=None, metadata=asks("Particles from 0.5 µm", hint="in a cubic metre"))
    particles_5: int | None = field(default=None, metadata=asks("Particles from 5 µm", hint="in a cubic metre"))
    active_air: int | None = field(default=None, metadata=asks("Active air", hint="colonies in a cubic metre"))
    settle_plate: int | None = field(default=None, metadata=asks("Settle plate", hint="colonies, 90 mm, 4 h"))
    contact_plate: int | None = field(default=None, metadata=asks("Contact plate", hint="colonies, 55 mm"))
    glove_print: int | None = field(default=None, metadata=asks("Glove print", hint="colonies, the hand with more"))
    case: Case = field(metadata=allotted())

    @property
    def counts(self) -> Mapping[Sample, int]:
        """What was counted, on the samples that were read."""
        given: dict[Sample, int | None] = {sample: getattr(self, sample) for sample in get_args(Sample)}
        return {sample: count for sample, count in given.items() if count is not None}


def _reads(asked: RecordMonitoring, actor: Actor) -> Sequence[Read]:
    batch = (Read(asked.batch, BATCH),) if asked.batch is not None else ()
    return (Read(asked.room, ROOM), Read(asked.room, USES), Read(asked.case), *batch)


def _reads_of_batch(asked: RecordMonitoring, known: Circumstances) -> Sequence[Read]:
    batch = gates.batch_concerned(asked, known)
    return (Read(batch, BATCH), Read(batch, ENVIRONMENT)) if batch is not None else ()


def _reads_of_units(asked: RecordMonitoring, known: Circumstances) -> Sequence[Read]:
    """The cabinet in which the batch was open, and the containers that were made in it."""
    batch = gates.batch_concerned(asked, known)
    if batch is None:
        return ()
    made = known.state(BATCH, batch)
    assert made.room is not None
    assert made.chain is not None
    return (
        Read(made.room, ROOM),
        Read(made.chain),
        *(Read(unit, view) for unit in made.final_containers for view in (UNIT, DISPOSITION)),
    )


def _decide(asked: RecordMonitoring, known: Circumstances) -> Sequence[Fact]:
    batch = gates.batch_concerned(asked, known)
    monitored = _monitored(asked, batch, known)
    above = tuple(r.sample for r in monitored.readings if r.level == "action")
    if batch is None or not above:
        return (monitored,)
    grown = tuple(s for s in above if s in VIABLE) if monitored.grade == "A" else ()
    others = tuple(s for s in above if s not in grown)
    facts: list[Fact] = [monitored]
    if grown:
        facts.append(GrowthFound(batch=batch, room=asked.room, samples=grown, taken_at=asked.taken_at))
        facts += _called_back(batch, known)
    if others:
        maker = known.actor.organisation
        facts.append(DeviationOpened(case=asked.case, batch=batch, organisation=maker, what=others))
    return tuple(facts)


def _monitored(asked: RecordMonitoring, batch: Batch | None, known: Circumstances) -> Monitored:
    room = known.state(ROOM, asked.room)
    alert = known.rules.number("monitoring.alert_fraction", known.now)
    readings = tuple(
        Reading(
            sample=sample,
            count=count,
            level=limits.level_of(
                count,
                limits.action_limit(
                    sample,
                    grade=room.grade,
                    limit_set=room.limit_set,
                    condition=asked.condition,
                    rules=known.rules,
                    at=asked.taken_at,
                ),
                alert,
            ),
        )
        for sample, count in asked.counts.items()
    )
    return Monitored(
        room=asked.room,
        batch=batch,
        condition=asked.condition,
        taken_at=asked.taken_at,
        grade=room.grade,
        limit_set=room.limit_set,
        readings=readings,
        by=known.actor.person,
    )


def _called_back(batch: Batch, known: Circumstances) -> list[Fact]:
    """What growth that is read late turns against: product that somebody answers for already (GMP-S8)."""
    made = known.state(BATCH, batch)
    said = [known.state(DISPOSITION, unit) for unit in made.final_containers]
    assert made.chain is not None
    if not any(s.certified_at or s.exception_at for s in said):
        return []
    units = made.final_containers
    late = LateResultAdverse(batch=batch, chain=made.chain, units=units, attribute=ENVIRONMENT_OF_ROOM)
    left = tuple(unit for unit in units if not known.state(UNIT, unit).ended)
    return [late, *([UnitsBlocked(units=left, why=LATE_RESULT)] if left else [])]


ACTION = Action(
    name="facility.record_monitoring",
    title="Record what was read in a room",
    command=RecordMonitoring,
    roles=frozenset({"analyst", "qcreviewer"}),
    reads=_reads,
    then_reads=(_reads_of_batch, _reads_of_units),
    gates=(gates.counts_are_given, gates.samples_were_taken, gates.batch_was_open_there),
    decide=_decide,
    emits=(Monitored, GrowthFound, DeviationOpened, LateResultAdverse, UnitsBlocked),
    requirements=("GMP-31", "GMP-38", "GMP-S8", "CSV-28", "TRC-01"),
    risk=Risk.PATIENT,
    rationale="What fell on a plate beside the cells may have fallen into them.",
)

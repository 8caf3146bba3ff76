"""What can happen to rooms and cabinets: put in use, taken out of use, monitored; growth found and assessed."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Person, Room
from coign.kernel.values import Digest, FreeText, Instant

Sample = Literal["particles_0_5", "particles_5", "active_air", "settle_plate", "contact_plate", "glove_print"]
#: Which published limits a room is held to: EU GMP Annex 1 of 2022, or Part IV of 2017 where it differs.
LimitSet = Literal["annex1", "part4"]
Condition = Literal["operation", "rest"]
Level = Literal["within", "alert", "action", "no_limit"]
Conclusion = Literal["acceptable", "not_acceptable"]

#: Samples on which something grows; all others are counts of particles.
VIABLE: tuple[Sample, ...] = ("active_air", "settle_plate", "contact_plate", "glove_print")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was counted on one sample, and how it lies to the limits of that day: computed, never entered."""

    sample: Sample
    count: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPutInUse(Fact, type="facility.room_put_in_use.v1", about=("room",)):
    """The quality unit says that a room or cabinet is qualified: cells may be opened in it until a date.

    `within`: the room that a cabinet stands in.
    """

    room: Room
    within: Room | None
    limit_set: LimitSet
    qualified_on: Instant
    qualified_until: Instant
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTakenOutOfUse(Fact, type="facility.room_taken_out_of_use.v1", about=("room",)):
    """Nothing is opened in it any more until it is put in use anew."""

    room: Room
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored(Fact, type="facility.monitored.v1", about=("room", "batch")):
    """Samples of a room's air, surfaces and gloves were read; `batch` was open there when they were taken."""

    room: Room
    batch: Batch | None
    condition: Condition
    taken_at: Instant
    grade: str
    limit_set: LimitSet
    readings: tuple[Reading, ...]
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthFound(Fact, type="facility.growth_found.v1", about=("batch",)):
    """Something grew in grade A while this batch was open: it is blocked until the quality unit has judged it."""

    batch: Batch
    room: Room
    samples: tuple[Sample, ...]
    taken_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthAssessed(Fact, type="facility.growth_assessed.v1", about=("batch",)):
    """The quality unit judged what growth in grade A means for a batch."""

    batch: Batch
    conclusion: Conclusion
    organism: str
    assessment: FreeText
    evidence: Digest
    by: Person

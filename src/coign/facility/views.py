"""Whether a room may be used, and what grew while a batch was open: the questions that other domains ask."""

from dataclasses import replace

from coign.facility.events import (
    Condition,
    GrowthAssessed,
    GrowthFound,
    Level,
    LimitSet,
    Monitored,
    RoomPutInUse,
    RoomTakenOutOfUse,
    Sample,
)
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Organisation, Person, Room, Site
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.manufacturing.events import RoomRegistered

#: Samples in the words of the laboratory.
SAMPLE_WORDS: dict[Sample, str] = {
    "particles_0_5": "particles from 0.5 µm",
    "particles_5": "particles from 5 µm",
    "active_air": "active air",
    "settle_plate": "settle plate",
    "contact_plate": "contact plate",
    "glove_print": "glove print",
}


def words_of(samples: tuple[Sample, ...]) -> str:
    """Samples in words: `settle plate, glove print`."""
    return ", ".join(SAMPLE_WORDS[sample] for sample in samples)


@dataclass(frozen=True, slots=True)
class LastReading:
    """The newest count of one sample in a room, and for which batch it was taken."""

    sample: Sample
    count: int
    level: Level
    condition: Condition
    taken_at: Instant
    batch: Batch | None


@dataclass(frozen=True, slots=True)
class RoomState:
    """One room or cabinet: where it is, its grade, until when it is qualified, what was read in it last."""

    organisation: Organisation | None = None
    site: Site | None = None
    grade: str = ""
    within: Room | None = None
    limit_set: LimitSet = "annex1"
    qualified_until: Instant | None = None
    closed: bool = False
    #: One a sample: bounded by the kinds of samples.
    last: tuple[LastReading, ...] = ()

    def not_usable_because(self, now: Instant) -> str | None:
        """None, or why no cells may be opened here now."""
        if self.qualified_until is None:
            return "was never put in use"
        if self.closed:
            return "was taken out of use"
        return None if now < self.qualified_until else f"was qualified until {self.qualified_until}"


def _evolve_room(state: RoomState, fact: Fact, stamp: Stamp) -> RoomState:
    match fact:
        case RoomRegistered(organisation=organisation, site=site, grade=grade):
            return RoomState(organisation, site, grade)
        case RoomPutInUse(within=within, limit_set=limit_set, qualified_until=until):
            return replace(state, within=within, limit_set=limit_set, qualified_until=until, closed=False)
        case RoomTakenOutOfUse():
            return replace(state, closed=True)
        case Monitored():
            return replace(state, last=_newest(state.last, fact))
        case _:
            return state


def _newest(last: tuple[LastReading, ...], fact: Monitored) -> tuple[LastReading, ...]:
    """The newest of each sample by when it was taken: a plate that is read late does not hide a later one."""
    found = {reading.sample: reading for reading in last}
    for reading in fact.readings:
        before = found.get(reading.sample)
        if before is None or before.taken_at <= fact.taken_at:
            found[reading.sample] = LastReading(
                reading.sample, reading.count, reading.level, fact.condition, fact.taken_at, fact.batch
            )
    return tuple(found.values())


ROOM = View(
    "facility.room",
    kinds=frozenset({"room"}),
    folds=(RoomRegistered, RoomPutInUse, RoomTakenOutOfUse, Monitored),
    state=RoomState,
    evolve=_evolve_room,
    public=True,
)


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """What was read of the room while a batch was open. Bounded by the kinds of samples and the people who read."""

    read: tuple[Sample, ...] = ()
    read_by: tuple[Person, ...] = ()
    growth: tuple[Sample, ...] = ()
    conclusion: str = ""

    @property
    def blocked_because(self) -> str | None:
        """None, or why the batch stands still: something grew in grade A, and nobody judged that it does no harm."""
        if not self.growth or self.conclusion == "acceptable":
            return None
        judged = "was judged not acceptable" if self.conclusion else "was not assessed yet"
        return f"growth in grade A ({words_of(self.growth)}) {judged}"


def _evolve_environment(state: EnvironmentState, fact: Fact, stamp: Stamp) -> EnvironmentState:
    match fact:
        case Monitored(readings=readings, by=by):
            read = (*state.read, *(r.sample for r in readings if r.sample not in state.read))
            return replace(state, read=read, read_by=state.read_by if by in state.read_by else (*state.read_by, by))
        case GrowthFound(samples=samples):
            # What grows later was not part of what was judged before.
            growth = (*state.growth, *(s for s in samples if s not in state.growth))
            return replace(state, growth=growth, conclusion="")
        case GrowthAssessed(conclusion=conclusion):
            return replace(state, conclusion=conclusion)
        case _:
            return state


ENVIRONMENT = View(
    "facility.environment",
    kinds=frozenset({"batch"}),
    folds=(Monitored, GrowthFound, GrowthAssessed),
    state=EnvironmentState,
    evolve=_evolve_environment,
    public=True,
)

"""What a room holds and for whom it was cleared: the plant's own business."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Organisation, Person, Site
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.manufacturing.events import (
    Abandoned,
    BatchStarted,
    Filled,
    Finding,
    LabelsCounted,
    LineChecked,
    LineCleared,
    LineMismatched,
    RoomRegistered,
)


@dataclass(frozen=True, slots=True)
class LineCheck:
    """What the first person found; hidden from the second until they have said what they found."""

    chain: Chain
    finding: Finding
    by: Person
    at: Instant


@dataclass(frozen=True, slots=True)
class RoomState:
    """One room: which therapy is open in it, for which it was cleared, and what the first of two persons found."""

    organisation: Organisation | None = None
    site: Site | None = None
    grade: str = ""
    open_batch: Batch | None = None
    cleared_for: Chain | None = None
    cleared_at: Instant | None = None
    check: LineCheck | None = None
    #: The batch of which a label may still lie here.
    label_missing_of: Batch | None = None


def _evolve(state: RoomState, fact: Fact, stamp: Stamp) -> RoomState:
    match fact:
        case RoomRegistered(organisation=organisation, site=site, grade=grade):
            return RoomState(organisation, site, grade)
        case LineChecked(chain=chain, finding=finding, by=by):
            # Whoever looks again thereby says that the last clearance does not count any more.
            check = LineCheck(chain, finding, by, stamp.time)
            return replace(state, check=check, cleared_for=None, cleared_at=None)
        case LineCleared(chain=chain):
            return replace(state, check=None, cleared_for=chain, cleared_at=stamp.time)
        case LineMismatched():
            return replace(state, check=None)
        case BatchStarted(batch=batch):
            return replace(state, open_batch=batch, check=None, cleared_for=None, cleared_at=None)
        case Filled() | Abandoned():
            return replace(state, open_batch=None)
        case LabelsCounted(batch=batch) as counted:
            missing = state.label_missing_of
            if counted.unaccounted:
                return replace(state, label_missing_of=batch, check=None, cleared_for=None, cleared_at=None)
            return replace(state, label_missing_of=None if missing == batch else missing)
        case _:
            return state


ROOM = View(
    "manufacturing.room",
    kinds=frozenset({"room"}),
    folds=(RoomRegistered, LineChecked, LineCleared, LineMismatched, BatchStarted, Filled, LabelsCounted, Abandoned),
    state=RoomState,
    evolve=_evolve,
    version=2,
)

"""What was collected for a therapy: the question that the maker asks."""

from dataclasses import dataclass, replace

from coign.collection.events import CollectionFinished, CollectionStarted, LeavingChecked
from coign.correction.events import ValueCorrected
from coign.kernel.facts import Fact
from coign.kernel.subjects import Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View

#: The newest collections of one therapy that are listed.
COLLECTIONS_LISTED_MAX = 16


@dataclass(frozen=True, slots=True)
class Collected:
    """One finished collection: its bag and what was measured at the chair."""

    unit: Unit
    din: str
    volume: Quantity
    cd3: Quantity
    at: Instant
    left_chair: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """The collections of one therapy: several donations may belong to one chain (TRC-09)."""

    started_at: Instant | None = None
    collected: tuple[Collected, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a collection has started and is not finished."""
        return self.started_at is not None

    @property
    def finished(self) -> bool:
        """Whether at least one collection is finished and none is running."""
        return bool(self.collected) and not self.running

    @property
    def units(self) -> tuple[Unit, ...]:
        """The bags collected, oldest first."""
        return tuple(c.unit for c in self.collected)


def _evolve(state: Collection, fact: Fact, stamp: Stamp) -> Collection:
    match fact:
        case CollectionStarted():
            return replace(state, started_at=stamp.time)
        case CollectionFinished():
            bag = Collected(fact.unit, fact.din, fact.volume, fact.cd3, stamp.time)
            return Collection(None, (*state.collected, bag)[-COLLECTIONS_LISTED_MAX:])
        case LeavingChecked(unit=unit):
            left = tuple(replace(bag, left_chair=True) if bag.unit == unit else bag for bag in state.collected)
            return replace(state, collected=left)
        case ValueCorrected(recorded_at=at) if fact.corrects(CollectionFinished):
            bags = tuple(fact.put_into(bag) if bag.at == at else bag for bag in state.collected)
            return replace(state, collected=bags)
        case _:
            return state


COLLECTION = View(
    "collection.collection",
    kinds=frozenset({"chain"}),
    folds=(CollectionStarted, CollectionFinished, LeavingChecked, ValueCorrected),
    state=Collection,
    evolve=_evolve,
    version=3,
    public=True,
)

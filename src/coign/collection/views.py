"""What was collected for a therapy: the question that the maker asks."""

from dataclasses import dataclass, replace

from coign.collection.events import CollectionFinished, CollectionStarted, LeavingChecked
from coign.correction.events import ValueCorrected
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.subjects import Lot, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View

#: The act that a programme plans where a bag is looked at once more before it leaves the chair.
CHECK_LEAVING = "collection.check_leaving"
#: The newest collections of one therapy that are listed.
COLLECTIONS_LISTED_MAX = 16
#: Two for each of them: a kit and an anticoagulant.
LOTS_LISTED_MAX = 2 * COLLECTIONS_LISTED_MAX


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
    #: Lots of kit and anticoagulant that flowed through the patient: what their recall is read from.
    lots: tuple[Lot, ...] = ()

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
        case CollectionStarted(lots=lots):
            used = (*(lot for lot in state.lots if lot not in lots), *lots)[-LOTS_LISTED_MAX:]
            return replace(state, started_at=stamp.time, lots=used)
        case CollectionFinished():
            bag = Collected(fact.unit, fact.din, fact.volume, fact.cd3, stamp.time)
            return replace(state, started_at=None, collected=(*state.collected, bag)[-COLLECTIONS_LISTED_MAX:])
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
    version=4,
    public=True,
)


def collected_bag(unit: Unit, known: Circumstances) -> Collected | None:
    """What was measured at the chair; None: it did not come from one. Once UNIT and the chain's COLLECTION are read."""
    chain = known.state(UNIT, unit).chain
    found = () if chain is None else known.state(COLLECTION, chain).collected
    return next((bag for bag in found if bag.unit == unit), None)


def not_checked_because(unit: Unit, known: Circumstances) -> str | None:
    """None, or that nobody looked at a bag once more at its chair, where a programme plans it; once CHAIN is read."""
    chain, bag = known.state(UNIT, unit).chain, collected_bag(unit, known)
    if chain is None or bag is None or bag.left_chair:
        return None
    if not known.programmes.version(known.state(CHAIN, chain).version).plans(CHECK_LEAVING):
        return None
    return f"{unit.identifier} was not compared with its patient before it left the chair"

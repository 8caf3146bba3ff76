"""Who holds a unit, and to whom it is held out: the questions that other domains ask."""

from coign.custody.events import (
    Condition,
    CustodyBegan,
    HandedOver,
    HandOverMismatched,
    MismatchResolved,
    Offered,
    OfferWithdrawn,
)
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class Holding:
    """Who answers for the unit, since when, and whether a mismatch blocks it."""

    organisation: Organisation | None = None
    person: Person | None = None
    since: Instant | None = None
    mismatch: bool = False


def _evolve(state: Holding, fact: Fact, stamp: Stamp) -> Holding:
    match fact:
        case CustodyBegan(holder=holder, person=person):
            return Holding(holder, person, stamp.time)
        case HandedOver(to=to, taker=taker):
            return Holding(to, taker, stamp.time)
        case HandOverMismatched():
            return Holding(state.organisation, state.person, state.since, mismatch=True)
        case MismatchResolved():
            return Holding(state.organisation, state.person, state.since)
        case _:
            return state


HOLDING = View(
    "custody.holding",
    kinds=frozenset({"unit"}),
    folds=(CustodyBegan, HandedOver, HandOverMismatched, MismatchResolved),
    state=Holding,
    evolve=_evolve,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is held out to whom, and between whom the last hand-over failed."""

    to: Organisation | None = None
    giver: Person | None = None
    seal: str = ""
    condition: Condition = "intact"
    at: Instant | None = None
    mismatch_between: tuple[Person, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody may accept."""
        return self.to is not None


def _evolve_offer(state: Offer, fact: Fact, stamp: Stamp) -> Offer:
    match fact:
        case Offered(to=to, giver=giver, seal=seal, condition=condition):
            return Offer(to, giver, seal, condition, stamp.time)
        case HandOverMismatched(giver=giver, taker=taker):
            return Offer(mismatch_between=(giver, taker))
        case HandedOver() | OfferWithdrawn() | MismatchResolved():
            return Offer()
        case _:
            return state


OFFER = View(
    "custody.offer",
    kinds=frozenset({"unit"}),
    folds=(Offered, OfferWithdrawn, HandedOver, HandOverMismatched, MismatchResolved),
    state=Offer,
    evolve=_evolve_offer,
)

"""Who holds a unit: the question that other domains ask."""

from dataclasses import dataclass

from coign.custody.events import CustodyBegan, HandedOver, HandOverMismatched, MismatchResolved
from coign.kernel.facts import Fact
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

"""The open offer of a unit: custody's own business."""

from dataclasses import dataclass

from coign.custody.events import Condition, HandedOver, HandOverMismatched, MismatchResolved, Offered, OfferWithdrawn
from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View


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


def _evolve(state: Offer, fact: Fact, stamp: Stamp) -> Offer:
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
    evolve=_evolve,
)

"""What a lot is and whether it may be used: the question that production asks."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.supply.events import LotApproved, LotReceived, LotRejected


@dataclass(frozen=True, slots=True)
class LotState:
    """Which material, of whom, until when, and what the quality unit said."""

    material: str = ""
    organisation: Organisation | None = None
    supplier: str = ""
    expires: Instant | None = None
    received_by: Person | None = None
    approved: bool = False
    rejected: bool = False

    def not_usable_because(self, now: Instant) -> str | None:
        """None, or why nobody may use this lot now."""
        if self.rejected:
            return "was rejected"
        if not self.approved:
            return "is in quarantine"
        if self.expires is not None and self.expires <= now:
            return f"expired {self.expires}"
        return None


def _evolve(state: LotState, fact: Fact, stamp: Stamp) -> LotState:
    match fact:
        case LotReceived():
            return LotState(fact.material, fact.organisation, fact.supplier, fact.expires, fact.by)
        case LotApproved():
            return replace(state, approved=True)
        case LotRejected():
            return replace(state, rejected=True)
        case _:
            return state


LOT = View(
    "supply.lot",
    kinds=frozenset({"lot"}),
    folds=(LotReceived, LotApproved, LotRejected),
    state=LotState,
    evolve=_evolve,
    public=True,
)

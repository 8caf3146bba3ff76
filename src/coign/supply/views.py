"""What a lot is and whether it may be used: the question that production asks."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Organisation, Person, Supplier
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View
from coign.supply.events import (
    LotApproved,
    LotHeld,
    LotHoldLifted,
    LotReceived,
    LotRejected,
    LotRetested,
    LotSuspected,
    LotTested,
    PackRegistered,
    SuspicionCleared,
)


@dataclass(frozen=True, slots=True)
class LotState:
    """Which material, of whom, until when, what was tested, and what the quality unit said."""

    material: str = ""
    organisation: Organisation | None = None
    supplier: str = ""
    expires: Instant | None = None
    received_by: Person | None = None
    approved: bool = False
    rejected: bool = False
    origin_statement: Digest | None = None
    identity_tested: bool = False
    test_failed: bool = False
    tested_by: tuple[Person, ...] = ()
    retest_by: Instant | None = None
    held_by: Person | None = None
    suspected: Case | None = None
    packs: int = 0

    def not_usable_because(self, now: Instant) -> str | None:
        """None, or why nobody may use this lot now."""
        if self.rejected:
            return "was rejected"
        if self.suspected is not None:
            return f"is suspect: {self.suspected.identifier} looks into it"
        if self.held_by is not None:
            return "is on hold"
        if not self.approved:
            return "is in quarantine"
        if self.expires is not None and self.expires <= now:
            return f"expired {self.expires}"
        if self.retest_by is not None and self.retest_by <= now:
            return f"is due for another test since {self.retest_by}"
        return None

    @property
    def recalled_because(self) -> str | None:
        """None, or why what was already made with this lot stands still: in time for use it was, in doubt it is."""
        if self.rejected:
            return "was rejected"
        if self.suspected is not None:
            return f"is suspect: {self.suspected.identifier} looks into it"
        return "is on hold" if self.held_by is not None else None

    @property
    def bought_of(self) -> Supplier | None:
        """The supplier, if the record holds them as one."""
        return Supplier(self.supplier) if self.supplier.startswith("supplier:") else None


#: Of those who tested a lot the newest are kept.
TESTERS_KEPT_MAX = 20


def _tested(state: LotState, fact: LotTested) -> LotState:
    return replace(
        state,
        identity_tested=state.identity_tested or (fact.passed and fact.test == "identity"),
        test_failed=state.test_failed or not fact.passed,
        tested_by=(*(p for p in state.tested_by if p != fact.by), fact.by)[-TESTERS_KEPT_MAX:],
    )


def _evolve(state: LotState, fact: Fact, stamp: Stamp) -> LotState:
    match fact:
        case LotReceived():
            return LotState(
                fact.material, fact.organisation, fact.supplier, fact.expires, fact.by,
                origin_statement=fact.origin_statement,
            )  # fmt: skip
        case LotTested():
            return _tested(state, fact)
        case LotApproved(retest_by=retest_by):
            return replace(state, approved=True, retest_by=retest_by)
        case LotRetested(retest_by=retest_by):
            return replace(state, retest_by=retest_by)
        case LotRejected():
            return replace(state, rejected=True)
        case LotHeld(by=by):
            return replace(state, held_by=by)
        case LotHoldLifted():
            return replace(state, held_by=None)
        case PackRegistered():
            return replace(state, packs=state.packs + 1)
        case LotSuspected(case=case):
            return replace(state, suspected=case)
        case SuspicionCleared():
            return replace(state, suspected=None)
        case _:
            return state


LOT = View(
    "supply.lot",
    kinds=frozenset({"lot"}),
    folds=(
        LotReceived,
        LotTested,
        LotApproved,
        LotRetested,
        LotRejected,
        LotHeld,
        LotHoldLifted,
        PackRegistered,
        LotSuspected,
        SuspicionCleared,
    ),
    state=LotState,
    evolve=_evolve,
    version=2,
    public=True,
)

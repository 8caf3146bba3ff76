"""How far the audit trail of a batch was read, which lines were answered, and what is still owed."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.quality.events import AuditTrailLineAnswered, AuditTrailReviewDeferred, AuditTrailReviewed

#: Of the lines that were answered the newest are kept: the state stays bounded.
ANSWERED_MAX = 1000


@dataclass(frozen=True, slots=True)
class AuditTrailState:
    """The review of one batch's audit trail."""

    #: The last review looked so far; None: there was none.
    up_to: int | None = None
    reviewed_by: Person | None = None
    reviewed_at: Instant | None = None
    answered: tuple[int, ...] = ()
    #: Until when a review that was put off is owed; None: it was not put off, or was made since.
    owed_until: Instant | None = None
    deferred_by: Person | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody has read it."""
        return self.up_to is not None

    @property
    def is_deferred(self) -> bool:
        """Whether it was put off, for a reason, and is owed."""
        return self.owed_until is not None


def _evolve(state: AuditTrailState, fact: Fact, stamp: Stamp) -> AuditTrailState:
    match fact:
        case AuditTrailLineAnswered(entry=entry):
            return replace(state, answered=(*state.answered, entry)[-ANSWERED_MAX:])
        case AuditTrailReviewed(up_to=up_to, by=by):
            return replace(state, up_to=up_to, reviewed_by=by, reviewed_at=stamp.time, owed_until=None)
        case AuditTrailReviewDeferred(days=days, by=by):
            return replace(state, owed_until=stamp.time.plus(days=days), deferred_by=by)
        case _:
            return state


AUDIT_TRAIL = View(
    "quality.audit_trail",
    kinds=frozenset({"batch"}),
    folds=(AuditTrailLineAnswered, AuditTrailReviewed, AuditTrailReviewDeferred),
    state=AuditTrailState,
    evolve=_evolve,
)

"""What the quality unit said about a unit: the question that logistics, production and the clinic ask."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Document
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.quality.events import (
    LATE_RESULT,
    BatchRejected,
    BlockResolved,
    Certified,
    DeviationClosed,
    DeviationOpened,
    LateResultAdverse,
    MaterialAccepted,
    MaterialRejected,
    QuarantineShipmentAllowed,
    SuppliedUnderException,
)

#: Beyond this many, a unit does not list its open deviations: the state stays bounded.
DEVIATIONS_LISTED_MAX = 64


@dataclass(frozen=True, slots=True)
class DispositionState:
    """Accepted as material, certified as product, supplied under exception, or rejected; rejection counts always."""

    material_accepted: bool = False
    certificate: Document | None = None
    certified_at: Instant | None = None
    rejected: bool = False
    #: In the words of the destination: certified, or approved for release.
    wording: str = "certified"
    exception: Document | None = None
    exception_at: Instant | None = None
    #: What the label of a product supplied under exception says, in the destination's words.
    statement: str = ""
    #: A result that was pending at release came in adverse, and nothing has been decided since.
    called_back: bool = False
    may_travel_in_quarantine: bool = False
    open_deviations: tuple[Case, ...] = ()
    #: Cells that count in a millilitre, from the results it was released with (PAT-29).
    strength: Quantity | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether it may go into production."""
        return self.material_accepted and not self.rejected

    @property
    def is_certified(self) -> bool:
        """Whether somebody answers for it as released; what is supplied under exception never is (GMP-40, GMP-41)."""
        stands = self.certified_at is not None and self.exception_at is None
        return stands and not self.rejected and not self.called_back

    @property
    def is_supplied_under_exception(self) -> bool:
        """Whether it may be given although it fails, at the physician's request."""
        return self.exception_at is not None and not self.rejected and not self.called_back

    @property
    def is_released(self) -> bool:
        """Whether it may be given to its patient, by whichever way: what conditioning, thaw and infusion ask."""
        return self.may_be_given_because is not None

    @property
    def may_be_given_because(self) -> str | None:
        """The ground on which it may be given to its patient; None: there is none."""
        if self.is_supplied_under_exception:
            return "is supplied under exception, out of specification and not certified"
        return f"was {self.wording}" if self.is_certified else None

    @property
    def may_be_sent(self) -> bool:
        """Whether it may leave the maker: released, or allowed to travel in quarantine."""
        return self.is_released or (self.may_travel_in_quarantine and not self.rejected and not self.called_back)


def _evolve(state: DispositionState, fact: Fact, stamp: Stamp) -> DispositionState:
    match fact:
        case MaterialAccepted():
            return replace(state, material_accepted=True)
        case Certified(certificate=certificate, wording=wording, strength=strength):
            at = stamp.time
            return replace(state, certificate=certificate, certified_at=at, wording=wording, strength=strength)
        case SuppliedUnderException():
            return replace(
                state, exception=fact.document, exception_at=stamp.time, statement=fact.statement, called_back=False,
                strength=fact.strength,
            )  # fmt: skip
        case QuarantineShipmentAllowed():
            return replace(state, may_travel_in_quarantine=True)
        case LateResultAdverse():
            return replace(state, called_back=True)
        case BlockResolved(why=why) if why == LATE_RESULT:
            return replace(state, called_back=False)
        case MaterialRejected() | BatchRejected():
            return replace(state, rejected=True)
        case DeviationOpened(case=case):
            listed = (*state.open_deviations, case)[:DEVIATIONS_LISTED_MAX]
            return replace(state, open_deviations=listed)
        case DeviationClosed(case=case):
            return replace(state, open_deviations=tuple(c for c in state.open_deviations if c != case))
        case _:
            return state


DISPOSITION = View(
    "quality.disposition",
    kinds=frozenset({"unit"}),
    folds=(
        MaterialAccepted,
        MaterialRejected,
        Certified,
        SuppliedUnderException,
        QuarantineShipmentAllowed,
        LateResultAdverse,
        BlockResolved,
        BatchRejected,
        DeviationOpened,
        DeviationClosed,
    ),
    state=DispositionState,
    evolve=_evolve,
    version=3,
    public=True,
)

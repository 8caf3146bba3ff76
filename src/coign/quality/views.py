"""What the quality unit said about a unit: the question that logistics, production and the clinic ask."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Document
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.quality.events import BatchRejected, Certified, MaterialAccepted, MaterialRejected


@dataclass(frozen=True, slots=True)
class DispositionState:
    """Accepted as material, certified as product, or rejected; a rejection counts also after a certificate."""

    material_accepted: bool = False
    certificate: Document | None = None
    certified_at: Instant | None = None
    rejected: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether it may go into production."""
        return self.material_accepted and not self.rejected

    @property
    def is_released(self) -> bool:
        """Whether it may be sent to and given to its patient."""
        return self.certified_at is not None and not self.rejected


def _evolve(state: DispositionState, fact: Fact, stamp: Stamp) -> DispositionState:
    match fact:
        case MaterialAccepted():
            return replace(state, material_accepted=True)
        case Certified(certificate=certificate):
            return replace(state, certificate=certificate, certified_at=stamp.time)
        case MaterialRejected() | BatchRejected():
            return replace(state, rejected=True)
        case _:
            return state


DISPOSITION = View(
    "quality.disposition",
    kinds=frozenset({"unit"}),
    folds=(MaterialAccepted, MaterialRejected, Certified, BatchRejected),
    state=DispositionState,
    evolve=_evolve,
    public=True,
)

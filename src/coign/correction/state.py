"""One correction: what was proposed, by whom, and how far it is."""

from dataclasses import replace
from typing import Literal

from coign.correction.events import CorrectionAssessed, CorrectionDiffers, CorrectionProposed, ValueCorrected
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Organisation
from coign.kernel.views import Stamp, View

Stage = Literal["", "proposed", "corrected", "differs", "assessed"]


@dataclass(frozen=True, slots=True)
class CorrectionState:
    """How far a correction is; what was proposed stands in its first fact. `second`: who read the source."""

    proposal: CorrectionProposed | None = None
    stage: Stage = ""
    second: str = ""
    #: Where the value was recorded and the source lies.
    house: Organisation | None = None

    @property
    def waits_for_reading(self) -> bool:
        """Whether a second person has still to read the source."""
        return self.stage == "proposed"

    @property
    def waits_for_assessment(self) -> bool:
        """Whether the source was read twice and nobody has assessed yet what was decided before."""
        return self.stage in ("corrected", "differs")


def _evolve(state: CorrectionState, fact: Fact, stamp: Stamp) -> CorrectionState:
    match fact:
        case CorrectionProposed():
            return CorrectionState(fact, "proposed", house=stamp.actor.organisation)
        case CorrectionDiffers(by=by):
            return replace(state, stage="differs", second=by)
        case ValueCorrected(second=second):
            return replace(state, stage="corrected", second=second)
        case CorrectionAssessed():
            return replace(state, stage="assessed")
        case _:
            return state


CORRECTION = View(
    "correction.correction",
    kinds=frozenset({"case"}),
    folds=(CorrectionProposed, CorrectionDiffers, ValueCorrected, CorrectionAssessed),
    state=CorrectionState,
    evolve=_evolve,
    version=2,
    public=True,
)


def why_held(case: Case) -> str:
    """Why containers stand still: each correction holds by itself and is lifted by itself."""
    return f"a value that it rests on is corrected ({case.identifier})"

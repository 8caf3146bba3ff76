"""One bag between freezer and patient: its clock, and who saw it at which bed."""

from dataclasses import dataclass, replace

from coign.infusion.events import (
    BedsideChecked,
    BedsideConfirmed,
    BedsideMismatched,
    BedsideMismatchResolved,
    InfusionFinished,
    InfusionStarted,
    Thawed,
)
from coign.kernel.facts import Fact
from coign.kernel.subjects import Patient, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View

#: Why units stand still after bag and wristband did not belong together.
BEDSIDE_DIFFERS = "bag and wristband did not belong together"


@dataclass(frozen=True, slots=True)
class Bag:
    """Since when the bag is thawed, how far its bedside check is, and whether it runs. Nothing sets the clock back."""

    thawed_at: Instant | None = None
    first: Person | None = None
    first_at: Instant | None = None
    wristband: Patient | None = None
    confirmed_at: Instant | None = None
    mismatch_between: tuple[Person, ...] = ()
    started_at: Instant | None = None
    finished: bool = False

    @property
    def running(self) -> bool:
        """Whether the bag is running into the patient."""
        return self.started_at is not None and not self.finished


def _evolve(state: Bag, fact: Fact, stamp: Stamp) -> Bag:
    unchecked = Bag(state.thawed_at, started_at=state.started_at, finished=state.finished)
    match fact:
        case Thawed():
            return replace(state, thawed_at=stamp.time)
        case BedsideChecked(by=by, wristband=wristband):
            return replace(unchecked, first=by, first_at=stamp.time, wristband=wristband)
        case BedsideConfirmed():
            return replace(unchecked, confirmed_at=stamp.time)
        case BedsideMismatched(between=between):
            return replace(unchecked, mismatch_between=between)
        case BedsideMismatchResolved():
            return unchecked
        case InfusionStarted():
            return replace(state, started_at=stamp.time)
        case InfusionFinished():
            return replace(state, finished=True)
        case _:
            return state


BAG = View(
    "infusion.bag",
    kinds=frozenset({"unit"}),
    folds=(
        Thawed,
        BedsideChecked,
        BedsideConfirmed,
        BedsideMismatched,
        BedsideMismatchResolved,
        InfusionStarted,
        InfusionFinished,
    ),
    state=Bag,
    evolve=_evolve,
)

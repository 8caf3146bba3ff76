"""One bag between freezer and patient: its clock, and who saw it at which bed; and how the patient was found before."""

from dataclasses import replace

from coign.correction.events import ValueCorrected
from coign.infusion.events import (
    BedsideChecked,
    BedsideConfirmed,
    BedsideMismatched,
    BedsideMismatchResolved,
    EmergencyDecided,
    EmergencyRequested,
    InfusionFinished,
    InfusionStarted,
    Issued,
    PatientAssessed,
    Thawed,
)
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Person
from coign.kernel.values import FreeText, Instant, Quantity
from coign.kernel.views import Stamp, View

#: Why units stand still after bag and wristband did not belong together.
BEDSIDE_DIFFERS = "bag and wristband did not belong together"


@dataclass(frozen=True, slots=True)
class Emergency:
    """What was asked for and agreed to, by whom and when; it is about one bag and about these gates."""

    unmet: tuple[str, ...]
    first: Person
    reason: FreeText
    second: Person | None = None
    decided_at: Instant | None = None


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
    issued_by: Person | None = None
    issued_at: Instant | None = None
    emergency: Emergency | None = None

    @property
    def running(self) -> bool:
        """Whether the bag is running into the patient."""
        return self.started_at is not None and not self.finished


def _evolve(state: Bag, fact: Fact, stamp: Stamp) -> Bag:
    unchecked = replace(state, first=None, first_at=None, wristband=None, confirmed_at=None, mismatch_between=())
    match fact:
        case Issued(by=by):
            return replace(state, issued_by=by, issued_at=stamp.time)
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
        case EmergencyRequested(unmet=unmet, by=by, reason=reason):
            return replace(state, emergency=Emergency(unmet, by, reason))
        case EmergencyDecided(unmet=unmet, second=second) if state.emergency is not None:
            decided = replace(state.emergency, unmet=unmet, second=second, decided_at=stamp.time)
            return replace(state, emergency=decided)
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
        Issued,
        Thawed,
        BedsideChecked,
        BedsideConfirmed,
        BedsideMismatched,
        BedsideMismatchResolved,
        EmergencyRequested,
        EmergencyDecided,
        InfusionStarted,
        InfusionFinished,
    ),
    state=Bag,
    evolve=_evolve,
    version=2,
)


#: What stands against an infusion once a finding of the check before it was corrected.
CHECK_ANEW = "a finding was corrected since: the patient is checked anew"


@dataclass(frozen=True, slots=True)
class Readiness:
    """When a physician last looked at the patient before the infusion, what stood against it, and the last weight."""

    assessed_at: Instant | None = None
    outside: tuple[str, ...] = ()
    weight: Quantity | None = None
    weighed_at: Instant | None = None


def _evolve_readiness(state: Readiness, fact: Fact, stamp: Stamp) -> Readiness:
    match fact:
        case PatientAssessed(outside=outside, weight=None):
            return replace(state, assessed_at=stamp.time, outside=outside)
        case PatientAssessed(outside=outside, weight=weight):
            return Readiness(stamp.time, outside, weight, stamp.time)
        case ValueCorrected(name="weight", recorded_at=at) if fact.corrects(PatientAssessed):
            return fact.put_into(state) if at == state.weighed_at else state
        case ValueCorrected(recorded_at=at) if fact.corrects(PatientAssessed) and at == state.assessed_at:
            return replace(state, outside=(CHECK_ANEW,))  # what a physician judged was not so
        case _:
            return state


READINESS = View(
    "infusion.readiness",
    kinds=frozenset({"chain"}),
    folds=(PatientAssessed, ValueCorrected),
    state=Readiness,
    evolve=_evolve_readiness,
    version=3,
)

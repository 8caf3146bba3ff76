"""What can happen when a therapy ends."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Patient, Person, Unit
from coign.kernel.values import FreeText

Reason = Literal["complete", "death", "withdrawal", "progression", "no_product"]
Decision = Literal["destroyed", "returned", "used_for_test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDecision:
    """What becomes of one container."""

    unit: Unit
    becomes: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyEnded(Fact, type="closing.therapy_ended.v1", about=("chain", "patient")):
    """A physician ended the therapy, with a decision for every container that still exists."""

    chain: Chain
    patient: Patient
    reason: Reason
    note: FreeText
    decisions: tuple[UnitDecision, ...]
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalDecided(Fact, type="closing.disposal_decided.v1", about=("unit",)):
    """What becomes of this container, now that its therapy is over."""

    unit: Unit
    becomes: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalRecorded(Fact, type="closing.disposal_recorded.v1", about=("unit",)):
    """A first person says that it was carried out: no effect but being first."""

    unit: Unit
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalConfirmed(Fact, type="closing.disposal_confirmed.v1", about=("unit",)):
    """A second person saw it, and scanned the same container."""

    unit: Unit
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalMismatched(Fact, type="closing.disposal_mismatched.v1", about=("unit", "found")):
    """The second person scanned another container: both stand still until somebody knows which one is gone."""

    unit: Unit
    found: Unit
    between: tuple[Person, ...]

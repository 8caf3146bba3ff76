"""What can happen to a product between freezer and patient."""

from dataclasses import field
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.fields import correctable
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Chain, Patient, Person, Unit
from coign.kernel.values import Digest, FreeText, Quantity

Outcome = Literal["complete", "partial", "stopped_for_reaction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one thing that the programme asks about before an infusion; `unit` is empty for a word."""

    id: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAssessed(Fact, type="infusion.patient_assessed.v1", about=("chain", "patient")):
    """A physician looked at the patient before the infusion; `outside` names what stands against giving cells now."""

    chain: Chain
    patient: Patient
    findings: tuple[Finding, ...] = field(metadata=correctable("Finding"))
    outside: tuple[str, ...]
    by: Person
    weight: Quantity | None = field(default=None, metadata=correctable("Weight"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(Fact, type="infusion.issued.v1", about=("unit", "chain")):
    """A first person took the bag out for thawing: no effect but being first."""

    unit: Unit
    chain: Chain
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRequested(Fact, type="infusion.emergency_requested.v1", about=("unit", "chain")):
    """The prescriber asks to give one bag although these gates do not hold: no effect but being first.

    `patient_informed`: whether the patient was told; older entries do not say it.
    """

    unit: Unit
    chain: Chain
    unmet: tuple[str, ...]
    makers_advice: Digest
    reason: FreeText
    by: Person
    patient_informed: Literal["yes", "no", "cannot_be"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyDecided(Fact, type="infusion.emergency_decided.v1", about=("unit", "chain")):
    """A second person agrees: this bag may be given within the hour although these gates do not hold."""

    unit: Unit
    chain: Chain
    unmet: tuple[str, ...]
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyInfusionStarted(Fact, type="infusion.emergency_started.v1", about=("unit", "chain")):
    """A bag runs into the patient on an emergency decision, with what did not hold when it began."""

    unit: Unit
    chain: Chain
    unmet: tuple[str, ...]
    deviation: Case
    safety_case: Case
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Thawed(Fact, type="infusion.thawed.v1", about=("unit", "chain")):
    """The bag left the cold: its clock runs and cannot be stopped or set back."""

    unit: Unit
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class BedsideChecked(Fact, type="infusion.bedside_checked.v1", about=("unit",)):
    """A first person scanned wristband and bag: no effect but being first."""

    unit: Unit
    wristband: Patient
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class BedsideConfirmed(Fact, type="infusion.bedside_confirmed.v1", about=("unit", "patient")):
    """Two persons, each from their own scans, found this bag at the bed of the patient it was made for."""

    unit: Unit
    patient: Patient
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class BedsideMismatched(Fact, type="infusion.bedside_mismatched.v1", about=("units",)):
    """Bag and wristband do not belong together: every bag concerned stands still until a third person resolves it."""

    units: tuple[Unit, ...]
    expected: Patient
    found: Patient
    between: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BedsideMismatchResolved(Fact, type="infusion.mismatch_resolved.v1", about=("unit",)):
    """A third person found out which bag and which patient this is; the bedside check begins anew."""

    unit: Unit
    finding: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStarted(Fact, type="infusion.started.v1", about=("unit", "chain")):
    """The bag runs into the patient."""

    unit: Unit
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionFinished(Fact, type="infusion.finished.v1", about=("unit", "chain", "patient")):
    """The bag is given: how much went in, how much stayed behind, and how it ended."""

    unit: Unit
    chain: Chain
    patient: Patient
    given: Quantity = field(metadata=correctable("Given"))
    residual: Quantity = field(metadata=correctable("Left in the bag"))
    outcome: Outcome

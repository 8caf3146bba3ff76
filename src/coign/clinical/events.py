"""What can happen to a patient on the way to a therapy."""

from dataclasses import field
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.fields import correctable
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, HospitalNumber, Organisation, Patient, Person, Programme, Unit
from coign.kernel.values import Digest, FreeText, Identifying, Instant, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientEnrolled(Fact, type="clinical.patient_enrolled.v1", about=("patient", "number"), parties=("centre",)):
    """A centre knows this patient from now on; `similar` counts patients here with whom they could be mixed up.

    `number` marks the hospital number as theirs; None in entries older than that mark.
    """

    patient: Patient
    centre: Organisation
    family_name: Identifying
    given_name: Identifying
    birth_date: Identifying
    hospital_number: Identifying
    similar: int = 0
    number: HospitalNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCorrected(
    Fact, type="clinical.identity_corrected.v1", about=("patient", "number", "number_before"), parties=("centre",)
):
    """A name, birth date or number changed or was wrong. The patient stays the same subject, so no chain breaks.

    `evidence` is the document that shows it; in a therapy a second person has then still to settle it. With a new
    hospital number `number` is theirs from now on, and `number_before` is given back.
    """

    patient: Patient
    family_name: Identifying | None = None
    given_name: Identifying | None = None
    birth_date: Identifying | None = None
    hospital_number: Identifying | None = None
    similar: int = 0
    centre: Organisation | None = None
    number: HospitalNumber | None = None
    number_before: HospitalNumber | None = None
    evidence: Digest | None = None
    by: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettled(Fact, type="clinical.identity_settled.v1", about=("patient",)):
    """A second person found the patient to be the same: by wristband, birth date, hospital number and therapy.

    `matches`: whether what was read is what stands in the record; without it nothing was ever settled.
    """

    patient: Patient
    chain: Chain
    changed_by: Person
    by: Person
    evidence: Digest
    matches: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Fact, type="clinical.consent_given.v1", about=("patient",)):
    """The patient agreed to one purpose of one programme, on a signed form of a stated version."""

    patient: Patient
    programme: Programme
    purpose: str
    form_version: str
    signed_form: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Fact, type="clinical.consent_withdrawn.v1", about=("patient",)):
    """The patient took consent to one purpose back: nothing new is begun for it; what was recorded stays."""

    patient: Patient
    programme: Programme
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityConfirmed(Fact, type="clinical.eligibility_confirmed.v1", about=("patient",)):
    """A physician found the patient fit for the therapy of a programme."""

    patient: Patient
    programme: Programme
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDrafted(Fact, type="clinical.order_drafted.v1", about=("patient",)):
    """An order waits for its prescriber's signature; a newer draft takes the place of an older one."""

    patient: Patient
    programme: Programme
    weight: Quantity
    weighed_on: Instant
    indication: FreeText
    prescriber: Person
    maker: Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Fact, type="clinical.ordered.v1", about=("patient", "chain")):
    """The prescriber signed the order. Names no party: the maker comes to know the chain, not the patient (TRC-26)."""

    patient: Patient
    chain: Chain
    programme: Programme
    weight: Quantity = field(metadata=correctable("Weight"))
    weighed_on: Instant
    prescriber: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditioningStarted(Fact, type="clinical.conditioning_started.v1", about=("chain", "patient")):
    """The physician ordered lymphodepletion: from its first day on the patient depends on the product.

    `fit`: how the patient was found; older entries do not say it.
    """

    chain: Chain
    patient: Patient
    first_day: Instant
    planned_infusion: Instant
    examined_at: Instant | None = None
    weight: Quantity | None = field(default=None, metadata=correctable("Weight"))
    fit: Literal["fit", "not_fit"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductConfirmed(Fact, type="clinical.product_confirmed.v1", about=("chain",)):
    """The cell laboratory scanned every bag of the therapy where it lies: all are here, none is missing."""

    chain: Chain
    units: tuple[Unit, ...]
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditioningBegun(Fact, type="clinical.conditioning_begun.v1", about=("chain", "patient")):
    """The first dose of lymphodepletion is given: from here on nothing takes it back."""

    chain: Chain
    patient: Patient
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditioningGiven(Fact, type="clinical.conditioning_given.v1", about=("chain", "patient")):
    """The last dose was given: on which days, and whether all of it went in."""

    chain: Chain
    patient: Patient
    first_day: Instant
    last_day: Instant
    complete: Literal["yes", "no"]
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAnswered(Fact, type="clinical.turn_answered.v1", about=("chain", "patient")):
    """A physician was told that something turned after the patient was conditioned, and says what is done now."""

    chain: Chain
    patient: Patient
    told_at: Instant
    decision: Literal["wait", "rescue", "other_product", "emergency_infusion"]
    turned: tuple[str, ...]
    reason: FreeText
    by: Person

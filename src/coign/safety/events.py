"""What can happen to a patient after an infusion, and to the reports about it."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import (
    Batch,
    Case,
    Chain,
    Document,
    Organisation,
    Patient,
    Person,
    Product,
    Programme,
    Unit,
)
from coign.kernel.values import Digest, FreeText, Instant, Quantity

BloodPressure = Literal[
    "normal", "low_without_vasopressor", "vasopressin_alone", "one_vasopressor", "one_vasopressor_and_vasopressin",
    "several_vasopressors",
]  # fmt: skip
Oxygen = Literal[
    "none", "blow_by", "low_flow_cannula", "high_flow_cannula", "face_mask", "non_rebreather_mask", "venturi_mask",
    "positive_pressure", "for_another_reason",
]  # fmt: skip
Answer = Literal["yes", "no"]
AnswerIfKnown = Literal["yes", "no", "not_known"]
Grade = Literal["0", "1", "2", "3", "4", "5"]
AttentionTest = Literal["ICE", "CAPD"]
RightAnswer = Literal["year", "month", "city", "hospital", "follows_command", "writes_sentence", "counts_back"]
Consciousness = Literal["awake", "wakes_by_itself", "to_voice", "to_touch", "not_rousable"]
Seizure = Literal[
    "none", "resolves_rapidly", "on_eeg_resolves_with_treatment", "over_5_minutes", "repeated_without_recovery"
]  # fmt: skip
Motor = Literal["none", "deep_focal_weakness"]
Pressure = Literal[
    "none", "focal_oedema", "diffuse_oedema", "posturing", "sixth_nerve_palsy", "papilloedema", "cushings_triad"
]  # fmt: skip
Domain = Literal["attention", "consciousness", "seizure", "motor", "pressure"]
BeforeTreatment = Literal["normal", "low", "high"]
#: What a serious event is: adverse reactions, and what went wrong with or without harm.
EventKind = Literal[
    "adverse_event", "medication_error", "overdose", "wrong_patient", "off_label_use", "pregnancy", "lack_of_efficacy",
    "quality_complaint",
]  # fmt: skip
Criterion = Literal[
    "death", "life_threatening", "hospitalisation", "disability", "congenital_anomaly", "other_medically_important",
    "infection_transmitted",
]  # fmt: skip
Outcome = Literal["recovered", "recovering", "not_recovered", "recovered_with_sequelae", "fatal", "unknown"]
Opinion = Literal["related", "not_related"]
#: Who held the four elements first: patient, reporter, product, event.
HeldBy = Literal["site", "contractor", "sponsor", "literature", "registry", "patient_support"]
ReferenceKind = Literal["investigators_brochure", "label"]
Verdict = Literal["accepted", "rejected"]
WhyMissed = Literal["lost_to_follow_up", "care_transferred", "declined", "too_ill", "died", "not_done"]
Scale = Literal["crs", "icans", "laboratory", "event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRecorded(Fact, type="safety.reaction_recorded.v1", about=("chain", "patient")):
    """What was seen at one moment, the grade that follows from it, and under which rule.

    `grade` is None when no grade follows: `not_graded_because` says why. A clinician's own grade stands beside the
    computed one with its reason, never in its place. `fever`: whether the temperature counted as one. Serious is not
    severe: nothing here says what must be reported.
    """

    chain: Chain
    patient: Patient
    seen_at: Instant
    temperature: Quantity
    blood_pressure: BloodPressure
    oxygen: Oxygen
    anticytokine_given: Answer
    fever_before: AnswerIfKnown
    fever_explained: Answer
    died_of_it: Answer
    fever: Answer
    grade: Grade | None
    not_graded_because: str
    rule: str
    clinicians_grade: Grade | None = None
    clinicians_reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IcansRecorded(Fact, type="safety.icans_recorded.v1", about=("chain", "patient")):
    """What was seen of the nervous system at one moment, the grade that follows from it, and under which rule.

    `score` is the sum of the test of attention: of the items where they were asked one by one, as told otherwise; None:
    it was not tested. Domains in `explained` have another cause.
    """

    chain: Chain
    patient: Patient
    seen_at: Instant
    test: AttentionTest
    score: int | None
    right_answers: tuple[RightAnswer, ...]
    objects_named: int | None
    consciousness: Consciousness
    seizure: Seizure
    motor: Motor
    pressure: Pressure
    explained: tuple[Domain, ...]
    sedated: Answer
    died_of_it: Answer
    grade: Grade | None
    not_graded_because: str
    note: str
    rule: str
    clinicians_grade: Grade | None = None
    clinicians_reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryGraded(Fact, type="safety.laboratory_graded.v1", about=("chain", "patient")):
    """A laboratory value with its limits, and its grade by the version of CTCAE that the programme pins."""

    chain: Chain
    patient: Patient
    sampled_at: Instant
    term: str
    value: Quantity
    upper_limit: Quantity | None
    lower_limit: Quantity | None
    baseline: Quantity | None
    baseline_state: BeforeTreatment | None
    version: str
    grade: Grade | None
    not_graded_because: str
    note: str
    clinicians_grade: Grade | None = None
    clinicians_reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRecorded(Fact, type="safety.response_recorded.v1", about=("chain", "patient")):
    """How the disease answered at one of the times that the programme names; a later assessment takes its place."""

    chain: Chain
    patient: Patient
    timepoint: str
    category: str
    assessed_on: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseMissed(Fact, type="safety.response_missed.v1", about=("chain", "patient")):
    """The window of one of the times is over and nobody assessed; an assessment that turns up takes its place."""

    chain: Chain
    patient: Patient
    timepoint: str
    why: WhyMissed
    tried: FreeText


# Cases


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Fact, type="safety.case_opened.v1", about=("case", "chain"), parties=("centre", "sponsor")):
    """A report about one therapy: product, batches and units come from the chain of identity, never from typing.

    `zone` is the one that the reporter declared: civil days are counted in it.
    """

    case: Case
    chain: Chain
    centre: Organisation
    sponsor: Organisation
    product: Product
    programme: Programme
    batches: tuple[Batch, ...]
    units: tuple[Unit, ...]
    zone: str
    reporter: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReported(Fact, type="safety.event_reported.v1", about=("case",)):
    """One event of a case: serious or not by its own criteria, whatever the others are.

    `aware_at`: when the investigator became aware; `known_at`: the earliest moment at which anybody in the organisation
    or contracted to it held the four elements. `opinion` None: the investigator has not said whether it is related.
    """

    case: Case
    event: int
    kind: EventKind
    term: str
    dictionary: str
    onset: Instant
    severity: Grade | None
    criteria: tuple[Criterion, ...]
    outcome: Outcome
    aware_at: Instant
    known_at: Instant
    held_by: HeldBy
    opinion: Opinion | None
    narrative: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFollowedUp(Fact, type="safety.event_followed_up.v1", about=("case",)):
    """News about an event. What is significant has a day zero of its own; a clock that runs is never set back."""

    case: Case
    event: int
    received_at: Instant
    significant: Answer
    severity: Grade | None
    criteria: tuple[Criterion, ...]
    outcome: Outcome
    narrative: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierKnowledgeFound(Fact, type="safety.earlier_knowledge_found.v1", about=("case",)):
    """Somebody held the four elements earlier than was known: day zero moves back, never forward."""

    case: Case
    event: int
    known_at: Instant
    held_by: HeldBy
    found_out: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityStated(Fact, type="safety.causality_stated.v1", about=("case",)):
    """The investigator's opinion whether the product may have caused an event."""

    case: Case
    event: int
    opinion: Opinion
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalityAssessed(Fact, type="safety.causality_assessed.v1", about=("case",)):
    """The sponsor's opinion, beside the investigator's: it can add suspicion, never take it away."""

    case: Case
    event: int
    opinion: Opinion
    rationale: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectednessAssessed(Fact, type="safety.expectedness_assessed.v1", about=("case",)):
    """Whether the reference information in force at onset lists the event, in this severity and outcome.

    `reference` None: none was in force. Later versions of the reference change nothing here.
    """

    case: Case
    event: int
    expected: Answer
    reference: Document | None
    because: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRecorded(Fact, type="safety.submission_recorded.v1", about=("case",)):
    """What a duty asks for was sent; the evidence is on file."""

    case: Case
    duty: str
    sent_at: Instant
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAnswered(Fact, type="safety.submission_answered.v1", about=("case",)):
    """The receiver accepted or rejected it; while it is rejected the clock runs on."""

    case: Case
    duty: str
    verdict: Verdict
    received_at: Instant
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPatientReported(Fact, type="safety.wrong_patient_reported.v1", about=("unit", "cases")):
    """A product went into somebody it was not made for: safety, quality and chain of identity are looked into together.

    `cases`: the safety case first, then the investigations of quality and of the chain of identity.
    """

    unit: Unit
    given_to: Patient
    cases: tuple[Case, ...]


# Reference safety information


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePublished(Fact, type="safety.reference_published.v1", about=("document", "product")):
    """A version of the reference safety information: what is listed, up to which severity, and what with death.

    A term under `up_to_2` is listed up to grade 2, and so on; under `fatal` it is listed with a fatal outcome.
    """

    document: Document
    product: Product
    kind: ReferenceKind
    label: str
    effective: Instant
    up_to_2: tuple[str, ...]
    up_to_3: tuple[str, ...]
    up_to_4: tuple[str, ...]
    fatal: tuple[str, ...]
    by: Person


# Tolerance and enrolment


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationBegun(Fact, type="safety.observation_begun.v1", about=("programme",)):
    """A treated patient is watched for dose-limiting toxicity until the end of the programme's window."""

    programme: Programme
    chain: Chain
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxicityCounted(Fact, type="safety.toxicity_counted.v1", about=("programme",)):
    """A toxicity within the window limits the dose; one patient counts once."""

    programme: Programme
    chain: Chain
    scale: Scale
    grade: Grade
    seen_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentHeld(Fact, type="safety.enrolment_held.v1", about=("programme",)):
    """Nobody new is ordered a therapy of this programme: its rule was reached, or the safety officer held it."""

    programme: Programme
    because: str
    calculation: str = ""
    toxicities: int = 0
    patients: int = 0
    reason: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumptionProposed(Fact, type="safety.resumption_proposed.v1", about=("programme",)):
    """A first member of the safety board decided that enrolment may go on: no effect but being first."""

    programme: Programme
    rationale: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentResumed(Fact, type="safety.enrolment_resumed.v1", about=("programme",)):
    """A second member agreed: therapies of this programme are ordered again."""

    programme: Programme
    first: Person
    second: Person

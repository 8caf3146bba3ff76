"""What the quality unit can say about material, results, deviations and batches."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Document, Organisation, Person, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity

Verdict = Literal["pass", "fail"]
#: What the laboratory found when it looked for an error of its own.
LaboratoryFinding = Literal["laboratory_error", "no_assignable_cause"]
#: Why units are blocked when a result comes in adverse after release: the words that stand in the record.
LATE_RESULT = "a result that was pending at release came in out of specification"
#: What a product fails in that passes every test and is less than a dose for its patient.
TOO_FEW_CELLS = "too_few_cells"
Conclusion = Literal["confirmed", "laboratory_error"]
#: What is said about an entry that stands out: it has its reason, or it is looked into as a deviation.
AuditTrailAnswer = Literal["accepted", "deviation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialAccepted(Fact, type="quality.material_accepted.v1", about=("unit",)):
    """Starting material may go into production."""

    unit: Unit
    organisation: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialRejected(Fact, type="quality.material_rejected.v1", about=("unit",)):
    """Starting material must not go into production."""

    unit: Unit
    organisation: Organisation
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationOpened(
    Fact, type="quality.deviation_opened.v1", about=("case", "batch", "units", "chain"), parties=("organisation",)
):
    """Something was not as it should be: with a batch, with containers that belong to none, or with a therapy.

    `what` names the measurements, where measurements are concerned.
    """

    case: Case
    organisation: Organisation
    step: str = ""
    what: tuple[str, ...] = ()
    description: FreeText | None = None
    batch: Batch | None = None
    units: tuple[Unit, ...] = ()
    chain: Chain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationClosed(Fact, type="quality.deviation_closed.v1", about=("case", "batch", "units", "chain")):
    """The quality unit judged what a deviation means for what it concerns."""

    case: Case
    by: Person
    assessment: FreeText
    batch: Batch | None = None
    units: tuple[Unit, ...] = ()
    chain: Chain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRecorded(Fact, type="quality.result_recorded.v1", about=("batch",)):
    """A test of the release panel has a result; the verdict was computed from the batch's own specification."""

    batch: Batch
    sample: Unit
    attribute: str
    value: str
    unit: str
    method: str
    verdict: Verdict
    raw: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReviewed(Fact, type="quality.result_reviewed.v1", about=("batch",)):
    """A second person compared a result with its raw data."""

    batch: Batch
    attribute: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultInvalidated(Fact, type="quality.result_invalidated.v1", about=("batch",)):
    """An investigation found an error in the laboratory: the test may be repeated; the first result stays visible."""

    batch: Batch
    attribute: str
    by: Person
    cause: FreeText
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryAssessed(Fact, type="quality.laboratory_assessed.v1", about=("batch",)):
    """First phase: somebody who did not test looked for an error of the laboratory behind a failing result."""

    batch: Batch
    attribute: str
    found: LaboratoryFinding
    by: Person
    assessment: FreeText
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestsPlanned(Fact, type="quality.retests_planned.v1", about=("batch",)):
    """Second phase: how often a test is repeated was fixed before anybody saw a further result."""

    batch: Batch
    attribute: str
    times: int
    by: Person
    rationale: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class RetestRecorded(Fact, type="quality.retest_recorded.v1", about=("batch",)):
    """A planned repeat has a result; it stands beside the first one and never takes its place."""

    batch: Batch
    sample: Unit
    attribute: str
    value: str
    unit: str
    method: str
    verdict: Verdict
    raw: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationConcluded(Fact, type="quality.investigation_concluded.v1", about=("batch",)):
    """The quality unit decided what a result out of specification is: the product's, or an error of the laboratory."""

    batch: Batch
    attribute: str
    conclusion: Conclusion
    no_sample_left: bool
    by: Person
    cause: FreeText
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReviewed(Fact, type="quality.record_reviewed.v1", about=("batch",)):
    """Somebody who had no hand in the batch read its whole record; `too_few_cells`: it is less than a dose."""

    batch: Batch
    by: Person
    too_few_cells: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrailLineAnswered(Fact, type="quality.audit_trail_line_answered.v1", about=("batch",)):
    """Somebody who did not do it says what an entry means that stands out in the audit trail of a batch.

    `signs` and `risk`: why it stood out, as it was shown. `answer`: there is a reason, or a deviation was opened.
    """

    batch: Batch
    entry: int
    signs: tuple[str, ...]
    risk: int
    answer: AuditTrailAnswer
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrailReviewed(Fact, type="quality.audit_trail_reviewed.v1", about=("batch",)):
    """Somebody who had no hand in the batch read its audit trail by exception, up to a position of the record.

    `entries` were read, `listed` stood out at all, `exceptional` had to be answered.
    """

    batch: Batch
    up_to: int
    entries: int
    listed: int
    exceptional: tuple[int, ...]
    conclusion: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrailReviewDeferred(Fact, type="quality.audit_trail_review_deferred.v1", about=("batch",)):
    """For a reason the batch is decided about before its audit trail is read; the review is owed in so many days."""

    batch: Batch
    days: int
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified(Fact, type="quality.certified.v1", about=("batch", "units", "certificate"), parties=("maker",)):
    """Somebody answers for it: these units may be given to the patient they were made for.

    `wording` and `jurisdiction` are the destination's; `pending` names the tests whose results are still to come;
    `strength` is what the programme works a dose out from: cells that count in a millilitre, from the released results.
    """

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    certificate: Document
    maker: Organisation
    by: Person
    wording: str = "certified"
    jurisdiction: str = ""
    pending: tuple[str, ...] = ()
    strength: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateResultAdverse(Fact, type="quality.late_result_adverse.v1", about=("batch", "chain", "units")):
    """A result that was pending at release is out of specification: physician and quality are called at once."""

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateResultAnswered(Fact, type="quality.late_result_answered.v1", about=("chain",)):
    """The physician, or the quality unit, knows of a late adverse result and says what they do about it."""

    chain: Chain
    attribute: str
    side: Literal["physician", "quality"]
    by: Person
    decision: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineShipmentAllowed(Fact, type="quality.quarantine_shipment_allowed.v1", about=("batch", "units")):
    """These units may travel before they are released; nobody may give them until they are."""

    batch: Batch
    units: tuple[Unit, ...]
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRequested(Fact, type="quality.exception_requested.v1", about=("chain",)):
    """The physician asks for a product out of specification: an immediate hazard, and no other treatment.

    Names no batch: both sides see every paper of a request, and the centre sees no batch of the maker (TRC-26).
    """

    chain: Chain
    by: Person
    hazard: FreeText
    alternatives: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRiskAssessed(Fact, type="quality.exception_risk_assessed.v1", about=("chain",)):
    """The maker tells the physician what giving the product risks."""

    chain: Chain
    by: Person
    assessment: FreeText
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionAccepted(Fact, type="quality.exception_accepted.v1", about=("chain",)):
    """The physician has read the maker's risk assessment and wants the product for this patient."""

    chain: Chain
    by: Person
    judgement: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionNotified(Fact, type="quality.exception_notified.v1", about=("chain",)):
    """An authority, or the sponsor, was told that a product out of specification is supplied."""

    chain: Chain
    told: str
    told_at: Instant
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedAccessRecorded(Fact, type="quality.expanded_access_recorded.v1", about=("chain",)):
    """The references under which a nonconforming product may be given in the United States."""

    chain: Chain
    application: str
    review_board: str
    consent: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedUnderException(
    Fact, type="quality.supplied_under_exception.v1", about=("batch", "chain", "units", "document"), parties=("maker",)
):
    """A product that fails may be given to its patient all the same; this is no certificate and no release.

    `failed`: tests of the panel, and `TOO_FEW_CELLS` where all bags together are less than a dose.
    """

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    document: Document
    maker: Organisation
    jurisdiction: str
    statement: str
    failed: tuple[str, ...]
    by: Person
    strength: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRejected(Fact, type="quality.batch_rejected.v1", about=("batch", "chain", "units")):
    """The batch must not be given to anybody, also if it had been certified."""

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockResolved(Fact, type="quality.block_resolved.v1", about=("unit",)):
    """A person who had no part in it found out why something did not agree about a unit."""

    unit: Unit
    why: str
    by: Person
    finding: FreeText

"""What the quality unit can say about material, results, deviations and batches."""

from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Batch, Case, Chain, Document, Organisation, Person, Unit
from coign.kernel.values import Digest, FreeText

Verdict = Literal["pass", "fail"]


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
class DeviationOpened(Fact, type="quality.deviation_opened.v1", about=("case", "batch"), parties=("organisation",)):
    """Something was not as the programme says; `what` names the measurements, where measurements are concerned."""

    case: Case
    batch: Batch
    organisation: Organisation
    step: str = ""
    what: tuple[str, ...] = ()
    description: FreeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationClosed(Fact, type="quality.deviation_closed.v1", about=("case", "batch")):
    """The quality unit judged what a deviation means for the batch."""

    case: Case
    batch: Batch
    by: Person
    assessment: FreeText


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
class RecordReviewed(Fact, type="quality.record_reviewed.v1", about=("batch",)):
    """Somebody who had no hand in the batch read its whole record."""

    batch: Batch
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified(Fact, type="quality.certified.v1", about=("batch", "units", "certificate"), parties=("maker",)):
    """A qualified person answers for it: these units may be given to the patient they were made for."""

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    certificate: Document
    maker: Organisation
    by: Person


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

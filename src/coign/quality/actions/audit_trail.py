"""Read the audit trail of a batch by exception: answer what stands out, sign the review, or put it off."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Person
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import BATCH
from coign.quality import audit_trail_gates, batch_gates
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.events import (
    AuditTrailAnswer,
    AuditTrailLineAnswered,
    AuditTrailReviewDeferred,
    AuditTrailReviewed,
    DeviationOpened,
)
from coign.quality.gates import OfBatch
from coign.quality.state import DOSSIER

#: Whoever reads the entries of the batch and ranks them, before the rules are asked.
READER = "audit_trail"


def _reads(asked: OfBatch, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.batch, view) for view in (BATCH, DOSSIER, AUDIT_TRAIL))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAuditTrailLine:
    """Which entry, and what it means."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    entry: int = field(metadata=asks("Entry", "known"))
    answer: AuditTrailAnswer = field(metadata=asks("Answer", "choose"))
    why: FreeText = field(metadata=asks("Reason", hint="what was found out, and from whom"))
    case: Case = field(metadata=allotted())
    signs: tuple[str, ...] = field(default=(), metadata=resolved(by=READER))
    risk: int = field(default=0, metadata=resolved(by=READER))
    done_by: Person | None = field(default=None, metadata=resolved(by=READER))


def _reads_of_line(asked: AnswerAuditTrailLine, actor: Actor) -> Sequence[Read]:
    return (*_reads(asked, actor), Read(asked.case))


def _answered(asked: AnswerAuditTrailLine, known: Circumstances) -> Sequence[AuditTrailLineAnswered | DeviationOpened]:
    answered = AuditTrailLineAnswered(
        batch=asked.batch,
        entry=asked.entry,
        signs=asked.signs,
        risk=asked.risk,
        answer=asked.answer,
        why=asked.why,
        by=known.actor.person,
    )
    if asked.answer == "accepted":
        return (answered,)
    opened = DeviationOpened(
        case=asked.case, batch=asked.batch, organisation=known.actor.organisation, description=asked.why
    )
    return (answered, opened)


ANSWER = Action(
    name="quality.answer_audit_trail_line",
    title="Say what an entry means that stands out",
    command=AnswerAuditTrailLine,
    roles=frozenset({"qa", "qcreviewer", "qp", "quality-us"}),
    reads=_reads_of_line,
    gates=(
        audit_trail_gates.line_stands_out,
        audit_trail_gates.line_is_not_answered,
        audit_trail_gates.line_answered_by_another,
        batch_gates.judge_had_no_part,
    ),
    decide=_answered,
    emits=(AuditTrailLineAnswered, DeviationOpened),
    requirements=("CSV-31", "GMP-19"),
    risk=Risk.PATIENT,
    rationale="A sign is no verdict: somebody asks, and the answer stands where the next one looks.",
    page="designed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAuditTrail:
    """Which batch, and what came of reading its audit trail."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    conclusion: FreeText = field(metadata=asks("Conclusion", hint="what the entries that stand out mean together"))
    up_to: int = field(default=0, metadata=resolved(by=READER))
    entries: int = field(default=0, metadata=resolved(by=READER))
    listed: int = field(default=0, metadata=resolved(by=READER))
    exceptional: tuple[int, ...] = field(default=(), metadata=resolved(by=READER))


def _reviewed(asked: ReviewAuditTrail, known: Circumstances) -> Sequence[AuditTrailReviewed]:
    return (
        AuditTrailReviewed(
            batch=asked.batch,
            up_to=asked.up_to,
            entries=asked.entries,
            listed=asked.listed,
            exceptional=asked.exceptional,
            conclusion=asked.conclusion,
            by=known.actor.person,
        ),
    )


REVIEW = Action(
    name="quality.review_audit_trail",
    title="Review the audit trail of the batch",
    command=ReviewAuditTrail,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(
        batch_gates.record_is_reviewed,
        audit_trail_gates.exceptional_lines_are_answered,
        batch_gates.judge_had_no_part,
    ),
    decide=_reviewed,
    emits=(AuditTrailReviewed,),
    requirements=("CSV-31", "CSV-39", "GMP-19", "GMP-02"),
    risk=Risk.PATIENT,
    rationale="Who changes, repeats or enters late what did not fit leaves traces: somebody must read them.",
    meaning="reviewed",
    page="designed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferAuditTrailReview:
    """Which batch, and why it cannot wait."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    why: FreeText = field(
        metadata=asks("Why it cannot wait", hint="the review is owed within {audit_trail.deferred_max}")
    )


def _deferred(asked: DeferAuditTrailReview, known: Circumstances) -> Sequence[AuditTrailReviewDeferred]:
    days = int(known.rules.number("audit_trail.deferred_max", known.now))
    return (AuditTrailReviewDeferred(batch=asked.batch, days=days, why=asked.why, by=known.actor.person),)


DEFER = Action(
    name="quality.defer_audit_trail_review",
    title="Put the review of the audit trail off",
    command=DeferAuditTrailReview,
    roles=frozenset({"qa", "qp", "quality-us"}),
    reads=_reads,
    gates=(
        batch_gates.record_is_reviewed,
        audit_trail_gates.review_can_be_put_off,
        batch_gates.judge_had_no_part,
        batch_gates.batch_is_undecided,
    ),
    decide=_deferred,
    emits=(AuditTrailReviewDeferred,),
    requirements=("CSV-31",),
    risk=Risk.PATIENT,
    rationale="A dying patient does not wait for a reading that can be made afterwards; that it was put off is said.",
    meaning="put off",
)

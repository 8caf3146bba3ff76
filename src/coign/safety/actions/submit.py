"""Record that a report was sent, and what the receiver answered."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Digest, Instant
from coign.regulatory.views import PRODUCT
from coign.safety import case_gates
from coign.safety.case_state import CASE, SUBMISSIONS
from coign.safety.events import SubmissionAnswered, SubmissionRecorded, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSubmission:
    """For which duty, when, with what as evidence: the message as it was sent."""

    case: Case = field(metadata=asks("Case", "known"))
    duty: str = field(metadata=asks("Duty", "known"))
    sent_at: Instant = field(metadata=asks("Sent at"))
    evidence: Digest = field(metadata=asks("What was sent", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """What the receiver said, and the acknowledgement as it came."""

    case: Case = field(metadata=asks("Case", "known"))
    duty: str = field(metadata=asks("Duty", "known"))
    verdict: Verdict = field(metadata=asks("Answer", "choose"))
    received_at: Instant = field(metadata=asks("Received at"))
    evidence: Digest = field(metadata=asks("Acknowledgement", "upload"))


def _reads(asked: RecordSubmission | RecordAnswer, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE), Read(asked.case, SUBMISSIONS))


def _product_reads(asked: RecordSubmission, known: Circumstances) -> Sequence[Read]:
    product = known.state(CASE, asked.case).product
    return () if product is None else (Read(product, PRODUCT),)


def _sent(asked: RecordSubmission, known: Circumstances) -> Sequence[SubmissionRecorded]:
    return (
        SubmissionRecorded(
            case=asked.case,
            duty=asked.duty,
            sent_at=asked.sent_at,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


def _answered(asked: RecordAnswer, known: Circumstances) -> Sequence[SubmissionAnswered]:
    return (
        SubmissionAnswered(
            case=asked.case,
            duty=asked.duty,
            verdict=asked.verdict,
            received_at=asked.received_at,
            evidence=asked.evidence,
        ),
    )


RECORD_SUBMISSION = Action(
    name="safety.record_submission",
    title="Record that a report was sent",
    command=RecordSubmission,
    roles=frozenset({"safety"}),
    reads=_reads,
    then_reads=(_product_reads,),
    gates=(case_gates.we_are_sponsor, case_gates.duty_is_owed, case_gates.sent_since_day_zero),
    decide=_sent,
    emits=(SubmissionRecorded,),
    requirements=("PAT-05", "PAT-06", "PAT-07", "PAT-10", "REG-03"),
    risk=Risk.PATIENT,
    rationale="A duty that looks done and is not stays silent until an inspector asks.",
)

RECORD_ANSWER = Action(
    name="safety.record_answer",
    title="Record the receiver's answer",
    command=RecordAnswer,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(case_gates.we_are_sponsor, case_gates.something_was_sent, case_gates.answer_came_after_the_report),
    decide=_answered,
    emits=(SubmissionAnswered,),
    requirements=("PAT-10",),
    risk=Risk.PATIENT,
    rationale="A report that was rejected has told nobody anything: its clock runs on.",
)

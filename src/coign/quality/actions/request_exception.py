"""The papers of supply out of specification: the physician asks, the maker warns, the physician accepts."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Digest, FreeText, Instant
from coign.manufacturing.views import BATCH, SLOT
from coign.quality import exception_gates
from coign.quality.events import (
    ExceptionAccepted,
    ExceptionNotified,
    ExceptionRequested,
    ExceptionRiskAssessed,
    ExpandedAccessRecorded,
)
from coign.quality.exception_state import EXCEPTION
from coign.quality.state import DOSSIER


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestException:
    """For which therapy, what threatens the patient, and what else was considered."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    hazard: FreeText = field(metadata=asks("What threatens the patient without it"))
    alternatives: FreeText = field(metadata=asks("What else was considered"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessExceptionRisk:
    """For which therapy, and what giving its product risks."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    assessment: FreeText = field(metadata=asks("Risk", hint="what fails, by how much, what that can do to the patient"))
    evidence: Digest = field(metadata=asks("Risk assessment", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptException:
    """For which therapy, and why the benefit outweighs the risk."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    judgement: FreeText = field(metadata=asks("Why the product is given all the same"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExceptionNotice:
    """For which therapy, who was told when, and the notice."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    told: str = field(metadata=asks("Who was told", hint="the sponsor, the authority"))
    told_at: Instant = field(metadata=asks("When"))
    evidence: Digest = field(metadata=asks("The notice", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExpandedAccess:
    """For which therapy, and the references under which a nonconforming product may be given."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    application: str = field(metadata=asks("Expanded-access application"))
    review_board: str = field(metadata=asks("Approval of the review board"))
    consent: Digest = field(metadata=asks("Signed consent", "upload"))


def _reads_of_chain(asked: RequestException | AssessExceptionRisk, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.chain, view) for view in (CHAIN, SLOT, EXCEPTION))


def _reads(asked: AcceptException | RecordExceptionNotice | RecordExpandedAccess, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, EXCEPTION))


def _reads_of_batch(asked: AssessExceptionRisk, known: Circumstances) -> Sequence[Read]:
    batch = known.state(SLOT, asked.chain).batch
    return (Read(batch, BATCH), Read(batch, DOSSIER)) if batch is not None else ()


def _requested(asked: RequestException, known: Circumstances) -> Sequence[ExceptionRequested]:
    return (
        ExceptionRequested(
            chain=asked.chain,
            by=known.actor.person,
            hazard=asked.hazard,
            alternatives=asked.alternatives,
        ),
    )


def _assessed(asked: AssessExceptionRisk, known: Circumstances) -> Sequence[ExceptionRiskAssessed]:
    return (
        ExceptionRiskAssessed(
            chain=asked.chain, by=known.actor.person, assessment=asked.assessment, evidence=asked.evidence
        ),
    )  # fmt: skip


def _accepted(asked: AcceptException, known: Circumstances) -> Sequence[ExceptionAccepted]:
    return (ExceptionAccepted(chain=asked.chain, by=known.actor.person, judgement=asked.judgement),)


def _told(asked: RecordExceptionNotice, known: Circumstances) -> Sequence[ExceptionNotified]:
    return (
        ExceptionNotified(
            chain=asked.chain,
            told=asked.told,
            told_at=asked.told_at,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


def _on_record(asked: RecordExpandedAccess, known: Circumstances) -> Sequence[ExpandedAccessRecorded]:
    return (
        ExpandedAccessRecorded(
            chain=asked.chain,
            application=asked.application,
            review_board=asked.review_board,
            consent=asked.consent,
            by=known.actor.person,
        ),
    )


REQUEST = Action(
    name="quality.request_exception",
    title="Ask for a product out of specification",
    command=RequestException,
    roles=frozenset({"physician"}),
    reads=_reads_of_chain,
    gates=(
        exception_gates.exception_is_of_this_centre,
        exception_gates.batch_was_made,
        exception_gates.exception_not_requested_yet,
    ),
    decide=_requested,
    emits=(ExceptionRequested,),
    requirements=("GMP-40", "GMP-41", "GMP-S2"),
    risk=Risk.PATIENT,
    rationale="A product that fails is given only because a physician asks for it, knowing that nothing else is left.",
    meaning="ordered",
)

ASSESS = Action(
    name="quality.assess_exception_risk",
    title="Tell the physician what the product risks",
    command=AssessExceptionRisk,
    roles=frozenset({"qa"}),
    reads=_reads_of_chain,
    then_reads=(_reads_of_batch,),
    gates=(
        exception_gates.exception_is_requested,
        exception_gates.risk_not_assessed_yet,
        exception_gates.assessor_had_no_part,
    ),
    decide=_assessed,
    emits=(ExceptionRiskAssessed,),
    requirements=("GMP-40", "GMP-02"),
    risk=Risk.PATIENT,
    rationale="Only the maker knows what the failing value may do; the physician must know it before deciding.",
    meaning="assessed",
)

ACCEPT = Action(
    name="quality.accept_exception",
    title="Accept the risk of a product out of specification",
    command=AcceptException,
    roles=frozenset({"physician"}),
    reads=_reads,
    gates=(
        exception_gates.exception_is_of_this_centre,
        exception_gates.exception_is_requested,
        exception_gates.risk_is_delivered,
        exception_gates.not_accepted_yet,
    ),
    decide=_accepted,
    emits=(ExceptionAccepted,),
    requirements=("GMP-40", "GMP-S2"),
    risk=Risk.PATIENT,
    rationale="The risk is taken for one patient by the physician who answers for that patient.",
    meaning="accepted",
)

NOTIFY = Action(
    name="quality.record_exception_notice",
    title="Record who was told of a supply out of specification",
    command=RecordExceptionNotice,
    roles=frozenset({"regulatory", "qp"}),
    reads=_reads,
    gates=(exception_gates.exception_is_requested, exception_gates.told_before_now),
    decide=_told,
    emits=(ExceptionNotified,),
    requirements=("GMP-40",),
    risk=Risk.PATIENT,
    rationale="Outsiders who hear of it can stop what insiders have grown used to.",
)

EXPANDED_ACCESS = Action(
    name="quality.record_expanded_access",
    title="Record the references of expanded access",
    command=RecordExpandedAccess,
    roles=frozenset({"regulatory", "quality-us"}),
    reads=_reads,
    gates=(exception_gates.exception_is_requested,),
    decide=_on_record,
    emits=(ExpandedAccessRecorded,),
    requirements=("GMP-41",),
    risk=Risk.PATIENT,
    rationale="Without application, review board and consent the patient has no protection but good will.",
)

"""The gates of supply out of specification: every paper is there, the failure is confirmed, nothing else is wrong."""

from typing import Protocol

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.manufacturing.views import BATCH, SLOT
from coign.quality.batch_gates import had_part
from coign.quality.dose_gate import too_few_cells_because
from coign.quality.events import LATE_RESULT
from coign.quality.exception_state import EXCEPTION, ExceptionState
from coign.quality.gates import OfBatch
from coign.quality.release_gates import destination, pending_tests, rule_of
from coign.quality.state import DOSSIER

REQUEST, ACCESS = "physician_request", "expanded_access"


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfNotice(OfChain, Protocol):
    """A command that tells when somebody was told."""

    @property
    def told_at(self) -> Instant: ...


def request_for(asked: OfBatch, known: Circumstances) -> ExceptionState:
    """The request for the product of a batch's therapy; empty when there is none."""
    chain = known.state(BATCH, asked.batch).chain
    assert chain is not None, "a batch is of a therapy"
    return known.state(EXCEPTION, chain)


def _way(asked: OfBatch, known: Circumstances) -> str:
    return rule_of("exception.way", destination(asked.batch, known), known)


@gate(
    "quality.exception_is_of_this_centre",
    requirement=("GMP-40", "CSV-04"),
    protects="Only the centre that answers for the patient asks for a product that fails.",
    remedy="Ask the centre that ordered the therapy.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def exception_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    if known.state(CHAIN, asked.chain).centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of another centre"


@gate(
    "quality.batch_was_made",
    requirement="GMP-40",
    protects="What is asked for exists.",
    remedy="Wait until the maker has begun a batch.",
    resolvers=("operator", "qa"),
    risk=Risk.DATA,
)
def batch_was_made(asked: OfChain, known: Circumstances) -> str | None:
    return None if known.state(SLOT, asked.chain).batch is not None else f"{asked.chain.identifier} has no batch"


@gate(
    "quality.exception_not_requested_yet",
    requirement="GMP-40",
    protects="One request is answered, not several.",
    remedy="Look at the therapy: the request stands.",
    resolvers=("physician", "qa"),
    risk=Risk.DATA,
)
def exception_not_requested_yet(asked: OfChain, known: Circumstances) -> str | None:
    requested = known.state(EXCEPTION, asked.chain).requested_by
    return f"{requested.identifier} asked for it already" if requested is not None else None


@gate(
    "quality.exception_is_requested",
    requirement=("GMP-40", "GMP-41"),
    protects="Papers belong to a physician's written request; without it nobody has asked for the product.",
    remedy="The physician asks for the product first.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def exception_is_requested(asked: OfChain, known: Circumstances) -> str | None:
    requested = known.state(EXCEPTION, asked.chain).requested_by
    return None if requested is not None else f"nobody asked for a product out of specification of {asked.chain}"


@gate(
    "quality.risk_not_assessed_yet",
    requirement="GMP-40",
    protects="The physician decides on one assessment, not on the friendlier of two.",
    remedy="Look at the therapy: the assessment stands.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def risk_not_assessed_yet(asked: OfChain, known: Circumstances) -> str | None:
    return "the risk was assessed already" if known.state(EXCEPTION, asked.chain).assessed_by is not None else None


@gate(
    "quality.assessor_had_no_part",
    requirement=("GMP-02", "GMP-40"),
    protects="Who made or tested it does not say how dangerous it is.",
    remedy="Let somebody of the quality unit assess the risk who had no hand in the batch.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def assessor_had_no_part(asked: OfChain, known: Circumstances) -> str | None:
    batch = known.state(SLOT, asked.chain).batch
    return f"you had a hand in {batch.identifier}" if batch is not None and had_part(batch, known) else None


@gate(
    "quality.physician_has_asked",
    requirement=("GMP-40", "GMP-S2"),
    protects="Nobody offers a failing product: the physician asks for it, in writing.",
    remedy="The physician asks for the product.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def physician_has_asked(asked: OfBatch, known: Circumstances) -> str | None:
    asked_for = request_for(asked, known).requested_by
    return None if asked_for is not None else f"no physician asked for {asked.batch.identifier}"


@gate(
    "quality.risk_is_delivered",
    requirement="GMP-40",
    protects="The physician decides knowing what the maker knows.",
    remedy="The maker's quality unit assesses the risk.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def risk_is_delivered(asked: OfChain, known: Circumstances) -> str | None:
    request = known.state(EXCEPTION, asked.chain)
    if request.requested_by is None or request.assessed_by is not None:
        return None  # `quality.exception_is_requested` says so
    return "the maker has not assessed the risk yet"


@gate(
    "quality.not_accepted_yet",
    requirement="GMP-40",
    protects="A decision is signed once.",
    remedy="Look at the therapy: the physician accepted.",
    resolvers=("physician",),
    risk=Risk.DATA,
)
def not_accepted_yet(asked: OfChain, known: Circumstances) -> str | None:
    accepted = known.state(EXCEPTION, asked.chain).accepted_by
    return f"{accepted.identifier} accepted already" if accepted is not None else None


@gate(
    "quality.told_before_now",
    requirement=("GMP-40", "CSV-38"),
    protects="A notice that was not sent is none.",
    remedy="Look at the time again.",
    resolvers=("regulatory", "qp"),
    risk=Risk.DATA,
)
def told_before_now(asked: OfNotice, known: Circumstances) -> str | None:
    return f"{asked.told_at} has not come yet" if asked.told_at > known.now else None


@gate(
    "quality.physician_has_accepted",
    requirement=("GMP-40", "GMP-S2"),
    protects="The physician knows the risk and takes it, for this patient.",
    remedy="Assess the risk; then the physician accepts it.",
    resolvers=("qa", "physician"),
    risk=Risk.PATIENT,
)
def physician_has_accepted(asked: OfBatch, known: Circumstances) -> str | None:
    request = request_for(asked, known)
    if _way(asked, known) != REQUEST or request.requested_by is None or request.accepted_by is not None:
        return None
    return "the physician has not accepted the risk" if request.assessed_by else "the risk was not assessed"


@gate(
    "quality.authority_was_told",
    requirement=("GMP-40", "GMP-S2"),
    protects="An authority or the sponsor hears of every product given outside its specification.",
    remedy="Send the notice and record it.",
    resolvers=("regulatory", "qp"),
    risk=Risk.PATIENT,
)
def authority_was_told(asked: OfBatch, known: Circumstances) -> str | None:
    request = request_for(asked, known)
    if _way(asked, known) != REQUEST or request.requested_by is None or request.told:
        return None
    return "no authority or sponsor was told"


@gate(
    "quality.expanded_access_is_on_record",
    requirement="GMP-41",
    protects="A nonconforming product is given in the United States under an application, a review board, a consent.",
    remedy="Record the references of expanded access.",
    resolvers=("regulatory", "quality-us"),
    risk=Risk.PATIENT,
)
def expanded_access_is_on_record(asked: OfBatch, known: Circumstances) -> str | None:
    request = request_for(asked, known)
    if _way(asked, known) != ACCESS or request.requested_by is None or request.expanded_access:
        return None
    return "no application, review board and consent are on record"


@gate(
    "quality.failure_is_confirmed",
    requirement=("GMP-40", "GMP-21", "GMP-39", "PAT-29"),
    protects="The exception is for a product known to fail, or to be less than a dose, and for that alone.",
    remedy="Carry every investigation to its decision; a product that meets its specification is released.",
    resolvers=("qa", "qcreviewer"),
    risk=Risk.PATIENT,
)
def failure_is_confirmed(asked: OfBatch, known: Circumstances) -> str | None:
    failed = [r for r in known.state(DOSSIER, asked.batch).results if r.is_out_of_specification]
    if not failed and too_few_cells_because(asked.batch, known) is None:
        return f"{asked.batch.identifier} has no result out of specification, and is not less than a dose"
    unsure = [r.attribute for r in failed if r.is_under_investigation]
    return f"not decided yet: {', '.join(unsure)}" if unsure else None


@gate(
    "quality.batch_may_be_excepted",
    requirement=("GMP-40", "GMP-15"),
    protects="What was rejected never comes back; what is certified needs no exception.",
    remedy="Look at the batch: the decision was taken.",
    resolvers=("qp", "qa"),
    risk=Risk.PATIENT,
)
def batch_may_be_excepted(asked: OfBatch, known: Circumstances) -> str | None:
    dossier = known.state(DOSSIER, asked.batch)
    if dossier.rejected:
        return f"{asked.batch.identifier} was rejected"
    return f"{asked.batch.identifier} is supplied already" if dossier.supplied_under_exception else None


@gate(
    "quality.nothing_else_holds_units",
    requirement=("TRC-S4", "TRC-27"),
    protects="The exception is for the failing test alone: a container about which anything else disagrees stays.",
    remedy="Find out why it is blocked and resolve it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def nothing_else_holds_units(asked: OfBatch, known: Circumstances) -> str | None:
    said = []
    for unit in known.state(BATCH, asked.batch).final_containers:
        state = known.state(UNIT, unit)
        others = [why for why in state.blocked if why != LATE_RESULT]
        if state.ended or others:
            said.append(f"{unit.identifier} {state.stands_still_because}")
    return "; ".join(said) or None


@gate(
    "quality.nothing_is_pending",
    requirement=("GMP-40", "GMP-15"),
    protects="Physician and maker weigh a product of which everything is known: no second surprise follows the first.",
    remedy="Wait for the results that are still pending.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.PATIENT,
)
def nothing_is_pending(asked: OfBatch, known: Circumstances) -> str | None:
    if known.state(BATCH, asked.batch).filled_at is None:
        return None  # nothing can be tested yet; others say so
    pending = pending_tests(asked.batch, known)
    return f"still pending: {', '.join(pending)}" if pending else None

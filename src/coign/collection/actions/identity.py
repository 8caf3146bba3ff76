"""Check who sits in the chair: two people, each blind to the other, and a third one when they do not agree."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical.views import PATIENT
from coign.collection import gates
from coign.collection.events import IdentityChecked, IdentityConfirmed, IdentityMismatched, IdentityMismatchResolved
from coign.collection.state import IDENTITY_CHECK
from coign.collection.views import COLLECTION
from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import SLOT
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIdentity:
    """For which therapy, and whose wristband was scanned; the same for both people."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    wristband: Patient = field(metadata=asks("Wristband", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveMismatch:
    """Which therapy, and what was found."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    finding: FreeText = field(metadata=asks("What happened", hint="what wristband, papers and patient said"))


def _reads(asked: CheckIdentity, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.chain, CHAIN),
        Read(asked.chain, SLOT),
        Read(asked.chain, COLLECTION),
        Read(asked.chain, IDENTITY_CHECK),
        *reads_of_skill(actor.person),
    )


def _patient_reads(asked: CheckIdentity, known: Circumstances) -> Sequence[Read]:
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient, PATIENT),)


def _mismatched(asked: CheckIdentity, known: Circumstances) -> IdentityMismatched | None:
    """The wristband of somebody else stops everything at once, whoever scanned it first."""
    expected = known.state(CHAIN, asked.chain).patient
    assert expected is not None
    if asked.wristband == expected:
        return None
    first = known.state(IDENTITY_CHECK, asked.chain).first
    between = tuple(dict.fromkeys(p for p in (first, known.actor.person) if p is not None))
    return IdentityMismatched(chain=asked.chain, expected=expected, found=asked.wristband, between=between)


def _first(asked: CheckIdentity, known: Circumstances) -> Sequence[IdentityChecked | IdentityMismatched]:
    mismatched = _mismatched(asked, known)
    if mismatched is not None:
        return (mismatched,)
    return (IdentityChecked(chain=asked.chain, wristband=asked.wristband, by=known.actor.person),)


def _second(asked: CheckIdentity, known: Circumstances) -> Sequence[IdentityConfirmed | IdentityMismatched]:
    mismatched = _mismatched(asked, known)
    if mismatched is not None:
        return (mismatched,)
    first = known.state(IDENTITY_CHECK, asked.chain)
    assert first.first is not None
    assert first.wristband == asked.wristband  # both equal the chain's patient
    confirmed = IdentityConfirmed(
        chain=asked.chain, patient=asked.wristband, first=first.first, second=known.actor.person
    )
    return (confirmed,)


CHECK_IDENTITY = Action(
    name="collection.check_identity",
    title="Check the identity",
    command=CheckIdentity,
    roles=frozenset({"nurse"}),
    reads=_reads,
    then_reads=(_patient_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.slot_confirmed,
        gates.consent_in_force,
        gates.identity_is_settled,
        gates.qualified_for_identity_check,
        gates.no_open_mismatch,
        gates.none_is_running,
    ),
    decide=_first,
    emits=(IdentityChecked, IdentityMismatched),
    requirements=("TRC-12", "TRC-13", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="Cells taken from the wrong person become a product for the wrong person.",
)

CONFIRM_IDENTITY = Action(
    name="collection.confirm_identity",
    title="Confirm the identity",
    command=CheckIdentity,
    roles=frozenset({"nurse"}),
    reads=_reads,
    then_reads=(_patient_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.first_check_is_open,
        gates.second_is_another_person,
        gates.second_within_window,
        gates.consent_in_force,
        gates.identity_is_settled,
        gates.qualified_for_identity_check,
    ),
    decide=_second,
    emits=(IdentityConfirmed, IdentityMismatched),
    requirements=("TRC-12", "TRC-13", "CSV-29", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="What one tired person reads wrongly, a second one who does not know the answer reads rightly.",
    second_of="collection.check_identity",
)


def _resolved(asked: ResolveMismatch, known: Circumstances) -> Sequence[IdentityMismatchResolved]:
    return (IdentityMismatchResolved(chain=asked.chain, finding=asked.finding),)


RESOLVE_MISMATCH = Action(
    name="collection.resolve_mismatch",
    title="Resolve an identity that did not agree",
    command=ResolveMismatch,
    roles=frozenset({"physician", "coordinator"}),
    reads=lambda asked, actor: (Read(asked.chain, CHAIN), Read(asked.chain, IDENTITY_CHECK)),
    gates=(gates.therapy_is_of_this_centre, gates.mismatch_is_open, gates.resolver_is_a_third_person),
    decide=_resolved,
    emits=(IdentityMismatchResolved,),
    requirements=("TRC-12", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="A mix-up waved through by those who caused it stays a mix-up.",
)

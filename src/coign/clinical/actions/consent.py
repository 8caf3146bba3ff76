"""Record what a patient agreed to, or that they changed their mind."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import gates
from coign.clinical.events import ConsentGiven, ConsentWithdrawn
from coign.clinical.views import PATIENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Programme
from coign.kernel.values import Actor, Digest
from coign.regulatory.views import PROGRAMME

WHO_ASKS = frozenset({"coordinator", "physician"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent:
    """Which purpose of which programme the patient agreed to, and on which form."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    purpose: str = field(metadata=asks("Agreed to", "choose", options="consent_purposes"))
    form_version: str = field(metadata=asks("Version of the form", hint="as printed on it"))
    signed_form: Digest = field(metadata=asks("Signed form", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    """Which consent the patient takes back."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    purpose: str = field(metadata=asks("No longer agreed to", "choose", options="consent_purposes"))


def _given(asked: RecordConsent, known: Circumstances) -> Sequence[ConsentGiven]:
    return (
        ConsentGiven(
            patient=asked.patient,
            programme=asked.programme,
            purpose=asked.purpose,
            form_version=asked.form_version,
            signed_form=asked.signed_form,
        ),
    )


def _withdrawn(asked: WithdrawConsent, known: Circumstances) -> Sequence[ConsentWithdrawn]:
    return (ConsentWithdrawn(patient=asked.patient, programme=asked.programme, purpose=asked.purpose),)


def _reads(asked: RecordConsent, actor: Actor) -> Sequence[Read]:
    return (Read(asked.patient, PATIENT), Read(asked.programme, PROGRAMME))


RECORD_CONSENT = Action(
    name="clinical.record_consent",
    title="Record a consent",
    command=RecordConsent,
    roles=WHO_ASKS,
    reads=_reads,
    gates=(gates.patient_is_enrolled, gates.programme_in_force, gates.purpose_is_of_programme),
    decide=_given,
    emits=(ConsentGiven,),
    requirements=("PAT-28", "PAT-33"),
    risk=Risk.PATIENT,
    rationale="Consent recorded for the wrong patient or purpose opens the way to treatment nobody agreed to.",
)

WITHDRAW_CONSENT = Action(
    name="clinical.withdraw_consent",
    title="Record that a consent is withdrawn",
    command=WithdrawConsent,
    roles=WHO_ASKS,
    reads=lambda asked, actor: (Read(asked.patient, PATIENT),),
    gates=(gates.consent_is_given,),
    decide=_withdrawn,
    emits=(ConsentWithdrawn,),
    requirements=("PAT-33",),
    risk=Risk.PATIENT,
    rationale="A withdrawal that is not recorded at once lets somebody be treated against their will.",
)

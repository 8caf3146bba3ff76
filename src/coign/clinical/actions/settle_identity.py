"""Settle a change of who a patient is: a second person finds them to be the same, and the therapy goes on."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import gates, settling_gates
from coign.clinical.events import IdentitySettled
from coign.clinical.views import PATIENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, Identifying

#: Compares birth date and hospital number with those of the patient, exactly.
IDENTITY_MATCH = "identity_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleIdentity:
    """Whom you have before you, as wristband and document say; the label of a bag stays what it is."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    patient: Patient = field(metadata=asks("Wristband", "scan"))
    birth_date: Identifying = field(metadata=asks("Date of birth", hint="as it stands on the document"))
    hospital_number: Identifying = field(metadata=asks("Hospital number", hint="as it stands on the wristband"))
    matches: bool = field(default=False, metadata=resolved(IDENTITY_MATCH))


def _reads(asked: SettleIdentity, actor: Actor) -> Sequence[Read]:
    return (Read(asked.patient, PATIENT),)


def _decide(asked: SettleIdentity, known: Circumstances) -> Sequence[IdentitySettled]:
    change = known.state(PATIENT, asked.patient).unsettled
    assert change is not None
    return (
        IdentitySettled(
            patient=asked.patient,
            chain=asked.chain,
            changed_by=change.by,
            by=known.actor.person,
            evidence=change.evidence,
            matches=asked.matches,
        ),
    )


ACTION = Action(
    name="clinical.settle_identity",
    title="Settle a changed identity",
    command=SettleIdentity,
    roles=frozenset({"nurse", "physician", "coordinator"}),
    reads=_reads,
    gates=(
        gates.patient_is_enrolled,
        settling_gates.change_waits,
        settling_gates.change_is_settled_by_another,
        settling_gates.therapy_is_the_patients,
        settling_gates.identifiers_match,
    ),
    decide=_decide,
    emits=(IdentitySettled,),
    requirements=("TRC-S3", "TRC-25", "TRC-12", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="Between collection and infusion a patient may marry; the cells still belong to nobody else.",
)

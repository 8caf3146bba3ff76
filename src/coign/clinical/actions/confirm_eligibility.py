"""Confirm that a patient is fit for a therapy: a physician's judgement, signed."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import gates
from coign.clinical.events import EligibilityConfirmed
from coign.clinical.views import PATIENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Programme
from coign.kernel.values import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEligibility:
    """Who is fit for what."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))


def _reads(asked: ConfirmEligibility, actor: Actor) -> Sequence[Read]:
    return (Read(asked.patient, PATIENT),)


def _decide(asked: ConfirmEligibility, known: Circumstances) -> Sequence[EligibilityConfirmed]:
    return (EligibilityConfirmed(patient=asked.patient, programme=asked.programme, by=known.actor.person),)


ACTION = Action(
    name="clinical.confirm_eligibility",
    title="Confirm eligibility",
    command=ConfirmEligibility,
    roles=frozenset({"physician"}),
    reads=_reads,
    gates=(gates.consent_in_force,),
    decide=_decide,
    emits=(EligibilityConfirmed,),
    requirements=("PAT-28",),
    risk=Risk.PATIENT,
    rationale="Collection, conditioning and cells can each kill somebody who is not fit for them.",
    meaning="approved",
)

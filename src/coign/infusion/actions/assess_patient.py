"""Check the patient before the infusion: organs, infection, pregnancy, rescue medicine, as the programme lists them."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.infusion import dose_gates, patient_gates
from coign.infusion.events import Finding, PatientAssessed
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Quantity
from coign.programmes.dose_plan import WEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessPatient:
    """For which therapy, and what was found for each thing that the programme asks about."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    findings: tuple[Finding, ...] = field(default=(), metadata=asks("Findings", "measure", options="before_infusion"))
    weight: Quantity | None = field(
        default=None, metadata=asks("Weight", "measure", unit=WEIGHT, hint="where the patient was weighed again")
    )


def _reads(asked: AssessPatient, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN),)


def _patient_read(asked: AssessPatient, known: Circumstances) -> Sequence[Read]:
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient),)


def _decide(asked: AssessPatient, known: Circumstances) -> Sequence[PatientAssessed]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    return (
        PatientAssessed(
            chain=asked.chain,
            patient=patient,
            findings=asked.findings,
            outside=patient_gates.outside(asked, known),
            by=known.actor.person,
            weight=asked.weight,
        ),
    )


ACTION = Action(
    name="infusion.assess_patient",
    title="Check the patient before the infusion",
    command=AssessPatient,
    roles=frozenset({"physician"}),
    reads=_reads,
    then_reads=(_patient_read,),
    # What was found is recorded, also when it stands against the infusion: then thaw and start are refused.
    gates=(
        patient_gates.assessment_is_of_this_centre,
        patient_gates.findings_are_complete,
        patient_gates.findings_can_be_read,
        dose_gates.weight_is_in_kilograms,
    ),
    decide=_decide,
    emits=(PatientAssessed,),
    requirements=("PAT-28", "PAT-29"),
    risk=Risk.PATIENT,
    rationale="A patient who was fit when conditioning began may be too ill for the cells on their day.",
    meaning="assessed",
)

"""Enrol a patient, or correct who a patient is; who they are is kept in the vault, never in the record."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import gates, settling_gates
from coign.clinical.events import IdentityCorrected, PatientEnrolled
from coign.clinical.views import NUMBER, PATIENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import HospitalNumber, Patient
from coign.kernel.values import Actor, Digest, Identifying

#: Looks the hospital number up among the centre's patients, exactly, gives its mark, and counts who could be mixed up
#: with this one.
IDENTITY_LOOKUP = "identity_lookup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """Who the patient is, as printed on the wristband."""

    patient: Patient = field(metadata=allotted())
    family_name: Identifying = field(metadata=asks("Family name"))
    given_name: Identifying = field(metadata=asks("Given name"))
    birth_date: Identifying = field(metadata=asks("Date of birth", hint="such as 1961-04-02; only the year if no more"))
    hospital_number: Identifying = field(metadata=asks("Hospital number"))
    already: Patient | None = field(default=None, metadata=resolved(IDENTITY_LOOKUP))
    similar: int = field(default=0, metadata=resolved(IDENTITY_LOOKUP))
    number: HospitalNumber | None = field(default=None, metadata=resolved(IDENTITY_LOOKUP))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectIdentity:
    """What is different from now on; what is left empty stays as it is."""

    patient: Patient = field(metadata=asks("Patient", "known"))
    family_name: Identifying | None = field(default=None, metadata=asks("Family name"))
    given_name: Identifying | None = field(default=None, metadata=asks("Given name"))
    birth_date: Identifying | None = field(default=None, metadata=asks("Date of birth", hint="such as 1961-04-02"))
    hospital_number: Identifying | None = field(default=None, metadata=asks("Hospital number"))
    evidence: Digest | None = field(
        default=None,
        metadata=asks("Document that shows it", "upload", hint="in a therapy: such as a marriage certificate"),
    )
    already: Patient | None = field(default=None, metadata=resolved(IDENTITY_LOOKUP))
    similar: int = field(default=0, metadata=resolved(IDENTITY_LOOKUP))
    number: HospitalNumber | None = field(default=None, metadata=resolved(IDENTITY_LOOKUP))


def _reads(asked: Enrol | CorrectIdentity, actor: Actor) -> Sequence[Read]:
    of_number = (Read(asked.number, NUMBER),) if asked.number is not None else ()
    return (Read(asked.patient, PATIENT), *of_number)


def _reads_of_number_before(asked: CorrectIdentity, known: Circumstances) -> Sequence[Read]:
    before = _number_before(asked, known)
    return (Read(before, NUMBER),) if before is not None else ()


def _number_before(asked: CorrectIdentity, known: Circumstances) -> HospitalNumber | None:
    """The number that is given back by this correction."""
    before = known.state(PATIENT, asked.patient).number
    return before if asked.number not in (None, before) else None


def _enrolled(asked: Enrol, known: Circumstances) -> Sequence[PatientEnrolled]:
    return (
        PatientEnrolled(
            patient=asked.patient,
            centre=known.actor.organisation,
            family_name=asked.family_name,
            given_name=asked.given_name,
            birth_date=asked.birth_date,
            hospital_number=asked.hospital_number,
            similar=asked.similar,
            number=asked.number,
        ),
    )


def _corrected(asked: CorrectIdentity, known: Circumstances) -> Sequence[IdentityCorrected]:
    return (
        IdentityCorrected(
            patient=asked.patient,
            family_name=asked.family_name,
            given_name=asked.given_name,
            birth_date=asked.birth_date,
            hospital_number=asked.hospital_number,
            similar=asked.similar,
            centre=known.actor.organisation,
            number=asked.number,
            number_before=_number_before(asked, known),
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ENROL = Action(
    name="clinical.enrol",
    title="Enrol a patient",
    command=Enrol,
    roles=frozenset({"coordinator"}),
    reads=_reads,
    gates=(gates.not_enrolled_twice,),
    decide=_enrolled,
    emits=(PatientEnrolled,),
    requirements=("TRC-02", "TRC-10", "TRC-24"),
    risk=Risk.PATIENT,
    rationale="A patient enrolled twice, or mixed up with a namesake, can be given somebody else's cells.",
)

CORRECT_IDENTITY = Action(
    name="clinical.correct_identity",
    title="Correct who a patient is",
    command=CorrectIdentity,
    roles=frozenset({"coordinator"}),
    reads=_reads,
    then_reads=(_reads_of_number_before,),
    gates=(
        gates.patient_is_enrolled,
        gates.something_is_corrected,
        gates.not_enrolled_twice,
        settling_gates.change_is_shown,
    ),
    decide=_corrected,
    emits=(IdentityCorrected,),
    requirements=("TRC-25", "TRC-24", "TRC-S3"),
    risk=Risk.PATIENT,
    rationale="A new name must reach the bedside without ever breaking the chain of identity.",
)

"""The gates up to the order: the right patient, who agreed, is fit, was weighed lately, under rules in force."""

from typing import Protocol

from coign.clinical.views import NUMBER, PATIENT, TREATMENT, Draft
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import HospitalNumber, Organisation, Patient, Person, Programme
from coign.kernel.values import Identifying, Instant, Quantity
from coign.people.views import AUTHORITY, ORGANISATION
from coign.programmes.model import ProgrammeVersion
from coign.regulatory.views import PROGRAMME
from coign.safety.views import ENROLMENT

#: The unit in which a patient's weight is kept; other units are converted where they come in (PAT-29).
WEIGHT_UNIT = "kg"


class OfPatient(Protocol):
    """A command that concerns one patient."""

    @property
    def patient(self) -> Patient: ...


class OfIdentity(OfPatient, Protocol):
    """A command that says who a patient is; `already` is who was found to bear the same hospital number."""

    @property
    def already(self) -> Patient | None: ...
    @property
    def number(self) -> HospitalNumber | None: ...


class OfCorrection(Protocol):
    @property
    def family_name(self) -> Identifying | None: ...
    @property
    def given_name(self) -> Identifying | None: ...
    @property
    def birth_date(self) -> Identifying | None: ...
    @property
    def hospital_number(self) -> Identifying | None: ...


class OfProgramme(OfPatient, Protocol):
    @property
    def programme(self) -> Programme: ...


class OfPurpose(OfProgramme, Protocol):
    @property
    def purpose(self) -> str: ...


class OfWeight(Protocol):
    @property
    def weight(self) -> Quantity: ...
    @property
    def weighed_on(self) -> Instant: ...


class OfPrescriber(Protocol):
    @property
    def prescriber(self) -> Person: ...


class OfMaker(Protocol):
    @property
    def maker(self) -> Organisation: ...


def version_in_force(programme: Programme, known: Circumstances) -> ProgrammeVersion | None:
    """The version of a programme that new work begins under, or None if none is in force or its file is not here."""
    digest = known.state(PROGRAMME, programme).in_force
    if digest is None or not known.programmes.known(digest):
        return None
    version: ProgrammeVersion = known.programmes.version(digest)
    return version


def open_draft(asked: OfPatient, known: Circumstances) -> Draft | None:
    """The order that waits for its prescriber."""
    return known.state(PATIENT, asked.patient).draft


@gate(
    "clinical.not_enrolled_twice",
    requirement=("TRC-10", "TRC-12", "TRC-24"),
    protects="One human, one record: a second one would split the history, and half of it would be missing at the bed.",
    remedy="Open the patient who has this hospital number; if the number is wrong there, correct it there.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def not_enrolled_twice(asked: OfIdentity, known: Circumstances) -> str | None:
    # The look-up knows entries older than the mark; the mark knows who was faster in this very moment.
    marked = known.state(NUMBER, asked.number).bearer if asked.number is not None else None
    bearer = marked or asked.already
    if bearer is None or bearer == asked.patient:
        return None
    return f"this hospital number belongs to {bearer.identifier} already"


@gate(
    "clinical.something_is_corrected",
    requirement="TRC-25",
    protects="Every entry about who a patient is says what changed.",
    remedy="Fill in what is to be corrected.",
    resolvers=("coordinator",),
    risk=Risk.DATA,
)
def something_is_corrected(asked: OfCorrection, known: Circumstances) -> str | None:
    given = (asked.family_name, asked.given_name, asked.birth_date, asked.hospital_number)
    return "nothing was filled in" if not any(given) else None


@gate(
    "clinical.patient_is_enrolled",
    requirement=("TRC-10", "PAT-28"),
    protects="Nothing is agreed or ordered for somebody whose identity nobody here has established.",
    remedy="Enrol the patient first, or look up the right record.",
    resolvers=("coordinator",),
    risk=Risk.PATIENT,
)
def patient_is_enrolled(asked: OfPatient, known: Circumstances) -> str | None:
    enrolled = known.state(PATIENT, asked.patient).centre == known.actor.organisation
    return None if enrolled else f"{asked.patient.identifier} is not enrolled at {known.actor.organisation.identifier}"


@gate(
    "clinical.programme_in_force",
    requirement=("REG-02", "PAT-28"),
    protects="A therapy begins only under rules that two people have put in force.",
    remedy="Choose a programme that is in force, or have its version approved first.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def programme_in_force(asked: OfProgramme, known: Circumstances) -> str | None:
    return _not_in_force(asked.programme, known)


def _not_in_force(programme: Programme, known: Circumstances) -> str | None:
    if version_in_force(programme, known) is not None:
        return None
    return f"no version of the programme {programme.identifier} is in force here"


@gate(
    "clinical.purpose_is_of_programme",
    requirement="PAT-33",
    protects="Consent is asked for what the programme does, and for nothing vaguer.",
    remedy="Choose one of the purposes that the programme names.",
    resolvers=("coordinator", "physician"),
    risk=Risk.DATA,
)
def purpose_is_of_programme(asked: OfPurpose, known: Circumstances) -> str | None:
    version = version_in_force(asked.programme, known)
    if version is None or asked.purpose in version.consent_purposes:
        return None  # without a version there are no purposes to compare with; `clinical.programme_in_force` says so
    return f"“{asked.purpose}” is not one of {', '.join(version.consent_purposes)}"


@gate(
    "clinical.consent_is_given",
    requirement="PAT-33",
    protects="Only a consent that was given can be taken back.",
    remedy="Look at the patient's consents, and choose one that is in force.",
    resolvers=("coordinator", "physician"),
    risk=Risk.DATA,
)
def consent_is_given(asked: OfPurpose, known: Circumstances) -> str | None:
    if known.state(PATIENT, asked.patient).consents_to(asked.programme, asked.purpose):
        return None
    return f"{asked.patient.identifier} has not consented to “{asked.purpose}” of {asked.programme.identifier}"


@gate(
    "clinical.consent_in_force",
    requirement=("PAT-28", "PAT-33"),
    protects="Nobody is treated who has not agreed, or who has changed their mind.",
    remedy="Talk with the patient and record the signed form.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def consent_in_force(asked: OfProgramme, known: Circumstances) -> str | None:
    return _no_consent(asked.patient, asked.programme, known)


def _no_consent(patient: Patient, programme: Programme, known: Circumstances) -> str | None:
    if known.state(PATIENT, patient).consents_to(programme):
        return None
    return f"{patient.identifier} has no consent to {TREATMENT} under {programme.identifier} in force"


@gate(
    "clinical.weight_is_in_kilograms",
    requirement="PAT-29",
    protects="A dose worked out from pounds taken for kilograms is more than twice too high.",
    remedy="Enter the weight in kg.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def weight_is_in_kilograms(asked: OfWeight, known: Circumstances) -> str | None:
    if asked.weight.unit == WEIGHT_UNIT and asked.weight.amount > 0:
        return None
    return f"{asked.weight} is not a weight in {WEIGHT_UNIT}"


@gate(
    "clinical.weight_was_measured",
    requirement="PAT-29",
    protects="A date in the future would keep an old weight fresh for ever.",
    remedy="Enter when the patient stood on the scale.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def weight_was_measured(asked: OfWeight, known: Circumstances) -> str | None:
    return f"the weight is dated {asked.weighed_on}, which is still to come" if asked.weighed_on > known.now else None


@gate(
    "clinical.prescriber_is_physician",
    requirement=("PAT-28", "CSV-24"),
    protects="An order is answered for by a physician of this centre.",
    remedy="Name a physician who holds that role here, or have the role given.",
    resolvers=("coordinator", "admin"),
    risk=Risk.PATIENT,
)
def prescriber_is_physician(asked: OfPrescriber, known: Circumstances) -> str | None:
    here = known.actor.organisation
    if known.state(AUTHORITY, asked.prescriber).holds("physician", here, known.now):
        return None
    return f"{asked.prescriber.identifier} is not a physician at {here.identifier} now"


@gate(
    "clinical.maker_is_registered",
    requirement=("TRC-26", "CSV-24"),
    protects="Cells and what is known of them go to a maker that takes part, and to nobody else.",
    remedy="Choose an organisation that takes part as maker.",
    resolvers=("coordinator",),
    risk=Risk.PRODUCT,
)
def maker_is_registered(asked: OfMaker, known: Circumstances) -> str | None:
    maker = known.state(ORGANISATION, asked.maker).category == "maker"
    return None if maker else f"{asked.maker.identifier} does not take part as a maker"


@gate(
    "clinical.draft_is_open",
    requirement="PAT-28",
    protects="The prescriber signs what was prepared and can be read, never an empty order.",
    remedy="Let the coordinator prepare the order.",
    resolvers=("coordinator",),
    risk=Risk.PATIENT,
)
def draft_is_open(asked: OfPatient, known: Circumstances) -> str | None:
    return None if open_draft(asked, known) else f"no order for {asked.patient.identifier} waits for a signature"


@gate(
    "clinical.signer_is_prescriber",
    requirement=("CSV-13", "CSV-14"),
    protects="Who is named as prescriber signs, and nobody in their place.",
    remedy="Let the named prescriber sign, or have a new draft name another one.",
    resolvers=("physician", "coordinator"),
    risk=Risk.PATIENT,
)
def signer_is_prescriber(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    if draft is None or draft.prescriber == known.actor.person:
        return None
    return f"the draft names {draft.prescriber.identifier} as prescriber, not you"


@gate(
    "clinical.order_has_consent",
    requirement=("PAT-28", "PAT-33"),
    protects="Nothing is ordered for somebody who has not agreed, or who has changed their mind.",
    remedy="Talk with the patient and record the signed form.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def order_has_consent(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    return None if draft is None else _no_consent(asked.patient, draft.programme, known)


@gate(
    "clinical.order_has_programme",
    requirement=("REG-02", "PAT-28"),
    protects="A therapy begins only under rules that two people have put in force.",
    remedy="Have a version of the programme approved, or draft the order under another one.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def order_has_programme(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    return None if draft is None else _not_in_force(draft.programme, known)


@gate(
    "clinical.enrolment_is_not_held",
    requirement=("PAT-19", "PAT-20"),
    protects="After too many grave toxicities nobody new is treated before two of the safety board have looked.",
    remedy="Wait for the decision of the safety board, or choose another therapy.",
    resolvers=("safety", "qa"),
    risk=Risk.PATIENT,
)
def enrolment_is_not_held(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    held = known.state(ENROLMENT, draft.programme).held if draft is not None else None
    return None if held is None else f"enrolment is held since {held.since}: {held.because}"


@gate(
    "clinical.eligibility_confirmed",
    requirement="PAT-28",
    protects="Collection and conditioning can harm somebody who is not fit for them.",
    remedy="A physician examines the patient and confirms eligibility for this programme.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def eligibility_confirmed(asked: OfPatient, known: Circumstances) -> str | None:
    state = known.state(PATIENT, asked.patient)
    if state.draft is None or state.eligible_since(state.draft.programme) is not None:
        return None
    return f"nobody has confirmed that {asked.patient.identifier} is fit for {state.draft.programme.identifier}"


@gate(
    "clinical.eligibility_is_current",
    requirement="PAT-28",
    protects="Somebody who was fit long ago may not be fit now.",
    remedy="A physician examines the patient again and confirms eligibility.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def eligibility_is_current(asked: OfPatient, known: Circumstances) -> str | None:
    state = known.state(PATIENT, asked.patient)
    version = version_in_force(state.draft.programme, known) if state.draft else None
    since = state.eligible_since(state.draft.programme) if state.draft else None
    if version is None or since is None:
        return None  # other gates say that there is nothing to be current
    if known.now.minutes_since(since) <= version.minutes("eligibility_valid"):
        return None
    return f"eligibility was confirmed {since}, longer ago than {version.quantity('eligibility_valid')}"


@gate(
    "clinical.weight_is_fresh",
    requirement="PAT-29",
    protects="The dose follows the weight; an old weight gives a wrong dose.",
    remedy="Weigh the patient and draft the order anew.",
    resolvers=("coordinator", "nurse"),
    risk=Risk.PATIENT,
)
def weight_is_fresh(asked: OfPatient, known: Circumstances) -> str | None:
    draft = open_draft(asked, known)
    version = version_in_force(draft.programme, known) if draft else None
    if draft is None or version is None:
        return None
    if known.now.minutes_since(draft.weighed_on) <= version.minutes("weight_age_max"):
        return None
    return f"{draft.weight} was measured {draft.weighed_on}, longer ago than {version.quantity('weight_age_max')}"

"""The gates around a change of who a patient is while a therapy goes on: shown, and settled by a second person."""

from typing import Protocol

from coign.clinical.gates import OfPatient
from coign.clinical.views import PATIENT
from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.kernel.values import Digest


class OfChange(OfPatient, Protocol):
    """A command that changes who a patient is."""

    @property
    def evidence(self) -> Digest | None: ...


class OfSettling(OfPatient, Protocol):
    """A command of the second person; `matches` is what the vault answered to birth date and number."""

    @property
    def chain(self) -> Chain: ...
    @property
    def matches(self) -> bool: ...


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


@gate(
    "clinical.change_is_shown",
    requirement=("TRC-S3", "TRC-25"),
    protects="Labels and records of a therapy bear who the patient was: another name must be shown, not told.",
    remedy="Upload the document, such as a marriage certificate or a new identity card.",
    resolvers=("coordinator",),
    risk=Risk.PATIENT,
)
def change_is_shown(asked: OfChange, known: Circumstances) -> str | None:
    if asked.evidence is not None or not known.state(PATIENT, asked.patient).chains:
        return None
    return f"a therapy of {asked.patient.identifier} was ordered, and no document shows the change"


@gate(
    "clinical.change_waits",
    requirement="TRC-S3",
    protects="Settled is what was changed, once.",
    remedy="Look at the patient: nothing waits for a second person.",
    resolvers=("coordinator",),
    risk=Risk.DATA,
)
def change_waits(asked: OfPatient, known: Circumstances) -> str | None:
    if known.state(PATIENT, asked.patient).unsettled is not None:
        return None
    return f"no change of {asked.patient.identifier} waits for a second person"


@gate(
    "clinical.change_is_settled_by_another",
    requirement=("TRC-S3", "TRC-13"),
    protects="Who mixed two people up would mix them up again.",
    remedy="Let a colleague look at the document and the wristband.",
    resolvers=("nurse", "physician", "coordinator"),
    risk=Risk.PATIENT,
)
def change_is_settled_by_another(asked: OfPatient, known: Circumstances) -> str | None:
    change = known.state(PATIENT, asked.patient).unsettled
    if change is None or change.by != known.actor.person:
        return None
    return "you changed it yourself"


@gate(
    "clinical.therapy_is_the_patients",
    requirement=("TRC-S3", "TRC-09"),
    protects="The chain of identity stays with the human it was begun for, whatever they are called.",
    remedy="Scan the wristband of the patient of this therapy; if it is another one, stop and report it.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def therapy_is_the_patients(asked: OfSettling, known: Circumstances) -> str | None:
    if asked.chain in known.state(PATIENT, asked.patient).chains:
        return None
    return f"{asked.chain.identifier} is no therapy of {asked.patient.identifier}"


@gate(
    "clinical.identifiers_match",
    requirement=("TRC-S3", "TRC-12"),
    protects="A name can change; the day of birth and the number tell whether it is the same human.",
    remedy="Read both again from wristband and document; if they differ, somebody else may be meant: ask the patient.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def identifiers_match(asked: OfSettling, known: Circumstances) -> str | None:
    return None if asked.matches else "birth date and hospital number are not those of this patient"


@gate(
    "clinical.identity_is_settled",
    requirement=("TRC-S3", "TRC-25", "PAT-28"),
    protects="Nobody is conditioned while it is open whether name and patient still belong together.",
    remedy="Let a second person look at wristband and document and settle the change.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def identity_is_settled(asked: OfChain, known: Circumstances) -> str | None:
    patient = known.state(CHAIN, asked.chain).patient
    return known.state(PATIENT, patient).unsettled_because(patient) if patient is not None else None

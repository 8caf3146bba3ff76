"""The gates of labels at the chair: scanned back once, by another than who printed them, and resolved by a third."""

from typing import Protocol

from coign.collection.state import LABEL
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Unit


class OfUnit(Protocol):
    """A command that concerns one bag."""

    @property
    def unit(self) -> Unit: ...


@gate(
    "collection.unit_was_collected",
    requirement=("TRC-14", "TRC-10"),
    protects="Each label is verified by those who answer for what it stands on.",
    remedy="Choose a bag that was collected here.",
    resolvers=("nurse", "celllab"),
    risk=Risk.DATA,
)
def unit_was_collected(asked: OfUnit, known: Circumstances) -> str | None:
    state = known.state(UNIT, asked.unit)
    if state.kind == "starting_material" and state.made_by == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is not a bag that your centre collected"


@gate(
    "collection.label_not_yet_verified",
    requirement="TRC-14",
    protects="A label is scanned back once, where it was printed; later scans are for moving the bag.",
    remedy="Nothing is left to do: the label was verified.",
    resolvers=("nurse", "celllab"),
    risk=Risk.DATA,
)
def label_not_yet_verified(asked: OfUnit, known: Circumstances) -> str | None:
    verified = known.state(UNIT, asked.unit).label_verified
    return f"the label of {asked.unit.identifier} was verified before" if verified else None


@gate(
    "collection.unit_does_not_stand_still",
    requirement="TRC-14",
    protects="A bag about which something did not agree is not made right by a further scan.",
    remedy="A third person finds out what is wrong and records it.",
    resolvers=("celllab", "physician", "coordinator"),
    risk=Risk.PATIENT,
)
def unit_does_not_stand_still(asked: OfUnit, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if not unit.ended and not unit.blocked:
        return None
    return f"{asked.unit.identifier} {unit.stands_still_because}"


@gate(
    "collection.label_verified_by_another",
    requirement=("TRC-14", "TRC-13", "CSV-29"),
    protects="Who printed the label reads what they expect to read.",
    remedy="Let a colleague scan the label.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def label_verified_by_another(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(LABEL, asked.unit).printed_by == known.actor.person:
        return "you filled this bag and printed the label yourself"
    return None


@gate(
    "collection.label_differs",
    requirement="TRC-14",
    protects="Only what is open can be resolved.",
    remedy="Look at the bag's history: its label gave no cause for doubt.",
    resolvers=("celllab", "physician"),
    risk=Risk.DATA,
)
def label_differs(asked: OfUnit, known: Circumstances) -> str | None:
    wrong = known.state(LABEL, asked.unit).found_wrong_by
    return None if wrong else f"nobody found the label of {asked.unit.identifier} wrong"


@gate(
    "collection.label_resolved_by_a_third_person",
    requirement=("TRC-14", "TRC-13"),
    protects="Neither who printed a label nor who found it wrong judges it.",
    remedy="Let somebody else resolve it.",
    resolvers=("celllab", "physician", "coordinator"),
    risk=Risk.PATIENT,
)
def label_resolved_by_a_third_person(asked: OfUnit, known: Circumstances) -> str | None:
    label = known.state(LABEL, asked.unit)
    if known.actor.person in (label.printed_by, label.found_wrong_by):
        return "you printed this label or found it wrong yourself"
    return None

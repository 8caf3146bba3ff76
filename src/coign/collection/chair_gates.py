"""The gates of the last look at the chair: nothing leaves it before two people found that it belongs together."""

from typing import Protocol

from coign.collection.label_gates import OfUnit
from coign.collection.state import LABEL
from coign.collection.views import collected_bag, not_checked_because
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate

#: At least the bag itself bears a label.
LABELS_USED_MIN = 1


class OfLabels(Protocol):
    @property
    def printed(self) -> int: ...
    @property
    def used(self) -> int: ...
    @property
    def destroyed(self) -> int: ...


@gate(
    "collection.label_was_scanned_back",
    requirement=("TRC-14", "TRC-12"),
    protects="The last look compares the patient with a label that is known to be the one that was printed.",
    remedy="Scan the label back first.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def label_was_scanned_back(asked: OfUnit, known: Circumstances) -> str | None:
    verified = known.state(UNIT, asked.unit).label_verified
    return None if verified else f"the label of {asked.unit.identifier} was not scanned back"


@gate(
    "collection.not_yet_checked",
    requirement="TRC-12",
    protects="The last look belongs to the chair: a bag that has left it is checked at each hand-over.",
    remedy="Nothing is left to do: the bag may leave.",
    resolvers=("nurse",),
    risk=Risk.DATA,
)
def not_yet_checked(asked: OfUnit, known: Circumstances) -> str | None:
    bag = collected_bag(asked.unit, known)
    if bag is None or not bag.left_chair:
        return None  # `collection.bag_comes_from_the_chair` says the first
    return f"{asked.unit.identifier} was checked before it left the chair"


@gate(
    "collection.leaving_checked_by_another",
    requirement=("TRC-13", "TRC-12"),
    protects="Two people look at bag and patient together, each with their own scans.",
    remedy="Let the colleague who did not scan the label back look.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def leaving_checked_by_another(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(LABEL, asked.unit).verified_by == known.actor.person:
        return "you scanned this label back yourself"
    return None


@gate(
    "collection.label_counts_are_possible",
    requirement=("TRC-14", "CSV-28"),
    protects="A slip of the pen makes a missing label look found.",
    remedy="Count again: what was printed is on the bag and its papers, destroyed, or missing.",
    resolvers=("nurse",),
    risk=Risk.DATA,
)
def label_counts_are_possible(asked: OfLabels, known: Circumstances) -> str | None:
    if asked.destroyed >= 0 and asked.used >= LABELS_USED_MIN and asked.used + asked.destroyed <= asked.printed:
        return None
    return f"{asked.printed} printed, {asked.used} used, {asked.destroyed} destroyed cannot be"


@gate(
    "collection.checked_at_the_chair",
    requirement=("TRC-12", "TRC-13"),
    protects="Away from the patient nobody can find out any more whose cells these are.",
    remedy="At the chair, scan wristband, label and donation number once more, and account for the labels.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def checked_at_the_chair(asked: OfUnit, known: Circumstances) -> str | None:
    return not_checked_because(asked.unit, known)

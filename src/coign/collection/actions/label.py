"""Scan the label on a bag back before the bag may move, and resolve it when the label says something else."""

from collections.abc import Sequence
from dataclasses import field

from coign.collection import label_gates
from coign.collection.events import LabelResolved
from coign.collection.state import LABEL, LABEL_DIFFERS, LABEL_DOUBTS
from coign.identity.events import LabelVerified, UnitsBlocked, UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyLabel:
    """The bag that lies here, and what the symbol on it says: which unit, which print."""

    unit: Unit = field(metadata=asks("Bag", "known"))
    label: Unit = field(metadata=asks("Label on the bag", "scan"))
    label_serial: str = field(metadata=asks("Print of the label", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveLabel:
    """Which bag, and what was found."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    finding: FreeText = field(metadata=asks("What happened", hint="which label was where, and what was done about it"))


def _reads(asked: VerifyLabel, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, UNIT), Read(asked.unit, LABEL), Read(asked.label, UNIT))


def _verified(asked: VerifyLabel, known: Circumstances) -> Sequence[LabelVerified | UnitsBlocked]:
    if (asked.label, asked.label_serial) != (asked.unit, known.state(UNIT, asked.unit).label_serial):
        # Two labels may have been swapped: neither bag moves until somebody knows.
        return (UnitsBlocked(units=tuple(dict.fromkeys((asked.unit, asked.label))), why=LABEL_DIFFERS),)
    return (LabelVerified(unit=asked.unit, label_serial=asked.label_serial, by=known.actor.person),)


VERIFY_LABEL = Action(
    name="collection.verify_label",
    title="Verify the label",
    command=VerifyLabel,
    roles=frozenset({"nurse", "celllab"}),
    reads=_reads,
    gates=(
        label_gates.unit_was_collected,
        label_gates.label_not_yet_verified,
        label_gates.unit_does_not_stand_still,
        label_gates.label_verified_by_another,
    ),
    decide=_verified,
    emits=(LabelVerified, UnitsBlocked),
    requirements=("TRC-14", "CSV-29"),
    risk=Risk.PATIENT,
    rationale="A bag under another patient's label is that patient's bag for everybody who comes after.",
    second_of="collection.finish",
)


def _resolved(asked: ResolveLabel, known: Circumstances) -> Sequence[LabelResolved | UnitsUnblocked]:
    doubts = [why for why in LABEL_DOUBTS if why in known.state(UNIT, asked.unit).blocked]
    return (
        LabelResolved(unit=asked.unit, finding=asked.finding),
        *(UnitsUnblocked(units=(asked.unit,), why=why) for why in doubts),
    )


RESOLVE_LABEL = Action(
    name="collection.resolve_label",
    title="Resolve a label that differed",
    command=ResolveLabel,
    roles=frozenset({"celllab", "physician", "coordinator"}),
    reads=lambda asked, actor: (Read(asked.unit, UNIT), Read(asked.unit, LABEL)),
    gates=(label_gates.unit_was_collected, label_gates.label_differs, label_gates.label_resolved_by_a_third_person),
    decide=_resolved,
    emits=(LabelResolved, UnitsUnblocked),
    requirements=("TRC-14", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="A swapped label that its printer explains away reaches the bedside.",
)

"""The last look at the chair: patient, label and donation number belong together, and no label is left lying about."""

from collections.abc import Sequence
from dataclasses import field

from coign.collection import chair_gates, freezing_gates, gates, label_gates, views
from coign.collection.events import LeavingChecked
from coign.collection.state import LABEL, LABEL_DIFFERS, LABEL_MISSING
from coign.collection.views import COLLECTION
from coign.identity.events import UnitsBlocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Unit
from coign.kernel.values import Actor
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLeaving:
    """What is scanned at the chair, and where the printed labels are."""

    unit: Unit = field(metadata=asks("Bag", "known"))
    wristband: Patient = field(metadata=asks("Wristband", "scan"))
    label: Unit = field(metadata=asks("Label on the bag", "scan"))
    din: str = field(metadata=asks("Donation number", "scan", hint="from the bag"))
    printed: int = field(metadata=asks("Labels printed", hint="every print, spoilt ones too"))
    used: int = field(metadata=asks("Labels used", hint="on the bag, tubes and papers"))
    destroyed: int = field(metadata=asks("Labels destroyed", hint="left over, made unreadable"))


def _reads(asked: CheckLeaving, actor: Actor) -> Sequence[Read]:
    bag = (Read(asked.unit, UNIT), Read(asked.unit, LABEL), Read(asked.label, UNIT))
    return (*bag, *reads_of_skill(actor.person))


def _reads_of_chain(asked: CheckLeaving, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, COLLECTION))


def _reads_of_patient(asked: CheckLeaving, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    patient = None if chain is None else known.state(CHAIN, chain).patient
    return () if patient is None else (Read(patient),)


def _decide(asked: CheckLeaving, known: Circumstances) -> Sequence[LeavingChecked | UnitsBlocked]:
    unit = known.state(UNIT, asked.unit)
    assert unit.chain is not None
    patient = known.state(CHAIN, unit.chain).patient
    assert patient is not None
    if (asked.wristband, asked.label, asked.din) != (patient, asked.unit, unit.din):
        return (UnitsBlocked(units=tuple(dict.fromkeys((asked.unit, asked.label))), why=LABEL_DIFFERS),)
    checked = LeavingChecked(
        chain=unit.chain,
        unit=asked.unit,
        patient=patient,
        printed=asked.printed,
        used=asked.used,
        destroyed=asked.destroyed,
        by=known.actor.person,
    )
    if checked.missing:
        # Somebody else's bag may wear it: a third person finds out before this one goes anywhere.
        return (UnitsBlocked(units=(asked.unit,), why=LABEL_MISSING), checked)
    return (checked,)


CHECK_LEAVING = Action(
    name=views.CHECK_LEAVING,
    title="Check the bag before it leaves the chair",
    command=CheckLeaving,
    roles=frozenset({"nurse"}),
    reads=_reads,
    then_reads=(_reads_of_chain, _reads_of_patient),
    gates=(
        freezing_gates.bag_comes_from_the_chair,
        chair_gates.not_yet_checked,
        label_gates.unit_does_not_stand_still,
        chair_gates.label_was_scanned_back,
        chair_gates.leaving_checked_by_another,
        gates.qualified_for_identity_check,
        chair_gates.label_counts_are_possible,
    ),
    decide=_decide,
    emits=(LeavingChecked, UnitsBlocked),
    requirements=("TRC-12", "TRC-13", "TRC-14"),
    risk=Risk.PATIENT,
    rationale="This is the last moment at which patient and bag are in one place.",
)

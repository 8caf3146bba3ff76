"""Scan the label on a container back: another person than who filled it."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.events import LabelVerified, UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor
from coign.manufacturing import step_gates
from coign.manufacturing.events import FILLED_LABEL_DIFFERS
from coign.manufacturing.views import BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyLabel:
    """Which container the label was printed for, and what the scan of the label on it says."""

    unit: Unit = field(metadata=asks("Container", "known"))
    scanned: Unit = field(metadata=asks("Label on the container", "scan"))
    label_serial: str = field(metadata=asks("Print number of the label", "scan"))


def _reads(asked: VerifyLabel, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, UNIT), Read(asked.scanned, UNIT))


def _reads_of_batch(asked: VerifyLabel, known: Circumstances) -> Sequence[Read]:
    batch = known.state(UNIT, asked.unit).batch
    return (Read(batch, BATCH),) if batch is not None else ()


def _decide(asked: VerifyLabel, known: Circumstances) -> Sequence[LabelVerified | UnitsBlocked]:
    printed = known.state(UNIT, asked.unit).label_serial
    if (asked.scanned, asked.label_serial) == (asked.unit, printed):
        return (LabelVerified(unit=asked.unit, label_serial=asked.label_serial, by=known.actor.person),)
    # Two labels on the wrong containers look alike from both sides: every unit concerned stands still (TRC-S4).
    return (UnitsBlocked(units=tuple(sorted({asked.unit, asked.scanned})), why=FILLED_LABEL_DIFFERS),)


ACTION = Action(
    name="manufacturing.verify_label",
    title="Scan a label back",
    command=VerifyLabel,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_batch,),
    gates=(step_gates.unit_was_made_here, step_gates.label_is_open, step_gates.label_verified_by_another),
    decide=_decide,
    emits=(LabelVerified, UnitsBlocked),
    requirements=("TRC-13", "TRC-14", "TRC-S4"),
    risk=Risk.PATIENT,
    rationale="Two labels swapped in one room are found here or at the bedside.",
)

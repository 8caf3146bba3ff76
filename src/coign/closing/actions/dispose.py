"""Carry out what was decided about a container: two persons, each from their own scan; then it is no more."""

from collections.abc import Sequence
from dataclasses import field

from coign.closing import gates
from coign.closing.events import DisposalConfirmed, DisposalMismatched, DisposalRecorded
from coign.closing.state import DISPOSAL, DISPOSAL_DIFFERS
from coign.custody.views import HOLDING
from coign.identity.events import UnitEnded, UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor

WHO_DISPOSES = frozenset({"celllab", "pharmacist", "warehouse", "qa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispose:
    """Which container."""

    unit: Unit = field(metadata=asks("Container", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDisposal:
    """Whose disposal was recorded first, and what the second person scanned."""

    unit: Unit = field(metadata=asks("Container that was recorded", "known"))
    scanned: Unit = field(metadata=asks("Container", "scan"))


def _reads(asked: Dispose, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, DISPOSAL, HOLDING))


def _confirm_reads(asked: ConfirmDisposal, actor: Actor) -> Sequence[Read]:
    views = (UNIT, DISPOSAL, HOLDING)
    return tuple(Read(unit, view) for unit in dict.fromkeys((asked.unit, asked.scanned)) for view in views)


def _recorded(asked: Dispose, known: Circumstances) -> Sequence[DisposalRecorded]:
    return (DisposalRecorded(unit=asked.unit, by=known.actor.person),)


def _confirmed(asked: ConfirmDisposal, known: Circumstances) -> Sequence[Fact]:
    disposal = known.state(DISPOSAL, asked.unit)
    assert disposal.first is not None and disposal.becomes is not None
    between = (disposal.first, known.actor.person)
    if asked.scanned != asked.unit:
        units = (asked.unit, asked.scanned)
        return (
            DisposalMismatched(unit=asked.unit, found=asked.scanned, between=between),
            UnitsBlocked(units=units, why=DISPOSAL_DIFFERS),
        )
    return (
        DisposalConfirmed(unit=asked.unit, first=between[0], second=between[1]),
        UnitEnded(unit=asked.unit, how=disposal.becomes),
    )


DISPOSE = Action(
    name="closing.dispose",
    title="Dispose of a container as decided",
    command=Dispose,
    roles=WHO_DISPOSES,
    reads=_reads,
    gates=(
        gates.disposal_is_decided,
        gates.container_exists,
        gates.no_doubt_which_container,
        gates.container_is_held_here,
    ),
    decide=_recorded,
    emits=(DisposalRecorded,),
    requirements=("TRC-27", "TRC-13"),
    risk=Risk.PRODUCT,
    rationale="What was burnt by mistake cannot be made again.",
)

CONFIRM = Action(
    name="closing.confirm_disposal",
    title="Confirm the disposal of a container",
    command=ConfirmDisposal,
    roles=WHO_DISPOSES,
    reads=_confirm_reads,
    gates=(
        gates.container_exists,
        gates.container_is_held_here,
        gates.first_disposal_is_open,
        gates.second_is_another_person,
        gates.second_within_window,
    ),
    decide=_confirmed,
    emits=(DisposalConfirmed, DisposalMismatched, UnitEnded, UnitsBlocked),
    requirements=("TRC-27", "TRC-13", "CSV-29"),
    risk=Risk.PRODUCT,
    rationale="That a container is gone is proved by two people who saw the same one.",
    second_of="closing.dispose",
)

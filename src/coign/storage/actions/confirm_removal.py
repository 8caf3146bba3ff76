"""Confirm what was taken out: the second person scans what is in the hand, blind to the first."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.identity.events import UnitsBlocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor
from coign.storage import gates
from coign.storage.events import OTHER_UNIT_TAKEN, RemovalMismatched, TakenOut
from coign.storage.gates import allowed_out_of_cold
from coign.storage.state import BOX, REMOVAL
from coign.storage.views import PLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRemoval:
    """The unit that was to be taken out, and what this person scans on the unit in the hand."""

    unit: Unit = field(metadata=asks("Unit", "known"))
    found: Unit = field(metadata=asks("Unit in the hand", "scan"))


def _reads(asked: ConfirmRemoval, actor: Actor) -> Sequence[Read]:
    return (*(Read(asked.unit, view) for view in (UNIT, HOLDING, PLACE, REMOVAL)), Read(asked.found, UNIT))


def _reads_of_place(asked: ConfirmRemoval, known: Circumstances) -> Sequence[Read]:
    box, chain = known.state(PLACE, asked.unit).box, known.state(UNIT, asked.unit).chain
    return (*([Read(box, BOX)] if box is not None else []), *([Read(chain, CHAIN)] if chain is not None else []))


def _decide(asked: ConfirmRemoval, known: Circumstances) -> Sequence[Fact]:
    first, second = known.state(REMOVAL, asked.unit), known.actor.person
    chain = known.state(UNIT, asked.unit).chain
    assert first.by is not None
    assert first.box is not None
    assert chain is not None
    if asked.found != asked.unit:
        # One of them is in somebody's hand and the other perhaps too: neither is used until somebody has looked.
        units = tuple(sorted((asked.unit, asked.found)))
        return (
            RemovalMismatched(units=units, meant=asked.unit, found=asked.found, first=first.by, second=second),
            UnitsBlocked(units=units, why=OTHER_UNIT_TAKEN),
        )
    return (
        TakenOut(
            unit=asked.unit,
            chain=chain,
            box=first.box,
            position=first.position,
            purpose=first.purpose,
            allowed=allowed_out_of_cold(chain, known),
            first=first.by,
            second=second,
        ),
    )


ACTION = Action(
    name="storage.confirm_removal",
    title="Confirm what was taken out of storage",
    command=ConfirmRemoval,
    roles=frozenset({"celllab", "warehouse", "operator", "infusion"}),
    reads=_reads,
    then_reads=(_reads_of_place,),
    gates=(
        gates.removal_is_started,
        gates.removed_by_another,
        gates.removal_is_fresh,
        gates.unit_is_held,
    ),
    decide=_decide,
    emits=(TakenOut, RemovalMismatched, UnitsBlocked),
    requirements=("SCS-04", "SCS-11", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="A bag that two persons did not read alike may be another patient's.",
    second_of="storage.start_removal",
)

"""Resolve a removal in which another unit came into the hand: a third person looked where each of them lies."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.identity.events import UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText
from coign.storage import gates
from coign.storage.events import OTHER_UNIT_TAKEN, RemovalResolved
from coign.storage.state import REMOVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRemoval:
    """Which of the units, and what was found."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    finding: FreeText = field(metadata=asks("What happened", hint="which unit lay where, and where it lies now"))


def _reads(asked: ResolveRemoval, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, HOLDING, REMOVAL))


def _decide(asked: ResolveRemoval, known: Circumstances) -> Sequence[Fact]:
    return (
        RemovalResolved(unit=asked.unit, by=known.actor.person, finding=asked.finding),
        UnitsUnblocked(units=(asked.unit,), why=OTHER_UNIT_TAKEN),
    )


ACTION = Action(
    name="storage.resolve_removal",
    title="Resolve what was taken out by mistake",
    command=ResolveRemoval,
    roles=frozenset({"celllab", "physician", "coordinator", "warehouse", "qa"}),
    reads=_reads,
    gates=(gates.unit_is_held, gates.removal_mismatch_is_open, gates.removal_resolved_by_a_third_person),
    decide=_decide,
    emits=(RemovalResolved, UnitsUnblocked),
    requirements=("SCS-04", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="Two bags of two patients were in one pair of hands: who explains it must not be who did it.",
)

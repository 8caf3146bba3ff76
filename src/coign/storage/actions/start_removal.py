"""Say which unit is to be taken out of its position, and what for: the first of two persons, without any effect."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Unit
from coign.kernel.values import Actor
from coign.storage import gates
from coign.storage.events import Purpose, RemovalStarted
from coign.storage.state import REMOVAL
from coign.storage.views import PLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRemoval:
    """Which unit, from which position of which box, what for."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    box: Box = field(metadata=asks("Box", "scan"))
    position: int = field(metadata=asks("Position", "measure"))
    purpose: Purpose = field(metadata=asks("What for", "choose"))


def _reads(asked: StartRemoval, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (HOLDING, PLACE, REMOVAL))


def _decide(asked: StartRemoval, known: Circumstances) -> Sequence[RemovalStarted]:
    return (
        RemovalStarted(
            unit=asked.unit,
            box=asked.box,
            position=asked.position,
            purpose=asked.purpose,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="storage.start_removal",
    title="Take a unit out of storage",
    command=StartRemoval,
    roles=frozenset({"celllab", "warehouse", "operator", "infusion"}),
    reads=_reads,
    gates=(gates.unit_is_held, gates.unit_lies_there, gates.no_open_removal_mismatch),
    decide=_decide,
    emits=(RemovalStarted,),
    requirements=("SCS-04", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="The neighbour's bag looks the same under frost: two persons read it, each for themselves.",
    beyond_sight=("box",),
)

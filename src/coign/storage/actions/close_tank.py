"""Take a storage tank out of service: what lies in it can still be taken out, and nothing is placed in it."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, FreeText
from coign.storage import tank_gates
from coign.storage.events import TankClosed
from coign.storage.state import TANK


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTank:
    """Which tank, and why."""

    tank: Equipment = field(metadata=asks("Tank", "scan"))
    why: FreeText = field(metadata=asks("Why", hint="what is wrong with it, or what is done to it"))


def _reads(asked: CloseTank, actor: Actor) -> Sequence[Read]:
    return (Read(asked.tank, TANK),)


def _decide(asked: CloseTank, known: Circumstances) -> Sequence[TankClosed]:
    return (TankClosed(tank=asked.tank, by=known.actor.person, why=asked.why),)


ACTION = Action(
    name="storage.close_tank",
    title="Take a storage tank out of service",
    command=CloseTank,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    gates=(tank_gates.tank_is_open,),
    decide=_decide,
    emits=(TankClosed,),
    requirements=("SCS-03",),
    risk=Risk.PRODUCT,
    rationale="Cells placed in a tank that fails are lost, and nobody can collect them again.",
)

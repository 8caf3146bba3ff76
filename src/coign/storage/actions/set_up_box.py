"""Set up a box in a rack of a tank: its label stands for the place, its positions for one unit each."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Equipment
from coign.kernel.values import Actor
from coign.storage import tank_gates
from coign.storage.events import BoxSetUp
from coign.storage.state import BOX, TANK


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpBox:
    """Which box, in which rack of which tank, with how many positions."""

    box: Box = field(metadata=asks("Box", "scan"))
    tank: Equipment = field(metadata=asks("Tank", "scan"))
    rack: str = field(metadata=asks("Rack", hint="as it is written on the rack"))
    positions: int = field(metadata=asks("Positions", "measure"))


def _reads(asked: SetUpBox, actor: Actor) -> Sequence[Read]:
    return (Read(asked.box, BOX), Read(asked.tank, TANK))


def _decide(asked: SetUpBox, known: Circumstances) -> Sequence[BoxSetUp]:
    return (
        BoxSetUp(
            box=asked.box,
            tank=asked.tank,
            organisation=known.actor.organisation,
            rack=asked.rack.strip(),
            positions=asked.positions,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="storage.set_up_box",
    title="Set up a box in a tank",
    command=SetUpBox,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    gates=(
        tank_gates.box_is_new,
        tank_gates.tank_is_in_service,
        tank_gates.rack_is_named,
        tank_gates.positions_are_countable,
    ),
    decide=_decide,
    emits=(BoxSetUp,),
    requirements=("SCS-03", "SCS-04"),
    risk=Risk.PRODUCT,
    rationale="Two boxes under one label are two bags in one place.",
    beyond_sight=("box",),
)

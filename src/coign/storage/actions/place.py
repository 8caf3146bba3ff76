"""Place a unit into a position of a box, for the first time or back again: its time out of the cold stands still."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.custody.views import HOLDING
from coign.donor.views import centre_read, chain_read
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Box, Unit
from coign.kernel.values import Actor
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH
from coign.storage import gates
from coign.storage.events import Placed
from coign.storage.state import BOX, TANK
from coign.storage.views import PLACE, SEGREGATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which unit lies in which position of which box."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    box: Box = field(metadata=asks("Box", "scan"))
    position: int = field(metadata=asks("Position", "measure"))


def _reads(asked: Place, actor: Actor) -> Sequence[Read]:
    views = (UNIT, HOLDING, RECEIPT, PLACE, SEGREGATION)
    return (*(Read(asked.unit, view) for view in views), Read(asked.box, BOX))


def _reads_of_box(asked: Place, known: Circumstances) -> Sequence[Read]:
    tank = known.state(BOX, asked.box).tank
    assert tank is not None
    return (Read(tank, TANK),)


def _reads_of_unit(asked: Place, known: Circumstances) -> Sequence[Read]:
    """What it was made of and in, and whose cells they are."""
    unit = known.state(UNIT, asked.unit)
    made_in = () if unit.batch is None else (Read(unit.batch, BATCH),)
    return (*(Read(parent, UNIT) for parent in unit.parents), *made_in, *chain_read(asked, known))


def _decide(asked: Place, known: Circumstances) -> Sequence[Placed]:
    box = known.state(BOX, asked.box)
    assert box.tank is not None
    return (
        Placed(
            unit=asked.unit,
            box=asked.box,
            tank=box.tank,
            rack=box.rack,
            position=asked.position,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="storage.place",
    title="Place a unit in storage",
    command=Place,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_box, _reads_of_unit, centre_read),
    # Nothing here asks whether the bag is in a good state: warm or blocked, it belongs into the cold.
    gates=(
        gates.unit_is_held,
        gates.unit_is_out_of_its_shipper,
        gates.unit_lies_nowhere,
        gates.unit_exists,
        gates.position_exists,
        gates.position_is_free,
        gates.tank_of_box_is_in_service,
        gates.tank_fits_unit,
        gates.unit_is_frozen,
    ),
    decide=_decide,
    emits=(Placed,),
    requirements=("SCS-03", "SCS-04", "SCS-11", "TRC-11", "TRC-18", "TRC-19"),
    risk=Risk.PATIENT,
    rationale="A bag that lies where nobody wrote it down is taken for another one, or found too late.",
)

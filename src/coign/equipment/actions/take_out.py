"""Take a device out of service: nobody uses it until somebody else has returned it."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment import gates
from coign.equipment.events import DeviceTakenOut
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOut:
    """Which device, and what is wrong with it."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    why: FreeText = field(metadata=asks("Why", hint="what you saw, or what is done to it"))


def _reads(asked: TakeOut, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: TakeOut, known: Circumstances) -> Sequence[DeviceTakenOut]:
    return (
        DeviceTakenOut(
            equipment=asked.equipment,
            why=asked.why,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.take_out_of_service",
    title="Take a device out of service",
    command=TakeOut,
    roles=frozenset({"operator", "celllab", "nurse", "warehouse", "analyst", "qcreviewer", "qa"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.device_is_in_service,
    ),
    decide=_decide,
    emits=(DeviceTakenOut,),
    requirements=("GMP-09",),
    risk=Risk.PRODUCT,
    rationale="A device in doubt that looks free is used by the next shift.",
)

"""Return a device to service, by somebody who did not take it out."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment import gates
from coign.equipment.events import DeviceReturned
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToService:
    """Which device, and what was done to it."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    what_was_done: FreeText = field(metadata=asks("What was done", hint="repair, test afterwards"))


def _reads(asked: ReturnToService, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: ReturnToService, known: Circumstances) -> Sequence[DeviceReturned]:
    return (
        DeviceReturned(
            equipment=asked.equipment,
            what_was_done=asked.what_was_done,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.return_to_service",
    title="Return a device to service",
    command=ReturnToService,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.device_is_out_of_service,
        gates.returned_by_another,
    ),
    decide=_decide,
    emits=(DeviceReturned,),
    requirements=(
        "GMP-09",
        "GMP-02",
    ),
    risk=Risk.PRODUCT,
    rationale="A repair that nobody else looked at fails in the middle of a batch.",
    meaning="approved",
)

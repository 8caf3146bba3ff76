"""Take a room or cabinet out of use: nothing is opened in it until it is put in use anew."""

from collections.abc import Sequence
from dataclasses import field

from coign.facility import gates
from coign.facility.events import RoomTakenOutOfUse
from coign.facility.views import ROOM
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Room
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutOfUse:
    """Which room or cabinet, and why."""

    room: Room = field(metadata=asks("Room or cabinet", "scan"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: TakeOutOfUse, actor: Actor) -> Sequence[Read]:
    return (Read(asked.room, ROOM),)


def _decide(asked: TakeOutOfUse, known: Circumstances) -> Sequence[RoomTakenOutOfUse]:
    return (RoomTakenOutOfUse(room=asked.room, why=asked.why, by=known.actor.person),)


ACTION = Action(
    name="facility.take_out_of_use",
    title="Take a room or cabinet out of use",
    command=TakeOutOfUse,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.room_is_in_use,),
    decide=_decide,
    emits=(RoomTakenOutOfUse,),
    requirements=("GMP-32",),
    risk=Risk.PRODUCT,
    rationale="A cabinet in doubt that looks free is used by the next shift.",
)

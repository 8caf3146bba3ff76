"""Register a room or cabinet in which one patient's cells may be open at a time."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Room, Site
from coign.kernel.values import Actor
from coign.manufacturing import gates
from coign.manufacturing.events import Grade, RoomRegistered
from coign.manufacturing.state import ROOM
from coign.people.views import SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRoom:
    """Which room, where, of which grade."""

    room: Room = field(metadata=asks("Room", "scan"))
    site: Site = field(metadata=asks("Place", "known"))
    grade: Grade = field(metadata=asks("Grade", "choose"))


def _reads(asked: RegisterRoom, actor: Actor) -> Sequence[Read]:
    return (Read(asked.room, ROOM), Read(asked.site, SITE))


def _decide(asked: RegisterRoom, known: Circumstances) -> Sequence[RoomRegistered]:
    organisation = known.actor.organisation
    return (RoomRegistered(room=asked.room, organisation=organisation, site=asked.site, grade=asked.grade),)


ACTION = Action(
    name="manufacturing.register_room",
    title="Register a room",
    command=RegisterRoom,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.room_is_new, gates.site_is_ours),
    decide=_decide,
    emits=(RoomRegistered,),
    requirements=("GMP-34",),
    risk=Risk.PRODUCT,
    rationale="A room is where two patients could meet: only registered ones are used.",
    beyond_sight=("room",),
)

"""Put a room or cabinet in use: its qualification counts for as long as its grade allows; again after each test."""

from collections.abc import Sequence
from dataclasses import field

from coign.facility import gates
from coign.facility.events import LimitSet, RoomPutInUse
from coign.facility.views import ROOM
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Room
from coign.kernel.values import Actor, Digest, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PutInUse:
    """Which room or cabinet, where it stands, when it was qualified, and which limits it is held to."""

    room: Room = field(metadata=asks("Room or cabinet", "scan"))
    within: Room | None = field(default=None, metadata=asks("Room that the cabinet stands in", "scan"))
    limit_set: LimitSet = field(default="annex1", metadata=asks("Limits", "choose"))
    qualified_on: Instant = field(metadata=asks("Qualified on", hint="air flow, filters, particles, growth"))
    evidence: Digest = field(metadata=asks("Report of the qualification", "upload"))


def _reads(asked: PutInUse, actor: Actor) -> Sequence[Read]:
    return (Read(asked.room, ROOM), *((Read(asked.within, ROOM),) if asked.within is not None else ()))


def _decide(asked: PutInUse, known: Circumstances) -> Sequence[RoomPutInUse]:
    return (
        RoomPutInUse(
            room=asked.room,
            within=asked.within,
            limit_set=asked.limit_set,
            qualified_on=asked.qualified_on,
            qualified_until=gates.qualified_until(asked, known),
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="facility.put_in_use",
    title="Put a room or cabinet in use",
    command=PutInUse,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.stands_in_another_room, gates.qualification_counts),
    decide=_decide,
    emits=(RoomPutInUse,),
    requirements=("GMP-32", "GMP-31"),
    risk=Risk.PATIENT,
    rationale="Cells are opened in air that nobody sees: only its qualification says that it is clean.",
    meaning="approved",
)

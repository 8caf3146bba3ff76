"""Look a room over before a patient's cells come in: the first of two persons."""

from collections.abc import Sequence
from dataclasses import field

from coign.facility.views import ROOM as FACILITY
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Room
from coign.kernel.values import Actor
from coign.manufacturing import gates
from coign.manufacturing.events import Finding, LineChecked
from coign.manufacturing.state import ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearLine:
    """Which room, for which therapy, and what this person found."""

    room: Room = field(metadata=asks("Room", "scan"))
    chain: Chain = field(metadata=asks("Therapy", "scan"))
    finding: Finding = field(metadata=asks("Cells, labels, materials of others", "choose"))


def _reads(asked: ClearLine, actor: Actor) -> Sequence[Read]:
    return (Read(asked.room, ROOM), Read(asked.room, FACILITY), Read(asked.chain))


def _decide(asked: ClearLine, known: Circumstances) -> Sequence[LineChecked]:
    return (LineChecked(room=asked.room, chain=asked.chain, finding=asked.finding, by=known.actor.person),)


ACTION = Action(
    name="manufacturing.clear_line",
    title="Clear a room",
    command=ClearLine,
    roles=frozenset({"operator"}),
    reads=_reads,
    gates=(gates.room_may_be_used, gates.room_is_empty, gates.no_label_is_missing),
    decide=_decide,
    emits=(LineChecked,),
    requirements=("GMP-32", "GMP-34", "GMP-35", "GMP-S5", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="A label or a tube of the last patient that stays in the room can end in the next one's product.",
)

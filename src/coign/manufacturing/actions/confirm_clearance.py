"""Confirm that a room is clear: the second person looks, blind to the first, and both are compared."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Room
from coign.kernel.values import Actor
from coign.manufacturing import gates
from coign.manufacturing.events import Finding, LineCleared, LineMismatched
from coign.manufacturing.state import ROOM


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmClearance:
    """Which room, for which therapy, and what this person found."""

    room: Room = field(metadata=asks("Room", "scan"))
    chain: Chain = field(metadata=asks("Therapy", "scan"))
    finding: Finding = field(metadata=asks("Cells, labels, materials of others", "choose"))


def _reads(asked: ConfirmClearance, actor: Actor) -> Sequence[Read]:
    return (Read(asked.room, ROOM), Read(asked.chain))


def _decide(asked: ConfirmClearance, known: Circumstances) -> Sequence[LineCleared | LineMismatched]:
    check, second = known.state(ROOM, asked.room).check, known.actor.person
    assert check is not None
    agreed = {"chain": check.chain == asked.chain, "finding": check.finding == asked.finding == "clear"}
    if all(agreed.values()):
        return (LineCleared(room=asked.room, chain=asked.chain, first=check.by, second=second),)
    what = tuple(name for name, same in agreed.items() if not same)
    return (LineMismatched(room=asked.room, what=what, first=check.by, second=second),)


ACTION = Action(
    name="manufacturing.confirm_clearance",
    title="Confirm that a room is clear",
    command=ConfirmClearance,
    roles=frozenset({"operator"}),
    reads=_reads,
    gates=(gates.line_is_checked, gates.cleared_by_another, gates.line_check_is_fresh),
    decide=_decide,
    emits=(LineCleared, LineMismatched),
    requirements=("GMP-35", "TRC-13"),
    risk=Risk.PATIENT,
    rationale="One person overlooks what they left there themselves.",
    second_of="manufacturing.clear_line",
)

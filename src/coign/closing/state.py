"""How a therapy ended, and how far the disposal of each of its containers is."""

from dataclasses import replace

from coign.closing.events import (
    Decision,
    DisposalConfirmed,
    DisposalDecided,
    DisposalMismatched,
    DisposalRecorded,
    TherapyEnded,
)
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View

#: Why every container of an ended therapy stands still, and why one does about which two persons differ.
THERAPY_IS_OVER = "its therapy is over"
DISPOSAL_DIFFERS = "two persons scanned different containers when disposing of it"


@dataclass(frozen=True, slots=True)
class Closure:
    """When and why the therapy ended."""

    ended_at: Instant | None = None
    reason: str = ""


def _evolve_closure(state: Closure, fact: Fact, stamp: Stamp) -> Closure:
    return Closure(stamp.time, fact.reason) if isinstance(fact, TherapyEnded) else state


CLOSURE = View(
    "closing.closure",
    kinds=frozenset({"chain"}),
    folds=(TherapyEnded,),
    state=Closure,
    evolve=_evolve_closure,
)


@dataclass(frozen=True, slots=True)
class Disposal:
    """What was decided about a container, and who said that it was done."""

    becomes: Decision | None = None
    first: Person | None = None
    first_at: Instant | None = None


def _evolve(state: Disposal, fact: Fact, stamp: Stamp) -> Disposal:
    match fact:
        case DisposalDecided(becomes=becomes):
            return Disposal(becomes)
        case DisposalRecorded(by=by):
            return replace(state, first=by, first_at=stamp.time)
        case DisposalConfirmed() | DisposalMismatched():
            return Disposal(state.becomes)
        case _:
            return state


DISPOSAL = View(
    "closing.disposal",
    kinds=frozenset({"unit"}),
    folds=(DisposalDecided, DisposalRecorded, DisposalConfirmed, DisposalMismatched),
    state=Disposal,
    evolve=_evolve,
)

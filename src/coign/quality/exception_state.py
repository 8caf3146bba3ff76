"""How far a request for a product out of specification has come, and who was called about a late adverse result."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.views import Stamp, View
from coign.quality.events import (
    BatchRejected,
    ExceptionAccepted,
    ExceptionNotified,
    ExceptionRequested,
    ExceptionRiskAssessed,
    ExpandedAccessRecorded,
    LateResultAdverse,
    LateResultAnswered,
)


@dataclass(frozen=True, slots=True)
class ExceptionState:
    """What is there of the papers that supply under exception needs; a rejected batch ends the request."""

    requested_by: Person | None = None
    assessed_by: Person | None = None
    accepted_by: Person | None = None
    told: str = ""
    expanded_access: str = ""


def _evolve(state: ExceptionState, fact: Fact, stamp: Stamp) -> ExceptionState:
    match fact:
        case ExceptionRequested(by=by):
            return ExceptionState(by)
        case ExceptionRiskAssessed(by=by):
            return replace(state, assessed_by=by)
        case ExceptionAccepted(by=by):
            return replace(state, accepted_by=by)
        case ExceptionNotified(told=told):
            return replace(state, told=told)
        case ExpandedAccessRecorded(application=application):
            return replace(state, expanded_access=application)
        case BatchRejected():
            return ExceptionState()
        case _:
            return state


EXCEPTION = View(
    "quality.exception",
    kinds=frozenset({"chain"}),
    folds=(
        ExceptionRequested,
        ExceptionRiskAssessed,
        ExceptionAccepted,
        ExceptionNotified,
        ExpandedAccessRecorded,
        BatchRejected,
    ),
    state=ExceptionState,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One test that came in adverse, and a side that has not answered yet."""

    attribute: str
    side: str


@dataclass(frozen=True, slots=True)
class CallsState:
    """Who was called about a late adverse result and has not answered. Bounded by the panel."""

    waiting: tuple[Waiting, ...] = ()


def _evolve_calls(state: CallsState, fact: Fact, stamp: Stamp) -> CallsState:
    match fact:
        case LateResultAdverse(attribute=attribute):
            called = (Waiting(attribute, "physician"), Waiting(attribute, "quality"))
            return CallsState((*(w for w in state.waiting if w not in called), *called))
        case LateResultAnswered(attribute=attribute, side=side):
            return CallsState(tuple(w for w in state.waiting if w != Waiting(attribute, side)))
        case _:
            return state


CALLS = View(
    "quality.calls",
    kinds=frozenset({"chain"}),
    folds=(LateResultAdverse, LateResultAnswered),
    state=CallsState,
    evolve=_evolve_calls,
)

"""What was done with a device, line by line: its log, with the batch beside each use (21 CFR 211.182)."""

from dataclasses import dataclass

from coign.equipment.events import (
    DeviceCalibrated,
    DeviceCleaned,
    DeviceRegistered,
    DeviceReturned,
    DevicesUsed,
    DeviceTakenOut,
    DoubtAssessed,
    LateCleaningJudged,
)
from coign.kernel.facts import Fact
from coign.kernel.subjects import Batch, Chain, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View

#: Beyond this many, older lines stand in the device's history alone.
LINES_MAX = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: when, what, by whom, and beside which batch or therapy."""

    at: Instant
    what: str
    by: Person
    batch: Batch | None = None
    chain: Chain | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """The last lines, oldest first."""

    lines: tuple[Line, ...] = ()


def _evolve(state: Log, fact: Fact, stamp: Stamp) -> Log:
    by = stamp.actor.person
    match fact:
        case DevicesUsed(what=what, batch=batch, chain=chain):
            line = Line(stamp.time, what, by, batch, chain)
        case DeviceCalibrated(finding=finding):
            line = Line(stamp.time, finding, by)
        case DoubtAssessed(conclusion=conclusion):
            line = Line(stamp.time, conclusion, by)
        case DeviceCleaned(was_due=Instant()):
            line = Line(stamp.time, "cleaned_late", by)
        case LateCleaningJudged(verdict=verdict):
            line = Line(stamp.time, verdict, by)
        case _ if type(fact) in _WORDS:
            line = Line(stamp.time, _WORDS[type(fact)], by)
        case _:
            return state
    return Log((*state.lines, line)[-LINES_MAX:])


_WORDS: dict[type[Fact], str] = {
    DeviceRegistered: "registered",
    DeviceCleaned: "cleaned",
    DeviceTakenOut: "taken_out",
    DeviceReturned: "returned",
}

LOG = View(
    "equipment.log",
    kinds=frozenset({"equipment"}),
    folds=(
        DeviceRegistered,
        DeviceCalibrated,
        DeviceCleaned,
        DevicesUsed,
        DeviceTakenOut,
        DeviceReturned,
        DoubtAssessed,
        LateCleaningJudged,
    ),
    state=Log,
    evolve=_evolve,
    version=2,
)

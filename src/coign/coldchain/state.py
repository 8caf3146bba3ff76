"""Whether the logger of a shipment was read: the cold chain's own business."""

from coign.coldchain.events import LoggerMissing, LoggerRead
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class ReadingState:
    """The file that was read for this shipment, if there was one, and when."""

    file: Digest | None = None
    at: Instant | None = None


def _evolve(state: ReadingState, fact: Fact, stamp: Stamp) -> ReadingState:
    match fact:
        case LoggerRead(file=file):
            return ReadingState(file, stamp.time)
        case LoggerMissing():
            return ReadingState(None, stamp.time)
        case _:
            return state


READING = View(
    "coldchain.reading",
    kinds=frozenset({"shipment"}),
    folds=(LoggerRead, LoggerMissing),
    state=ReadingState,
    evolve=_evolve,
)

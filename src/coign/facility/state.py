"""Which batches were open in a room and when: facility's own business."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.manufacturing.events import Abandoned, BatchStarted, Filled

#: Beyond this many, the oldest uses are forgotten: plates are read within weeks.
USES_MAX = 64


@dataclass(frozen=True, slots=True)
class Use:
    """A batch was open in the room from an instant until another; None: it still is."""

    batch: Batch
    since: Instant
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Uses:
    """The last batches that were open in a room, oldest first."""

    uses: tuple[Use, ...] = ()

    def open_at(self, moment: Instant) -> Batch | None:
        """The batch that was open then."""
        return next((u.batch for u in self.uses if u.since <= moment and (u.until is None or moment <= u.until)), None)


def _evolve(state: Uses, fact: Fact, stamp: Stamp) -> Uses:
    match fact:
        case BatchStarted(batch=batch):
            return Uses((*state.uses, Use(batch, stamp.time))[-USES_MAX:])
        case Filled(batch=batch) | Abandoned(batch=batch):
            return Uses(tuple(replace(u, until=stamp.time) if u.batch == batch else u for u in state.uses))
        case _:
            return state


USES = View(
    "facility.uses",
    kinds=frozenset({"room"}),
    folds=(BatchStarted, Filled, Abandoned),
    state=Uses,
    evolve=_evolve,
)

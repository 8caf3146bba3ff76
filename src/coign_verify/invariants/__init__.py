"""What holds in every true record, stated apart from the gates; see README.md."""

from coign_verify.invariants import (
    bedside,
    cells,
    days,
    houses,
    keeping,
    making,
    order,
    people,
    plant,
    record,
    testing,
    therapies,
)
from coign_verify.invariants.model import (
    Broken,
    Heads,
    Invariant,
    Known,
    Plan,
    PlannedSample,
    PlannedStep,
    PlannedTest,
    Terms,
)
from coign_verify.invariants.replay import Monitors, Replay, Step, replay

#: All of them, in the order of the README.
INVARIANTS: tuple[Invariant, ...] = (
    *bedside.INVARIANTS,
    *therapies.INVARIANTS,
    *cells.INVARIANTS,
    *plant.INVARIANTS,
    *people.INVARIANTS,
    *order.INVARIANTS,
    *days.INVARIANTS,
    *houses.INVARIANTS,
    *keeping.INVARIANTS,
    *making.INVARIANTS,
    *testing.INVARIANTS,
    *record.INVARIANTS,
)

__all__ = [
    "INVARIANTS",
    "Broken",
    "Heads",
    "Invariant",
    "Known",
    "Monitors",
    "Plan",
    "PlannedSample",
    "PlannedStep",
    "PlannedTest",
    "Replay",
    "Step",
    "Terms",
    "replay",
]

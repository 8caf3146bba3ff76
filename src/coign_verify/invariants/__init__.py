"""What holds in every true record, stated apart from the gates; see README.md."""

from coign_verify.invariants import (
    bedside,
    cells,
    days,
    doses,
    houses,
    keeping,
    making,
    measured,
    order,
    people,
    planned,
    plant,
    reactions,
    record,
    testing,
    therapies,
    ways,
)
from coign_verify.invariants.model import Broken, Heads, Invariant, Known
from coign_verify.invariants.replay import Monitors, Replay, Step, replay
from coign_verify.invariants.terms import (
    Dose,
    House,
    Plan,
    PlannedSample,
    PlannedStep,
    PlannedTest,
    Terms,
    decided_by,
    terms_in,
)

#: All of them, in the order of the README.
INVARIANTS: tuple[Invariant, ...] = (
    *bedside.INVARIANTS,
    *doses.INVARIANTS,
    *therapies.INVARIANTS,
    *planned.INVARIANTS,
    *cells.INVARIANTS,
    *ways.INVARIANTS,
    *plant.INVARIANTS,
    *measured.INVARIANTS,
    *reactions.INVARIANTS,
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
    "Dose",
    "Heads",
    "House",
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
    "decided_by",
    "replay",
    "terms_in",
]

"""What holds in every true record, stated apart from the gates; see README.md."""

from coign_verify.invariants import (
    bedside,
    cells,
    doses,
    measured,
    order,
    people,
    planned,
    plant,
    reactions,
    record,
    therapies,
    ways,
)
from coign_verify.invariants.model import Broken, Dose, Heads, Invariant, Known, Terms
from coign_verify.invariants.replay import Monitors, Replay, Step, replay

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
    *record.INVARIANTS,
)

__all__ = [
    "INVARIANTS",
    "Broken",
    "Dose",
    "Heads",
    "Invariant",
    "Known",
    "Monitors",
    "Replay",
    "Step",
    "Terms",
    "replay",
]

"""What holds in every true record, stated apart from the gates; see README.md."""

from coign_verify.invariants import (
    bedside,
    cells,
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
from coign_verify.invariants.model import Broken, Heads, Invariant, Known, Terms
from coign_verify.invariants.replay import Monitors, Replay, Step, replay

#: All of them, in the order of the README.
INVARIANTS: tuple[Invariant, ...] = (
    *bedside.INVARIANTS,
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

__all__ = ["INVARIANTS", "Broken", "Heads", "Invariant", "Known", "Monitors", "Replay", "Step", "Terms", "replay"]

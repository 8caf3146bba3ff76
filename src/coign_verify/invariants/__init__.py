"""What holds in every true record, stated apart from the gates; see README.md."""

from coign_verify.invariants import bedside, cells
from coign_verify.invariants.model import Broken, Invariant, Known, Terms
from coign_verify.invariants.replay import Monitors, Replay, Step

#: All of them, in the order of the README.
INVARIANTS: tuple[Invariant, ...] = (*bedside.INVARIANTS, *cells.INVARIANTS)

__all__ = ["INVARIANTS", "Broken", "Invariant", "Known", "Monitors", "Replay", "Step", "Terms"]

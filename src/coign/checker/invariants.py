"""The invariants that the checker asks, with what the therapies under them are held to."""

from coign import rulesets
from coign.programmes.model import Programmes
from coign.programmes.terms import terms_of
from coign_verify.invariants import INVARIANTS, House, Invariant, Monitors, people, record
from coign_verify.invariants.trackers import TRACKERS

#: Kept by ledger and door for whatever rules: sequence, time, signatures. They say nothing about gates.
OF_THE_DOOR = frozenset({*record.INVARIANTS, people.a_signature_fits_its_intent})
OF_RULES: tuple[Invariant, ...] = tuple(each for each in INVARIANTS if each not in OF_THE_DOOR)

#: What they remember things under.
REMEMBERED: frozenset[str] = frozenset(tracker.name for tracker in TRACKERS)


def monitors(programmes: Programmes) -> Monitors:
    """All of them. What is explored here has no record around it, and names no rule sets."""
    return Monitors(OF_RULES, terms_of(programmes.all(), {"": House.read(rulesets.load().terms)}))

"""The invariants that the checker asks, with what the therapies under them are held to."""

from coign.programmes.model import Programmes
from coign_verify.invariants import INVARIANTS, Invariant, Monitors, Terms
from coign_verify.invariants import record

#: Those of the record itself are kept by the ledger, for whatever rules; they say nothing about gates.
OF_RULES: tuple[Invariant, ...] = tuple(each for each in INVARIANTS if each not in record.INVARIANTS)
#: Those that a therapy without trouble gives something to say: of them silence would mean that nothing was checked.
OF_STORY = OF_RULES
_DURATIONS = frozenset({"min", "h", "d"})


def terms_of(programmes: Programmes) -> Terms:
    """What each version holds therapies to, as the monitors ask for it."""
    limits = {
        version.digest: {
            name: int(version.minutes(name)) for name in version.limits if version.quantity(name).unit in _DURATIONS
        }
        for version in programmes.all()
    }
    tasks = {
        version.digest: {
            **{step.id: step.task for step in version.steps}, **{step.action: step.task for step in version.journey}
        }
        for version in programmes.all()
    }  # fmt: skip
    return Terms(limits, tasks)


def monitors(programmes: Programmes) -> Monitors:
    """All of them."""
    return Monitors(OF_RULES, terms_of(programmes))

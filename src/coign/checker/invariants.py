"""The invariants that the checker asks, with what the therapies under them are held to."""

from coign.programmes.model import Programmes
from coign_verify.invariants import INVARIANTS, Invariant, Monitors, Terms, people, record

#: Kept by ledger and door for whatever rules: sequence, time, signatures. They say nothing about gates.
OF_THE_DOOR = frozenset({*record.INVARIANTS, people.a_signature_fits_its_intent})
OF_RULES: tuple[Invariant, ...] = tuple(each for each in INVARIANTS if each not in OF_THE_DOOR)
_DURATIONS = frozenset({"min", "h", "d"})


def terms_of(programmes: Programmes) -> Terms:
    """What each version holds therapies to, as the monitors ask for it."""
    limits: dict[str, dict[str, float]] = {
        str(version.digest): {
            name: version.minutes(name) for name in version.limits if version.quantity(name).unit in _DURATIONS
        }
        for version in programmes.all()
    }
    tasks: dict[str, dict[str, str]] = {
        str(version.digest): {
            **{step.id: step.task for step in version.steps}, **{step.action: step.task for step in version.journey}
        }
        for version in programmes.all()
    }  # fmt: skip
    return Terms(limits, tasks)


def monitors(programmes: Programmes) -> Monitors:
    """All of them."""
    return Monitors(OF_RULES, terms_of(programmes))

"""One person's continuous period at one station: when it locks, and which proofs a signing needs. Pure.

21 CFR 11.200(a)(1)(i)-(ii): the first signing of a continuous period takes all components, later ones at least one;
after an idle limit, a lock or a change of station all of them again (CSV-17, CSV-23).
"""

from dataclasses import replace
from typing import Literal

from coign.kernel.frozen import dataclass

Component = Literal["password", "code"]
ALL: frozenset[Component] = frozenset({"password", "code"})


@dataclass(frozen=True, slots=True)
class Sitting:
    """Where a sign-in is used, when it last was, and whether a signing with all components went before."""

    station: str
    seen_s: int
    locked: bool = False
    proved: bool = False


def came_back(sitting: Sitting, *, station: str, now_s: int, idle_limit_s: int) -> Sitting:
    """The sitting at a further request: an unused or moved one locks, and its period of signing ends."""
    idle_s = now_s - sitting.seen_s
    if sitting.locked or idle_s >= idle_limit_s or idle_s < 0 or station != sitting.station:
        return replace(sitting, locked=True, proved=False)
    return sitting


def unlocked(sitting: Sitting, *, station: str, now_s: int) -> Sitting:
    """The password was right: work goes on here, signing begins with all components."""
    return Sitting(station, now_s)


def is_enough(sitting: Sitting, given: frozenset[Component]) -> bool:
    """Whether these components suffice for a signing now."""
    if sitting.locked:
        return False
    return bool(given) if sitting.proved else given >= ALL


def signed(sitting: Sitting, given: frozenset[Component]) -> Sitting:
    """After a signing with these (right) components."""
    return replace(sitting, proved=sitting.proved or given >= ALL)

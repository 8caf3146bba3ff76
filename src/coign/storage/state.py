"""Tanks, boxes with who lies where, and the first half of a removal: storage's own business."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Equipment, Organisation, Person, Site, Unit
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.storage.events import (
    BoxSetUp,
    Kind,
    Placed,
    Purpose,
    RemovalMismatched,
    RemovalResolved,
    RemovalStarted,
    TakenOut,
    TankClosed,
    TankQualified,
)


@dataclass(frozen=True, slots=True)
class TankState:
    """Whose it is, where it stands, what it is kept for, until when its qualification counts."""

    organisation: Organisation | None = None
    site: Site | None = None
    kind: Kind = "general"
    qualified_until: Instant | None = None
    closed: bool = False

    def not_in_service_because(self, now: Instant) -> str | None:
        """None, or why nothing may be placed in it now."""
        if self.qualified_until is None:
            return "is not qualified as a storage tank"
        if self.closed:
            return "was taken out of service"
        return None if now < self.qualified_until else f"was qualified until {self.qualified_until}"


def _evolve_tank(state: TankState, fact: Fact, stamp: Stamp) -> TankState:
    match fact:
        case TankQualified():
            return TankState(fact.organisation, fact.site, fact.tank_kind, fact.qualified_until)
        case TankClosed():
            return replace(state, closed=True)
        case _:
            return state


TANK = View(
    "storage.tank",
    kinds=frozenset({"equipment"}),
    folds=(TankQualified, TankClosed),
    state=TankState,
    evolve=_evolve_tank,
)


@dataclass(frozen=True, slots=True)
class Occupied:
    """One position that is taken."""

    position: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class BoxState:
    """Where the box stands and who lies in it; bounded by its positions."""

    tank: Equipment | None = None
    organisation: Organisation | None = None
    rack: str = ""
    positions: int = 0
    occupied: tuple[Occupied, ...] = ()

    def unit_at(self, position: int) -> Unit | None:
        """Who lies there."""
        return next((o.unit for o in self.occupied if o.position == position), None)


def _evolve_box(state: BoxState, fact: Fact, stamp: Stamp) -> BoxState:
    match fact:
        case BoxSetUp():
            return BoxState(fact.tank, fact.organisation, fact.rack, fact.positions)
        case Placed(position=position, unit=unit):
            taken = (*state.occupied, Occupied(position, unit))
            return replace(state, occupied=tuple(sorted(taken, key=lambda o: o.position)))
        case TakenOut(unit=unit):
            return replace(state, occupied=tuple(o for o in state.occupied if o.unit != unit))
        case _:
            return state


BOX = View(
    "storage.box",
    kinds=frozenset({"box"}),
    folds=(BoxSetUp, Placed, TakenOut),
    state=BoxState,
    evolve=_evolve_box,
)


@dataclass(frozen=True, slots=True)
class Removal:
    """What the first of two persons said, hidden from the second; and between whom the last removal failed."""

    box: Box | None = None
    position: int = 0
    purpose: Purpose = "transport"
    by: Person | None = None
    at: Instant | None = None
    mismatch_between: tuple[Person, ...] = ()


def _evolve_removal(state: Removal, fact: Fact, stamp: Stamp) -> Removal:
    match fact:
        case RemovalStarted(box=box, position=position, purpose=purpose, by=by):
            return replace(state, box=box, position=position, purpose=purpose, by=by, at=stamp.time)
        case RemovalMismatched(first=first, second=second):
            return Removal(mismatch_between=(first, second))
        case TakenOut() | RemovalResolved():
            return Removal()
        case _:
            return state


REMOVAL = View(
    "storage.removal",
    kinds=frozenset({"unit"}),
    folds=(RemovalStarted, RemovalMismatched, RemovalResolved, TakenOut),
    state=Removal,
    evolve=_evolve_removal,
)

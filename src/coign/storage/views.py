"""Where a unit lies, and into what kind of tank it belongs: the questions that other domains ask."""

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Equipment
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.storage.events import Kind, Placed, SegregationAsked, TakenOut


@dataclass(frozen=True, slots=True)
class PlaceState:
    """The position that a unit lies in; all empty while it lies in none."""

    box: Box | None = None
    tank: Equipment | None = None
    rack: str = ""
    position: int = 0
    since: Instant | None = None

    @property
    def words(self) -> str:
        """The place as one reads it on the rack: tank, rack, box, position; empty while it lies in none."""
        if self.box is None or self.tank is None:
            return ""
        return f"tank {self.tank.identifier}, rack {self.rack}, box {self.box.identifier}, position {self.position}"

    @property
    def not_at_hand_because(self) -> str | None:
        """None, or why nobody can work with the unit now: it lies in a tank, and two persons take it out."""
        return f"lies in {self.words}" if self.box is not None else None


def _evolve_place(state: PlaceState, fact: Fact, stamp: Stamp) -> PlaceState:
    match fact:
        case Placed():
            return PlaceState(fact.box, fact.tank, fact.rack, fact.position, stamp.time)
        case TakenOut():
            return PlaceState()
        case _:
            return state


PLACE = View(
    "storage.place",
    kinds=frozenset({"unit"}),
    folds=(Placed, TakenOut),
    state=PlaceState,
    evolve=_evolve_place,
    public=True,
)


@dataclass(frozen=True, slots=True)
class SegregationState:
    """The kind of tank that a unit belongs into. Who learns something about a unit says so with `SegregationAsked`."""

    tank_kind: Kind = "general"

    def not_fitting_because(self, tank_kind: Kind) -> str | None:
        """None, or why a tank of this kind is not the unit's: what asks for a kind gets it, nobody else lies there.

        A tank for quarantine takes also what nobody asked anything about: that harms neither.
        """
        if self.tank_kind == tank_kind or (self.tank_kind, tank_kind) == ("general", "quarantine"):
            return None
        return f"belongs into a tank for {self.tank_kind} units, and this one is for {tank_kind} units"


def _evolve_segregation(state: SegregationState, fact: Fact, stamp: Stamp) -> SegregationState:
    match fact:
        case SegregationAsked(tank_kind=kind):
            return SegregationState(kind)
        case _:
            return state


SEGREGATION = View(
    "storage.segregation",
    kinds=frozenset({"unit"}),
    folds=(SegregationAsked,),
    state=SegregationState,
    evolve=_evolve_segregation,
    public=True,
)

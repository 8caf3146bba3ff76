"""What can happen to storage tanks, to the boxes in them, and to the units that lie there."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Chain, Equipment, Organisation, Person, Site, Unit
from coign.kernel.values import FreeText, Instant, Quantity

#: What a tank is kept for, and what a unit may ask for.
Kind = Literal["general", "quarantine", "biohazard"]
#: Why a unit is taken out.
Purpose = Literal["transport", "production", "infusion", "inspection", "moving", "disposal"]

#: Why two units stand still: one was to be taken out, the other was in the hand.
OTHER_UNIT_TAKEN = "another unit was taken out than was meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class TankQualified(Fact, type="storage.tank_qualified.v1", about=("tank",), parties=("organisation",)):
    """A tank was mapped and its probes and alarms tested: it may be used until a date, for one kind of units."""

    tank: Equipment
    organisation: Organisation
    site: Site
    tank_kind: Kind
    qualified_until: Instant
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class TankClosed(Fact, type="storage.tank_closed.v1", about=("tank",)):
    """Nothing is placed in this tank any more until it is qualified anew."""

    tank: Equipment
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSetUp(Fact, type="storage.box_set_up.v1", about=("box", "tank"), parties=("organisation",)):
    """A box with a label of its own stands in a rack of a tank and has so many positions."""

    box: Box
    tank: Equipment
    organisation: Organisation
    rack: str
    positions: int
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SegregationAsked(Fact, type="storage.segregation_asked.v1", about=("unit",)):
    """From now on this unit belongs into a tank of one kind; the newest word counts."""

    unit: Unit
    tank_kind: Kind
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Fact, type="storage.placed.v1", about=("unit", "box")):
    """A unit lies in one position of a box; its time out of the cold stands still."""

    unit: Unit
    box: Box
    tank: Equipment
    rack: str
    position: int
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalStarted(Fact, type="storage.removal_started.v1", about=("unit",)):
    """A first person says which unit is to be taken out of which position, and what for: no effect but being first."""

    unit: Unit
    box: Box
    position: int
    purpose: Purpose
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut(Fact, type="storage.taken_out.v1", about=("unit", "box")):
    """Two persons scanned the same unit at the same position: it is out of the cold, and its time counts.

    `allowed` is what the programme lets a unit of this therapy be out of the cold, over all its ways together.
    """

    unit: Unit
    chain: Chain
    box: Box
    position: int
    purpose: Purpose
    allowed: Quantity | None
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalMismatched(Fact, type="storage.removal_mismatched.v1", about=("units",)):
    """The unit in the hand is not the one that was meant: both stand still. `found`: what the second person scanned."""

    units: tuple[Unit, ...]
    meant: Unit
    found: Unit
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalResolved(Fact, type="storage.removal_resolved.v1", about=("unit",)):
    """A third person looked where the unit lies and found out how the other came into the hand."""

    unit: Unit
    by: Person
    finding: FreeText

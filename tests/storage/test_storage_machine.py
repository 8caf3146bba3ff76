"""Any order of placing, taking out and packing: no position holds two units, no unit lies in two places."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    BOX,
    CELLLAB,
    CELLLAB_2,
    NURSE,
    OTHER_BAG,
    SEALED,
    SHIPPER,
    T1,
    T2,
    TANK,
    WARD,
    Plant,
    as_role,
)

from coign.coldchain.views import CONDITION
from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.kernel.subjects import Box, Equipment, Shipment, Unit
from coign.kernel.values import Actor, Instant
from coign.logistics.events import Packed, Unpacked
from coign.storage.events import (
    Placed,
    RemovalMismatched,
    RemovalStarted,
    SegregationAsked,
    TakenOut,
    TankClosed,
    TankQualified,
)
from coign.storage.state import BOX as BOX_VIEW
from coign.storage.views import PLACE

HOT_TANK, HOT_BOX = Equipment.of("HOT"), Box.of("HOT-1")
UNITS, BOXES = (BAG, OTHER_BAG), (BOX, HOT_BOX)
THIRD = as_role(NURSE, "coordinator")
units, boxes, positions = st.sampled_from(UNITS), st.sampled_from(BOXES), st.integers(1, 2)
who = st.sampled_from([CELLLAB, CELLLAB_2])


class AtTheTank(RuleBasedStateMachine):
    """Two bags of two patients, a tank for all and one for biohazards, and two people of the laboratory."""

    @initialize()
    def two_bags(self) -> None:
        self.plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
        self.plant.as_before(type(self), self._collected)

    def _collected(self) -> None:
        self.plant.until("collected")
        self.plant.ordered(T2)
        self.plant.collected(OTHER_BAG, T2)
        self.plant.tank(HOT_TANK, HOT_BOX, CELLLAB, kind="biohazard")
        self.plant.granted(NURSE, "coordinator")

    def _try(self, name: str, actor: Actor, **given: Any) -> bool:
        try:
            self.plant.act(name, actor, **given)
        except Refusal:
            return False
        return True

    @rule(unit=units, box=boxes, position=positions, by=who)
    def place(self, unit: Unit, box: Box, position: int, by: Actor) -> None:
        self._try("storage.place", by, unit=unit, box=box, position=position)

    @rule(unit=units, found=units, first=who, second=who, minutes=st.sampled_from([1, 1, 16]))
    def take_out(self, unit: Unit, found: Unit, first: Actor, second: Actor, minutes: int) -> None:
        place = self.plant.state(PLACE, unit)
        where = {"box": place.box or BOX, "position": place.position, "purpose": "inspection"}
        self._try("storage.start_removal", first, unit=unit, **where)
        self.plant.wait(minutes=minutes)
        self._try("storage.confirm_removal", second, unit=unit, found=found)

    @rule(unit=units, kind=st.sampled_from(["general", "biohazard"]))
    def segregate(self, unit: Unit, kind: str) -> None:
        self._try("storage.segregate", CELLLAB, unit=unit, tank_kind=kind)

    @rule(unit=units)
    def resolve(self, unit: Unit) -> None:
        self._try("storage.resolve_removal", THIRD, unit=unit, finding=SEALED)

    @rule(unit=units)
    def pack(self, unit: Unit) -> None:
        given = {"to": self.plant.parcel()["to"]}
        chosen = {"chain": T2 if unit == OTHER_BAG else T1, "shipper": SHIPPER}
        self._try("logistics.choose_shipper", CELLLAB, **chosen)
        self._try("logistics.start_logger", CELLLAB, **chosen, logger="1")
        shipment = Shipment.of(f"X{len(self.plant.history)}")
        if self._try("logistics.pack", CELLLAB, unit=unit, shipper=SHIPPER, shipment=shipment, **given):
            self.packed = shipment
        else:
            self._try("logistics.free_shipper", CELLLAB, **chosen)

    @rule()
    def unpack(self) -> None:
        if hasattr(self, "packed"):
            self._try("logistics.unpack", CELLLAB, shipment=self.packed)

    @rule(again=st.booleans())
    def tank_out_of_service(self, again: bool) -> None:
        if again:
            until = self.plant.now.plus(days=9)
            given = {"tank": TANK, "site": WARD, "tank_kind": "general", "qualified_until": until}
            self._try("storage.qualify_tank", CELLLAB, **given)
        else:
            self._try("storage.close_tank", CELLLAB, tank=TANK, why=SEALED)

    @invariant()
    def one_unit_a_position_one_place_a_unit(self) -> None:
        lies: dict[Unit, tuple[Box, int]] = {}
        sealed: set[Unit] = set()
        blocked: set[Unit] = set()
        closed = False
        asked: dict[Unit, str] = {}
        for _, _, fact in self.plant.history:
            match fact:
                case TankClosed():
                    closed = True
                case SegregationAsked(unit=unit, tank_kind=kind):
                    asked[unit] = kind
                case UnitsBlocked(units=stopped):
                    blocked |= set(stopped)
                case UnitsUnblocked(units=freed):
                    blocked -= set(freed)
                case Placed(unit=unit, box=box, position=position):
                    assert unit not in lies and unit not in sealed and (box, position) not in lies.values()
                    assert (asked.get(unit, "general") == "biohazard") == (box == HOT_BOX)
                    assert not closed or box == HOT_BOX
                    lies[unit] = (box, position)
                case TakenOut(unit=unit, box=box, position=position):
                    assert lies.pop(unit) == (box, position)
                case Packed(unit=unit):
                    assert unit not in lies and unit not in blocked
                    sealed.add(unit)
                case Unpacked(unit=unit):
                    sealed.remove(unit)
                case TankQualified(tank=tank) if tank == TANK:
                    closed = False
        for unit in UNITS:
            place = self.plant.state(PLACE, unit)
            assert ((place.box, place.position) if place.box else None) == lies.get(unit)
        for box in BOXES:
            there = {o.unit: (box, o.position) for o in self.plant.state(BOX_VIEW, box).occupied}
            assert there == {unit: place for unit, place in lies.items() if place[0] == box}

    @invariant()
    def two_persons_take_out_within_the_window(self) -> None:
        begun: dict[Unit, tuple[Instant, Any]] = {}
        for at, actor, fact in self.plant.history:
            match fact:
                case RemovalStarted(unit=unit, by=by):
                    begun[unit] = (at, by)
                case TakenOut(unit=unit, first=first, second=second):
                    started_at, by = begun.pop(unit)
                    assert first == by != second == actor.person and at.minutes_since(started_at) <= 15
                case RemovalMismatched(units=both, first=first, second=second):
                    assert first != second
                    for unit in both:
                        begun.pop(unit, None)

    @invariant()
    def time_out_of_the_cold_never_becomes_less(self) -> None:
        spent = {unit: self.plant.state(CONDITION, unit).exposure.seconds for unit in UNITS}
        before = getattr(self, "spent", dict.fromkeys(UNITS, 0))
        assert all(spent[unit] >= before[unit] for unit in UNITS)
        self.spent = spent


TestAtTheTank = AtTheTank.TestCase
TestAtTheTank.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

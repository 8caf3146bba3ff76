"""Any order of choosing, packing, handing over and receiving: nothing is in two places, and two saw it arrive."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    CELLLAB_2,
    CENTRE,
    COURIER,
    COURIERS,
    MAKER,
    OTHER_BAG,
    QA,
    SEALED,
    SHIPPER,
    T1,
    T2,
    WAREHOUSE,
    WAREHOUSE_2,
    Plant,
)

from coign.coldchain.events import LoggerMissing, LoggerRead
from coign.custody.events import CustodyBegan, HandedOver, Offered
from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.kernel.subjects import Organisation, Shipment, Shipper, Unit
from coign.kernel.values import Actor, Instant
from coign.logistics.events import (
    CarrierNamed,
    LoggerStarted,
    Opened,
    Packed,
    ReceiptChecked,
    ReceiptMismatched,
    Received,
    SealDiffered,
    Sealed,
    SealReplaced,
    SealsCompared,
    ShipperChosen,
    ShipperFreed,
    ShipperReserved,
    Unpacked,
)
from coign.people.events import OrganisationRegistered

UNITS, SHIPPERS = (BAG, OTHER_BAG), (SHIPPER, Shipper.of("SH9"))
CHAINS = {BAG: T1, OTHER_BAG: T2}
PEOPLE = (CELLLAB, CELLLAB_2, WAREHOUSE, WAREHOUSE_2)
units, shippers, who = st.sampled_from(UNITS), st.sampled_from(SHIPPERS), st.sampled_from(PEOPLE)
OTHERS = Organisation.of("other-couriers")
carriers = st.sampled_from([COURIERS, COURIERS, OTHERS, None])
seals = st.sampled_from(["77102", "77102", "77102", "9"])


class OnTheRoad(RuleBasedStateMachine):
    """Two bags of two therapies, two shippers of the centre, people at both ends and a courier."""

    @initialize()
    def two_bags(self) -> None:
        self.plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
        self.shipments: list[Shipment] = []
        self.plant.as_before(type(self), self._collected)

    def _collected(self) -> None:
        self.plant.until("collected")
        self.plant.shipper(SHIPPERS[1], CELLLAB)
        self.plant.ordered(T2)
        self.plant.collected(OTHER_BAG, T2)
        registered = OrganisationRegistered(organisation=OTHERS, name="X", category="courier", country="DE")
        self.plant.happened(registered, by=CELLLAB)

    def _try(self, name: str, actor: Actor, **given: Any) -> bool:
        try:
            self.plant.act(name, actor, **given)
        except Refusal:
            return False
        return True

    @rule(unit=units, shipper=shippers, by=who)
    def choose(self, unit: Unit, shipper: Shipper, by: Actor) -> None:
        self._try("logistics.choose_shipper", by, chain=CHAINS[unit], shipper=shipper)

    @rule(unit=units, shipper=shippers, by=who)
    def start_logger(self, unit: Unit, shipper: Shipper, by: Actor) -> None:
        self._try("logistics.start_logger", by, chain=CHAINS[unit], shipper=shipper, logger="TL-5520")

    @rule(unit=units, shipper=shippers, by=who)
    def give_up(self, unit: Unit, shipper: Shipper, by: Actor) -> None:
        self._try("logistics.free_shipper", by, chain=CHAINS[unit], shipper=shipper)

    @rule(unit=units, shipper=shippers, by=who, to=st.sampled_from([CENTRE, MAKER]), carrier=carriers)
    def pack(self, unit: Unit, shipper: Shipper, by: Actor, to: Any, carrier: Any = COURIERS) -> None:
        shipment = Shipment.of(f"X{len(self.plant.history)}")
        given = {"shipment": shipment, "carrier": carrier}
        if self._try("logistics.pack", by, unit=unit, shipper=shipper, to=to, **given):
            self.shipments.append(shipment)

    @rule(data=st.data(), shipper=shippers, by=who, again=st.booleans())
    def seal(self, data: st.DataObject, shipper: Shipper, by: Actor, again: bool) -> None:
        if self.shipments:
            on = {"shipment": data.draw(st.sampled_from(self.shipments)), "shipper": shipper}
            if again:
                self._try("logistics.replace_seal", by, **on, seal="9", why=SEALED)
            else:
                self._try("logistics.seal", by, **on, seal="77102")

    @rule(
        shipper=shippers,
        giver=st.sampled_from([*PEOPLE, COURIER]),
        taker=st.sampled_from([CELLLAB, COURIER, WAREHOUSE]),
    )
    def hand_over(self, shipper: Shipper, giver: Actor, taker: Actor) -> None:
        if giver.organisation != taker.organisation:
            try:
                self.plant.sealed(shipper, giver, taker)
            except Refusal:
                return

    @rule(unit=units, giver=st.sampled_from(PEOPLE), taker=st.sampled_from([CELLLAB, COURIER, WAREHOUSE]))
    def hand_one_over(self, unit: Unit, giver: Actor, taker: Actor) -> None:
        try:
            self.plant.handed(unit, giver, taker)
        except Refusal:
            return

    @rule(shipper=shippers, arriving=st.booleans())
    def drive(self, shipper: Shipper, arriving: bool) -> None:
        self._try("logistics.arrive" if arriving else "logistics.depart", COURIER, shipper=shipper)

    @rule(data=st.data(), by=who, seal=seals, cut=st.booleans())
    def open(self, data: st.DataObject, by: Actor, seal: str, cut: bool) -> None:
        if self.shipments:
            shipment = data.draw(st.sampled_from(self.shipments))
            self._try("logistics.compare_seals", by, shipment=shipment, seal=seal)
            if cut:
                self._try("logistics.open", by, shipment=shipment)

    @rule(unit=units, shipper=shippers)
    def send(self, unit: Unit, shipper: Shipper) -> None:
        self.choose(unit, shipper, CELLLAB)
        self.start_logger(unit, shipper, CELLLAB)
        self.pack(unit, shipper, CELLLAB, MAKER)
        if self.shipments:
            self._try("logistics.seal", CELLLAB, shipment=self.shipments[-1], shipper=shipper, seal="77102")
        self.hand_over(shipper, CELLLAB, COURIER)
        self.hand_over(shipper, COURIER, WAREHOUSE)

    @rule(data=st.data(), by=who, carrier=st.sampled_from([COURIERS, OTHERS, MAKER]))
    def name_carrier(self, data: st.DataObject, by: Actor, carrier: Any) -> None:
        if self.shipments:
            shipment = data.draw(st.sampled_from(self.shipments))
            self._try("logistics.name_carrier", by, shipment=shipment, carrier=carrier)

    @rule(data=st.data(), by=who)
    def unpack(self, data: st.DataObject, by: Actor) -> None:
        if self.shipments:
            self._try("logistics.unpack", by, shipment=data.draw(st.sampled_from(self.shipments)))

    @rule(data=st.data(), by=who, warm=st.sampled_from([0, 0, 34]), missing=st.booleans())
    def read(self, data: st.DataObject, by: Actor, warm: int, missing: bool) -> None:
        if not self.shipments:
            return
        shipment = data.draw(st.sampled_from(self.shipments))
        if missing:
            self._try("coldchain.report_missing_logger", by, shipment=shipment, why=SEALED)
        else:
            self._try(
                "coldchain.record_logger", by, **self.plant.reading(shipment, hours=900, minutes_above_limit=warm)
            )

    @rule(unit=units)
    def assess(self, unit: Unit) -> None:
        try:
            self.plant.assessed(unit)
        except Refusal:
            return

    @rule(data=st.data(), unit=units, seal=seals, by=who, second=st.booleans())
    def look(self, data: st.DataObject, unit: Unit, seal: str, by: Actor, second: bool) -> None:
        if self.shipments:
            found = {"shipment": data.draw(st.sampled_from(self.shipments)), "unit": unit, "seal": seal}
            name = "logistics.confirm_receipt" if second else "logistics.check_receipt"
            self._try(name, by, condition="intact", **found)

    def _opened(self, shipment: Shipment) -> None:
        self._try("logistics.compare_seals", WAREHOUSE, shipment=shipment, seal="77102")
        self._try("logistics.open", WAREHOUSE, shipment=shipment)

    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        if self.shipments:
            shipment = data.draw(st.sampled_from(self.shipments))
            self._opened(shipment)
            self.read(data, WAREHOUSE, 0, False)
            unit = next(f.unit for f in self.plant.facts if isinstance(f, Packed) and f.shipment == shipment)
            for name, by in (("check", WAREHOUSE), ("confirm", WAREHOUSE_2)):
                self._try(f"logistics.{name}_receipt", by, **self.plant.found(shipment, unit))

    @rule(unit=units, shipper=shippers, first=who, second=who, seal=seals, minutes=st.sampled_from([1, 1, 31]))
    def travel_and_arrive(
        self, unit: Unit, shipper: Shipper, first: Actor, second: Actor, seal: str, minutes: int
    ) -> None:
        before = len(self.shipments)
        self.send(unit, shipper)
        if len(self.shipments) == before:
            return
        shipment = self.shipments[-1]
        self._opened(shipment)
        reading = self.plant.reading(shipment, hours=900)
        self._try("coldchain.record_logger", WAREHOUSE, **reading)
        self._try("logistics.check_receipt", first, **self.plant.found(shipment, unit, seal=seal))
        self.time_passes(minutes)
        self._try("logistics.confirm_receipt", second, **self.plant.found(shipment, unit))

    @rule(unit=units)
    def resolve(self, unit: Unit) -> None:
        self._try("quality.resolve_block", QA, unit=unit, why="arrival", finding=SEALED)

    @rule(minutes=st.sampled_from([5, 31]))
    def time_passes(self, minutes: int) -> None:
        self.plant.wait(minutes=minutes)

    @invariant()
    def a_unit_and_a_shipper_lie_in_one_shipment_at_a_time_and_only_who_holds_it_packs(self) -> None:
        busy: dict[Any, Shipment] = {}
        holder: dict[Unit, Any] = {}
        blocked: set[Unit] = set()
        for _, actor, fact in self.plant.history:
            match fact:
                case CustodyBegan(unit=unit, holder=to) | HandedOver(unit=unit, to=to):
                    holder[unit] = to
                case UnitsBlocked(units=stopped):
                    blocked |= set(stopped)
                case UnitsUnblocked(units=freed):
                    blocked -= set(freed)
                case Packed(unit=unit, shipper=shipper, shipment=shipment):
                    assert unit not in busy and shipper not in busy and unit not in blocked
                    assert holder[unit] == actor.organisation
                    busy[unit] = busy[shipper] = shipment
                case Unpacked(unit=unit, shipper=shipper, shipment=shipment):
                    assert busy.pop(unit) == busy.pop(shipper) == shipment
                    assert holder[unit] == actor.organisation
                case Received(unit=unit, shipper=shipper, shipment=shipment):
                    assert busy.pop(unit) == busy.pop(shipper) == shipment
                    assert holder[unit] == actor.organisation

    @invariant()
    def a_shipper_is_set_aside_for_one_therapy_and_packed_for_that_one_with_a_logger_running(self) -> None:
        chosen: dict[Shipper, Any] = {}
        running: set[Shipper] = set()
        for _, _, fact in self.plant.history:
            match fact:
                case ShipperChosen(shipper=shipper, chain=chain):
                    assert shipper not in chosen
                    chosen[shipper] = chain
                case ShipperReserved(shipper=shipper):
                    running.discard(shipper)
                case ShipperFreed(shipper=shipper):
                    del chosen[shipper]
                case LoggerStarted(shipper=shipper):
                    assert shipper in chosen
                    running.add(shipper)
                case Packed(shipper=shipper, unit=unit):
                    assert chosen.pop(shipper) == CHAINS[unit] and shipper in running
                    running.remove(shipper)

    @invariant()
    def nothing_is_given_away_without_a_seal(self) -> None:
        packed: dict[Unit, Shipment] = {}
        sealed: set[Shipment] = set()
        opened: set[Shipment] = set()
        for _, _, fact in self.plant.history:
            match fact:
                case Packed(unit=unit, shipment=shipment):
                    packed[unit] = shipment
                case Unpacked(unit=unit) | Received(unit=unit):
                    del packed[unit]
                case Sealed(shipment=shipment):
                    assert shipment not in sealed
                    sealed.add(shipment)
                case SealReplaced(shipment=shipment):
                    assert shipment in sealed
                case Opened(shipment=shipment):
                    opened.add(shipment)
                case Offered(unit=unit) if unit in packed:
                    assert packed[unit] in sealed | opened

    @invariant()
    def nobody_carries_what_they_were_not_named_for(self) -> None:
        named: dict[Unit, Any] = {}
        for _, _, fact in self.plant.history:
            match fact:
                case CarrierNamed(unit=unit, carrier=carrier):
                    named[unit] = carrier
                case Unpacked(unit=unit) | Received(unit=unit):
                    named.pop(unit, None)
                case Offered(unit=unit, to=to) if to in (COURIERS, OTHERS):
                    assert named.get(unit) == to

    @invariant()
    def nothing_is_opened_before_its_seal_was_compared_and_nothing_sealed_changes_hands_alone(self) -> None:
        compared: set[Shipment] = set()
        sealed_in: dict[Unit, Shipment] = {}
        for _, _, fact in self.plant.history:
            match fact:
                case Packed(unit=unit, shipment=shipment):
                    sealed_in[unit] = shipment
                case Unpacked(unit=unit):
                    del sealed_in[unit]
                case SealsCompared(shipment=shipment) | SealDiffered(shipment=shipment):
                    assert shipment not in compared
                    compared.add(shipment)
                case Opened(shipment=shipment, units=opened):
                    assert shipment in compared
                    for unit in opened:
                        del sealed_in[unit]
                case HandedOver(unit=unit, seal=seal) if unit in sealed_in:
                    assert seal == "77102"

    @invariant()
    def nothing_is_received_by_one_person_or_late_or_unread(self) -> None:
        read: set[Shipment] = set()
        looked: dict[Shipment, tuple[Instant, Any, Unit, str]] = {}
        packed: dict[Shipment, Packed] = {}
        put_on: dict[Shipment, str] = {}
        for at, actor, fact in self.plant.history:
            match fact:
                case Packed(shipment=shipment):
                    packed[shipment] = fact
                case Sealed(shipment=shipment, seal=on) | SealReplaced(shipment=shipment, seal=on):
                    put_on[shipment] = on
                case LoggerRead(shipment=shipment) | LoggerMissing(shipment=shipment):
                    assert shipment not in read
                    read.add(shipment)
                case ReceiptChecked(shipment=shipment, unit=unit, seal=seal):
                    assert shipment in read
                    looked[shipment] = (at, actor.person, unit, seal)
                case ReceiptMismatched(shipment=shipment):
                    looked.pop(shipment)
                case Received(shipment=shipment, unit=unit, second=second, organisation=here):
                    checked_at, first, first_unit, first_seal = looked.pop(shipment)
                    assert first != second == actor.person and at.minutes_since(checked_at) <= 30
                    assert first_unit == unit == packed[shipment].unit and first_seal == put_on[shipment]
                    assert here == packed[shipment].to == actor.organisation


TestOnTheRoad = OnTheRoad.TestCase
TestOnTheRoad.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

"""Any order of acts by anybody: one patient a room, steps in order, people who may, material that may be used."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.paper import Refusal
from tests.support.plant import (
    CELLLAB,
    LATER,
    LOTS,
    MAKER,
    OPERATORS,
    QA,
    ROOM,
    SEALED,
    T1,
    T2,
    VERSION,
    WAREHOUSE,
    Plant,
)

from coign.custody.events import HandedOver
from coign.identity.events import LabelVerified, UnitCreated, UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.subjects import Batch, Case, Room, Unit
from coign.kernel.values import Actor, Instant, Quantity
from coign.manufacturing.events import (
    Abandoned,
    BatchStarted,
    Filled,
    LineChecked,
    LineCleared,
    LineMismatched,
    SampleDrawn,
    SlotConfirmed,
    StepCompleted,
)
from coign.manufacturing.views import BATCH
from coign.quality.events import MaterialAccepted
from coign.supply.events import LotRejected
from coign.training.events import QualificationRevoked, Qualified

THERAPIES = {T1: Unit.of("BAG1"), T2: Unit.of("BAG2")}
ROOMS = (ROOM, Room.of("C3"))
who = st.sampled_from(OPERATORS)
therapies = st.sampled_from(list(THERAPIES))
rooms = st.sampled_from(ROOMS)
SPARE = Unit.of("BAG3")
bags = st.sampled_from([*THERAPIES.values(), SPARE])


class InThePlant(RuleBasedStateMachine):
    """Two therapies, one of them with a second bag, two rooms, three operators, materials that come and go."""

    @initialize()
    def two_therapies_arrived(self) -> None:
        self.plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
        self.batches: list[Batch] = []
        self.plant.as_before(type(self), self._arrived)

    def _arrived(self) -> None:
        self.plant.equipped()
        self.plant.room(ROOMS[1])
        for chain, bag in THERAPIES.items():
            self.plant.ordered(chain)
            self.plant.slot(chain)
            self.plant.collected(bag, chain)
        self.plant.collected(SPARE, T1)
        for number, bag in enumerate((*THERAPIES.values(), SPARE)):
            shipment = type(LATER).of(f"in-{number}")
            self.plant.arrived(bag, shipment)
            if bag != SPARE:
                self.plant.accepted(bag)

    def _try(self, name: str, actor: Actor, **given: Any) -> bool:
        try:
            self.plant.act(name, actor, **given)
        except Refusal:
            return False
        return True

    @rule(chain=therapies, room=rooms, by=who, finding=st.sampled_from(["clear", "clear", "clear", "not_clear"]))
    def look(self, chain: Any, room: Room, by: Actor, finding: str) -> None:
        self._try("manufacturing.clear_line", by, room=room, chain=chain, finding=finding)

    @rule(chain=therapies, room=rooms, by=who)
    def look_again(self, chain: Any, room: Room, by: Actor) -> None:
        self._try("manufacturing.confirm_clearance", by, room=room, chain=chain, finding="clear")

    @rule(chain=therapies, room=rooms)
    def clear(self, chain: Any, room: Room) -> None:
        for by, name in zip(OPERATORS, ("clear_line", "confirm_clearance"), strict=False):
            self._try(f"manufacturing.{name}", by, room=room, chain=chain, finding="clear")

    @rule(unit=bags, room=rooms, by=who, kept=st.booleans())
    def clear_and_start(self, unit: Unit, room: Room, by: Actor, kept: bool) -> None:
        chain = self.plant.state(UNIT, unit).chain
        if kept:
            self._try("manufacturing.confirm_slot", by, **self.plant.dates(chain))
        self.clear(chain, room)
        self.start(unit, room, by)

    @rule()
    def accept_the_spare_bag(self) -> None:
        self._try("quality.accept_material", QA, unit=SPARE)

    @rule(unit=bags)
    def send_a_bag_away(self, unit: Unit) -> None:
        try:
            self.plant.handed(unit, WAREHOUSE, CELLLAB)
        except Refusal:
            return

    @rule(unit=bags, room=rooms, by=who)
    def start(self, unit: Unit, room: Room, by: Actor) -> None:
        batch = Batch.of(f"B{len(self.batches)}")
        if self._try("manufacturing.start_batch", by, unit=unit, room=room, batch=batch):
            self.batches.append(batch)

    @rule(data=st.data(), by=who, number=st.integers(0, len(VERSION.steps) - 1))
    def step(self, data: st.DataObject, by: Actor, number: int) -> None:
        if self.batches:
            batch = data.draw(st.sampled_from(self.batches))
            case = Case.of(f"DEV-{len(self.plant.history)}")
            self._try("manufacturing.complete_step", by, **{**self.plant.step(number, batch), "case": case})

    @rule(data=st.data(), by=who)
    def next_steps(self, data: st.DataObject, by: Actor) -> None:
        if self.batches:
            batch = data.draw(st.sampled_from(self.batches))
            for number in range(len(VERSION.steps)):
                case = Case.of(f"DEV-{len(self.plant.history)}")
                self._try("manufacturing.complete_step", by, **{**self.plant.step(number, batch), "case": case})
                self._draw(batch, by)

    @rule(data=st.data(), by=who)
    def draw_samples(self, data: st.DataObject, by: Actor) -> None:
        if self.batches:
            self._draw(data.draw(st.sampled_from(self.batches)), by)

    def _draw(self, batch: Batch, by: Actor) -> None:
        for planned in VERSION.samples:
            unit = Unit.of(f"S{len(self.plant.state(BATCH, batch).samples)}-{planned.id}-{batch.identifier}")
            given = {**self.plant.drawing(planned), "batch": batch, "sample": unit}
            self._try("manufacturing.draw_sample", by, **given)

    @rule(data=st.data(), by=who, wrong=st.sampled_from(["lots", "foreign", "units", "measurements"]))
    def step_wrongly(self, data: st.DataObject, by: Actor, wrong: str) -> None:
        if not self.batches:
            return
        batch = data.draw(st.sampled_from(self.batches))
        done = len(self.plant.state(BATCH, batch).steps_done)
        given = self.plant.step(min(done, len(VERSION.steps) - 1), batch)
        kg = tuple(replace(m, quantity=Quantity(m.quantity.value, "kg")) for m in given["measurements"])
        instead = {
            "lots": {"lots": given["lots"][1:]},
            "foreign": {"lots": tuple(LOTS.values())},
            "units": {"measurements": kg},
            "measurements": {"measurements": given["measurements"][1:]},
        }
        case = Case.of(f"DEV-{len(self.plant.history)}")
        self._try("manufacturing.complete_step", by, **{**given, "case": case, **instead[wrong]})

    @rule(data=st.data(), by=who)
    def scan_back_what_was_filled(self, data: st.DataObject, by: Actor) -> None:
        units = [u for b in self.batches for u in self.plant.state(BATCH, b).units]
        if units:
            unit = data.draw(st.sampled_from(units))
            self._try("manufacturing.verify_label", by, unit=unit, scanned=unit, label_serial="1")

    @rule(data=st.data(), by=who)
    def fill(self, data: st.DataObject, by: Actor) -> None:
        if self.batches:
            batch = data.draw(st.sampled_from(self.batches))
            given = {"volume": Quantity("68", "mL"), "filled_at": self.plant.now}
            made = Unit.of(f"P-{batch.identifier}")
            self._try("manufacturing.fill", by, batch=batch, final_container=made, **given)

    @rule(data=st.data(), by=who)
    def fill_a_bag(self, data: st.DataObject, by: Actor) -> None:
        if self.batches:
            batch = data.draw(st.sampled_from(self.batches))
            number = len(self.plant.state(BATCH, batch).containers)
            given = {"volume": Quantity("34", "mL"), "filled_at": self.plant.now}
            self._try("manufacturing.fill_bag", by, batch=batch, bag=Unit.of(f"P{number}-{batch.identifier}"), **given)

    @rule(data=st.data(), by=who)
    def scan_back(self, data: st.DataObject, by: Actor) -> None:
        units = [u for b in self.batches for u in self.plant.state(BATCH, b).units]
        if units:
            unit, scanned = (data.draw(st.sampled_from(units)) for _ in range(2))
            self._try("manufacturing.verify_label", by, unit=unit, scanned=scanned, label_serial="1")

    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        if self.batches:
            batch = data.draw(st.sampled_from(self.batches))
            self._try("manufacturing.abandon_batch", QA, batch=batch, why=SEALED)

    @rule(chain=therapies, by=who)
    def keep_a_place(self, chain: Any, by: Actor) -> None:
        self._try("manufacturing.confirm_slot", by, **self.plant.dates(chain))

    @rule(by=who)
    def end_a_qualification(self, by: Actor) -> None:
        try:
            self.plant.revoked(by, "aseptic_processing")
        except Refusal:
            self.plant.qualify(by, "aseptic_processing", days=2)

    @rule(material=st.sampled_from(["vector", "medium"]))
    def reject_a_lot(self, material: str) -> None:
        self._try("supply.reject_lot", QA, lot=LOTS[material], why=SEALED)

    @rule(hours=st.sampled_from([0.4, 0.6, 9, 72]))
    def time_passes(self, hours: float) -> None:
        self.plant.wait(hours=hours)

    @invariant()
    def a_room_never_holds_two_patients_and_two_people_cleared_it_for_the_one_it_holds(self) -> None:
        open_in: dict[Room, Batch] = {}
        cleared: dict[Room, Any] = {}
        looked: dict[Room, Instant] = {}
        for at, _, fact in self.plant.history:
            match fact:
                case LineChecked(room=room):
                    cleared.pop(room, None)
                    looked[room] = at
                case LineMismatched(room=room):
                    looked.pop(room)
                case LineCleared(room=room, chain=chain, first=first, second=second):
                    assert first != second and room not in open_in
                    assert at.minutes_since(looked.pop(room)) <= 30
                    cleared[room] = (chain, at)
                case BatchStarted(room=room, chain=chain, batch=batch):
                    assert room not in open_in
                    chain_cleared, cleared_at = cleared.pop(room)
                    assert chain_cleared == chain and at.minutes_since(cleared_at) <= 8 * 60
                    open_in[room] = batch
                case Filled(room=room, batch=batch) | Abandoned(room=room, batch=batch):
                    assert open_in.pop(room) == batch

    @invariant()
    def steps_come_in_order_by_people_who_may_at_that_moment_with_lots_that_may_be_used(self) -> None:
        done: dict[Batch, int] = {}
        until: dict[Any, Instant] = {}
        rejected = set()
        for at, _, fact in self.plant.history:
            match fact:
                case Qualified(person=person, task="aseptic_processing", until=end):
                    until[person] = end
                case QualificationRevoked(person=person, task="aseptic_processing"):
                    until.pop(person)
                case LotRejected(lot=lot):
                    rejected.add(lot)
                case BatchStarted(operator=operator):
                    assert at < until[operator]
                case StepCompleted(batch=batch, step=step, operator=operator, lots=lots):
                    assert VERSION.steps[done.get(batch, 0)].id == step
                    done[batch] = done.get(batch, 0) + 1
                    assert at < until[operator] and not rejected & set(lots)
                case Filled(batch=batch):
                    assert done[batch] == len(VERSION.steps)

    @invariant()
    def each_step_holds_exactly_its_measurements_in_their_units_and_its_materials(self) -> None:
        material = {lot: name for name, lot in LOTS.items()}
        for fact in self.plant.facts:
            if isinstance(fact, StepCompleted):
                step = VERSION.step(fact.step)
                assert {(m.id, m.quantity.unit) for m in fact.measurements} == {
                    (m.id, m.unit) for m in step.measurements
                }
                assert {material[lot] for lot in fact.lots} == set(step.materials)

    @invariant()
    def what_is_opened_was_accepted_and_held_and_had_a_place(self) -> None:
        accepted, gone, places = set(), set(), set()
        for _, _, fact in self.plant.history:
            match fact:
                case MaterialAccepted(unit=unit):
                    accepted.add(unit)
                case HandedOver(unit=unit, to=to):
                    (gone.discard if to == MAKER else gone.add)(unit)
                case SlotConfirmed(chain=chain):
                    places.add(chain)
                case BatchStarted(unit=unit, chain=chain):
                    assert unit in accepted and unit not in gone
                    places.remove(chain)

    @invariant()
    def a_bag_goes_into_one_batch_and_everything_made_belongs_to_its_therapy(self) -> None:
        opened = [fact.unit for fact in self.plant.facts if isinstance(fact, BatchStarted)]
        assert len(opened) == len(set(opened))
        for batch in self.batches:
            state = self.plant.state(BATCH, batch)
            for unit in state.units:
                assert self.plant.state(UNIT, unit).chain == state.chain

    @invariant()
    def there_are_no_more_bags_than_the_programme_says(self) -> None:
        for batch in self.batches:
            bags = self.plant.state(BATCH, batch).final_containers
            assert len(bags) == len(set(bags)) <= VERSION.final_containers_max

    @invariant()
    def no_blocked_container_counts_as_verified_afterwards(self) -> None:
        blocked: set[Unit] = set()
        for _, actor, fact in self.plant.history:
            match fact:
                case UnitsBlocked(units=units):
                    blocked |= set(units)
                case LabelVerified(unit=unit) if unit not in (*THERAPIES.values(), SPARE):
                    assert unit not in blocked
                    made = next(f for f in self.plant.facts if isinstance(f, UnitCreated) and f.unit == unit)
                    assert made.batch is not None
                    batch = self.plant.state(BATCH, made.batch)
                    sample = batch.sample(unit)
                    assert actor.person != sample.by if sample is not None else actor.person not in batch.fillers

    @invariant()
    def a_sample_is_drawn_once_after_its_step_and_none_is_missing_when_production_goes_on(self) -> None:
        done: dict[Batch, str] = {}
        drawn: dict[Batch, list[str]] = {}
        for fact in self.plant.facts:
            match fact:
                case SampleDrawn(batch=batch, planned=planned):
                    assert VERSION.planned_sample(planned).after == done[batch]  # type: ignore[union-attr]
                    drawn.setdefault(batch, []).append(planned)
                case StepCompleted(batch=batch) | Filled(batch=batch):
                    due = VERSION.samples_after(done.get(batch, ""))
                    assert {p.id for p in due} <= set(drawn.get(batch, ()))
                    done[batch] = fact.step if isinstance(fact, StepCompleted) else "filled"
        assert all(len(names) == len(set(names)) for names in drawn.values())


TestInThePlant = InThePlant.TestCase
TestInThePlant.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

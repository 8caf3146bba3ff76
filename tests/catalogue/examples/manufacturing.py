"""From one patient's bag to that patient's product."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.support.plant import (
    BAG,
    BATCH,
    CELLLAB,
    CENTRE,
    LATER,
    LOTS,
    NURSE,
    OPERATOR,
    OPERATOR_2,
    PLANT,
    PRODUCT,
    QA,
    ROOM,
    SAMPLE,
    SEALED,
    T1,
    T2,
    VERSION,
    WAREHOUSE,
    Plant,
)
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.collection.events import CollectionStarted
from coign.custody.events import CustodyBegan
from coign.identity.events import ChainEnded, UnitsBlocked
from coign.kernel.subjects import Case, Equipment, Person, Room, Site, Unit
from coign.kernel.values import Actor, Quantity
from coign.supply.events import LotHeld

NEW_ROOM = {"room": ROOM, "site": PLANT, "grade": "C"}
allow("manufacturing.register_room", QA, nothing, NEW_ROOM)
refuse("manufacturing.register_room", "room_is_new", QA, then("equipped"), NEW_ROOM)
refuse("manufacturing.register_room", "site_is_ours", QA, nothing, {**NEW_ROOM, "site": Site.of("elsewhere")})

SLOT = "manufacturing.confirm_slot"
AT_THE_CENTRE = Actor(Person.of("operator-9"), "operator", CENTRE)


def over(p: Plant) -> None:
    p.ordered()
    p.happened(ChainEnded(chain=T1, why="the patient withdrew"), by=OPERATOR)


allow(SLOT, OPERATOR, then("ordered"), Plant.dates)
refuse(SLOT, "slot_is_not_kept_yet", OPERATOR, then("slot"), Plant.dates)
refuse(SLOT, "chain_is_ours", AT_THE_CENTRE, then("ordered"), Plant.dates)
refuse(SLOT, "therapy_goes_on", OPERATOR, over, Plant.dates)
refuse(SLOT, "slot_is_free_to_change", OPERATOR, then("started"), Plant.dates)
refuse(SLOT, "dates_are_in_order", OPERATOR, then("ordered"), lambda p: {**p.dates(), "ready_on": p.now.plus(days=1)})


def given_up(p: Plant) -> None:
    p.act("manufacturing.abandon_batch", QA, batch=BATCH, why=SEALED)


def of_cells_that_are_left(p: Plant, **changed: Any) -> dict[str, Any]:
    return {**p.dates(), "collection_on": p.now.plus(days=-3), **changed}


allow(SLOT, OPERATOR, then("started", given_up), of_cells_that_are_left)
refuse(SLOT, "dates_are_in_order", OPERATOR, then("ordered"), of_cells_that_are_left)
refuse(SLOT, "dates_are_in_order", OPERATOR, then("started", given_up),
       lambda p: of_cells_that_are_left(p, start_on=p.now.plus(days=-1)))  # fmt: skip

MOVE = "manufacturing.move_slot"


def later(p: Plant, **changed: Any) -> dict[str, Any]:
    """A day later, because a room is out of use."""
    dates = {name: p.now.plus(days=n) for name, n in {"collection_on": 4, "start_on": 8, "ready_on": 22}.items()}
    return {"chain": T1, **dates, "reason": SEALED, **changed}


def collected_meanwhile(p: Plant) -> None:
    """The day of the collection has passed, and the plant is late."""
    p.until("slot")
    p.wait(days=5)


allow(MOVE, OPERATOR, then("slot"), later)
allow(MOVE, OPERATOR, collected_meanwhile, lambda p: {n: v for n, v in later(p).items() if n != "collection_on"})
refuse(MOVE, "chain_is_ours", AT_THE_CENTRE, then("slot"), later)
refuse(
    MOVE, "therapy_goes_on", OPERATOR, then("slot", lambda p: p.happened(ChainEnded(chain=T1, why="x"), by=QA)), later
)
refuse(MOVE, "slot_is_confirmed", OPERATOR, then("ordered"), later)
refuse(
    MOVE, "slot_is_confirmed", OPERATOR, then("ordered"),
    lambda p: {n: v for n, v in later(p).items() if n != "collection_on"},
)  # fmt: skip
refuse(MOVE, "slot_is_free_to_change", OPERATOR, then("started"), later)
refuse(MOVE, "moved_dates_are_in_order", OPERATOR, then("slot"), lambda p: later(p, ready_on=p.now.plus(days=1)))
refuse(MOVE, "moved_dates_are_in_order", OPERATOR, then("slot"), lambda p: later(p, collection_on=p.now.plus(days=-1)))

CLEAR, CONFIRM = "manufacturing.clear_line", "manufacturing.confirm_clearance"
LOOK = Plant.look()
ready = then("slot")


def looked(p: Plant) -> None:
    ready(p)
    p.act(CLEAR, OPERATOR, **LOOK)


allow(CLEAR, OPERATOR, ready, LOOK)
refuse(CLEAR, "room_is_empty", OPERATOR, then("started", lambda p: p.ordered(T2)), Plant.look(T2))
allow(CONFIRM, OPERATOR_2, looked, LOOK)
refuse(CONFIRM, "line_is_checked", OPERATOR_2, ready, LOOK)
refuse(CONFIRM, "cleared_by_another", OPERATOR, looked, LOOK)
refuse(CONFIRM, "line_check_is_fresh", OPERATOR_2, then(looked, lambda p: p.wait(minutes=31)), LOOK)

START = "manufacturing.start_batch"
OPENED = {"unit": BAG, "room": ROOM, "batch": BATCH}
ODD, BAG_2 = Unit.of("ODD"), Unit.of("BAG2")


def without_slot(p: Plant) -> None:
    p.equipped()
    p.ordered()
    p.collected()
    p.arrived()
    p.accepted()
    p.cleared()


def used_slot(p: Plant) -> None:
    """A second bag of a therapy whose slot was used."""
    p.until("accepted")
    p.collected(BAG_2)
    p.arrived(BAG_2, LATER)
    p.accepted(BAG_2)
    p.cleared()
    p.started()
    p.stepped()
    p.filled()
    p.cleared()


def blocked(p: Plant) -> None:
    p.happened(UnitsBlocked(units=(BAG,), why="something"), by=QA)


def unqualified(p: Plant) -> None:
    p.revoked(OPERATOR, "aseptic_processing")
    p.revoked(OPERATOR, "filling")


def odd(p: Plant) -> None:
    p.happened(CustodyBegan(unit=ODD, holder=OPERATOR.organisation, person=WAREHOUSE.person, site=PLANT), by=WAREHOUSE)


def out(p: Plant) -> None:
    p.taken_out(BAG, "production")


def late(p: Plant) -> None:
    p.wait(minutes=46)


allow(START, OPERATOR, then("at_hand"), OPENED)
refuse(START, "material_is_collected_cells", OPERATOR, then("cleared", odd), {**OPENED, "unit": ODD})
refuse(START, "material_may_be_used", OPERATOR, then("at_hand", blocked), OPENED)
refuse(START, "material_is_held", OPERATOR, then("at_hand", lambda p: p.handed(BAG, WAREHOUSE, CELLLAB)), OPENED)
refuse(START, "material_is_at_hand", OPERATOR, then("cleared"), OPENED)
refuse(START, "material_kept_cold", OPERATOR, then("at_hand", late), OPENED)
refuse(START, "material_is_accepted", OPERATOR, then("at_maker", Plant.cleared, out), OPENED)
refuse(START, "slot_is_kept", OPERATOR, then(without_slot, out), OPENED)
refuse(START, "slot_is_kept", OPERATOR, then(used_slot, lambda p: p.taken_out(BAG_2)), {**OPENED, "unit": BAG_2})
refuse(START, "room_is_cleared", OPERATOR, then("accepted", out), OPENED)
refuse(START, "room_is_cleared", OPERATOR, then("cleared", lambda p: p.wait(hours=9), out), OPENED)
refuse(
    START, "room_is_cleared", OPERATOR, then("accepted", lambda p: p.ordered(T2), lambda p: p.cleared(T2), out), OPENED
)
refuse(START, "starter_is_qualified", OPERATOR, then("at_hand", unqualified), OPENED)
OF_THE_CHAIR = CollectionStarted(
    chain=T1, equipment=Equipment.of("apheresis"), kit_lot=LOTS["collection_kit"].identifier,
    lots=(LOTS["collection_kit"],),
)  # fmt: skip


def kit_held(p: Plant) -> None:
    p.happened(OF_THE_CHAIR, by=NURSE)
    p.happened(LotHeld(lot=LOTS["collection_kit"], by=NURSE.person, why=SEALED), by=NURSE)


allow(START, OPERATOR, then("at_hand", lambda p: p.happened(OF_THE_CHAIR, by=NURSE)), OPENED)
refuse(START, "collection_is_in_order", OPERATOR, then("at_hand", kit_held), OPENED)

STEP = "manufacturing.complete_step"
FIRST = Plant.step(0)
IN_KG = tuple(replace(m, quantity=Quantity(m.quantity.value, "kg")) for m in FIRST["measurements"])


def beads_rejected(p: Plant) -> None:
    p.act("supply.reject_lot", QA, lot=LOTS["beads"], why=SEALED)


def a_year_later(p: Plant) -> None:
    p.wait(days=365)
    p.qualify(OPERATOR, "aseptic_processing")


def changed(**fields: Any) -> dict[str, Any]:
    return {**FIRST, **fields}


allow(STEP, OPERATOR, then("started"), FIRST)
allow(STEP, OPERATOR, then("started"), Plant.step(0, viability_after_wash="60"))
refuse(STEP, "batch_is_open", OPERATOR, then("started", given_up), FIRST)
refuse(STEP, "step_is_next", OPERATOR, then("started"), Plant.step(1))
refuse(STEP, "step_is_next", OPERATOR, then("stepped"), FIRST)
refuse(STEP, "measurements_are_complete", OPERATOR, then("started"), changed(measurements=FIRST["measurements"][:1]))
refuse(STEP, "measurements_are_complete", OPERATOR, then("started"), changed(measurements=FIRST["measurements"] * 2))
refuse(STEP, "units_agree", OPERATOR, then("started"), changed(measurements=IN_KG))
refuse(STEP, "materials_are_scanned", OPERATOR, then("started"), changed(lots=()))
refuse(
    STEP, "lots_are_of_the_step", OPERATOR, then("started"), changed(lots=(*FIRST["lots"], LOTS["vector"]))
)  # fmt: skip
refuse(STEP, "lots_may_be_used", OPERATOR, then("started", beads_rejected), FIRST)
refuse(STEP, "lots_may_be_used", OPERATOR, then("started", a_year_later), FIRST)
refuse(STEP, "operator_is_qualified", OPERATOR, then("started", unqualified), FIRST)

DRAW, RELEASE = "manufacturing.draw_sample", VERSION.samples[1]


def unsampled(p: Plant) -> None:
    """All steps are done, and nothing is drawn after the last one."""
    p.until("started")
    p.stepped(sampled=False)


def drawing(**changed: Any) -> Callable[[Plant], dict[str, Any]]:
    return lambda p: p.drawing(RELEASE, **changed)


def expanded(p: Plant) -> None:
    """Cells lie in culture, of which no sample is drawn yet."""
    p.until("started")
    for number in range(3):
        p.act(STEP, OPERATOR, **p.step(number))


def stopped(p: Plant) -> None:
    unsampled(p)
    p.suspend("manufacture")


allow(DRAW, OPERATOR, unsampled, drawing())
allow(DRAW, OPERATOR, expanded, lambda p: p.drawing(VERSION.samples[0]))
allow(DRAW, OPERATOR, then(unsampled, Plant.bag_filled), drawing())
refuse(DRAW, "batch_is_open", OPERATOR, then(unsampled, given_up), drawing())
refuse(DRAW, "batch_is_not_held", OPERATOR, stopped, drawing())
refuse(DRAW, "sample_is_planned", OPERATOR, unsampled, drawing(planned="colour"))
refuse(DRAW, "sample_is_due", OPERATOR, expanded, drawing())
refuse(
    DRAW, "sample_is_drawn_once", OPERATOR, then(unsampled, lambda p: p.drawn(RELEASE)),
    drawing(sample=Unit.of("AGAIN")),
)  # fmt: skip
refuse(DRAW, "volume_agrees", OPERATOR, unsampled, drawing(volume=Quantity("6", "L")))
refuse(DRAW, "volume_agrees", OPERATOR, unsampled, drawing(volume=Quantity("0", "mL")))
refuse(DRAW, "sample_is_enough", OPERATOR, unsampled, drawing(volume=Quantity("4.9", "mL")))
for hours in (1, -2):
    refuse(
        DRAW, "sample_is_recorded_now", OPERATOR, unsampled,
        lambda p, hours=hours: p.drawing(RELEASE, drawn_at=p.now.plus(hours=hours)),
    )  # fmt: skip
refuse(DRAW, "sampler_is_qualified", OPERATOR, then(unsampled, unqualified), drawing())
refuse(STEP, "samples_are_drawn", OPERATOR, expanded, Plant.step(3))

FILL = "manufacturing.fill"
refuse(FILL, "samples_are_drawn", OPERATOR, unsampled, lambda p: p.filling())


def filled_at(p: Plant, hours: float) -> dict[str, Any]:
    return {**p.filling(), "filled_at": p.now.plus(hours=hours)}


allow(FILL, OPERATOR, then("stepped"), Plant.filling)
refuse(FILL, "batch_is_open", OPERATOR, then("stepped", given_up), Plant.filling)
refuse(FILL, "steps_are_done", OPERATOR, then("started"), Plant.filling)
refuse(FILL, "filler_is_qualified", OPERATOR, then("stepped", unqualified), Plant.filling)
refuse(FILL, "volume_agrees", OPERATOR, then("stepped"), lambda p: {**p.filling(), "volume": Quantity("68", "L")})
ahead, late = (lambda p: filled_at(p, 1)), (lambda p: filled_at(p, -2))
refuse(FILL, "fill_is_recorded_now", OPERATOR, then("stepped"), ahead)
refuse(FILL, "fill_is_recorded_now", OPERATOR, then("stepped"), late)

BAGS = "manufacturing.fill_bag"


def bag_at(p: Plant, hours: float) -> dict[str, Any]:
    return {**p.bag(), "filled_at": p.now.plus(hours=hours)}


def held(p: Plant) -> None:
    p.suspend("manufacture")


def ended(p: Plant) -> None:
    p.happened(ChainEnded(chain=T1, why="progression"), by=CELLLAB)


allow(BAGS, OPERATOR, then("stepped"), Plant.bag)
refuse(DRAW, "therapy_of_batch_goes_on", OPERATOR, then(unsampled, ended), drawing())
refuse(BAGS, "therapy_of_batch_goes_on", OPERATOR, then("stepped", ended), Plant.bag)
refuse(FILL, "therapy_of_batch_goes_on", OPERATOR, then("stepped", ended), Plant.filling)
allow(FILL, OPERATOR, then("stepped", Plant.bag_filled), Plant.filling)
refuse(BAGS, "batch_is_open", OPERATOR, then("filled"), Plant.bag)
refuse(BAGS, "batch_is_not_held", OPERATOR, then("stepped", held), Plant.bag)
refuse(BAGS, "steps_are_done", OPERATOR, then("started"), Plant.bag)
refuse(BAGS, "filler_is_qualified", OPERATOR, then("stepped", unqualified), Plant.bag)
refuse(BAGS, "volume_agrees", OPERATOR, then("stepped"), lambda p: {**p.bag(), "volume": Quantity("0", "mL")})
refuse(BAGS, "fill_is_recorded_now", OPERATOR, then("stepped"), lambda p: bag_at(p, -2))
refuse(
    BAGS, "room_is_left_for_the_last", OPERATOR, then("stepped", Plant.bag_filled),
    lambda p: {**p.bag(), "bag": Unit.of("PRODUCT3")},
)  # fmt: skip

EXTEND = "manufacturing.extend_hold"


def first_step(p: Plant) -> None:
    p.act("manufacturing.complete_step", OPERATOR, **p.step())


def too_long(p: Plant) -> None:
    p.wait(minutes=73 * 60)


def extension(p: Plant, **changed: Any) -> dict[str, Any]:
    return {"batch": BATCH, "until": p.now.plus(hours=4), "why": SEALED, "case": Case.of("HOLD-1"), **changed}


allow(EXTEND, QA, then("started", first_step, too_long), extension)
refuse(EXTEND, "batch_is_open", QA, then("filled"), extension)
refuse(EXTEND, "hold_time_is_over", QA, then("started", first_step), extension)
refuse(
    EXTEND, "extension_lies_ahead", QA, then("started", first_step, too_long), lambda p: extension(p, until=p.now)
)  # fmt: skip
refuse(STEP, "hold_time_is_kept", OPERATOR, then("started", first_step, too_long), lambda p: p.step(1))
allow(
    STEP, OPERATOR, then("started", first_step, too_long, lambda p: p.act(EXTEND, QA, **extension(p))),
    lambda p: p.step(1),
)  # fmt: skip
refuse(FILL, "hold_time_is_kept", OPERATOR, then("stepped", too_long), Plant.filling)
refuse(BAGS, "hold_time_is_kept", OPERATOR, then("stepped", too_long), Plant.bag)

FREEZE = "manufacturing.freeze"


def two_hours(p: Plant) -> None:
    p.wait(minutes=120)


def ran(**changed: Any) -> Any:
    return lambda p: p.run(**{name: value(p) if callable(value) else value for name, value in changed.items()})


allow(FREEZE, OPERATOR, then("filled", two_hours), Plant.run)
allow(FREEZE, OPERATOR, then("filled", two_hours), ran(end_temperature=Quantity("-60", "Cel")))
allow(FREEZE, OPERATOR, then("filled", two_hours), ran(started_at=lambda p: p.now.plus(minutes=-20)))
refuse(FREEZE, "batch_is_filled", OPERATOR, then("stepped"), Plant.run)
refuse(FREEZE, "product_is_not_frozen", OPERATOR, then("frozen"), Plant.run)
for changed_time in (
    ran(started_at=lambda p: p.now.plus(hours=-20)), ran(ended_at=lambda p: p.now.plus(hours=1)),
    ran(ended_at=lambda p: p.now.plus(hours=-1)), ran(started_at=lambda p: p.now),
):  # fmt: skip
    refuse(FREEZE, "freezing_is_possible", OPERATOR, then("filled", two_hours), changed_time)
refuse(FREEZE, "end_temperature_agrees", OPERATOR, then("filled", two_hours), ran(end_temperature=Quantity("178", "K")))

LABEL = "manufacturing.verify_label"
SCANNED = {"unit": PRODUCT, "scanned": PRODUCT, "label_serial": "1"}
DAMAGED = UnitsBlocked(units=(PRODUCT,), why="something")
allow(LABEL, OPERATOR_2, then("filled"), SCANNED)
refuse(LABEL, "unit_was_made_here", OPERATOR_2, then("filled"), {**SCANNED, "unit": BAG, "scanned": BAG})
refuse(LABEL, "label_is_open", OPERATOR_2, then("labelled"), SCANNED)
refuse(LABEL, "label_is_open", OPERATOR_2, then("filled", lambda p: p.happened(DAMAGED, by=QA)), SCANNED)
refuse(LABEL, "label_verified_by_another", OPERATOR, then("filled"), SCANNED)
DRAWN = {"unit": SAMPLE, "scanned": SAMPLE, "label_serial": "1"}
refuse(LABEL, "label_verified_by_another", OPERATOR, then("stepped"), DRAWN)
allow(LABEL, OPERATOR_2, then("stepped"), DRAWN)

ABANDON = {"batch": BATCH, "why": SEALED}
allow("manufacturing.abandon_batch", QA, then("started"), ABANDON)
allow("manufacturing.abandon_batch", QA, then("stepped", Plant.bag_filled), ABANDON)
refuse("manufacturing.abandon_batch", "batch_is_open", QA, then("filled"), ABANDON)

COUNT, CLEAR = "manufacturing.count_labels", "manufacturing.clear_line"


def one_missing(p: Plant) -> None:
    p.until("filled")
    p.act(COUNT, OPERATOR_2, **Plant.count(destroyed=0))


allow(COUNT, OPERATOR_2, then("filled"), Plant.count())
allow(COUNT, OPERATOR_2, then("filled"), Plant.count(destroyed=0))
refuse(COUNT, "batch_is_filled", OPERATOR_2, then("stepped"), Plant.count())
refuse(COUNT, "counts_are_possible", OPERATOR_2, then("filled"), Plant.count(printed=1, destroyed=0))
refuse(COUNT, "labels_counted_by_another", OPERATOR, then("filled"), Plant.count())
refuse(CLEAR, "no_label_is_missing", OPERATOR, one_missing, Plant.look())


# Rooms that may not be used


def room_shut(p: Plant) -> None:
    p.act("facility.take_out_of_use", QA, room=ROOM, why=SEALED)


def overdue(p: Plant) -> None:
    """Everybody is qualified again; the room is not."""
    p.wait(days=181)
    for actor in (OPERATOR, OPERATOR_2):
        p.qualify(actor, "aseptic_processing")


NEVER_IN_USE = Room.of("C9")


def only_registered(p: Plant) -> None:
    ready(p)
    p.act("manufacturing.register_room", QA, room=NEVER_IN_USE, site=PLANT, grade="A")


refuse(CLEAR, "room_may_be_used", OPERATOR, then(ready, room_shut), LOOK)
refuse(CLEAR, "room_may_be_used", OPERATOR, only_registered, Plant.look(room=NEVER_IN_USE))
refuse(CLEAR, "room_may_be_used", OPERATOR, then(ready, overdue), LOOK)
refuse(START, "room_may_be_used", OPERATOR, then("at_hand", room_shut), OPENED)

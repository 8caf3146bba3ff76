"""Units on their way."""

from typing import Any

from tests.support.paper import with_limit
from tests.support.plant import (
    BAG,
    BOX,
    CELLLAB,
    COURIER,
    COURIERS,
    INWARD,
    LOTS,
    OTHER_BAG,
    OUTWARD,
    PLANT,
    PRODUCT,
    SEALED,
    SHIPPER,
    SHIPPER_2,
    T1,
    T2,
    VERSION,
    WARD,
    WAREHOUSE,
    WAREHOUSE_2,
    Plant,
)
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.coldchain.events import LoggerRead
from coign.custody.events import HandedOver
from coign.kernel.subjects import Organisation, Shipment, Shipper, Unit
from coign.kernel.values import Quantity
from coign.logistics.events import Received
from coign.people.events import OrganisationRegistered

REGISTER, PACK, UNPACK = "logistics.register_shipper", "logistics.pack", "logistics.unpack"
CHOOSE, FREE = "logistics.choose_shipper", "logistics.free_shipper"
NAME = "logistics.name_carrier"
CHECK, CONFIRM = "logistics.check_receipt", "logistics.confirm_receipt"
SPARE, ODD = Shipper.of("SH3"), Unit.of("ODD")
X1 = {"shipment": INWARD}
CHOICE = {"chain": T1, "shipper": SHIPPER}
OTHER_COURIERS = Organisation.of("other-couriers")


def tested(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"shipper": SHIPPER, "hold_time": Quantity("240", "h"), "qualified_until": p.now.plus(days=365)}
    return {**good, **changed}


allow(REGISTER, CELLLAB, nothing, tested)
allow(REGISTER, CELLLAB, lambda p: p.equipped(), tested)
refuse(REGISTER, "shipper_is_ours", WAREHOUSE, lambda p: p.equipped(), tested)
refuse(REGISTER, "hold_time_is_a_duration", CELLLAB, nothing, lambda p: tested(p, hold_time=Quantity("9", "kg")))
refuse(REGISTER, "hold_time_is_a_duration", CELLLAB, nothing, lambda p: tested(p, hold_time=Quantity("0", "h")))
refuse(REGISTER, "test_counts_ahead", CELLLAB, nothing, lambda p: tested(p, qualified_until=p.now))


def collected(p: Plant) -> None:
    p.equipped()
    p.ordered()
    p.collected()


def not_labelled(p: Plant) -> None:
    p.equipped()
    p.ordered()
    p.collected(labelled=False)


def packed(p: Plant) -> None:
    collected(p)
    p.packed()


def in_use(p: Plant) -> None:
    collected(p)
    p.collected(OTHER_BAG)
    p.packed(OTHER_BAG)


def delivered(p: Plant) -> None:
    packed(p)
    p.delivered()


def opened(p: Plant) -> None:
    delivered(p)
    p.opened()


def read_before_opening(p: Plant) -> None:
    """A reading from before openings were recorded."""
    delivered(p)
    read = p.reading()
    p.happened(LoggerRead(unit=BAG, verdict="in_order", by=WAREHOUSE.person, **read), by=WAREHOUSE)


def logged(p: Plant) -> None:
    delivered(p)
    p.logged()


def warm(p: Plant) -> None:
    delivered(p)
    p.logged(minutes_above_limit=34, worst=Quantity("-141", "Cel"))
    p.received()


def checked(p: Plant) -> None:
    logged(p)
    p.act(CHECK, WAREHOUSE, **p.found())


def on_a_weak_shipper(p: Plant) -> None:
    collected(p)
    p.shipper(SPARE, CELLLAB, hours="119")


def on_an_old_shipper(p: Plant) -> None:
    collected(p)
    p.shipper(SPARE, CELLLAB, days=1)
    p.wait(days=1)


def two_collected(p: Plant) -> None:
    collected(p)
    p.collected(OTHER_BAG)


def of_another_patient(p: Plant) -> None:
    collected(p)
    p.ordered(T2)
    p.collected(OTHER_BAG, T2)


def in_a_tank(p: Plant) -> None:
    collected(p)
    p.placed(BAG, BOX)


def too_long_out(p: Plant) -> None:
    in_a_tank(p)
    p.taken_out(BAG)
    p.wait(minutes=46)


def odd(p: Plant) -> None:
    p.act("custody.take_in", CELLLAB, unit=ODD, site=PLANT)


def chosen(p: Plant) -> None:
    collected(p)
    p.chosen()


def no_logger(p: Plant) -> None:
    collected(p)
    p.act(CHOOSE, CELLLAB, **CHOICE)


def spare(p: Plant) -> None:
    p.shipper(SPARE, CELLLAB)


def given_up(p: Plant) -> None:
    p.act(FREE, CELLLAB, **CHOICE)


def without_a_seal(p: Plant) -> None:
    chosen(p)
    p.act(PACK, CELLLAB, **PARCEL)


PARCEL = Plant.parcel()
BARE = {name: value for name, value in PARCEL.items() if name not in ("carrier", "destination")}
BACK = Plant.parcel(BAG, OUTWARD, SHIPPER_2)

allow(PACK, CELLLAB, chosen, PARCEL)
refuse(PACK, "unit_is_held", CELLLAB, then(chosen, lambda p: p.handed(BAG, CELLLAB, WAREHOUSE)), PARCEL)
refuse(PACK, "unit_may_move", CELLLAB, then(not_labelled, lambda p: p.chosen()), PARCEL)
BOTH = {**PARCEL, "further": (OTHER_BAG,)}
allow(PACK, CELLLAB, then(two_collected, lambda p: p.chosen()), BOTH)
refuse(PACK, "units_are_one_therapy", CELLLAB, then(of_another_patient, lambda p: p.chosen()), BOTH)
refuse(PACK, "unit_is_at_hand", CELLLAB, then(in_a_tank, lambda p: p.chosen()), PARCEL)
WITNESSED = with_limit(VERSION, "dispatch_witnessed_age_max", "60", "min")
refuse(PACK, "dispatch_is_witnessed", CELLLAB, chosen, PARCEL, WITNESSED)
refuse(PACK, "temperature_is_in_order", CELLLAB, then(too_long_out, lambda p: p.chosen()), PARCEL)
refuse(
    PACK,
    "unit_is_not_under_way",
    CELLLAB,
    then(packed, spare, lambda p: p.chosen(shipper=SPARE)),
    {**PARCEL, "shipper": SPARE, "shipment": Shipment.of("X9")},
)
OUT = Plant.parcel(PRODUCT, OUTWARD, SHIPPER_2)


def chosen_out(p: Plant) -> None:
    p.chosen(T1, SHIPPER_2, WAREHOUSE)


allow(PACK, WAREHOUSE, then("certified", chosen_out), OUT)
refuse(PACK, "product_is_released", WAREHOUSE, then("reviewed", chosen_out), OUT)
refuse(
    PACK,
    "lots_are_in_order",
    WAREHOUSE,
    then("certified", chosen_out, lambda p: p.act("supply.hold_lot", WAREHOUSE, lot=LOTS["vector"], why=SEALED)),
    OUT,
)
refuse(PACK, "temperature_is_in_order", WAREHOUSE, then(warm, chosen_out), BACK)
refuse(PACK, "goes_where_it_belongs", CELLLAB, chosen, {**BARE, "to": COURIERS})
refuse(PACK, "goes_where_it_belongs", CELLLAB, chosen, {**BARE, "to": CELLLAB.organisation})
refuse(PACK, "goes_where_it_belongs", CELLLAB, then(chosen, odd), {**PARCEL, "unit": ODD})
refuse(PACK, "destination_is_theirs", CELLLAB, chosen, {**PARCEL, "destination": WARD})
refuse(PACK, "carrier_takes_part", CELLLAB, chosen, {**PARCEL, "carrier": CELLLAB.organisation})
allow(PACK, CELLLAB, chosen, BARE)


def on_a_shipper_that_grew_old(p: Plant) -> None:
    collected(p)
    p.shipper(SPARE, CELLLAB, days=1)
    p.chosen(shipper=SPARE)
    p.wait(days=1)


def on_a_shipper_that_grew_weak(p: Plant) -> None:
    collected(p)
    spare(p)
    p.chosen(shipper=SPARE)
    p.shipper(SPARE, CELLLAB, hours="119")


def chosen_by_another_therapy(p: Plant) -> None:
    """The first choice was given up, and the shipper is set aside for others now."""
    chosen(p)
    given_up(p)
    p.ordered(T2)
    p.chosen(T2)


refuse(PACK, "goes_into_chosen_shipper", CELLLAB, collected, PARCEL)
refuse(PACK, "goes_into_chosen_shipper", CELLLAB, chosen_by_another_therapy, PARCEL)
refuse(PACK, "logger_runs", CELLLAB, no_logger, PARCEL)
refuse(PACK, "shipper_is_qualified", CELLLAB, on_a_shipper_that_grew_old, {**PARCEL, "shipper": SPARE})
refuse(PACK, "hold_time_is_still_enough", CELLLAB, on_a_shipper_that_grew_weak, {**PARCEL, "shipper": SPARE})

BY_OTHERS = {**X1, "carrier": OTHER_COURIERS}


def unpacked(p: Plant) -> None:
    p.act(UNPACK, CELLLAB, **X1)


def other_couriers(p: Plant) -> None:
    registered = OrganisationRegistered(organisation=OTHER_COURIERS, name="X", category="courier", country="DE")
    p.happened(registered, by=CELLLAB)


allow(NAME, CELLLAB, then(packed, other_couriers), BY_OTHERS)
refuse(NAME, "shipment_is_under_way", CELLLAB, then(packed, unpacked), {**X1, "carrier": COURIERS})
refuse(NAME, "shipment_is_ours", WAREHOUSE, packed, {**X1, "carrier": COURIERS})
refuse(NAME, "carrier_takes_part", CELLLAB, packed, {**X1, "carrier": CELLLAB.organisation})

allow(UNPACK, CELLLAB, packed, X1)
refuse(UNPACK, "shipment_is_under_way", CELLLAB, then(packed, unpacked), X1)
refuse(UNPACK, "sender_still_holds", CELLLAB, then(packed, lambda p: p.sealed(SHIPPER, CELLLAB, COURIER)), X1)
refuse(UNPACK, "sender_still_holds", WAREHOUSE, packed, X1)


def came_back(p: Plant) -> None:
    p.sealed(SHIPPER, CELLLAB, COURIER)
    p.act("logistics.depart", COURIER, shipper=SHIPPER)
    p.sealed(SHIPPER, COURIER, CELLLAB)


def opened_and_given_back(p: Plant) -> None:
    p.sealed(SHIPPER, CELLLAB, COURIER)
    p.sealed(SHIPPER, COURIER, WAREHOUSE)
    p.opened()
    p.handed(BAG, WAREHOUSE, CELLLAB)


refuse(UNPACK, "has_not_left", CELLLAB, then(packed, came_back), X1)
refuse(UNPACK, "not_opened_yet", CELLLAB, then(packed, opened_and_given_back), X1)

DEPART, ARRIVE = "logistics.depart", "logistics.arrive"
CARRIED = {"shipper": SHIPPER}


def taken_over(p: Plant) -> None:
    packed(p)
    p.sealed(SHIPPER, CELLLAB, COURIER)


def on_the_road(p: Plant) -> None:
    taken_over(p)
    p.act(DEPART, COURIER, **CARRIED)


def at_the_door(p: Plant) -> None:
    on_the_road(p)
    p.act(ARRIVE, COURIER, **CARRIED)


def come_and_gone(p: Plant) -> None:
    """The carrier brought the shipper, and knows it from then on."""
    logged(p)
    p.received()


allow(DEPART, COURIER, taken_over, CARRIED)
refuse(DEPART, "shipper_is_loaded", COURIER, come_and_gone, CARRIED)
refuse(DEPART, "carrier_holds_it", COURIER, packed, CARRIED)
refuse(DEPART, "not_departed_yet", COURIER, on_the_road, CARRIED)


def taken_over_unsealed(p: Plant) -> None:
    """A hand-over that no rule let through."""
    without_a_seal(p)
    gone = HandedOver(
        unit=BAG, giver=CELLLAB.person, taker=COURIER.person, to=COURIERS, seal="", condition="intact"
    )  # fmt: skip
    p.happened(gone, by=COURIER)


refuse(DEPART, "load_is_sealed", COURIER, taken_over_unsealed, CARRIED)
allow(ARRIVE, COURIER, on_the_road, CARRIED)
refuse(ARRIVE, "shipper_is_loaded", COURIER, come_and_gone, CARRIED)
refuse(ARRIVE, "carrier_holds_it", COURIER, then(on_the_road, lambda p: p.sealed(SHIPPER, COURIER, WAREHOUSE)), CARRIED)
refuse(ARRIVE, "has_departed", COURIER, taken_over, CARRIED)
refuse(ARRIVE, "not_arrived_yet", COURIER, at_the_door, CARRIED)

SEALS, OPEN = "logistics.compare_seals", "logistics.open"
SEEN = {**X1, "seal": "77102"}


def given_back(p: Plant) -> None:
    p.sealed(SHIPPER, WAREHOUSE, COURIER)


def received_unseen(p: Plant) -> None:
    """A receipt from before seals were compared and openings recorded."""
    two = {"first": WAREHOUSE.person, "second": WAREHOUSE_2.person}
    here = WAREHOUSE.organisation
    p.happened(Received(shipment=INWARD, unit=BAG, shipper=SHIPPER, organisation=here, **two), by=WAREHOUSE_2)


def compared(p: Plant) -> None:
    delivered(p)
    p.act(SEALS, WAREHOUSE, **SEEN)


allow(SEALS, WAREHOUSE, delivered, SEEN)
allow(SEALS, WAREHOUSE, delivered, {**X1, "seal": "9"})
refuse(SEALS, "shipment_is_under_way", WAREHOUSE, then(delivered, received_unseen), SEEN)
refuse(SEALS, "shipment_is_for_us", CELLLAB, packed, SEEN)
refuse(SEALS, "unit_is_with_us", WAREHOUSE, then(delivered, given_back), SEEN)
refuse(SEALS, "seals_not_compared_yet", WAREHOUSE, compared, SEEN)
allow(OPEN, WAREHOUSE, compared, X1)
refuse(OPEN, "shipment_is_under_way", WAREHOUSE, then(compared, received_unseen), X1)
refuse(OPEN, "shipment_is_for_us", CELLLAB, compared, X1)
refuse(OPEN, "unit_is_with_us", WAREHOUSE, then(compared, given_back), X1)
refuse(OPEN, "seals_are_compared", WAREHOUSE, delivered, X1)
refuse(OPEN, "not_opened_yet", WAREHOUSE, opened, X1)

FOUND = Plant.found()


def handed_on(p: Plant) -> None:
    p.handed(BAG, WAREHOUSE, CELLLAB)


allow(CHECK, WAREHOUSE, logged, FOUND)
refuse(CHECK, "shipment_is_under_way", WAREHOUSE, then(logged, lambda p: p.received()), FOUND)
refuse(CHECK, "shipment_is_for_us", CELLLAB, logged, FOUND)
refuse(CHECK, "unit_is_with_us", WAREHOUSE, then(logged, handed_on), FOUND)
refuse(CHECK, "shipper_is_opened", WAREHOUSE, read_before_opening, FOUND)
refuse(CHECK, "logger_is_read", WAREHOUSE, opened, FOUND)

allow(CONFIRM, WAREHOUSE_2, checked, FOUND)
refuse(CONFIRM, "receipt_is_checked", WAREHOUSE_2, logged, FOUND)
refuse(CONFIRM, "confirmed_by_another", WAREHOUSE, checked, FOUND)
refuse(CONFIRM, "receipt_check_is_fresh", WAREHOUSE_2, then(checked, lambda p: p.wait(minutes=31)), FOUND)
refuse(CONFIRM, "shipment_is_for_us", CELLLAB, checked, FOUND)
refuse(CONFIRM, "unit_is_with_us", WAREHOUSE_2, then(checked, handed_on), FOUND)

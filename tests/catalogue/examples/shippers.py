"""A shipper chosen, its logger, its seal."""

from tests.catalogue.examples.logistics import (
    CHOICE,
    CHOOSE,
    FREE,
    SPARE,
    X1,
    came_back,
    chosen,
    collected,
    given_up,
    in_use,
    no_logger,
    on_a_weak_shipper,
    on_an_old_shipper,
    opened_and_given_back,
    packed,
    spare,
    unpacked,
    without_a_seal,
)
from tests.support.plant import CELLLAB, COURIER, COURIERS, SEALED, SHIPPER, SHIPPER_2, WAREHOUSE, Plant
from tests.support.plant_cases import allow, refuse, then

START, SEAL, RESEAL = "logistics.start_logger", "logistics.seal", "logistics.replace_seal"
OTHER_CHOICE = {**CHOICE, "shipper": SPARE}
LOGGER = {**CHOICE, "logger": "TL-5520"}

allow(CHOOSE, CELLLAB, collected, CHOICE)
allow(CHOOSE, CELLLAB, then(chosen, spare), OTHER_CHOICE)
allow(CHOOSE, CELLLAB, then(chosen, given_up), CHOICE)
allow(CHOOSE, WAREHOUSE, then("certified"), {**CHOICE, "shipper": SHIPPER_2})
refuse(CHOOSE, "shipper_is_free", CELLLAB, chosen, CHOICE)
refuse(CHOOSE, "shipper_is_free", CELLLAB, in_use, CHOICE)
refuse(CHOOSE, "shipper_is_qualified", CELLLAB, on_an_old_shipper, OTHER_CHOICE)
refuse(CHOOSE, "hold_time_is_enough", CELLLAB, on_a_weak_shipper, OTHER_CHOICE)
allow(FREE, CELLLAB, chosen, CHOICE)
refuse(FREE, "shipper_is_chosen", CELLLAB, then(chosen, given_up), CHOICE)
allow(START, CELLLAB, no_logger, LOGGER)
allow(START, CELLLAB, chosen, {**LOGGER, "logger": "TL-5521"})
refuse(START, "shipper_is_chosen", CELLLAB, collected, LOGGER)
refuse(START, "logger_is_scanned", CELLLAB, no_logger, {**LOGGER, "logger": " "})

ON = {**X1, "shipper": SHIPPER, "seal": "77102"}
ANEW = {**ON, "seal": "88203", "why": SEALED}


def given_to_the_courier(p: Plant) -> None:
    p.sealed(SHIPPER, CELLLAB, COURIER)


def held_out(p: Plant) -> None:
    p.act("custody.offer_shipment", CELLLAB, shipper=SHIPPER, to=COURIERS, seal="77102")


def taken_back(p: Plant) -> None:
    p.act("custody.withdraw_shipment", CELLLAB, shipper=SHIPPER)


allow(SEAL, CELLLAB, without_a_seal, ON)
refuse(SEAL, "shipment_is_under_way", CELLLAB, then(without_a_seal, unpacked), ON)
refuse(SEAL, "sender_still_holds", WAREHOUSE, without_a_seal, ON)
refuse(SEAL, "shipper_is_the_shipments", CELLLAB, then(without_a_seal, spare), {**ON, "shipper": SPARE})
refuse(SEAL, "not_sealed_yet", CELLLAB, packed, ON)
refuse(SEAL, "seal_is_scanned", CELLLAB, without_a_seal, {**ON, "seal": " "})
allow(RESEAL, CELLLAB, packed, ANEW)
allow(RESEAL, CELLLAB, then(packed, held_out, taken_back), ANEW)
refuse(RESEAL, "is_not_held_out", CELLLAB, then(packed, held_out), ANEW)
refuse(RESEAL, "shipment_is_under_way", CELLLAB, then(packed, unpacked), ANEW)
refuse(RESEAL, "sender_still_holds", CELLLAB, then(packed, given_to_the_courier), ANEW)
refuse(RESEAL, "has_not_left", CELLLAB, then(packed, came_back), ANEW)
refuse(RESEAL, "not_opened_yet", CELLLAB, then(packed, opened_and_given_back), ANEW)
refuse(RESEAL, "shipper_is_the_shipments", CELLLAB, then(packed, spare), {**ANEW, "shipper": SPARE})
refuse(RESEAL, "another_seal_was_on", CELLLAB, packed, {**ANEW, "seal": "77102"})
refuse(RESEAL, "another_seal_was_on", CELLLAB, without_a_seal, ANEW)
refuse(RESEAL, "seal_is_scanned", CELLLAB, packed, {**ANEW, "seal": " "})
